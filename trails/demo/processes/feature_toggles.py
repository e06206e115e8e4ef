"""Feature toggles in production: proposed, weighed, rolled out, looked after. Pure."""

from functools import partial

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

DESCRIPTION = "Who switched which feature on for whom, why, and what happened then."
FIRST = [*required("proposal", "rollout"), *optional("verification")]
SECOND = [*required("proposal", "risk-review", "rollout", "verification"), *optional("rollback")]


def trail() -> TrailScript:
    """Return the trail; its second version demands a risk review and a verification."""
    before = [
        _change("instant-transfers-10pct", "instant-transfers", "2026-09-08", reviewed=False),
        _change("dark-mode-all", "dark-mode", "2026-09-22", reviewed=False),
    ]
    since = [
        _change("instant-transfers-50pct", "instant-transfers", "2026-10-13", verified=True),
        _rolled_back("spending-limits-25pct", "spending-limits", "2026-11-04"),
        _change("instant-transfers-100pct", "instant-transfers", "2026-11-18"),
        _proposed("joint-accounts-5pct", "joint-accounts", "2026-11-20"),
    ]
    versions = [
        VersionScript(DESCRIPTION, "public", FIRST, before),
        VersionScript(DESCRIPTION, "public", SECOND, since),
    ]
    return TrailScript("feature-toggle-change", versions)


def toggles(feature: str, percent: int) -> bytes:
    """Return the toggle's file as it is deployed."""
    return text.lines(
        f"# toggles/{feature}.yaml",
        f"name: {feature}",
        "owner: platform@harbor-bank.test",
        f"enabled: {'true' if percent else 'false'}",
        "rollout:",
        f"  percent: {percent}",
        "  by: customer_id",
        "  exclude: [staff-test-accounts]",
        "expires: 2027-06-30",
    )


def rollout(id: str, steps: int = 12) -> bytes:
    """Return the table of the rollout: how many customers, how many errors."""
    dice = Dice(f"rollout/{id}")
    rows = []
    for number in range(steps):
        customers = 4_000 * (number + 1) + dice.between(0, 300)
        rows.append((f"{5 * number:02}", customers, dice.between(0, 9), dice.between(90, 170)))
    return text.csv_file(["minute", "customers", "errors", "latency_p95_ms"], rows)


def _asked(feature: str, day: str) -> AttestationScript:
    proposal = text.json_file(
        {"feature": feature, "change": "raise the share of customers", "proposed_by": "platform"}
    )
    return AttestationScript(
        "proposal",
        True,
        f"The platform team proposes to roll {feature} out further.",
        at(day, "08:30"),
        [
            FileScript("proposal.json", lambda: proposal),
            FileScript("toggle.yaml", partial(toggles, feature, 25)),
        ],
        by=Reporter.WRITER,
        external=[
            {"name": "Pull request", "uri": f"https://git.example.com/toggles/pulls/{feature}"}
        ],
    )


def _weighed(feature: str, day: str) -> AttestationScript:
    return AttestationScript(
        "risk-review",
        True,
        "Low risk: the feature can be switched off within a minute, and no data changes shape.",
        at(day, "09:45"),
        by=Reporter.ADMIN,
        user_data={"risk": "low", "reversible": True, "feature": feature},
    )


def _rolled_out(id: str, day: str) -> AttestationScript:
    return AttestationScript(
        "rollout",
        True,
        "Rolled out in twelve steps of five minutes.",
        at(day, "11:00"),
        [FileScript("rollout.csv", partial(rollout, id))],
    )


def _change(
    id: str, feature: str, day: str, *, reviewed: bool = True, verified: bool | None = None
) -> WorkflowScript:
    events = [_asked(feature, day)]
    events += [_weighed(feature, day)] if reviewed else []
    events.append(_rolled_out(id, day))
    if reviewed:
        words = "Errors and latency stayed where they were." if verified else "Watched for an hour."
        events.append(AttestationScript("verification", verified, words, at(day, "13:00")))
    return WorkflowScript(id, f"Roll out {feature}", events)


def _rolled_back(id: str, feature: str, day: str) -> WorkflowScript:
    """Errors rose; the feature was switched off again, and the record says so."""
    out = _rolled_out(id, day)
    log = text.json_lines(
        {"minute": minute, "errors": 4 + 31 * minute, "limit": 50} for minute in range(6)
    )
    failed = AttestationScript(
        "verification",
        False,
        "Errors rose above the limit after two minutes: limits in other currencies were refused.",
        after(out.occurred_at, 64),
        [FileScript("errors.jsonl", lambda: log)],
    )
    back = AttestationScript(
        "rollback",
        True,
        "Switched off for everybody; errors are back to normal.",
        after(out.occurred_at, 70),
        [FileScript("toggle.yaml", partial(toggles, feature, 0))],
        by=Reporter.WRITER,
    )
    events = [_asked(feature, day), _weighed(feature, day), out, failed, back]
    return WorkflowScript(id, f"Roll out {feature}", events)


def _proposed(id: str, feature: str, day: str) -> WorkflowScript:
    return WorkflowScript(id, f"Roll out {feature}", [_asked(feature, day)])
