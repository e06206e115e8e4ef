"""`manage.py newkey FILE`: makes a signing key, for the log or for a witness.

It prints what to set, never the key itself, and replaces no file: whoever loses a log's key can
seal with a new one, but a key that was overwritten may have been somebody's only copy.
"""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import BadNote
from evidence.ledger.note import Algorithm, SigningKey, new_private_key, private_key


class Command(BaseCommand):
    """Writes a new Ed25519 private key to a file that only its owner can read."""

    help = "Make a signing key for the log, or with --witness for a witness."
    # The checks miss the very key that is about to be made.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where the key goes and what it is for."""
        parser.add_argument("file", metavar="FILE", type=Path, help="a file that is not there yet")
        parser.add_argument(
            "--witness",
            metavar="NAME",
            help="make the key of a witness of this name, such as witness.example.com/w1",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the key, and say how to use it."""
        file: Path = options["file"].absolute()
        pem = new_private_key()
        name = options["witness"]
        try:
            key = SigningKey(
                "log" if name is None else name, private_key(pem), Algorithm.COSIGNATURE
            ).key
        except BadNote as error:
            raise CommandError(str(error)) from error
        _write(file, pem)
        if name is not None:
            lines = [
                f"The witness's key is in {file}. Set:",
                f"  WITNESS_KEY_FILE={file}",
                f"  WITNESS_NAME={name}",
                "Others verify its cosignatures with:",
                f"  {key.vkey}",
            ]
        else:
            lines = [
                f"The log's key is in {file}. Set:",
                f"  LOG_KEY_FILE={file}",
                "It signs for every organization, under each one's name. The key to verify with is "
                "on each log's page:",
                f"  {settings.PUBLIC_URL}/ORGANIZATION/log/",
            ]
        lines.append("Keep a copy where this machine's administrators cannot read it.")
        self.stdout.write("\n".join(lines))


def _write(file: Path, pem: str) -> None:
    """Write the key, durable, in mode 0600. `CommandError` where a file is there already."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            os.fchmod(descriptor, 0o600)
            opened.write(pem)
            opened.flush()
            os.fsync(descriptor)
    except FileExistsError as error:
        raise CommandError(
            f"{file} is there already, and no key is replaced. Choose another name."
        ) from error
    except OSError as error:
        raise CommandError(f"The key cannot be written: {error}") from error
