"""What callers may call things, and how long it takes to say no."""

import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trails.actions import inputs
from trails.errors import Invalid
from trails.words import RESERVED_ORGANIZATIONS, RESERVED_TRAILS, RESERVED_WORKFLOWS


@pytest.mark.parametrize("name", ["a", "A.b~c_d-e", "0", "x" * 100, "prod-server-access", "a..b"])
def test_names_of_trails_and_organizations(name: str) -> None:
    assert inputs.trail_name(name) == inputs.organization_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", ".a", "..", "a/b", "a b", "a\n", "é", "a\x00", "x" * 101, "a%2fb", None, 7]
)
def test_what_cannot_be_a_name(name: Any) -> None:
    for rule in (inputs.trail_name, inputs.organization_name):
        with pytest.raises(Invalid) as refused:
            rule(name)
        assert refused.value.field == "name"


def test_workflow_ids_are_wider_and_longer() -> None:
    assert inputs.workflow_id("arn:aws:ecs@eu+1~x" + "y" * 237)
    for id in ("x" * 256, ":a", "a/b", "a b", "a?b", "a#b", "a\r\n"):
        with pytest.raises(Invalid):
            inputs.workflow_id(id)


def test_reserved_names_are_refused_however_they_are_written() -> None:
    for rule, names in (
        (inputs.organization_name, RESERVED_ORGANIZATIONS),
        (inputs.trail_name, RESERVED_TRAILS),
    ):
        for name in names:
            for spelled in (name, name.upper(), name.title()):
                with pytest.raises(Invalid, match="is reserved"):
                    rule(spelled)
    for name in RESERVED_WORKFLOWS:
        with pytest.raises(Invalid, match="is reserved"):
            inputs.workflow_id(name)


@pytest.mark.parametrize(
    "step", ["_disposal", "_disposal.1", "_DISPOSAL.2", "<disposal", "_disposal. ", "_disposal.a"]
)
def test_no_step_has_the_name_of_what_a_package_says_of_disposals(step: str) -> None:
    with pytest.raises(Invalid, match="is reserved"):
        inputs.step_name(step)
    assert inputs.step_name("disposal.1") == "disposal.1"
    assert inputs.step_name("_disposals") == "_disposals"


def test_steps_are_given_as_names_or_with_their_duty() -> None:
    assert inputs.steps(["user", {"name": "logs", "required": False}, {"name": "e\u0301"}]) == [
        {"name": "user", "required": True},
        {"name": "logs", "required": False},
        {"name": "é", "required": True},
    ]
    assert inputs.steps([]) == []


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ("user", "must be a list"),
        ({"name": "user"}, "must be a list"),
        ([""], "needs a name"),
        ([None], "must be text"),
        ([{"required": True}], "must be text"),
        ([{"name": "a", "required": 1}], "true or false"),
        (["user", "User"], "there twice"),
        (["é", "e\u0301"], "there twice"),
        (["a"] * 201, "201 steps are too many"),
    ],
)
def test_steps_that_make_no_template(steps: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        inputs.steps(steps)
    assert refused.value.field == "steps"


@given(st.text(max_size=60))
def test_a_text_is_kept_composed_or_refused(value: str) -> None:
    try:
        kept = inputs.text(value, "description")
    except Invalid:
        return
    assert unicodedata.is_normalized("NFC", kept)
    assert inputs.text(kept, "description") == kept
    kept.encode()  # no half of a surrogate pair, which PostgreSQL would refuse
    assert "\x00" not in kept


@pytest.mark.parametrize(
    "hostile",
    ["a" + "\u0300\u0327" * 100_000, "x" * 10_000_000, "\x00" * 100_000, "\u1100" * 40_000],
    ids=["marks", "long", "control", "jamo"],
)
def test_a_hostile_text_costs_no_time(hostile: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid) as refused:
        inputs.text(hostile, "description")
    assert time.process_time() - began < 0.5
    assert len(refused.value.message) < 200


def test_a_link_without_a_name_is_called_by_its_address() -> None:
    uri = "https://tickets.example.com/OPS-1"
    for name in (None, "", "   "):
        assert inputs.external([{"uri": uri, "name": name}]) == [{"name": uri, "uri": uri}]


@pytest.mark.parametrize("name", ["workflow", "Workflow", "workflow.", "workflow .", "WORKFLOW. ."])
def test_no_step_is_called_what_a_package_calls_the_workflow(name: str) -> None:
    with pytest.raises(Invalid, match="is reserved"):
        inputs.step_name(name)
