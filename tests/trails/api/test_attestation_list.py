"""The list of attestations: every one of them, by number, in parts that fit into memory."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.api import attestations


def numbers(api: Api, address: str) -> list[int]:
    found: list[int] = []
    while address:
        part = api.get(address).json
        found += [attestation["number"] for attestation in part["attestations"]]
        address = part["next"]
    return found


def test_all_attestations_come_by_number(api: Api, world: World, run: str) -> None:
    workflow = world.begin("run-1")
    for number in range(7):
        world.attest(workflow, "command-logs", files={"a.log": b"%d" % number})
    assert numbers(api, f"{run}/attestations?limit=3") == [1, 2, 3, 4, 5, 6, 7]
    [first, *_] = api.get(f"{run}/attestations").json["attestations"]
    assert first["superseded"] is True
    assert api.get(first["evidence"][0]["url"]).content == b"0"


def test_a_part_holds_fewer_where_there_are_many_files(
    api: Api, world: World, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attestations, "FILES_OF_A_PART", 4)
    workflow = world.begin("run-1")
    for count in (3, 2, 9, 1, 1):
        world.attest(workflow, files={f"{n}.log": b"" for n in range(count)})
    part = api.get(f"{run}/attestations").json
    assert [len(found["evidence"]) for found in part["attestations"]] == [3]
    assert numbers(api, f"{run}/attestations") == [1, 2, 3, 4, 5]


def test_free_data_is_told_by_its_digest_only(api: Api, world: World, run: str) -> None:
    world.attest(world.begin("run-1"), user_data='{"a":1}')
    [found] = api.get(f"{run}/attestations").json["attestations"]
    assert found["user_data_digest"]["size"] == 7
    assert "user_data" not in found


def test_the_number_of_queries_does_not_follow_the_number_of_rows(
    api: Api, world: World, run: str
) -> None:
    workflow = world.begin("run-1")

    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get(path)
        return len(captured)

    def attest(count: int) -> None:
        for _ in range(count):
            world.attest(workflow, files={"a.log": b"1", "b.log": b"2"}, user_data="{}")

    attest(1)
    few = queries(f"{run}/attestations"), queries("/organizations/acme/trails")
    attest(20)
    many = queries(f"{run}/attestations"), queries("/organizations/acme/trails")
    assert many == few <= (5, 2)
