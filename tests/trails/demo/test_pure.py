"""The demo's script is pure: no Django, no clock, no luck. Its bytes are equal in each process."""

import datetime
import hashlib
import os
import subprocess
import sys

import pytest

from tests.plugins.template import PROJECT
from tests.trails.demo.generated import everything
from trails.demo import processes
from trails.demo.dice import Dice

SCRIPT = """
import hashlib, sys
from tests.trails.demo.generated import everything
assert not [name for name in sys.modules if name.split(".")[0] in ("django", "evidence")]
print(hashlib.sha256(b"".join(file.data for file in everything())).hexdigest())
"""


@pytest.mark.parametrize("luck", ["0", "4711"])
def test_another_process_writes_the_same_bytes_without_django(luck: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": luck, "TZ": "Asia/Tokyo"},
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    here = hashlib.sha256(b"".join(file.data for file in everything())).hexdigest()
    assert done.stdout.strip() == here


def test_dice_are_the_same_for_ever() -> None:
    dice = Dice("seed")
    assert [dice.hex(8), dice.between(1, 6), dice.choice("abc"), dice.uuid()] == [
        "c295e7ce",
        4,
        "a",
        "591d1f5d-117d-4b38-b133-4c301a6f3b92",
    ]


def test_dice_reach_both_ends() -> None:
    dice = Dice("ends")
    assert {dice.between(1, 3) for _ in range(100)} == {1, 2, 3}


def test_every_moment_has_a_zone() -> None:
    moments = [
        attestation.occurred_at
        for trail in processes.trails()
        for version in trail.versions
        for workflow in version.workflows
        for attestation in workflow.attestations
    ]
    assert {moment.tzinfo for moment in moments} == {datetime.UTC}
