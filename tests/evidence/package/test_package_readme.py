"""evidence/package/README.md is true: its commands work, and it lists every check and code."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from evidence.ledger import merkle
from evidence.package.report import Name
from tests.packages import example
from tests.plugins.template import PROJECT

PACKAGE = PROJECT / "evidence/package"
README = (PACKAGE / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    given = example()
    path = tmp_path / "package.zip"
    path.write_bytes(given.data)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    return tmp_path / given.root


def test_its_command_compares_all_files(unpacked: Path) -> None:
    [command] = re.findall(r"`(sha256sum -c [^`]+)`", README)

    done = subprocess.run(
        ["sh", "-c", command], cwd=unpacked, capture_output=True, text=True, check=True
    )

    files = [path for path in unpacked.rglob("*") if path.is_file()]
    assert done.stdout.count(": OK") == len(files) - 1  # the tag manifest does not list itself


def test_its_command_makes_the_hash_of_a_leaf(unpacked: Path) -> None:
    [command] = re.findall(r"^\(printf .*$", README, re.MULTILINE)

    done = subprocess.run(
        ["sh", "-c", command], cwd=unpacked, capture_output=True, text=True, check=True
    )

    body = (unpacked / "proof/command-logs.json").read_bytes()
    assert done.stdout.split()[0] == merkle.leaf_hash(body).hex()


def test_it_lists_every_check_and_every_code() -> None:
    sources = [*PACKAGE.glob("checks/*.py"), PACKAGE / "unzip.py", PACKAGE / "verify.py"]
    sources += [PACKAGE / "walk.py", PACKAGE / "verify_trail.py"]
    code = r'(?:\.fail|\.skip|BadZip)\(\s*"([a-z-]+)"'
    used = {found for path in sources for found in re.findall(code, path.read_text("utf-8"))}
    rows = re.findall(r"^\| `([a-z]+)` \| .* \| ((?:`[a-z-]+` ?)+)\|$", README, re.MULTILINE)
    listed = {name for _, codes in rows for name in re.findall(r"`([a-z-]+)`", codes)}

    assert [name for name, _ in rows] == [str(name) for name in Name]
    assert listed == used
