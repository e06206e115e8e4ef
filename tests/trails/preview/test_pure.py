"""What reads hostile bytes knows of no database, no web page and no setting."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
FILES = sorted((PROJECT / "trails" / "preview").glob("[a-z]*.py"))
# The door to the vault, and a program.
APART = {"vaulted", "pdf_worker"}
MODULES = [path.stem for path in FILES if path.stem not in APART]


@pytest.mark.parametrize("module", MODULES)
def test_a_reader_starts_without_django(module: str) -> None:
    code = (
        "import sys\n"
        "for name in ('django', 'evidence', 'trails.models', 'trails.web'):\n"
        "    sys.modules[name] = None\n"
        f"import trails.preview.{module}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
