"""Suspected fraud: the alert, what was looked at, what was decided and why. Pure."""

from collections.abc import Sequence
from functools import partial

from trails.demo.bank import WRITER
from trails.demo.dice import Dice
from trails.demo.files import pdf, text
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
    *required("alert", "transactions", "analyst-decision"),
    *optional("customer-contact", "authority-report"),
]


def trail() -> TrailScript:
    """Return the trail; it is about customers, so it is private."""
    workflows = [
        _case("FR-2026-1187", "2026-10-12", 0.97, "Confirmed: the card is blocked.", reported=True),
        _case(
            "FR-2026-1203", "2026-10-27", 0.62, "No fraud: the customer travels.", contacted=True
        ),
        _late("FR-2026-1219", "2026-11-08", 0.91),
        _case(
            "FR-2026-1226",
            "2026-11-15",
            0.88,
            "Confirmed: two transfers were recalled.",
            contacted=True,
        ),
        _undecided("FR-2026-1231", "2026-11-19", 0.74),
    ]
    description = (
        "Evidence of each suspected fraud: what the model saw, which transactions a person looked "
        "at, what was decided and who was told."
    )
    hold = (
        "The prosecutor has asked for the evidence of all cases of this autumn, request P-118. "
        "Legal releases this hold once the proceedings have ended."
    )
    return TrailScript(
        "fraud-detection-evidence", [VersionScript(description, "private", STEPS, workflows)], hold
    )


def transactions(id: str, day: str) -> bytes:
    """Return the table of the transactions that were looked at."""
    dice = Dice(f"transactions/{id}")
    rows = [
        (
            f"{day}T{dice.between(0, 23):02}:{dice.between(0, 59):02}:00Z",
            dice.uuid(),
            f"XX{dice.between(10, 99)}HRBR{dice.between(10**9, 10**10 - 1)}",
            f"{dice.between(3, 2_400)}.{dice.between(0, 99):02}",
            dice.choice(["EUR", "EUR", "SEK", "NOK"]),
            dice.choice(["card", "card", "transfer", "wallet"]),
            f"198.51.100.{dice.between(1, 254)}",
        )
        for _ in range(40)
    ]
    header = ["at", "transaction", "account", "amount", "currency", "channel", "source_ip"]
    return text.csv_file(header, sorted(rows))


def _alerted(id: str, day: str, score: float) -> AttestationScript:
    dice = Dice(f"alert/{id}")
    alert = {
        "alert": dice.uuid(),
        "case": id,
        "model": "fraud-model 2026.9",
        "score": score,
        "threshold": 0.6,
        "signals": [
            {"name": "new-device", "weight": 0.31},
            {"name": "impossible-travel", "weight": 0.27},
            {"name": "night-time-transfer", "weight": 0.12},
        ],
        "device": {"fingerprint": dice.hex(40), "ip": f"203.0.113.{dice.between(1, 254)}"},
    }
    return AttestationScript(
        "alert",
        True,
        f"The model raised an alert with score {score}.",
        at(day, "03:12"),
        [FileScript("alert.json", partial(text.json_file, alert))],
        user_data={"score": str(score), "model": "fraud-model 2026.9"},
    )


def _gathered(id: str, day: str) -> AttestationScript:
    return AttestationScript(
        "transactions",
        True,
        "Forty transactions around the alert were exported, unfiltered.",
        at(day, "03:14"),
        [FileScript("transactions.csv", partial(transactions, id, day))],
    )


def _decided(
    id: str, day: str, decision: str, *, ok: bool = True, hour: str = "10:20"
) -> AttestationScript:
    moment = at(day, hour)
    words = [
        f"Case:      {id}",
        f"Analyst:   {WRITER.name}",
        f"Decision:  {decision}",
        "",
        "Grounds",
        "1. The signals of the model were read one by one (alert.json).",
        "2. All forty transactions were read (transactions.csv).",
        "3. The device and the source addresses were compared with the last ninety days.",
        "",
        "The decision follows section 4 (evidence) and section 7 (deadlines) of the handbook.",
    ]
    write = partial(pdf.document, f"Decision in case {id}", words, moment)
    return AttestationScript(
        "analyst-decision",
        ok,
        decision,
        moment,
        [FileScript("decision.pdf", write)],
        by=Reporter.WRITER,
    )


def _case(
    id: str,
    day: str,
    score: float,
    decision: str,
    *,
    contacted: bool = False,
    reported: bool = False,
) -> WorkflowScript:
    events = [_alerted(id, day, score), _gathered(id, day), _decided(id, day, decision)]
    end = events[-1].occurred_at
    if contacted:
        note = text.lines(f"{id}: called the customer back on the number we know.", decision)
        files = [FileScript("call-note.txt", lambda: note)]
        events.append(
            AttestationScript(
                "customer-contact",
                True,
                "The customer was called.",
                after(end, 25),
                files,
                Reporter.WRITER,
            )
        )
    if reported:
        link = {
            "name": "Receipt of the authority",
            "uri": f"https://reports.example.com/receipts/{id}",
        }
        events.append(
            AttestationScript(
                "authority-report", True, "Reported within one working day.", after(end, 240),
                by=Reporter.WRITER, external=[link],
            )
        )  # fmt: skip
    return _workflow(id, events)


def _late(id: str, day: str, score: float) -> WorkflowScript:
    decision = (
        "Confirmed, but decided nine days after the alert; the handbook allows two. The deadline "
        "was missed because the case lay in the queue of a closed team."
    )
    late = _decided(id, "2026-11-17", decision, ok=False, hour="15:30")
    return _workflow(id, [_alerted(id, day, score), _gathered(id, day), late])


def _undecided(id: str, day: str, score: float) -> WorkflowScript:
    return _workflow(id, [_alerted(id, day, score), _gathered(id, day)])


def _workflow(id: str, events: Sequence[AttestationScript]) -> WorkflowScript:
    return WorkflowScript(id, "Suspected fraud with a payment card or a transfer", events)
