"""`manage.py newkey`: a private key in a file that nobody else reads, and what to set."""

import io
import os
import stat
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evidence.ledger.note import Algorithm, Key, private_key
from tests.plugins.template import manage


def newkey(*arguments: str) -> str:
    """Runs the command; gives what it printed."""
    out = io.StringIO()
    call_command("newkey", *arguments, stdout=out)
    return out.getvalue()


def test_the_logs_key_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "log-key.pem"
    before = os.umask(0)
    try:
        out = newkey(str(file))
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(private_key(file.read_text()).public_key().public_bytes_raw()) == 32
    assert f"LOG_KEY_FILE={file}" in out
    assert "/ORGANIZATION/log/" in out


def test_a_witnesss_key_is_told_as_others_need_it(tmp_path: Path) -> None:
    file = tmp_path / "witness-key.pem"
    out = newkey(str(file), "--witness", "witness.example.com/w1")
    public = private_key(file.read_text()).public_key().public_bytes_raw()
    key = Key("witness.example.com/w1", public, Algorithm.COSIGNATURE)
    for words in (f"WITNESS_KEY_FILE={file}", "WITNESS_NAME=witness.example.com/w1", key.vkey):
        assert words in out


@pytest.mark.parametrize("witness", [(), ("--witness", "w")])
def test_the_private_key_is_never_printed(tmp_path: Path, witness: tuple[str, ...]) -> None:
    file = tmp_path / "key.pem"
    out = newkey(str(file), *witness)
    secret = file.read_text().split("\n")[1]
    assert secret not in out and "PRIVATE" not in out


def test_two_keys_differ(tmp_path: Path) -> None:
    for name in "ab":
        newkey(str(tmp_path / name))
    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_no_file_is_replaced(tmp_path: Path) -> None:
    file, link = tmp_path / "key.pem", tmp_path / "link.pem"
    file.write_text("somebody's only copy")
    link.symlink_to(tmp_path / "nowhere")
    for taken in (file, link, tmp_path):
        with pytest.raises(CommandError, match="is there already"):
            newkey(str(taken))
    assert file.read_text() == "somebody's only copy"
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        newkey(str(tmp_path / "nowhere" / "key.pem"))


@pytest.mark.parametrize("name", ["two words", "a+b", "", "line\nbreak"])
def test_a_name_that_no_signature_can_carry_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / "key.pem"
    with pytest.raises(CommandError, match="cannot name a key"):
        newkey(str(file), "--witness", name)
    assert not file.exists()


def test_it_runs_before_there_is_a_key(tmp_path: Path) -> None:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    settings = {
        "SECRET_KEY": "x" * 50,
        "PUBLIC_URL": "https://trails.example.com",
        "DATA_DIR": str(tmp_path),
    }
    file = tmp_path / "log-key.pem"
    done = manage(bare | settings, "newkey", str(file))
    assert done.returncode == 0, done.stderr
    assert "https://trails.example.com/ORGANIZATION/log/" in done.stdout
    checked = manage(bare | settings | {"LOG_KEY_FILE": str(file)}, "check")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("setting", ["LOG_KEY_FILE", "WITNESS_KEY_FILE"])
def test_it_makes_the_file_that_is_already_set(setting: str, tmp_path: Path) -> None:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    file = tmp_path / "key.pem"
    settings = {
        "SECRET_KEY": "x" * 50,
        "PUBLIC_URL": "https://trails.example.com",
        "DATA_DIR": str(tmp_path),
        setting: str(file),
    }
    before = manage(bare | settings, "migrate")
    assert before.returncode != 0
    assert f"{setting} cannot be read" in before.stderr and "manage.py newkey" in before.stderr
    done = manage(bare | settings, "newkey", str(file))
    assert done.returncode == 0, done.stderr
    private_key(file.read_text())
