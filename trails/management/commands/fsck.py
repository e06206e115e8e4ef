"""`manage.py fsck`: recomputes everything from rows and bytes, and names the row that is wrong.

Run it from a timer, beside a busy server: it only reads. Exit status 0: nothing is wrong. 1: there
are findings. 2: it could not look at everything, so nothing is known yet.
"""

import argparse
import json
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from evidence.checking import Place, Summary, run
from evidence.findings import Finding, Kind, Scope, printable
from evidence.models import Log
from trails.fsck.parts import parts

COULD_NOT_RUN = 2
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)%")


def share(value: str) -> float:
    """Return a share such as `5%` as a number from 0 to 1."""
    match = _SHARE.fullmatch(value)
    if match is None or not 0 < float(match[1]) <= 100:
        raise argparse.ArgumentTypeError(f"'{value}' is not a share, such as 5% or 0.1%")
    return float(match[1]) / 100


class Command(BaseCommand):
    """Checks everything and reports each finding as it comes."""

    help = (
        "Recompute everything from rows and bytes and name each row that is wrong. Reads only. "
        "Exit status: 0 nothing is wrong, 1 findings, 2 could not run to the end."
    )
    # It is for the day when settings and triggers are not as they should be.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what is checked, and how it is told."""
        parser.add_argument("--json", action="store_true", help="a finding per line, as JSON")
        parser.add_argument("--log", metavar="ORIGIN", help="one log, as host/organization")
        parser.add_argument(
            "--no-bytes", action="store_true", help="look for files, but do not read them"
        )
        parser.add_argument(
            "--sample", type=share, default=1.0, metavar="5%", help="a part of records and blobs"
        )
        parser.add_argument("--seed", default="", help="draws another sample")
        parser.add_argument(
            "--resume", type=Path, metavar="FILE", help="keep the place here, and go on from it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, report, and end with the status that says how it went."""
        # What stops a timer's job or a container is treated like Ctrl-C.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            summary = self._check(options)
        except KeyboardInterrupt as error:
            hint = (
                f"Run it again with --resume {options['resume']} to go on."
                if options["resume"]
                else "With --resume FILE it could have gone on."
            )
            raise CommandError(f"Interrupted. {hint}", returncode=COULD_NOT_RUN) from error
        except CommandError:
            raise
        # Whatever it is: status 1 would say that rows are wrong. `--traceback` tells where.
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise CommandError(f"Could not go on: {said}", returncode=COULD_NOT_RUN) from error
        finally:
            signal.signal(signal.SIGTERM, before)
        if summary.errors:
            sys.exit(1)

    def _check(self, options: dict[str, Any]) -> Summary:
        scope = Scope(
            log=_log(options["log"]),
            share=options["sample"],
            seed=options["seed"],
            reads_bytes=not options["no_bytes"],
        )
        database = f"{connection.vendor} {connection.settings_dict['NAME']}"
        place = Place(options["resume"], scope, database)
        progress = _Progress()

        def report(finding: Finding) -> None:
            progress.clear()
            said = json.dumps(finding.as_json()) if options["json"] else str(finding)
            self.stdout.write(said)

        try:
            summary = run(parts(scope), place, report, progress.show)
        finally:
            progress.clear()
        if options["json"]:
            self.stdout.write(json.dumps({"summary": summary.as_json() | _of(scope)}))
        else:
            self.stdout.write(_in_words(summary, scope))
        return summary


def _log(origin: str | None) -> str | None:
    if origin is None:
        return None
    found = Log.objects.filter(origin=origin).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(
            f"There is no log '{origin}'. Give its origin, as its checkpoints say it.",
            returncode=COULD_NOT_RUN,
        )
    return str(found)


def _of(scope: Scope) -> dict[str, Any]:
    """Return what the check did not look at, for programs."""
    return {
        "log": scope.log,
        "sample": scope.share,
        "seed": scope.seed,
        "read_bytes": scope.reads_bytes,
    }


def _in_words(summary: Summary, scope: Scope) -> str:
    found = "1 finding" if summary.errors == 1 else f"{summary.errors:,} findings"
    verdict = found if summary.errors else "Nothing is wrong"
    unnamed = summary.counts[Kind.UNNAMED.value]
    words = [
        f"{verdict}: {summary.rows:,} rows and {summary.bytes:,} bytes in {summary.seconds:.1f} s."
    ]
    if unnamed:
        words.append(f"{unnamed} files in the vault have no name; `sweep` removes old ones.")
    if scope.share < 1:
        words.append(
            f"This was a sample: {scope.share * 100:g}% of records and blobs, seed '{scope.seed}'. "
            "Leaves, tiles, checkpoints and references were looked at whole."
        )
    if not scope.reads_bytes:
        words.append("No evidence bytes were read: only that files of the right size are there.")
    if scope.log is not None:
        words.append("Only one log was looked at.")
    return " ".join(words)


class _Progress:
    """A line on the terminal that says how far it is; nothing where nobody is watching."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._began = self._shown = time.monotonic()
        self._dirty = False

    def show(self, part: str, summary: Summary) -> None:
        """Write the line anew, twice a second at most."""
        now = time.monotonic()
        if not self._watched or now - self._shown < 0.5:
            return
        self._shown, passed = now, summary.seconds or 1
        line = (
            f"{printable(part[:40])}: {summary.rows:,} rows ({summary.rows / passed:,.0f}/s), "
            f"{summary.bytes / 1e6:,.0f} MB ({summary.bytes / 1e6 / passed:,.1f} MB/s)"
        )
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()
        self._dirty = True

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        if self._dirty:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._dirty = False
