"""Answers stay bounded however much a workflow holds, and say how much there is."""

import json
from typing import Any

import pytest
from django.urls import reverse

from tests.plugins.world import World
from trails import lookups
from trails.kosli import shapes
from trails.models import Workflow


def again(world: World, workflow: Workflow) -> Workflow:
    return lookups.workflow(world.actor("owner"), "acme", workflow.trail.name, workflow.name)


def test_the_newest_attestations_are_listed_and_the_one_that_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "RECORDS", 3)
    workflow = world.begin()
    world.attest(workflow, step="command-logs", is_compliant=False)
    for number in range(5):
        world.attest(workflow, description=f"{number}")
    found = shapes.workflow_with_evidence(again(world, workflow))
    numbers = {
        step: [entry["number"] for entry in found["evidence"][step]] for step in found["evidence"]
    }
    assert numbers == {"command-logs": [1], "user-identity": [4, 5, 6]}
    assert (found["evidence_total"], found["state"]) == (6, "non-compliant")
    assert found["evidence"]["command-logs"][0]["state"] == "non-compliant"


def test_of_many_files_the_first_are_listed_and_all_are_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "FILES", 2)
    workflow = world.begin()
    attestation = world.attest(workflow, files={name: name.encode() for name in "abc"})
    found = shapes.evidence(again(world, workflow), attestation)
    assert [file["name"] for file in found["files"]] == ["a", "b"]
    assert found["files_total"] == 3


def test_a_workflow_with_much_evidence_costs_the_same_queries(
    world: World, django_assert_num_queries: Any
) -> None:
    small, large = world.begin("small"), world.begin("large")
    world.attest(small, files={"a": b"1"})
    for number in range(10):
        world.attest(large, files={"a": b"1", "b": b"2"}, description=f"{number}", user_data="{}")
    for workflow in (again(world, small), again(world, large)):
        with django_assert_num_queries(3):
            shapes.workflow_with_evidence(workflow)


def test_nothing_that_the_cli_prints_is_null(world: World) -> None:
    workflow = world.begin()
    world.attest(workflow, is_compliant=None)
    found = shapes.workflow_with_evidence(again(world, workflow))
    assert "null" not in json.dumps([found, shapes.trail(world.public)])


def test_an_address_survives_every_character_of_a_workflow_id() -> None:
    path = shapes.page("acme", "trail", "arn:aws@1+2~b.c_d").removeprefix("http://testserver")
    assert path == "/acme/trail/arn:aws@1+2~b.c_d/"


def test_routes_can_be_written_from_their_names() -> None:
    names = {"organization": "acme", "trail": "t"}
    assert reverse("kosli-audit-trails", args=["acme"]) == "/api/v2/audit_trails/acme"
    assert reverse("kosli-workflows", kwargs=names) == "/api/v2/workflows/acme/t"
