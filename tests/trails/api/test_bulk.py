"""Many attestations in one request: all of them or none, in their order, and again without harm."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from evidence.models import Blob, Pending, Record
from evidence.vault import store
from tests.plugins.world import World
from tests.trails.api.conftest import BOUNDARY, Answer, Api, form
from trails.actions.attestations import Item, Report, attest_all
from trails.models import Attestation, Evidence, UserData, WorkflowStatus

MANY = "/organizations/acme/trails/prod-server-access/attestations"


def item(workflow: str, step: str = "user-identity", **said: Any) -> dict[str, Any]:
    return {"workflow": workflow, "step": step, "is_compliant": True, **said}


def send(api: Api, items: list[dict[str, Any]], who: str = "robot") -> Answer:
    return post(api, {"attestations": items}, who)


def post(api: Api, said: dict[str, Any], who: str = "robot", path: str = MANY) -> Answer:
    return api.call("POST", path, who, json.dumps(said).encode(), "application/json")


def send_files(api: Api, items: list[dict[str, Any]], files: list[tuple[str, bytes]]) -> Answer:
    body = form({"attestations": items}, files)
    body = body.replace(b'name="attestation"', b'name="attestations"')
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    return api.call("POST", MANY, "robot", body, content_type)


@pytest.fixture
def runs(world: World) -> list[str]:
    """Two workflows that have begun."""
    return [world.begin(id).name for id in ("run-1", "run-2")]


def test_they_are_recorded_in_their_order_and_counted(api: Api, runs: list[str]) -> None:
    steps = ["user-identity", "service-identity", "command-logs"]
    answer = send(api, [item(run, step, user_data={"n": 1}) for step in steps for run in runs])
    assert answer.status == 201, answer.content
    told = answer.json["attestations"]
    assert [(one["workflow"], one["step"], one["number"]) for one in told] == [
        (run, step, number) for number, step in enumerate(steps, start=1) for run in runs
    ]
    assert all(one["created"] for one in told)
    for status in WorkflowStatus.objects.filter(workflow__name__in=runs):
        assert (status.state, status.attestations) == ("compliant", 3)
    assert (
        api.get(f"{MANY.removesuffix('/attestations')}/workflows/run-1/attestations").json[
            "attestations"
        ][0]["id"]
        == (told[0]["id"])
    )
    assert UserData.objects.count() == 6


def test_a_later_one_of_the_same_step_supersedes(api: Api, runs: list[str]) -> None:
    send(api, [item("run-1"), item("run-1", is_compliant=False)])
    status = WorkflowStatus.objects.get(workflow__name="run-1")
    assert (status.state, status.latest["user-identity"][:2]) == ("non-compliant", [2, False])


def test_one_that_does_not_fit_refuses_all_and_each_is_named(api: Api, runs: list[str]) -> None:
    before = Record.objects.count()
    answer = send(
        api,
        [
            item("run-1"),
            item("run-9"),
            item("run-2", step="a/b"),
            item("run-2", idempotency_key="k"),
            item("run-2", idempotency_key="k"),
        ],
    )
    assert answer.status == 400
    assert "4 of 5" not in answer.json["detail"] and "3 of 5" in answer.json["detail"]
    told = answer.json["items"]
    assert [(one["index"], one["field"]) for one in told] == [
        (1, "workflow"),
        (2, "step"),
        (4, "idempotency_key"),
    ]
    assert "Begin it first" in told[0]["detail"]
    assert (Record.objects.count(), Attestation.objects.count()) == (before, 0)


def test_what_is_no_report_is_named_by_its_place(api: Api, runs: list[str]) -> None:
    answer = send(api, [item("run-1"), {"workflow": "run-2", "step": "user-identity"}])
    assert (answer.status, answer.json["field"]) == (400, "attestations.1.is_compliant")
    nothings: list[dict[str, Any]] = [{}, {"attestations": []}]
    for nothing in nothings:
        assert post(api, nothing).status == 400


def test_sent_again_nothing_is_recorded_twice(api: Api, runs: list[str]) -> None:
    items = [
        item(run, idempotency_key=f"{run}-{n}", description=str(n)) for run in runs for n in (1, 2)
    ]
    first = send(api, items)
    again = send(api, [*items, item("run-1", idempotency_key="new")])
    assert (first.status, again.status) == (201, 201)
    assert [one["created"] for one in again.json["attestations"]] == [False] * 4 + [True]
    ids = [one["id"] for one in first.json["attestations"]]
    assert [one["id"] for one in again.json["attestations"]][:4] == ids
    assert send(api, items).status == 200
    assert Attestation.objects.count() == 5
    other = send(
        api, [item("run-2"), item("run-1", idempotency_key="run-1-1", description="other")]
    )
    assert other.status == 409
    assert Attestation.objects.count() == 5


def test_files_come_with_the_request_and_are_named_by_their_items(
    api: Api, runs: list[str]
) -> None:
    items = [
        item("run-1", evidence=["a.log", "shared.txt"]),
        item("run-2", evidence=["shared.txt"]),
        item("run-2", step="command-logs"),
    ]
    files = [("a.log", b"alpha"), ("shared.txt", b"both")]
    answer = send_files(api, items, files)
    assert answer.status == 201, answer.content
    rows = Evidence.objects.order_by("attestation__workflow__name", "position")
    assert [(row.attestation.workflow.name, row.name) for row in rows] == [
        ("run-1", "a.log"),
        ("run-1", "shared.txt"),
        ("run-2", "shared.txt"),
    ]
    assert sorted(store.verify(blob).size for blob in Blob.objects.all()) == [4, 5]


@pytest.mark.parametrize(
    ("named", "sent", "words"),
    [
        (["b.log"], ["a.log"], "which did not come"),
        ([], ["a.log"], "No attestation names"),
        (["a.log"], ["a.log", "a.log"], "Two files are called"),
    ],
)
def test_files_that_do_not_match_are_refused(
    api: Api, runs: list[str], named: list[str], sent: list[str], words: str
) -> None:
    files = [(name, b"x") for name in sent]
    answer = send_files(api, [item("run-1", evidence=named)], files)
    assert answer.status == 400 and words in answer.json["detail"]
    assert Blob.objects.count() == 0


def test_too_many_and_readers_are_refused(api: Api, runs: list[str], settings: Any) -> None:
    settings.LIMIT_BULK = 1
    answer = send(api, [item("run-1"), item("run-2")])
    assert (answer.status, answer.json["limit"]) == (413, 1)
    assert send(api, [item("run-1")], who="auditor").status == 403
    assert send(api, [item("run-1")], who="outsider").status == 403
    assert Attestation.objects.count() == 0


def test_a_stranger_to_a_private_trail_sees_nothing(api: Api, world: World) -> None:
    private = MANY.replace("prod-server-access", "case-worker-access")
    answer = post(api, {"attestations": [item("run-1")]}, "outsider", private)
    assert answer.status == 404


def test_two_thousand_are_all_sealed(api: Api, world: World, runs: list[str]) -> None:
    items = [item(runs[n % 2], f"extra-{n % 7}", description=str(n)) for n in range(2000)]
    assert send(api, items).status == 201
    numbers = list(
        Attestation.objects.filter(workflow__name="run-1")
        .order_by("number")
        .values_list("number", "description")
    )
    assert numbers == [(n + 1, str(2 * n)) for n in range(1000)]
    # In the log they stand in the order of the request.
    queue = Pending.objects.order_by("pk").values_list("record_id", flat=True)
    order = {row.record_id: int(row.description) for row in Attestation.objects.all()}
    assert [order[record] for record in queue if record in order] in ([], list(range(2000)))


def test_side_by_side_in_other_orders_they_neither_wait_for_ever_nor_leave_gaps(
    shared_world: World,
) -> None:
    ids = [shared_world.begin(f"run-{n}").name for n in range(6)]

    def report(turn: int) -> None:
        try:
            ordered = ids if turn % 2 else ids[::-1]
            items = [Item(id, Report("user-identity", True, str(turn))) for id in ordered]
            attest_all(actor=shared_world.actor("writer"), trail=shared_world.public, items=items)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(report, range(18)))
    for id in ids:
        found = Attestation.objects.filter(workflow__name=id).order_by("number")
        assert list(found.values_list("number", flat=True)) == list(range(1, 19))
