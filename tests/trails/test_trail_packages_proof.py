"""A package of a trail in the hands of others: stock tools, and a validator of bags."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import bagit
import pytest

from evidence.ledger import log as ledger
from tests.plugins.world import World
from tests.trails.preparing import ready, whole


@pytest.fixture
def bag(world: World, tmp_path: Path) -> Path:
    for name in ("run-1", "run-2"):
        run = world.begin(name)
        files = {"a.json": b"1", "Freigabe für Jörg.eml": b"Ja"}
        world.attest(run, files=files, user_data='{"ticket":"ä"}')
        world.attest(run, "a step, new", external=[{"uri": "https://logs.example/1", "name": "l"}])
        world.attest(run, "many", files={f"{n}.txt": b"%d" % n for n in range(300)})
    ledger.seal(world.acme.log)
    package = ready(world)
    with zipfile.ZipFile(io.BytesIO(whole(package))) as archive:
        archive.extractall(tmp_path)
    return tmp_path / package.root


def commands(bag: Path) -> str:
    """Return the lines of the README that are meant for a shell."""
    lines = (bag / "README.txt").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith("    "))


def run(bag: Path) -> list[str]:
    done = subprocess.run(
        ["sh", "-c", commands(bag)], cwd=bag, capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_commands_of_the_readme_find_it_right(bag: Path) -> None:
    said = run(bag)
    assert said[:2] == ["1, 2 OK", "3 OK"]
    assert "4 OK" in said
    assert [line for line in said if line.endswith("FAILED")] == []
    proofs = [line for line in said if line.startswith("proof/")]
    assert len(proofs) == 2 * 4 and "proof/run-2/workflow.tlog-proof OK" in proofs


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_commands_of_the_readme_find_what_was_altered(bag: Path) -> None:
    (bag / "data/run-1/user-identity/a.json").write_bytes(b"forged")
    record = bag / "proof/run-2/workflow.json"
    record.write_bytes(record.read_bytes().replace(b"run-2", b"run-3"))
    said = run(bag)
    assert {"1, 2 FAILED", "3 FAILED", "proof/run-2/workflow.tlog-proof FAILED"} <= set(said)


def test_a_validator_of_bags_accepts_it(bag: Path) -> None:
    assert bagit.Bag(str(bag)).validate(processes=1)
