"""A retry loses nothing and doubles nothing."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from tests.plugins.world import World
from tests.trails.api.conftest import Answer, Api
from trails.models import Attestation, Evidence

RUN = "/organizations/acme/trails/prod-server-access/workflows/run-1"
REPORT = {"step": "command-logs", "is_compliant": True, "user_data": {"a": 1}}
FILES = [("a.log", b"bytes"), ("a.log", b"other")]


def test_the_same_key_again_gives_what_it_made(api: Api, run: str) -> None:
    first = api.attest(run, REPORT, FILES, Idempotency_Key="build-1")
    again = api.attest(run, REPORT, FILES, Idempotency_Key="build-1")
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert Attestation.objects.count() == 1


@pytest.mark.parametrize(
    ("report", "files"),
    [
        (REPORT | {"is_compliant": False}, FILES),
        (REPORT | {"user_data": {"a": 2}}, FILES),
        (REPORT | {"occurred_at": "2026-11-24T04:05:40Z"}, FILES),
        (REPORT, FILES[:1]),
        (REPORT, [("a.log", b"bytes"), ("a.log", b"changed")]),
        (REPORT, FILES[::-1]),
    ],
)
def test_the_same_key_for_something_else_is_a_conflict(
    api: Api, run: str, report: dict[str, object], files: list[tuple[str, bytes]]
) -> None:
    api.attest(run, REPORT, FILES, Idempotency_Key="build-1")
    answer = api.attest(run, report, files, Idempotency_Key="build-1")
    assert (answer.status, answer.json["field"]) == (409, "Idempotency-Key")
    assert Attestation.objects.count() == 1


def test_a_key_counts_for_one_reporter_and_one_workflow(api: Api, world: World, run: str) -> None:
    other = RUN.replace("run-1", "run-7")
    world.begin("run-7")
    for path, who in ((run, "robot"), (run, "writer"), (other, "robot")):
        assert api.attest(path, REPORT, FILES, who, Idempotency_Key="build-1").status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\u0085b"])
def test_a_key_that_cannot_be_kept_is_refused(api: Api, run: str, key: str) -> None:
    answer = api.attest(run, REPORT, FILES, Idempotency_Key=key)
    assert (answer.status, answer.json["field"]) == (400, "Idempotency-Key")


def test_twenty_at_once_under_one_key_make_one_attestation(shared_world: World) -> None:
    shared_world.begin("run-1")
    api = Api(shared_world)

    def post(number: int) -> Answer:
        try:
            return api.attest(RUN, REPORT, FILES, Idempotency_Key="build-1")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(post, range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [201]
    assert len({json.dumps(answer.json["id"]) for answer in answers}) == 1
    assert Attestation.objects.get().number == 1
    assert Evidence.objects.count() == 2


def test_twenty_at_once_without_a_key_make_twenty_without_gaps(shared_world: World) -> None:
    shared_world.begin("run-1")
    api = Api(shared_world)

    def post(number: int) -> int:
        try:
            return int(api.attest(RUN, REPORT, FILES).json["number"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(post, range(20))) == list(range(1, 21))
