"""`manage.py export ORG FILE`: a complete organization as one file, for backup and for moving.

It may run beside a busy server. What is in the file is of one moment. Read it in by `import`.
"""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import EvidenceError
from evidence.vault.local import sync_directory
from trails.errors import TrailsError
from trails.management.line import Line
from trails.models import Organization
from trails.moving.exporting import export


class Command(BaseCommand):
    """Writes an organization to a file that appears when it is whole and on disk."""

    help = "Write a complete organization, with its evidence, as one file that can be verified."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which organization, where to, and what may be left out."""
        parser.add_argument("organization", metavar="ORG", help="as it stands in addresses")
        parser.add_argument("file", metavar="FILE", help="a file that is not there; - for stdout")
        parser.add_argument(
            "--without-evidence", action="store_true", help="leave the attested files out"
        )
        parser.add_argument(
            "--without-credentials",
            action="store_true",
            help="leave hashes of passwords and keys, and second factors, out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Export, and say where it is."""
        organization = (
            Organization.objects.select_related("log").filter(name=options["organization"]).first()
        )
        if organization is None:
            raise CommandError(f"There is no organization called '{options['organization']}'.")
        progress = Line()
        try:
            with _target(options["file"]) as out:
                written = export(
                    organization,
                    out,
                    with_evidence=not options["without_evidence"],
                    with_credentials=not options["without_credentials"],
                    progress=lambda what, size: progress.show(f"{size / 1e6:,.0f} MB: {what}"),
                )
        except (TrailsError, EvidenceError, OSError) as error:
            raise CommandError(str(error)) from error
        finally:
            progress.clear()
        said = f"Exported {organization.name}: {written:,} bytes."
        self.stderr.write(f"{said} Verify it with `manage.py verify_export FILE`.")


@contextmanager
def _target(name: str) -> Generator[BinaryIO]:
    """Open what is written to. A file has its name when the block has ended well, and not before.

    Nobody else may read it: it holds what the pages keep from strangers.
    """
    if name == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(name).absolute()
    if path.exists():
        raise CommandError(f"{path} is there already. Name another file, or remove it.")
    partial = path.with_name(f"{path.name}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(partial, flags, 0o600), "wb", buffering=1 << 20) as file:
            os.fchmod(file.fileno(), 0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
        sync_directory(str(path.parent))
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
