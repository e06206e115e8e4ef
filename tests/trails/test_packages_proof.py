"""The proof in a package: that it is there, that it holds, and that stock tools can check it."""

import os
import re
import shlex
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from evidence.ledger import checkpoint, merkle, proof, statement
from evidence.ledger import log as ledger
from evidence.ledger.note import Key
from evidence.ledger.proof_file import Inclusion
from tests.packages import signing_key
from tests.plugins.world import World
from trails.models import Workflow
from trails.packages import package_of


@pytest.fixture
def workflow(world: World) -> Workflow:
    found = world.begin("run 1".replace(" ", "-"))
    world.attest(found, "user-identity", files={"a.json": b"1", "Freigabe für Jörg.eml": b"Ja"})
    world.attest(found, "user-identity", files={"a.json": b"2"}, user_data='{"ticket":"\u00e4"}')
    world.attest(found, "a step, new", external=[{"uri": "https://logs.example/1", "name": "log"}])
    world.attest(found, "command-logs", None, files={"empty": b""})
    return found


def unpack(workflow: Workflow, folder: Path) -> Path:
    package = package_of(workflow)
    path = folder / package.filename
    path.write_bytes(b"".join(package.archive.read()))
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / package.root


def test_a_package_before_sealing_says_that_it_proves_nothing(
    workflow: Workflow, tmp_path: Path
) -> None:
    bag = unpack(workflow, tmp_path)
    assert not (bag / "proof").exists()
    assert "PROVES NOTHING YET" in (bag / "README.txt").read_text()


def test_every_statement_of_a_package_is_proven(
    workflow: Workflow, world: World, tmp_path: Path
) -> None:
    sealed = ledger.seal(world.acme.log)
    assert sealed is not None
    bag = unpack(workflow, tmp_path)
    key = Key.parse((bag / "proof/log.vkey").read_text().strip())
    said, _, _ = checkpoint.opened((bag / "proof/checkpoint").read_bytes(), [key])
    assert said.origin == key.name == world.acme.log.origin
    proofs = sorted((bag / "proof").glob("*.tlog-proof"))
    assert sorted(path.stem for path in proofs) == sorted(
        ["workflow", "user-identity", "user-identity.2", "a step, new", "command-logs"]
    )
    for path in proofs:
        found = Inclusion.parse(path.read_bytes())
        body = path.with_suffix(".json").read_bytes()
        statement.parse(body)
        assert found.checkpoint == (bag / "proof/checkpoint").read_bytes()
        proof.check_inclusion(
            index=found.index,
            size=said.size,
            leaf=merkle.leaf_hash(body),
            path=found.path,
            root=said.root,
        )


def test_an_unchanged_workflow_keeps_its_package(workflow: Workflow, world: World) -> None:
    ledger.seal(world.acme.log)
    first = package_of(workflow).etag
    world.attest(world.begin("another"))
    ledger.seal(world.acme.log)
    assert package_of(workflow).etag == first
    world.attest(workflow)
    ledger.seal(world.acme.log)
    assert package_of(workflow).etag != first


def by_hand(bag: Path, key: str = "proof/log.vkey") -> subprocess.CompletedProcess[str]:
    """Run what README.txt says, as a person would paste it into a plain shell."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    commands = re.findall(r"^    (.*)$", (bag / "README.txt").read_text(), re.MULTILINE)
    commands[0] = commands[0].replace("KEY=proof/log.vkey", f"KEY={shlex.quote(key)}")
    return subprocess.run(
        ["sh", "-c", "\n".join(commands)],
        cwd=bag,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
    )


def test_the_readme_checks_a_package_by_hand(
    workflow: Workflow, world: World, tmp_path: Path
) -> None:
    for number in range(20):
        world.attest(world.begin(f"other-{number}"))
    ledger.seal(world.acme.log)
    bag = unpack(workflow, tmp_path)
    done = by_hand(bag)
    said = done.stdout.splitlines()
    assert done.stderr == ""
    assert said[:2] == ["1, 2 OK", "3 OK"]
    assert "4 OK" in said
    assert sum(line.startswith("proof/") and line.endswith(" OK") for line in said) == 5
    assert "FAILED" not in done.stdout


@pytest.mark.parametrize(
    ("file", "old", "new", "lost"),
    [
        ("data/user-identity/a.json", "1", "3", "1, 2 OK"),
        ("proof/checkpoint", "testserver", "testservar", "4 OK"),
        ("proof/workflow.json", "run-1", "run-2", "proof/workflow.tlog-proof OK"),
        ("proof/command-logs.json", "null", "true", "proof/command-logs.tlog-proof OK"),
        ("proof/command-logs.tlog-proof", "index ", "index 1", "proof/command-logs.tlog-proof OK"),
    ],
)
def test_the_readme_notices_what_was_changed(
    file: str, old: str, new: str, lost: str, workflow: Workflow, world: World, tmp_path: Path
) -> None:
    ledger.seal(world.acme.log)
    bag = unpack(workflow, tmp_path)
    path = bag / file
    path.write_text(path.read_text().replace(old, new, 1))
    said = by_hand(bag).stdout.splitlines()
    assert lost not in said
    assert lost.replace(" OK", " FAILED") in said


def test_the_readme_notices_evidence_that_no_statement_names(
    workflow: Workflow, world: World, tmp_path: Path
) -> None:
    ledger.seal(world.acme.log)
    bag = unpack(workflow, tmp_path)
    (bag / "data/user-identity/planted.json").write_text("{}")
    said = by_hand(bag).stdout.splitlines()
    assert "3 FAILED" in said and "3 OK" not in said


def test_the_readme_takes_a_file_of_several_keys(
    workflow: Workflow, world: World, tmp_path: Path
) -> None:
    ledger.seal(world.acme.log)
    bag = unpack(workflow, tmp_path)
    mine = (bag / "proof/log.vkey").read_text().strip()
    keys = tmp_path / "keys"
    others = [signing_key(world.acme.log.origin, seed=seed).key.vkey for seed in "ab"]
    for lines, verdict in (
        ([others[0], mine, others[1]], "4 OK"),
        (others, "4 FAILED"),
        ([mine.replace("/", "/x", 1)], "4 FAILED"),
    ):
        keys.write_text("\n".join([*lines, ""]))
        said = by_hand(bag, key=str(keys)).stdout.splitlines()
        assert verdict in said, lines


def test_the_readme_takes_no_key_of_another_log(
    workflow: Workflow, world: World, tmp_path: Path
) -> None:
    # One private key signs for every log of an instance; only the name tells them apart.
    ledger.seal(world.acme.log)
    bag = unpack(workflow, tmp_path)
    vkey = bag / "proof/log.vkey"
    vkey.write_text(vkey.read_text().replace("/", "/x", 1))
    assert "4 FAILED" in by_hand(bag).stdout.splitlines()


def test_the_readme_checks_a_workflow_without_evidence(world: World, tmp_path: Path) -> None:
    empty = world.begin("empty")
    ledger.seal(world.acme.log)
    done = by_hand(unpack(empty, tmp_path))
    assert done.stderr == ""
    assert done.stdout.splitlines()[:2] == ["1, 2 OK", "3 OK"]
    assert "FAILED" not in done.stdout
