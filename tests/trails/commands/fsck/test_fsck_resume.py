"""An interrupted `fsck` goes on where it was, keeps what it had found, and says how it ended."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from evidence import checking
from evidence.models import Tile
from tests.trails.commands.fsck.checked import Everything, fsck, named, set_column
from trails.models import Attestation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changes_are_taken_back")]


@pytest.fixture
def wrong(made: Everything) -> set[tuple[str, str]]:
    """Two rows that are wrong, in parts that are far apart."""
    tile = Tile.objects.get(log=made.rival, level=0, index=0)
    attestation = Attestation.objects.earliest("pk")
    set_column(tile, "hashes", b"\0" * 32 + bytes(tile.hashes)[32:])
    set_column(attestation, "description", "Something else")
    return {
        ("evidence_tile", str(tile.pk)),
        ("trails_attestation", str(attestation.pk)),
    }


class Interrupted(checking.Place):
    """A place at which Ctrl-C is pressed after a number of steps."""

    left = 0

    def keep(self, part: str, after: Any, findings: Any) -> None:
        super().keep(part, after, findings)
        Interrupted.left -= 1
        if Interrupted.left == 0:
            raise KeyboardInterrupt


def test_wherever_it_is_interrupted_a_resumed_check_finds_all(
    made: Everything, wrong: set[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fsck()
    assert named(whole[1]) >= wrong
    monkeypatch.setattr("trails.management.commands.fsck.Place", Interrupted)
    file = tmp_path / "place"
    for steps in range(1, 200, 3):
        Interrupted.left = steps
        try:
            outcome = fsck("--resume", str(file))
        except CommandError as error:
            assert error.returncode == 2
            assert f"--resume {file}" in str(error)
            Interrupted.left = 0
            assert fsck("--resume", str(file)) == whole
        else:
            assert outcome == whole
            break
    else:
        raise AssertionError("It never came to its end.")
    assert not list(tmp_path.iterdir())


def test_without_a_file_nothing_is_kept(made: Everything, tmp_path: Path) -> None:
    fsck("--resume", str(tmp_path / "place"))
    fsck()
    assert not list(tmp_path.iterdir())


def test_findings_after_the_last_place_are_found_again_and_not_twice(
    made: Everything, wrong: set[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fsck()
    monkeypatch.setattr("trails.management.commands.fsck.Place", Interrupted)
    file = tmp_path / "place"
    Interrupted.left = 20
    with pytest.raises(CommandError):
        fsck("--resume", str(file))
    with Path(f"{file}.findings").open("a") as findings:  # as a crash between the two leaves it
        findings.write('{"kind": "altered", "table": "x", "id": "half a li')
    Interrupted.left = 0
    assert fsck("--resume", str(file)) == whole


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"of": 1}', "\x00"])
def test_a_file_that_is_no_place_is_refused_and_left_alone(
    made: Everything, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "place"
    file.write_text(text)
    with pytest.raises(CommandError, match="does not hold the place") as refused:
        fsck("--resume", str(file))
    assert refused.value.returncode == 2
    assert file.read_text() == text


def test_the_place_of_another_check_is_refused(
    made: Everything, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trails.management.commands.fsck.Place", Interrupted)
    Interrupted.left = 3
    file = str(tmp_path / "place")
    with pytest.raises(CommandError):
        fsck("--resume", file)
    with pytest.raises(CommandError, match="other options"):
        fsck("--resume", file, "--sample", "5%")


@pytest.mark.parametrize("share", ["0%", "101%", "5", "-1%", "five", "1e1%"])
def test_a_share_that_is_none_is_refused(share: str) -> None:
    with pytest.raises(CommandError, match="is not a share"):
        call_command("fsck", f"--sample={share}")


def test_a_log_that_there_is_not_is_refused(made: Everything) -> None:
    with pytest.raises(CommandError, match="There is no log") as refused:
        fsck("--log", "nobody")
    assert refused.value.returncode == 2


def test_a_check_of_one_log_finds_nothing_of_another(
    made: Everything, wrong: set[tuple[str, str]]
) -> None:
    assert {table for table, _ in named(fsck("--log", made.rival.origin)[1])} == {"evidence_tile"}
    of_acme = named(fsck("--log", made.acme.origin)[1])
    assert {table for table, _ in of_acme} == {"trails_attestation"}


def test_a_sample_says_that_it_is_one(made: Everything) -> None:
    out = io.StringIO()
    call_command("fsck", "--sample", "5%", "--seed", "monday", "--no-bytes", stdout=out)
    assert "5% of records and blobs, seed 'monday'" in out.getvalue()
    assert "No evidence bytes were read" in out.getvalue()


def test_people_read_a_line_for_each_finding_and_a_verdict(
    made: Everything, wrong: set[tuple[str, str]]
) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("fsck", stdout=out)
    *lines, verdict = out.getvalue().splitlines()
    assert ended.value.code == 1
    assert any(line.startswith("altered trails_attestation ") for line in lines)
    assert re.match(rf"{len(lines)} findings: [0-9,]+ rows and [0-9,]+ bytes in ", verdict)


def test_a_database_that_is_not_there_is_status_two(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the same code; a file is easier to miss than a server")
    done = subprocess.run(
        [sys.executable, "manage.py", "fsck"],
        env=os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "Could not go on" in done.stderr


def test_a_finding_is_a_line_of_json(made: Everything, wrong: set[tuple[str, str]]) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("fsck", "--json", stdout=out)
    *findings, summary = [json.loads(line) for line in out.getvalue().splitlines()]
    assert all(set(found) == {"kind", "table", "id", "reason"} for found in findings)
    assert summary["summary"]["errors"] == len(findings)
