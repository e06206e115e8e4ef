"""The package of a trail: what it holds, that it stays the same, that any part of it is right."""

import csv
import io
import random

import pytest

from evidence.ledger import log as ledger
from tests.plugins.world import World
from tests.trails.preparing import asked, finish, members, ready, whole
from trails import trail_packages
from trails.models import TrailPackage
from trails.packages import package_of


@pytest.fixture
def filled(world: World) -> World:
    for number in range(3):
        run = world.begin(f"run-{number}")
        world.attest(run, files={"a.json": b"1" * number, "ü b.txt": b"x"}, user_data='{"ä":1}')
        world.attest(run, is_compliant=number != 1, files={"a.json": b"2"})
        links = [{"uri": "https://logs.example/1", "name": "log"}]
        world.attest(run, "command-logs", external=links, user_data=f'"{"y" * 5000}"')
    world.begin("Run-0")
    world.begin("elsewhere", world.private)
    ledger.seal(world.acme.log)
    return world


def test_it_holds_what_the_packages_of_its_workflows_hold(filled: World) -> None:
    found = members(ready(filled))
    for workflow in filled.public.workflows.all():
        own = package_of(workflow)
        name = "Run-0.2" if workflow.name == "Run-0" else workflow.name
        for member in own.archive.members:
            path = member.name.removeprefix(f"{own.root}/")
            first, _, rest = path.partition("/")
            if first == "data":
                data = b"".join(member.read(0, member.size)) if member.size and member.read else b""
                assert found.pop(f"data/{name}/{rest}") == data
            elif path.endswith(".json"):
                assert found.pop(f"proof/{name}/{rest}")
                assert found.pop(f"proof/{name}/{rest.replace('.json', '.tlog-proof')}")
    assert set(found) == {
        *("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"),
        *("README.txt", "report.html", "index.csv", "proof/log.vkey", "proof/checkpoint", "data/"),
    }


def test_the_index_has_a_row_for_every_file_and_for_what_has_none(filled: World) -> None:
    found = members(ready(filled))
    rows = list(csv.DictReader(io.StringIO(found["index.csv"].decode())))
    files = [row["file"] for row in rows if row["file"]]
    payload = [name for name in found if name.startswith("data/") and not name.endswith("/")]
    assert files == payload
    assert [row["workflow"] for row in rows if not row["file"]] == ["Run-0"]
    assert {row["workflow"]: row["state"] for row in rows} == {
        "run-0": "incomplete", "run-1": "non-compliant", "run-2": "incomplete",
        "Run-0": "incomplete",
    }  # fmt: skip
    assert rows[0] == {
        "workflow": "run-0", "state": "incomplete", "step": "user-identity", "number": "1",
        "file": "data/run-0/user-identity/a.json", "size": "0",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "is_compliant": "true", "occurred_at": "", "at": rows[0]["at"],
    }  # fmt: skip


def test_any_part_of_it_can_be_read_by_itself(filled: World) -> None:
    package = ready(filled)
    data = whole(package)
    assert len(data) == package.length
    dice = random.Random(4)  # noqa: S311  the same ranges in every run
    ends = [(0, 1), (len(data) - 1, len(data)), (0, 0), (len(data), len(data))]
    for _ in range(150):
        start = dice.randrange(len(data))
        ends.append((start, min(len(data), start + dice.randrange(9000))))
    for start, stop in ends:
        assert b"".join(trail_packages.read(package, start, stop)) == data[start:stop]


def test_thrown_away_and_prepared_again_it_is_the_same(filled: World) -> None:
    first = ready(filled)
    data = whole(first)
    first.delete()
    filled.begin("elsewhere-2", filled.private)
    ledger.seal(filled.acme.log)
    again = finish(asked(filled), seconds=0)  # a workflow for each turn
    assert again.turns > first.turns
    assert again.etag == first.etag
    assert whole(again) == data


def test_what_comes_later_is_not_in_it(filled: World) -> None:
    package = asked(filled)
    run = filled.public.workflows.get(name="run-0")
    filled.attest(run, "late", files={"late": b"late"})
    filled.begin("late")
    ledger.seal(filled.acme.log)
    found = members(finish(package))
    assert not [name for name in found if "late" in name]
    assert [name for name in members(ready(filled)) if name == "data/run-0/late/late"]


def test_the_same_is_prepared_once(filled: World) -> None:
    package = asked(filled)
    assert asked(filled) == package
    finish(package)
    assert asked(filled) == package
    assert TrailPackage.objects.count() == 1
