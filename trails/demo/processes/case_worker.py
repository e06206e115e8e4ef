"""Case workers who open a customer's file: on what grounds, who allowed it, what they saw. Pure."""

from functools import partial

from trails.demo.bank import ENGINEERS
from trails.demo.dice import Dice
from trails.demo.files import text
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
    *required("legal-basis", "supervisor-approval", "access-log"),
    *optional("customer-informed"),
]


def trail() -> TrailScript:
    """Return the trail; whose file was opened is nobody else's business, so it is private."""
    workflows = [
        _access("case-48121", "2026-10-08", "complaint about a fee", informed=True),
        _access("case-48377", "2026-10-23", "request of a court", informed=False),
        _unfounded("case-48502", "2026-11-05"),
        _waiting("case-48590", "2026-11-19"),
    ]
    description = "Case workers open a customer's file only on grounds, with approval, and seen."
    return TrailScript(
        "case-worker-access", [VersionScript(description, "private", STEPS, workflows)]
    )


def access_log(id: str, day: str, documents: int) -> bytes:
    """Return what was opened, one line per document."""
    dice = Dice(f"case/{id}")
    worker = dice.choice(ENGINEERS)
    return text.json_lines(
        {
            "at": f"{day}T{9 + number // 4:02}:{dice.between(10, 59)}:00Z",
            "worker": worker.handle,
            "ip": worker.ip,
            "case": id,
            "document": dice.uuid(),
            "kind": dice.choice(["statement", "contract", "letter", "identity-check"]),
            "act": "read",
        }
        for number in range(documents)
    )


def _grounds(id: str, day: str, grounds: str) -> AttestationScript:
    body = text.memo(
        sender="case-workers@harbor-bank.test",
        to="data-protection@harbor-bank.test",
        date=day,
        subject=f"Access to the file of {id}",
        paragraphs=[f"Grounds: {grounds}.", "Needed: statements of the last twelve months."],
    )
    return AttestationScript(
        "legal-basis", True, f"Grounds: {grounds}.", at(day, "08:10"),
        [FileScript("grounds.txt", lambda: body)], Reporter.WRITER,
    )  # fmt: skip


def _allowed(day: str) -> AttestationScript:
    return AttestationScript(
        "supervisor-approval",
        True,
        "Allowed for one working day.",
        at(day, "08:50"),
        by=Reporter.ADMIN,
        user_data={"valid_hours": 8, "scope": ["statement", "contract"]},
    )


def _opened(id: str, day: str, documents: int) -> AttestationScript:
    return AttestationScript(
        "access-log",
        True,
        f"{documents} documents were read, all within the scope.",
        at(day, "17:00"),
        [FileScript("access.jsonl", partial(access_log, id, day, documents))],
    )


def _access(id: str, day: str, grounds: str, *, informed: bool) -> WorkflowScript:
    log = _opened(id, day, 9)
    events = [_grounds(id, day, grounds), _allowed(day), log]
    if informed:
        moment = after(log.occurred_at, 1_440)
        words = "The customer was told by letter."
        events.append(
            AttestationScript("customer-informed", True, words, moment, by=Reporter.WRITER)
        )
    return WorkflowScript(id, f"Access to a customer's file: {grounds}", events, Reporter.WRITER)


def _unfounded(id: str, day: str) -> WorkflowScript:
    """A file was opened before anybody allowed it."""
    opened = AttestationScript(
        "access-log",
        False,
        "Three documents were read at 09:20 without approval. Access was withdrawn at 09:31, and "
        "the data-protection officer was told.",
        at(day, "09:31"),
        [FileScript("access.jsonl", partial(access_log, id, day, 3))],
        user_data={"documents": 3, "withdrawn": True},
    )
    refused = AttestationScript(
        "supervisor-approval", False, "Refused afterwards: there are no grounds.", at(day, "10:15"),
        by=Reporter.ADMIN,
    )  # fmt: skip
    events = [_grounds(id, day, "none given"), opened, refused]
    return WorkflowScript(id, "Access to a customer's file: none given", events, Reporter.WRITER)


def _waiting(id: str, day: str) -> WorkflowScript:
    grounds = "inheritance"
    events = [_grounds(id, day, grounds)]
    return WorkflowScript(id, f"Access to a customer's file: {grounds}", events, Reporter.WRITER)
