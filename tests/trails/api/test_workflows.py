"""Beginning a workflow and reading its state, reasons and steps."""

import pytest

from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.models import Workflow

WORKFLOWS = "/organizations/acme/trails/prod-server-access/workflows"


def test_a_workflow_begins_once(api: Api) -> None:
    body = {"description": "Incident 4711"}
    first = api.put(f"{WORKFLOWS}/ecs-1", "robot", body)
    assert first.status == 201
    assert first.headers["Location"] == first.json["url"]
    again = api.put(f"{WORKFLOWS}/ecs-1", "robot", body)
    assert (again.status, again.json) == (200, first.json)
    assert api.put(f"{WORKFLOWS}/ecs-1", "writer").status == 200
    assert Workflow.objects.count() == 1


def test_another_description_is_a_conflict(api: Api) -> None:
    api.put(f"{WORKFLOWS}/ecs-1", "robot", {"description": "one"})
    answer = api.put(f"{WORKFLOWS}/ecs-1", "robot", {"description": "two"})
    assert (answer.status, answer.json["field"]) == (409, "description")
    assert "another id" in answer.json["detail"]


def test_a_new_workflow_says_what_is_missing(api: Api) -> None:
    found = api.put(f"{WORKFLOWS}/ecs-1", "robot").json
    assert found["state"] == "incomplete"
    assert "`command-logs` has not been attested." in found["reasons"]
    assert [(s["name"], s["state"], s["attestation"]) for s in found["steps"]] == [
        ("user-identity", "missing", None),
        ("service-identity", "missing", None),
        ("command-logs", "missing", None),
    ]
    assert found["counts"] == {"attestations": 0, "superseded": 0}
    assert found["by"]["kind"] == "service-account"


def test_the_state_follows_the_attestations(api: Api, world: World, run: str) -> None:
    workflow = world.begin("run-1")
    for step in ("user-identity", "service-identity", "command-logs"):
        world.attest(workflow, step)
    assert api.get(run).json["state"] == "compliant"
    last = world.attest(workflow, "command-logs", is_compliant=False)
    world.attest(workflow, "note", is_compliant=None)

    found = api.get(run).json
    assert (found["state"], found["reasons"]) == (
        "non-compliant",
        ["`command-logs` is non-compliant."],
    )
    assert found["counts"] == {"attestations": 5, "superseded": 1}
    third, note = found["steps"][2:]
    assert (third["state"], third["number"], third["attestation"]) == (
        "non-compliant",
        4,
        str(last.pk),
    )
    assert (note["state"], note["expected"]) == ("recorded", False)
    assert api.get(third["attestation_url"]).json["number"] == 4


@pytest.mark.parametrize("id", ["a:b@c+d~e.f-g_h", "x" * 255])
def test_every_character_that_an_id_may_have_survives_the_address(api: Api, id: str) -> None:
    made = api.put(f"{WORKFLOWS}/{id}", "robot")
    assert (made.status, made.json["id"]) == (201, id)
    for address in ("url", "attestations_url", "package_url"):
        assert api.get(made.json[address]).status == 200


@pytest.mark.parametrize("id", ["x" * 256, "a%20b", "a%00b", "package", "%E2%80%AEtxt", "a%5Cb"])
def test_an_id_that_does_not_fit_is_refused_and_cannot_be_asked_for(api: Api, id: str) -> None:
    answer = api.put(f"{WORKFLOWS}/{id}", "robot")
    assert (answer.status, answer.json["field"]) == (400, "id")
    assert api.get(f"{WORKFLOWS}/{id}").status == 404


@pytest.mark.parametrize("body", ["null", "[]", '"x"', "{", "", "{}x", "\ufeff{}"])
def test_a_body_that_is_no_object_is_refused_unless_it_is_empty(api: Api, body: str) -> None:
    assert api.put(f"{WORKFLOWS}/ecs-1", "robot", body).status == (400 if body else 201)


def test_a_body_that_is_not_json_is_415(api: Api) -> None:
    answer = api.call("PUT", f"{WORKFLOWS}/ecs-1", "robot", b"description=x", "text/plain")
    assert (answer.status, answer.json["field"]) == (415, "Content-Type")
