"""Accounts for people who come, move and go: asked for, approved, made, looked over. Pure."""

from collections.abc import Sequence
from functools import partial

from trails.demo.bank import DOMAIN, WRITER
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
    *required("request", "manager-approval", "accounts-created"),
    *optional("security-briefing", "access-review"),
]
_SYSTEMS = ("directory", "mail", "core-banking", "ticketing", "data-warehouse")


def trail() -> TrailScript:
    """Return the trail; it names employees, so it is private."""
    workflows = [
        _joiner("joiner-2026-0412", "Elif Marrowby", "credit analyst", "2026-10-05", reviewed=True),
        _joiner("joiner-2026-0419", "Sander Quillfeldt", "teller", "2026-10-19", reviewed=True),
        _mover(),
        _joiner("joiner-2026-0431", "Pia Honeycutt", "risk controller", "2026-11-16"),
    ]
    description = "Accounts and entitlements of employees: nobody has access that nobody approved."
    return TrailScript(
        "user-provisioning", [VersionScript(description, "private", STEPS, workflows)]
    )


def accounts(person: str, systems: Sequence[str]) -> bytes:
    """Return the table of the accounts that were made."""
    handle = person.lower().replace(" ", ".")
    dice = Dice(f"accounts/{person}")
    rows = [
        (
            system,
            f"{handle}@{DOMAIN}",
            f"{system}-{dice.choice(['reader', 'user', 'clerk'])}",
            dice.uuid(),
        )
        for system in systems
    ]
    return text.csv_file(["system", "account", "entitlement", "account_id"], rows)


def _asked(person: str, job: str, day: str) -> AttestationScript:
    request = {
        "person": person,
        "job": job,
        "systems": list(_SYSTEMS[:4]),
        "requested_by": "people-operations",
        "start_date": day,
    }
    write = partial(text.json_file, request)
    description = f"People operations asks for accounts for {person}, {job}."
    return AttestationScript(
        "request", True, description, at(day, "08:05"), [FileScript("request.json", write)]
    )


def _approved(person: str, job: str, day: str) -> AttestationScript:
    moment = at(day, "09:40")
    words = [
        f"Person:        {person}",
        f"Job:           {job}",
        "Systems:       directory, mail, core-banking, ticketing",
        "Entitlements:  those of the job, none beyond",
        "",
        "I have checked that this person needs these systems for this job,",
        "and that the entitlements do not let one person both book and release a payment.",
        "",
        f"Signed: {WRITER.name} (head of branch operations)",
    ]
    write = partial(pdf.document, "Approval of access", words, moment)
    return AttestationScript(
        "manager-approval",
        True,
        "Approved by the head of branch operations.",
        moment,
        [FileScript("approval.pdf", write)],
        by=Reporter.WRITER,
    )


def _made(person: str, day: str, systems: Sequence[str]) -> AttestationScript:
    return AttestationScript(
        "accounts-created",
        True,
        f"{len(systems)} accounts were made, and no others.",
        at(day, "10:02"),
        [FileScript("accounts.csv", partial(accounts, person, systems))],
        user_data={"accounts": len(systems), "provisioner": "directory-sync 5.2"},
    )


def _joiner(id: str, person: str, job: str, day: str, *, reviewed: bool = False) -> WorkflowScript:
    events = [_asked(person, job, day), _approved(person, job, day)]
    if reviewed:
        made = _made(person, day, _SYSTEMS[:4])
        briefed = AttestationScript(
            "security-briefing",
            True,
            f"{person} attended the briefing.",
            after(made.occurred_at, 180),
            by=Reporter.WRITER,
        )
        events += [made, briefed]
    return WorkflowScript(id, f"{person} joins as {job}", events)


def _mover() -> WorkflowScript:
    """The review found an entitlement of the old job; it was withdrawn, and reviewed again."""
    person, day = "Oskar Thistlewood", "2026-11-02"
    made = _made(person, day, _SYSTEMS)
    found = AttestationScript(
        "access-review",
        False,
        "The entitlement data-warehouse-clerk of the former job is still there.",
        after(made.occurred_at, 1_500),
        [FileScript("entitlements.csv", partial(accounts, person, _SYSTEMS))],
        by=Reporter.ADMIN,
    )
    cleared = AttestationScript(
        "access-review",
        True,
        "The entitlement was withdrawn; what is left fits the job.",
        after(made.occurred_at, 2_980),
        [FileScript("entitlements.csv", partial(accounts, person, _SYSTEMS[:4]))],
        by=Reporter.ADMIN,
    )
    asked, approved = (
        _asked(person, "payments officer", day),
        _approved(person, "payments officer", day),
    )
    events = [asked, approved, made, found, cleared]
    return WorkflowScript("mover-2026-0088", f"{person} moves to payments", events)
