"""A4, A5, A6 over the wire, beyond what the recorded conversation shows."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.trails.kosli.wire import Wire, trail, wire

__all__ = ["trail", "wire"]


def test_another_description_changes_nothing_and_the_answer_says_so(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    first = wire.call("POST", f"{path}-b", {"description": "first"})
    again = wire.call("POST", f"{path}-b", {"description": "second"})
    assert (first.status, again.status) == (201, 200)
    assert again.json["description"] == "first"
    assert "begun with another description" in again.json["message"]
    assert "message" not in wire.call("POST", f"{path}-b", {"description": "first"}).json


def test_twenty_beginnings_at_once_begin_one_workflow(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: wire.call("POST", f"{path}-x"), range(20)))
    assert sorted(got.status for got in answers) == [200] * 19 + [201]
    listed = wire.call("GET", f"/api/v2/workflows/acme/{trail}").json
    assert [workflow["id"] for workflow in listed] == ["run-1-x", "run-1"]


@pytest.mark.parametrize(
    "id", ["example/!32", "example%2F32", "a%20b", "a%25b", "new", "x" * 256, ""]
)
def test_an_id_beyond_our_rule_is_refused_in_words(wire: Wire, trail: str, id: str) -> None:
    path = wire.workflow(trail)
    got = wire.call("POST", path.replace("run-1", id))
    assert got.status == 400
    assert list(got.json["errors"]) == ["id"] and b"%" not in got.body
    assert wire.call("GET", path.replace("run-1", id)).status == 404


@pytest.mark.parametrize("id", ["testExternalId", "lmf-56", "arn:aws:ecs@1+2~b.c_d", "x" * 255])
def test_an_id_may_be_what_the_world_calls_it(wire: Wire, trail: str, id: str) -> None:
    path = wire.workflow(trail, id)
    assert wire.call("GET", path).json["id"] == id


def test_a_body_that_is_no_description_is_refused(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    refused: tuple[Any, ...] = ([], "text", {"description": None}, {"description": "", "more": 1})
    for said in refused:
        assert wire.call("POST", f"{path}-b", said).status == 400
    assert wire.send("POST", f"{path}-c", b"").status == 201
    assert wire.send("POST", f"{path}-d", b" null\n").status == 201


def test_the_audit_trail_must_be_named(wire: Wire) -> None:
    got = wire.call("GET", "/api/v2/workflows/acme//run-1")
    assert (got.status, list(got.json["errors"])) == (400, ["audit_trail"])


def test_an_unknown_audit_trail_is_named(wire: Wire) -> None:
    text = "Audit Trail called 'nope' does not exist for organization 'acme'"
    for method, path in (("POST", "/run-1"), ("GET", "/run-1"), ("GET", "?page=1&per_page=15")):
        got = wire.call(method, f"/api/v2/workflows/acme/nope{path}")
        assert (got.status, got.json) == (404, {"message": text})


def test_pages_are_newest_first_and_empty_beyond_the_end(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail, "run-0")
    for number in range(1, 5):
        wire.call("POST", path.replace("run-0", f"run-{number}"))
    listing = f"/api/v2/workflows/acme/{trail}"

    def page(number: object, size: object = 2) -> list[str]:
        got = wire.call("GET", f"{listing}?page={number}&per_page={size}")
        assert got.status == 200
        return [workflow["id"] for workflow in got.json]

    assert page(1) == ["run-4", "run-3"] and page(2) == ["run-2", "run-1"] and page(3) == ["run-0"]
    assert page(4) == [] and page(10**9) == [] and page(2**63) == [] and page("9" * 5000) == []
    assert page(1, 1000) == [f"run-{number}" for number in (4, 3, 2, 1, 0)]
    assert len(wire.call("GET", listing).json) == 5


@pytest.mark.parametrize(
    "query",
    [
        *("page=0", "page=-1", "page=", "page=x", "page=%D9%A1", "page=1.0", "page=%00"),
        *("per_page=0", "per_page=1001", "per_page=+2", "per_page=1e3"),
    ],
)
def test_a_page_that_is_no_number_is_refused(wire: Wire, trail: str, query: str) -> None:
    wire.workflow(trail)
    got = wire.call("GET", f"/api/v2/workflows/acme/{trail}?{query}")
    assert (got.status, list(got.json["errors"])) == (400, [query.partition("=")[0]])
