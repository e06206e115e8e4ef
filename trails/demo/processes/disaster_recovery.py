"""Disaster-recovery drills: move the payments to the other site and back, and measure. Pure."""

from functools import partial

from trails.demo.dice import Dice
from trails.demo.files import pdf, png, terminal, text
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
    *required("plan", "failover", "restore-check", "latency", "fail-back"),
    *optional("lessons"),
]
LIMIT = 400  # ms: what the bank promises for payments while on the other site
FIVE_YEARS = 5 * 365 + 1  # days: for how long the bank keeps what a drill has shown
_AWAY, _BACK = 12, 48  # minutes after the beginning


def trail() -> TrailScript:
    """Return the trail."""
    workflows = [
        _drill("dr-drill-2026-q2", "2026-06-11", peak=352, lessons=True),
        _failed_drill("dr-drill-2026-q3", "2026-09-17"),
        _drill("dr-drill-2026-q3-repeat", "2026-10-01", peak=388),
        _planned("dr-drill-2026-q4", "2026-11-19"),
    ]
    description = (
        "Quarterly drill: payments run on the second site for an hour. The bank promises "
        f"{LIMIT} ms (p95) there, and no lost booking."
    )
    version = VersionScript(description, "public", STEPS, workflows, retention_days=FIVE_YEARS)
    return TrailScript("disaster-recovery-drill", [version])


def chart(id: str, peak: int) -> bytes:
    """Return the latency of the drill as a chart, one value a minute."""
    dice = Dice(f"latency/{id}")
    values = []
    for minute in range(61):
        away = _AWAY <= minute < _BACK
        value = (240 if away else 120) + dice.between(0, 40)
        values.append(peak if minute == _AWAY + 3 else value)
    marks = [(_AWAY, "FAILOVER"), (_BACK, "FAIL-BACK")]
    return png.latency_chart(f"PAYMENTS {id.upper()}", values, limit=LIMIT, marks=marks)


def plan(id: str, day: str) -> bytes:
    """Return the drill's plan as YAML."""
    return text.lines(
        f"drill: {id}",
        f"date: {day}",
        "service: payments",
        "from: site-a",
        "to: site-b",
        "promises:",
        f"  latency_p95_ms: {LIMIT}",
        "  lost_bookings: 0",
        "  time_to_recover_minutes: 15",
        "abort_when:",
        "  - latency_p95_ms > 1000 for 5 minutes",
        "  - any booking is lost",
    )


def _planned_step(id: str, day: str) -> AttestationScript:
    return AttestationScript(
        "plan",
        True,
        "The plan was approved by the head of operations.",
        at(day, "05:00"),
        [FileScript("plan.yaml", partial(plan, id, day))],
        by=Reporter.WRITER,
    )


def _moved(id: str, day: str, step: str, target: str, minutes: int) -> AttestationScript:
    moment = after(at(day, "06:00"), minutes)
    write = partial(terminal.kubectl_failover, "operator", "bastion-1", moment, target)
    return AttestationScript(
        step,
        True,
        f"Payments run on {target}.",
        moment,
        [FileScript(f"{step}.log", write)],
        user_data={"target": target, "drill": id},
    )


def _counted(id: str, day: str, lost: int) -> AttestationScript:
    dice = Dice(f"bookings/{id}")
    rows = []
    for queue in ("incoming", "outgoing", "cards", "standing-orders"):
        booked = dice.between(9_000, 30_000)
        rows.append((queue, booked, booked - (lost if queue == "cards" else 0)))
    write = partial(text.csv_file, ["queue", "site_a", "site_b"], rows)
    return AttestationScript(
        "restore-check",
        lost == 0,
        "Every booking is on both sites."
        if not lost
        else f"{lost} bookings are missing on site-b.",
        after(at(day, "06:00"), 30),
        [FileScript("bookings.csv", write)],
        user_data={"lost_bookings": lost},
    )


def _measured(id: str, day: str, peak: int) -> AttestationScript:
    return AttestationScript(
        "latency",
        peak <= LIMIT,
        f"The highest p95 was {peak} ms; promised are {LIMIT} ms.",
        after(at(day, "06:00"), 61),
        [FileScript("latency.png", partial(chart, id, peak))],
        user_data={"p95_ms": peak, "limit_ms": LIMIT},
    )


def _drill(id: str, day: str, *, peak: int, lessons: bool = False, lost: int = 0) -> WorkflowScript:
    events = [
        _planned_step(id, day),
        _moved(id, day, "failover", "site-b", _AWAY),
        _counted(id, day, lost),
        _moved(id, day, "fail-back", "site-a", _BACK),
        _measured(id, day, peak),
    ]
    if lessons:
        words = [
            "What went well",
            "- The checklist was followed line by line.",
            "",
            "What to change",
        ]
        words += ["- The bastion's name was wrong in step 7.", "- Tell the branches a day earlier."]
        write = partial(pdf.document, f"Lessons of {id}", words, at(day, "14:00"))
        events.append(
            AttestationScript(
                "lessons", None, "What was learned.", at(day, "14:00"),
                [FileScript("lessons.pdf", write)], Reporter.WRITER,
            )
        )  # fmt: skip
    return WorkflowScript(id, "Payments move to site-b for an hour", events, Reporter.WRITER)


def _failed_drill(id: str, day: str) -> WorkflowScript:
    return _drill(id, day, peak=611, lost=3, lessons=True)


def _planned(id: str, day: str) -> WorkflowScript:
    events = [_planned_step(id, day)]
    return WorkflowScript(id, "Payments move to site-b for an hour", events, Reporter.WRITER)
