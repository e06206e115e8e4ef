"""`manage.py copy_vault SRC DST`: copies all evidence from one vault to another, each file checked.

For a move to another store. Both are addresses as VAULT_URL has them; the keys of S3 stores are in
SRC_ACCESS_KEY_ID, SRC_SECRET_ACCESS_KEY, DST_ACCESS_KEY_ID and DST_SECRET_ACCESS_KEY. Run it again
to go on, and once more when the servers have stopped: only what is missing is copied.

Exit status 0: the target has all of it. 1: some files are not copied. 2: it could not go on.
"""

import signal
import sys
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import EvidenceError
from evidence.findings import printable
from evidence.vault import copies, places
from evidence.vault.copying import Did, copy_all
from evidence.vault.pace import Pace
from trails.management.arguments import add_rate
from trails.management.progress import Progress

COULD_NOT_GO_ON = 2


class Command(BaseCommand):
    """Copies a vault."""

    help = (
        "Copy all evidence from one vault to another. Exit status: 0 the target has all of it, "
        "1 some files are not copied, 2 could not go on."
    )
    # It asks no database, and may run where there is none.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two vaults, and how they are read."""
        parser.add_argument("src", metavar="SRC", help="file:///folder or s3://bucket/prefix?…")
        parser.add_argument("dst", metavar="DST", help="the same")
        parser.add_argument(
            "--verify", action="store_true", help="read what the target has already, too"
        )
        parser.add_argument("--at-once", type=int, choices=range(1, 33), default=4, metavar="4")
        add_rate(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, tell what is left out, and end with the status that says how it went."""
        source = _storage("SRC", options["src"], settings.COPY_SRC)
        target = _storage("DST", options["dst"], settings.COPY_DST)
        if places.parse(options["src"]).url == places.parse(options["dst"]).url:
            raise CommandError("SRC and DST are the same vault.", returncode=COULD_NOT_GO_ON)
        counts: Counter[Did] = Counter()
        size, progress = 0, Progress()
        # What stops a container is treated like Ctrl-C.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            copies.refuse_if_away(source)
            steps = copy_all(
                source,
                target,
                at_once=options["at_once"],
                verify=options["verify"],
                watch=Pace(options["rate"]),
            )
            for step in steps:
                counts[step.did] += 1
                size += step.size if step.did is Did.COPIED else 0
                if step.did in (Did.FAILED, Did.FOREIGN):
                    progress.clear()
                    reason = step.reason or "It has no name of evidence, and is left out."
                    self.stdout.write(printable(f"{step.did} {step.name}: {reason}"))
                progress.show(counts.total(), size)
        except KeyboardInterrupt as error:
            raise CommandError(
                "Interrupted. Run it again to go on.", returncode=COULD_NOT_GO_ON
            ) from error
        except (EvidenceError, OSError) as error:
            raise CommandError(
                f"{error} Run it again to go on.", returncode=COULD_NOT_GO_ON
            ) from error
        finally:
            signal.signal(signal.SIGTERM, before)
            progress.clear()
        self.stdout.write(
            f"Copied {counts[Did.COPIED]:,} files, {size:,} bytes; {counts[Did.THERE]:,} were "
            f"there, {counts[Did.FAILED]:,} failed, {counts[Did.FOREIGN]:,} are no evidence."
        )
        if counts[Did.FAILED]:
            sys.exit(1)


def _storage(side: str, url: str, credentials: places.Credentials) -> Any:
    try:
        return storages.create_storage(places.parse(url).storage(credentials))
    except ValueError as error:
        raise CommandError(f"{side}: {error}", returncode=COULD_NOT_GO_ON) from error
