"""The package of a workflow: what it holds, when it changes, and what a process keeps of it."""

import io
import zipfile

import pytest

from tests.plugins.world import World
from trails import packages
from trails.models import Workflow
from trails.packages import package_of


def members(workflow: Workflow) -> dict[str, bytes]:
    data = b"".join(package_of(workflow).archive.read())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_has_a_directory_per_attestation_with_what_was_reported(world: World) -> None:
    workflow = world.begin()
    world.attest(workflow, "user-identity", files={"a.json": b"1"}, user_data='{"ticket":"ä"}')
    world.attest(workflow, "user-identity", files={"a.json": b"2"})
    world.attest(
        workflow, "command-logs", external=[{"uri": "https://logs.example/1", "name": "log"}]
    )
    found = members(workflow)
    assert found["run-1/data/user-identity/a.json"] == b"1"
    assert found["run-1/data/user-identity/user-data.json"] == '{"ticket":"ä"}'.encode()
    assert found["run-1/data/user-identity.2/a.json"] == b"2"
    assert (
        found["run-1/data/command-logs/external.txt"] == b"https://logs.example/1  log  sha256:-\n"
    )


def test_user_data_can_be_read_from_any_byte(world: World) -> None:
    workflow = world.begin()
    world.attest(workflow, user_data='{"note":"' + "ö" * 500 + '"}')
    archive = package_of(workflow).archive
    whole = b"".join(archive.read())
    for start in range(0, len(whole), 97):
        assert (
            b"".join(archive.read(start, min(start + 150, len(whole))))
            == whole[start : start + 150]
        )


def test_it_is_the_same_until_something_is_attested(world: World) -> None:
    workflow = world.begin()
    empty = package_of(workflow).etag
    world.attest(workflow, files={"a": b"a"})
    first = package_of(workflow)
    packages._shelf = packages._Shelf()  # as another process would lay it out
    again = package_of(workflow)
    assert first.etag == again.etag != empty
    assert b"".join(first.archive.read()) == b"".join(again.archive.read())
    world.attest(workflow, files={"b": b"b"})
    assert package_of(workflow).etag != first.etag


def test_workflows_of_one_name_in_two_trails_have_packages_of_their_own(world: World) -> None:
    public, private = world.begin("same"), world.begin("same", trail=world.private)
    world.attest(public, files={"a": b"public"})
    world.attest(private, files={"a": b"private"})
    for _ in range(2):
        assert members(public)["same/data/user-identity/a"] == b"public"
        assert members(private)["same/data/user-identity/a"] == b"private"


def test_a_process_keeps_no_more_layouts_than_it_should(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "KEPT_BYTES", 40_000)
    monkeypatch.setattr(packages, "_shelf", packages._Shelf())
    workflows = [world.begin(f"run-{number}") for number in range(8)]
    etags = [package_of(workflow).etag for workflow in workflows]
    kept = packages._shelf._packages
    assert 1 <= len(kept) < 8
    assert packages._shelf.weight == sum(map(packages._weight, kept.values())) <= 40_000
    assert [package_of(workflow).etag for workflow in workflows] == etags
