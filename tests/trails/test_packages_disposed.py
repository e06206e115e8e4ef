"""The package of a workflow whose evidence was disposed of: what is left out, said and proven."""

import io
import zipfile
from pathlib import Path

import pytest

from evidence.ledger import keys
from evidence.ledger import log as ledger
from evidence.package.report import Report
from evidence.package.verify import verify
from tests.disposing import REASON, dispose, retain
from tests.plugins.world import World
from tests.trails.test_packages_proof import by_hand, unpack
from trails.models import Disposal, Workflow
from trails.packages import package_of


@pytest.fixture
def workflow(world: World) -> Workflow:
    retain(world, world.public)
    found = world.begin()
    world.attest(found, files={"a.json": b"1", "b.json": b"2"}, user_data='{"ticket":7}')
    world.attest(found, "command-logs", files={"session.log": b"$ id", "again.json": b"1"})
    world.attest(found, files={"a.json": b"3"})
    return found


def members(workflow: Workflow) -> dict[str, bytes]:
    data = b"".join(package_of(workflow).archive.read())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.removeprefix("run-1/"): archive.read(name) for name in archive.namelist()}


def judged(workflow: Workflow, world: World, folder: Path) -> Report:
    path = folder / "package.zip"
    path.write_bytes(b"".join(package_of(workflow).archive.read()))
    return verify(path, [keys.signing_key(world.acme.log.origin).key])


def test_disposed_files_are_left_out_and_everything_else_stays(
    world: World, workflow: Workflow
) -> None:
    dispose(world, workflow, 1)
    ledger.seal(world.acme.log)
    found = members(workflow)
    assert [name for name in found if name.startswith("data/") and name[-1] != "/"] == [
        "data/user-identity/user-data.json",
        "data/command-logs/session.log",
        "data/command-logs/again.json",
        "data/user-identity.2/a.json",
    ]
    assert found["data/user-identity/"] == b""
    assert b"a.json" in found["proof/user-identity.json"]


def test_the_package_proves_what_is_absent_and_is_verified(
    world: World, workflow: Workflow, tmp_path: Path
) -> None:
    dispose(world, workflow, 2)
    ledger.seal(world.acme.log)
    report = judged(workflow, world, tmp_path)
    assert report.verdict == "verified", report.as_json()
    [told] = report.as_json()["disposed"]
    assert (told["files"], told["up_to"], told["reason"]) == (4, 2, REASON)
    assert told["by"] == world.owner.name
    assert "not whole" in report.notes[0]


def test_one_disposal_after_another_is_proven(
    world: World, workflow: Workflow, tmp_path: Path
) -> None:
    for up_to in (1, 2, 3):
        dispose(world, workflow, up_to)
        ledger.seal(world.acme.log)
        report = judged(workflow, world, tmp_path)
        assert report.verdict == "verified", report.as_json()
        assert [act.up_to for act in report.disposed] == list(range(1, up_to + 1))
    assert [act.absent for act in report.disposed] == [2, 2, 1]


def test_a_disposal_in_many_parts_is_proven(world: World, tmp_path: Path) -> None:
    retain(world, world.public)
    workflow = world.begin()
    world.attest(workflow, files={f"{n}.txt": b"%d" % n for n in range(1100)})
    dispose(world, workflow, 1)
    ledger.seal(world.acme.log)
    report = judged(workflow, world, tmp_path)
    assert report.verdict == "verified", report.as_json()
    assert report.disposed[0].absent == 1100
    parts = [name for name in members(workflow) if name.startswith("proof/_disposal.")]
    assert len(parts) == 2 * 3
    assert "data/user-identity/evidence-list.json" in members(workflow)


def test_a_package_whose_disposal_is_not_sealed_yet_is_unproven_and_without_the_files(
    world: World, workflow: Workflow, tmp_path: Path
) -> None:
    ledger.seal(world.acme.log)
    before = package_of(workflow).etag
    dispose(world, workflow, 1)
    assert judged(workflow, world, tmp_path).verdict == "unproven"
    assert "data/user-identity/a.json" not in members(workflow)
    assert package_of(workflow).etag != before


def test_the_checkpoint_covers_what_was_attested_after_a_disposal(
    world: World, workflow: Workflow, tmp_path: Path
) -> None:
    dispose(world, workflow, 1)
    ledger.seal(world.acme.log)
    world.attest(workflow, files={"later.txt": b"later"})
    assert judged(workflow, world, tmp_path).verdict == "unproven"
    ledger.seal(world.acme.log)
    report = judged(workflow, world, tmp_path)
    assert (report.verdict, report.attestations) == ("verified", 4), report.as_json()


def test_an_unchanged_workflow_keeps_its_package_after_a_disposal(
    world: World, workflow: Workflow
) -> None:
    dispose(world, workflow, 1)
    ledger.seal(world.acme.log)
    etag = package_of(workflow).etag
    world.attest(world.begin("another"))
    ledger.seal(world.acme.log)
    assert package_of(workflow).etag == etag


def test_the_documents_say_who_disposed_of_what_and_why(world: World, workflow: Workflow) -> None:
    dispose(world, workflow, 1, reason="<b>Retention</b> has ended.")
    ledger.seal(world.acme.log)
    found = members(workflow)
    report, readme = found["report.html"].decode(), found["README.txt"].decode()
    assert report.count("<del>") == 2
    assert "<del><bdi>b.json</bdi></del>" in report
    assert "&lt;b&gt;Retention&lt;/b&gt; has ended." in report and "<b>Ret" not in report
    assert world.owner.name in report
    assert 'href="data/user-identity/a.json"' not in report
    assert "because they were disposed of: 2." in readme


def test_the_readme_checks_such_a_package_by_hand(
    world: World, workflow: Workflow, tmp_path: Path
) -> None:
    dispose(world, workflow, 2)
    ledger.seal(world.acme.log)
    bag = unpack(workflow, tmp_path)
    done = by_hand(bag)
    assert done.stderr == ""
    assert "FAILED" not in done.stdout
    assert "proof/_disposal.1.tlog-proof OK" in done.stdout.splitlines()
    forged = bag / "proof/_disposal.1.json"
    forged.write_bytes(forged.read_bytes().replace(b"has ended", b"had ended"))
    assert "proof/_disposal.1.tlog-proof FAILED" in by_hand(bag).stdout.splitlines()


def test_bytes_that_a_later_attestation_has_as_well_stay_in_its_directory(
    world: World, workflow: Workflow, tmp_path: Path
) -> None:
    dispose(world, workflow, 1)
    ledger.seal(world.acme.log)
    assert members(workflow)["data/command-logs/again.json"] == b"1"
    assert Disposal.objects.get().files == 2
    assert judged(workflow, world, tmp_path).verdict == "verified"


def test_a_package_without_disposals_says_nothing_of_them(world: World, workflow: Workflow) -> None:
    ledger.seal(world.acme.log)
    found = members(workflow)
    assert not any("_disposal" in name for name in found)
    for name in ("report.html", "README.txt"):
        assert b"isposed" not in found[name] and b"<del>" not in found[name]
