"""The verdict over a workflow and its reasons, case by case (DESIGN §5)."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trails.state import Attested, Step, Verdict, judge

USER, SERVICE, LOGS = Step("user"), Step("service"), Step("logs", required=False)
GOOD, BAD, SILENT = True, False, None
Events = list[tuple[str, bool | None]]

CASES: list[tuple[str, list[Step], Events, str, list[str]]] = [
    ("nothing yet", [USER, SERVICE], [], "incomplete",
     ["`user` has not been attested.", "`service` has not been attested."]),
    ("one of two", [USER, SERVICE], [("user", GOOD)], "incomplete",
     ["`service` has not been attested."]),
    ("all good", [USER, SERVICE], [("user", GOOD), ("service", GOOD)], "compliant",
     ["Every required step has been attested and none is non-compliant."]),
    ("without a verdict", [USER], [("user", SILENT)], "compliant",
     ["Every required step has been attested and none is non-compliant.",
      "Recorded without a verdict: `user`."]),
    ("one bad", [USER, SERVICE], [("user", BAD), ("service", GOOD)], "non-compliant",
     ["`user` is non-compliant."]),
    ("bad beats missing", [USER, SERVICE], [("user", BAD)], "non-compliant",
     ["`user` is non-compliant.", "`service` has not been attested."]),
    ("mended later", [USER], [("user", BAD), ("user", GOOD)], "compliant",
     ["Every required step has been attested and none is non-compliant."]),
    ("broken later", [USER], [("user", GOOD), ("user", BAD)], "non-compliant",
     ["`user` is non-compliant."]),
    ("silenced later", [USER], [("user", BAD), ("user", SILENT)], "compliant",
     ["Every required step has been attested and none is non-compliant.",
      "Recorded without a verdict: `user`."]),
    ("optional is missing", [USER, LOGS], [("user", GOOD)], "compliant",
     ["Every required step has been attested and none is non-compliant."]),
    ("optional is bad", [USER, LOGS], [("user", GOOD), ("logs", BAD)], "non-compliant",
     ["`logs` is non-compliant."]),
    ("only optional, nothing", [LOGS], [], "incomplete", ["Nothing has been attested."]),
    ("only optional, one", [LOGS], [("logs", GOOD)], "compliant",
     ["This trail requires no step; nothing attested is non-compliant."]),
    ("unexpected and good", [USER], [("other", GOOD)], "incomplete",
     ["`user` has not been attested."]),
    ("unexpected and bad", [USER], [("user", GOOD), ("other", BAD)], "non-compliant",
     ["`other` is non-compliant; it is not a step of this trail, but it counts."]),
    ("demands nothing, nothing", [], [], "incomplete", ["Nothing has been attested."]),
    ("demands nothing, one good", [], [("other", GOOD)], "compliant",
     ["This trail demands no steps; nothing attested is non-compliant."]),
    ("demands nothing, one bad", [], [("other", GOOD), ("more", BAD)], "non-compliant",
     ["`more` is non-compliant; it is not a step of this trail, but it counts."]),
]  # fmt: skip


def numbered(events: Events) -> list[Attested]:
    return [Attested(step, number, given) for number, (step, given) in enumerate(events, start=1)]


@pytest.mark.parametrize(
    ("steps", "events", "state", "reasons"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_verdict(steps: list[Step], events: Events, state: str, reasons: list[str]) -> None:
    verdict = judge(steps, numbered(events))
    assert (verdict.state, list(verdict.reasons)) == (state, reasons)


def test_each_step_has_a_state_of_its_own_and_says_what_counts() -> None:
    events: Events = [("user", GOOD), ("other", SILENT), ("user", BAD)]
    found = judge([USER, SERVICE, LOGS], numbered(events)).steps
    assert [(v.step, v.state, v.required, v.expected, v.number) for v in found] == [
        ("user", "non-compliant", True, True, 3),
        ("service", "missing", True, True, None),
        ("logs", "missing", False, True, None),
        ("other", "recorded", False, False, 2),
    ]


templates = st.lists(
    st.builds(Step, st.sampled_from("abcd"), st.booleans()), max_size=4, unique_by=lambda s: s.name
)
histories = st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.booleans()), max_size=8)


def counting(events: Events) -> dict[str, bool | None]:
    """Return what each step says last, reckoned anew."""
    return dict(events)


@given(templates, histories, st.randoms())
def test_the_order_in_which_attestations_are_read_does_not_matter(
    steps: list[Step], events: Events, random: Random
) -> None:
    attested = numbered(events)
    verdict = judge(steps, attested)
    random.shuffle(attested)
    assert judge(steps, attested) == verdict


def test_no_order_of_three_matters() -> None:
    attested = numbered([("user", BAD), ("user", GOOD), ("service", SILENT)])
    verdicts = {judge([USER, SERVICE], order) for order in permutations(attested)}
    assert len(verdicts) == 1


@given(templates, histories)
def test_non_compliant_beats_incomplete_beats_compliant(steps: list[Step], events: Events) -> None:
    says = counting(events)
    missing = [step for step in steps if step.required and step.name not in says]
    verdict = judge(steps, numbered(events))
    if BAD in says.values():
        expected = "non-compliant"
    elif missing or not says:
        expected = "incomplete"
    else:
        expected = "compliant"
    assert verdict.state == expected


@given(templates, histories)
def test_every_verdict_has_reasons_that_are_sentences(steps: list[Step], events: Events) -> None:
    verdict = judge(steps, numbered(events))
    assert verdict.reasons
    assert all(reason.endswith(".") and reason.strip() for reason in verdict.reasons)
    assert accuses(verdict) == [step for step, given in sorted_last(events) if given is BAD]


def accuses(verdict: Verdict) -> list[str]:
    """Return the steps that the reasons call non-compliant, in no order."""
    bad = [reason for reason in verdict.reasons if "is non-compliant" in reason and "`" in reason]
    return sorted(reason.split("`")[1] for reason in bad)


def sorted_last(events: Events) -> list[tuple[str, bool | None]]:
    return sorted(counting(events).items())
