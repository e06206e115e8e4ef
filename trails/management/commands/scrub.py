"""`manage.py scrub`: reads evidence again, everything or a part each time, and keeps what it finds.

Run it from a timer, or with --loop; several may run side by side. What one has begun when it is
killed is taken over by the next. Exit status 0: what was read is as it was recorded. 1: findings.
2: it could not go on, so nothing is known yet; run it again.
"""

import json
import logging
import math
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from evidence.errors import EvidenceError
from evidence.findings import Finding
from evidence.models import Blob
from evidence.vault import copies, replica, rounds, scrubbing
from evidence.vault.copies import Copy
from evidence.vault.pace import Pace, Stopped
from evidence.vault.rounds import Wait
from evidence.vault.rows import Round, ScrubFinding
from trails.erasing import spent
from trails.loops import Rounds
from trails.management.arguments import add_loop, add_rate, share, size
from trails.management.progress import Progress

logger = logging.getLogger("trails.scrub")

EVERY = 3600.0
COULD_NOT_GO_ON = 2


@dataclass
class Read:
    """What was read of one copy in this run, and where its round is."""

    copy: Copy
    round: Round
    blobs: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)

    def in_words(self) -> str:
        """Say it in a sentence or two."""
        count = len(self.findings)
        found = "1 finding" if count == 1 else f"{count:,} findings"
        self.round.refresh_from_db()
        place = "over" if self.round.ended_at else f"{self.round.share:.0%} through"
        return (
            f"{self.copy}: {found if count else 'nothing is wrong'}, "
            f"{self.blobs:,} blobs and {self.bytes:,} bytes read. "
            f"Round {self.round.number} is {place}."
        )


class Command(BaseCommand):
    """Scrubs the vault and its replica, once or again and again."""

    help = (
        "Read and hash evidence again, in rounds through everything that goes on where the last "
        "run ended. Exit status: 0 nothing is wrong, 1 findings, 2 could not go on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare how much is read, how fast, and how it is told."""
        much = parser.add_mutually_exclusive_group()
        much.add_argument(
            "--share", type=share, metavar="5%", help="read so much of all blobs, then stop"
        )
        much.add_argument(
            "--all", action="store_true", help="begin a new round, and read it to its end"
        )
        parser.add_argument("--budget", type=size, metavar="10G", help="stop after so many bytes")
        add_rate(parser)
        parser.add_argument("--copy", choices=[*Copy], help="only the vault, or the replica")
        parser.add_argument("--json", action="store_true", help="a finding per line, as JSON")
        parser.add_argument("--status", action="store_true", help="say what is known, read nothing")
        add_loop(parser, EVERY)

    def handle(self, *args: Any, **options: Any) -> None:
        """Scrub, report, and end with the status that says how it went."""
        if options["status"]:
            self._tell_status()
            return
        every = Rounds(options["every"])
        for _ in every:
            try:
                pace = Pace(options["rate"], is_over=lambda: every.are_over)
                found = sum(self._scrub(copy, pace, options) for copy in _chosen(options["copy"]))
            except Stopped as error:
                if options["loop"]:
                    return
                hint = "Run it again to go on."
                raise CommandError(f"Interrupted. {hint}", returncode=COULD_NOT_GO_ON) from error
            except (EvidenceError, DatabaseError) as error:
                # A store or a database that is away is no finding.
                if not options["loop"]:
                    raise CommandError(str(error), returncode=COULD_NOT_GO_ON) from error
                logger.error("Nothing was scrubbed (again in %g s): %s", options["every"], error)
                close_old_connections()
                continue
            if not options["loop"]:
                if found:
                    sys.exit(1)
                return
            close_old_connections()

    def _scrub(self, copy: Copy, pace: Pace, options: dict[str, Any]) -> int:
        """Scrub one copy as far as was asked; return how many findings there were."""
        if copy is Copy.REPLICA and rounds.last_ended(replica.FILL) is None:
            self.stderr.write("The replica is not filled yet: run `manage.py replicate` first.")
            return 0
        left = math.ceil(Blob.objects.count() * options["share"]) if options["share"] else None
        round = rounds.begin(scrubbing.work(copy), anew=options["all"])
        read = Read(copy, round)
        progress, ended = Progress(), 0
        try:
            while left is None or left > 0:
                if options["budget"] is not None and read.bytes >= options["budget"]:
                    break
                part = scrubbing.part(copy, round, watch=pace, disposed=spent, at_most=left)
                if isinstance(part, Wait):
                    if left is not None:  # the others read what is left of this round
                        break
                    _wait(part, pace)
                    continue
                if part is None:
                    ended += 1
                    if left is None or (ended > 1 and not read.blobs):  # there is nothing to read
                        break
                    round = read.round = rounds.begin(scrubbing.work(copy))
                    continue
                left = None if left is None else left - part.blobs
                read.blobs += part.blobs
                read.bytes += part.bytes
                read.findings += part.findings
                progress.clear()
                self._tell(copy, part.findings, as_json=options["json"])
                progress.show(read.blobs, read.bytes, str(copy))
        finally:
            progress.clear()
        if options["json"]:
            summary = {"copy": copy, "blobs": read.blobs, "bytes": read.bytes}
            self.stdout.write(json.dumps({"summary": summary | {"findings": len(read.findings)}}))
        else:
            self.stdout.write(read.in_words())
        return len(read.findings)

    def _tell(self, copy: Copy, findings: list[Finding], *, as_json: bool) -> None:
        for found in findings:
            said = json.dumps({"copy": copy, **found.as_json()})
            self.stdout.write(said if as_json else f"{copy}: {found}")

    def _tell_status(self) -> None:
        for copy in copies.kept():
            work = scrubbing.work(copy)
            last = rounds.last_ended(work)
            if last is None:
                self.stdout.write(f"{copy}: never read to the end.")
            else:
                self.stdout.write(
                    f"{copy}: round {last.number} from {last.begun_at:%Y-%m-%d %H:%M} to "
                    f"{last.ended_at:%Y-%m-%d %H:%M} UTC read {last.blobs:,} blobs and "
                    f"{last.bytes:,} bytes, with {last.findings:,} findings."
                )
            running = Round.objects.filter(work=work, ended_at=None).first()
            if running is not None:
                self.stdout.write(
                    f"{copy}: round {running.number}, begun {running.begun_at:%Y-%m-%d %H:%M} UTC, "
                    f"is {running.share:.0%} through."
                )
        for finding in ScrubFinding.objects.open().order_by("pk").iterator():
            self.stdout.write(
                f"{finding.vault}: {finding.kind} since {finding.at:%Y-%m-%d %H:%M} UTC, "
                f"{finding.blob_id}: {finding.reason}"
            )


def _chosen(copy: str | None) -> list[Copy]:
    if copy == Copy.REPLICA and not copies.has_replica():
        raise CommandError(
            "There is no replica. Set VAULT_REPLICA_URL.", returncode=COULD_NOT_GO_ON
        )
    return [Copy(copy)] if copy else copies.kept()


def _wait(wait: Wait, pace: Pace) -> None:
    """Wait until others have done their parts, or until those are due."""
    pace(0)
    left = (wait.until - timezone.now()).total_seconds()
    time.sleep(min(max(left, 0.1), 1.0))
