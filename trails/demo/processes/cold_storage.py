"""Transfers into cold storage: keys leave the network, under four eyes, and are counted. Pure."""

import datetime
from functools import partial

from trails.demo.bank import AUDITOR, ENGINEERS
from trails.demo.dice import Dice
from trails.demo.files import archive, pdf, text
from trails.demo.script import (
    AttestationScript,
    FileScript,
    Reporter,
    TrailScript,
    VersionScript,
    WorkflowScript,
    after,
    at,
    optional,
    required,
)

STEPS = [
    *required("ceremony-plan", "device-log", "witnesses", "reconciliation"),
    *optional("courier-receipt"),
]


def trail() -> TrailScript:
    """Return the trail."""
    workflows = [
        _transfer("cold-2026-07", "2026-07-14", courier=True),
        _transfer("cold-2026-08", "2026-08-11"),
        _miscounted("cold-2026-09", "2026-09-15"),
        _transfer("cold-2026-10", "2026-10-13", courier=True),
        _under_way("cold-2026-11", "2026-11-17"),
    ]
    description = (
        "Monthly transfer of reserves into cold storage. Two witnesses, two devices, one count."
    )
    return TrailScript(
        "cold-storage-transfer", [VersionScript(description, "public", STEPS, workflows)]
    )


def device_logs(id: str, moment: datetime.datetime) -> bytes:
    """Return the logs of both signing devices, with their checksums, as one archive."""
    files = {}
    for device in ("hsm-a", "hsm-b"):
        dice = Dice(f"{id}/{device}")
        steps = [
            "self-test passed",
            "tamper seal intact",
            "quorum 2 of 3 present",
            "signed",
            "wiped",
        ]
        stamps = [
            (moment + datetime.timedelta(minutes=4 * n)).isoformat() for n in range(len(steps))
        ]
        entries = [
            f"{stamp} {device} {step} {dice.hex(16)}"
            for stamp, step in zip(stamps, steps, strict=True)
        ]
        files[f"{id}/{device}.log"] = text.lines(*entries)
    files[f"{id}/SHA256SUMS"] = text.checksums(dict(files))
    return archive.tgz(files, moment)


def count(id: str, *, missing: int = 0) -> bytes:
    """Return the count of what should be there and what is."""
    dice = Dice(f"count/{id}")
    rows = []
    for box in range(1, 7):
        expected = dice.between(40, 90)
        rows.append((f"box-{box}", expected, expected - (missing if box == 4 else 0)))
    return text.csv_file(["box", "expected", "counted"], rows)


def _planned(id: str, day: str) -> AttestationScript:
    moment = at(day, "07:00")
    words = [
        f"Transfer:   {id}",
        f"Date:       {day}",
        "Place:      vault room 2",
        "Witnesses:  two, neither of whom operates a device",
        "",
        "1. Compare the seals with last month's photographs.",
        "2. Start both devices; each runs its self-test.",
        "3. Sign with two of three cards.",
        "4. Wipe the devices and seal them.",
        "5. Count the boxes, twice.",
    ]
    write = partial(pdf.document, "Plan of the ceremony", words, moment)
    return AttestationScript(
        "ceremony-plan", True, "The plan of the ceremony, approved.", moment,
        [FileScript("plan.pdf", write)], Reporter.WRITER,
    )  # fmt: skip


def _signed(id: str, day: str) -> AttestationScript:
    moment = at(day, "09:30")
    return AttestationScript(
        "device-log",
        True,
        "Both devices passed their self-test, signed and were wiped.",
        moment,
        [FileScript("device-logs.tgz", partial(device_logs, id, moment))],
        user_data={"devices": ["hsm-a", "hsm-b"], "quorum": "2 of 3"},
    )


def _seen(id: str, day: str) -> AttestationScript:
    statements = [
        text.memo(
            sender=witness.name,
            to="treasury@harbor-bank.test",
            date=day,
            subject=f"Statement on {id}",
            paragraphs=["I was in the room from the first seal to the last, and saw steps 1 to 5."],
        )
        for witness in (AUDITOR, ENGINEERS[2])
    ]
    files = [
        FileScript("statement.txt", lambda: statements[0]),
        # Two people hand in a file of the same name; the second one is numbered, not lost.
        FileScript("statement.txt", lambda: statements[1]),
    ]
    words = "Two witnesses saw the whole ceremony."
    return AttestationScript("witnesses", True, words, at(day, "11:00"), files, Reporter.WRITER)


def _counted(id: str, day: str, hour: str = "12:00", *, missing: int = 0) -> AttestationScript:
    words = "All six boxes hold what they should."
    if missing:
        words = f"Box 4 holds {missing} fewer than it should. The room was sealed for a recount."
    return AttestationScript(
        "reconciliation",
        not missing,
        words,
        at(day, hour),
        [FileScript("count.csv", partial(count, id, missing=missing))],
        by=Reporter.WRITER,
    )


def _transfer(id: str, day: str, *, courier: bool = False) -> WorkflowScript:
    events = [_planned(id, day), _signed(id, day), _seen(id, day), _counted(id, day)]
    if courier:
        link = {"name": "Consignment", "uri": f"https://courier.example.com/consignments/{id}"}
        events.append(
            AttestationScript(
                "courier-receipt", None, "Handed over to the courier.",
                after(events[-1].occurred_at, 90), by=Reporter.WRITER, external=[link],
            )
        )  # fmt: skip
    return WorkflowScript(id, "Monthly transfer into cold storage", events, Reporter.WRITER)


def _miscounted(id: str, day: str) -> WorkflowScript:
    """The first count was wrong, the recount right; both stay."""
    first, again = _counted(id, day, missing=2), _counted(id, day, "16:40")
    events = [_planned(id, day), _signed(id, day), _seen(id, day), first, again]
    return WorkflowScript(id, "Monthly transfer into cold storage", events, Reporter.WRITER)


def _under_way(id: str, day: str) -> WorkflowScript:
    events = [_planned(id, day), _signed(id, day)]
    return WorkflowScript(id, "Monthly transfer into cold storage", events, Reporter.WRITER)
