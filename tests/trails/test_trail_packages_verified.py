"""What our own verifier says of packages of trails that our own server made."""

from pathlib import Path

import pytest

from evidence.ledger import log as ledger
from evidence.ledger.note import Key
from evidence.package.report import Report, Verdict
from evidence.package.told import told
from evidence.package.verify import verify
from tests.plugins.world import World
from tests.trails.preparing import ready, whole


def verified(world: World, folder: Path) -> Report:
    path = folder / "trail.zip"
    package = ready(world)
    path.write_bytes(whole(package))
    return verify(path, [Key.parse(package.checkpoint.key.vkey)])


def test_a_package_of_every_kind_of_workflow_is_verified(world: World, tmp_path: Path) -> None:
    for name in ("run", "RUN", "checkpoint", "log.vkey"):
        run = world.begin(name)
        world.attest(run, files={"a b.json": b"1", "ü.txt": b""}, user_data='{"ä":1}')
        world.attest(run, files={"a.json": b"2"}, is_compliant=False)
        world.attest(run, "=1+1", external=[{"uri": "https://logs.example/1", "name": "log"}])
        world.attest(run, "many", None, files={f"{n}.txt": b"%d" % n for n in range(300)})
    world.begin("nothing")
    ledger.seal(world.acme.log)
    report = verified(world, tmp_path)
    assert report.verdict is Verdict.VERIFIED, told(report)
    assert (report.trail, report.workflows) == ("acme/prod-server-access", 5)
    assert (report.attestations, report.files) == (16, 4 * 306)
    said = told(report)
    assert "workflows     5" in said and "acme/prod-server-access" in said


@pytest.mark.parametrize("count", [1, 60])
def test_its_json_names_the_trail(world: World, tmp_path: Path, count: int) -> None:
    for number in range(count):
        world.attest(world.begin(f"run-{number}"), files={"a": b"a"})
    ledger.seal(world.acme.log)
    found = verified(world, tmp_path).as_json()
    assert found["verdict"] == "verified"
    assert (found["trail"], found["workflow"]) == ("acme/prod-server-access", None)
    assert (found["workflows"], found["files"]) == (count, count)
