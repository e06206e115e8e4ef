"""Who may do what through the dialect: the roles of the named world, in process."""

import json
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.test import Client

from tests.plugins.world import World
from trails.actions.trails import configure_trail
from trails.models import Trail, Workflow

ACTS = [
    ("PUT", "/api/v2/audit_trails/acme", {"name": "fresh", "description": "", "steps": ["one"]}),
    ("POST", "/api/v2/workflows/acme/prod-server-access/run-1", None),
    ("POST", "/api/v2/evidence/acme/workflow/prod-server-access/generic", None),
    ("PUT", "/api/v2/organizations/acme/experimental_features", {}),
]
READS = [
    "/api/v2/audit_trails/acme",
    "/api/v2/audit_trails/acme/case-worker-access",
    "/api/v2/workflows/acme/case-worker-access",
    "/api/v2/workflows/acme/case-worker-access/run-1",
]


def call(world: World, by: str, method: str, path: str, payload: Any = None) -> Any:
    body, kind = json.dumps(payload), "application/json"
    return Client().generic(method, path, body, kind, headers=world.bearer(by))


def test_an_auditor_changes_nothing(world: World) -> None:
    for method, path, payload in ACTS[:3]:
        answer = call(world, "auditor", method, path, payload)
        assert answer.status_code == 403
        assert json.loads(answer.content)["message"].startswith("Auditor may not ")
    switch = call(world, "auditor", "PUT", ACTS[3][1], {"experimental_features_enabled": False})
    assert switch.status_code == 403
    world.acme.refresh_from_db()
    assert world.acme.beta_enabled
    assert not Workflow.objects.exists() and not Trail.objects.filter(name="fresh").exists()


def test_a_writer_reports_and_does_not_configure(world: World) -> None:
    for (method, path, payload), status in zip(ACTS, (403, 201, 400, 400), strict=True):
        assert call(world, "writer", method, path, payload).status_code == status


def test_a_robot_reports(world: World) -> None:
    assert call(world, "robot", *ACTS[1]).status_code == 201
    begun = Workflow.objects.get(name="run-1")
    assert (begun.by_kind, begun.by_name) == ("service-account", "robot")


def test_every_member_reads_what_is_private(world: World) -> None:
    world.begin(trail=world.private)
    for by in ("owner", "writer", "auditor", "robot"):
        for path in READS:
            assert call(world, by, "GET", path).status_code == 200, (by, path)


def test_an_outsider_is_denied_whatever_there_is(world: World) -> None:
    world.begin(trail=world.private)
    for method, path in [*(("GET", path) for path in READS), *((act[0], act[1]) for act in ACTS)]:
        for asked in (path, path.replace("acme", "nowhere")):
            answer = call(world, "outsider", method, asked)
            assert answer.status_code == 403
            assert json.loads(answer.content) == {"message": f"Access denied to {asked}"}


def test_a_session_opens_nothing(world: World) -> None:
    assert world.client("owner").get(READS[0]).status_code == 401


def test_a_revoked_member_is_an_outsider_at_once(world: World) -> None:
    world.acme.memberships.get(user=world.writer).delete()
    assert call(world, "writer", "GET", READS[0]).status_code == 403


def test_an_optional_step_and_a_public_trail_stay_so(world: World) -> None:
    steps = [{"name": "one", "required": False}, {"name": "two", "required": True}]
    configure_trail(
        actor=world.actor("owner"), organization=world.acme, name=world.public.name, steps=steps
    )
    payload = {"name": world.public.name, "description": "x", "steps": ["one", "two", "three"]}
    answer = json.loads(call(world, "owner", "PUT", "/api/v2/audit_trails/acme", payload).content)
    assert (answer["visibility"], answer["required_steps"]) == ("public", ["two", "three"])


def test_a_page_of_workflows_costs_the_same_queries_however_long(
    world: World, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        world.attest(
            world.begin(f"run-{number}", trail=world.private), files={"a": b"1", "b": b"2"}
        )
    call(world, "owner", "GET", READS[2])  # the key's last use is noted once a minute
    for size in (1, 12):
        with django_assert_num_queries(6):
            call(world, "owner", "GET", f"{READS[2]}?per_page={size}")


def test_a_failure_of_ours_is_json_and_logged(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object) -> None:
        raise RuntimeError("the disk is on fire")

    # The one fake here: nothing real fails on demand.
    monkeypatch.setattr("trails.kosli.shapes.trail", fail)
    seen: list[object] = []
    got_request_exception.connect(
        lambda **kwargs: seen.append(kwargs), weak=False, dispatch_uid="t"
    )
    client = Client(raise_request_exception=False)
    try:
        answer = client.get(READS[0], headers=world.bearer("owner"))
    finally:
        got_request_exception.disconnect(dispatch_uid="t")
    assert answer.status_code == 500 and len(seen) == 1
    assert "request id" in answer.json()["message"] and "fire" not in answer.content.decode()
    assert "the disk is on fire" in caplog.text
