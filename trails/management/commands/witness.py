"""`manage.py witness`: runs a witness, which cosigns the checkpoints of other logs it knows.

A server of its own, beside or without the product's: it needs a database, WITNESS_KEY and
WITNESS_NAME, and a file of logs. Several may run on one database. TLS is the proxy's in front.
"""

import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.errors import BadNote
from evidence.witness import keys

APPLICATION = "config.witness:application"
# More than there are cores: a slow client keeps one waiting.
THREADS = 32


class Command(BaseCommand):
    """Checks what a witness needs, prints its key, and becomes its server."""

    help = (
        "Serve as a witness: cosign the checkpoints of other logs. Needs WITNESS_KEY_FILE and "
        "WITNESS_NAME, which `newkey FILE --witness NAME` makes, and a file of logs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where it listens and whom it knows."""
        parser.add_argument("--host", default="127.0.0.1", help="default: %(default)s")
        parser.add_argument("--port", type=int, default=8100, help="default: %(default)s")
        parser.add_argument("--workers", type=int, default=1, help="processes (default: 1)")
        parser.add_argument(
            "--logs",
            metavar="FILE",
            type=Path,
            help="lines 'log <vkey>' of the logs to witness (default: WITNESS_LOGS_FILE)",
        )
        parser.add_argument(
            "--vkey", action="store_true", help="print the key that others verify with, and end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Start, or say what is missing."""
        if options["logs"] is not None:
            settings.WITNESS_LOGS_FILE = str(options["logs"].absolute())
        try:
            key = keys.signing_key()
            if options["vkey"]:
                self.stdout.write(key.key.vkey)
                return
            known = keys.known_logs()
            keys.refuse_to_witness_itself(key, known)
        except BadNote as error:
            raise CommandError(str(error)) from error
        _refuse_taken(options["host"], options["port"])
        self.stdout.write(
            f"Witness {key.key.name} of {len(known)} log{'' if len(known) == 1 else 's'}, on "
            f"{options['host']}:{options['port']}. Others verify with:\n{key.key.vkey}"
        )
        self.stdout.flush()
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
        command += ["--host", options["host"], "--port", str(options["port"])]
        command += ["--workers", str(options["workers"]), "--blocking-threads", str(THREADS)]
        command += ["--respawn-failed-workers", "--workers-kill-timeout", "30", APPLICATION]
        environment = os.environ | {"WITNESS_LOGS_FILE": settings.WITNESS_LOGS_FILE}
        os.execve(sys.executable, command, environment)  # noqa: S606  our own words, no shell


def _refuse_taken(host: str, port: int) -> None:
    """Return if nobody listens there: servers share a port without a word, each a part of it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError as error:
            raise CommandError(f"It cannot listen on {host}:{port}: {error.strerror}.") from error
