"""The server does not start with a setting that is missing or malformed, and says which it is."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from evidence.ledger.note import new_private_key
from tests.plugins.template import PROJECT, manage

KEY = secrets.token_urlsafe(48)
BARE = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def production(folder: Path, **changes: str | None) -> dict[str, str]:
    """Return the environment of a production server; a change to None takes a variable away."""
    settings: dict[str, str | None] = {
        "SECRET_KEY": KEY,
        "LOG_KEY": new_private_key(),
        "PUBLIC_URL": "https://trails.example.com",
        "DATA_DIR": str(folder),
    }
    found = settings | changes
    return BARE | {name: value for name, value in found.items() if value is not None}


def test_with_everything_set_the_checks_pass(tmp_path: Path) -> None:
    done = manage(production(tmp_path), "check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set. Set SECRET_KEY, or SECRET_KEY_FILE"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short: use at least 32 characters"),
        ({"SECRET_KEY_FILE": "/nowhere"}, "Both SECRET_KEY and SECRET_KEY_FILE are set"),
        ({"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE cannot be read"),
        ({"PUBLIC_URL": None}, "PUBLIC_URL is not set"),
        ({"PUBLIC_URL": "trails.example.com"}, "PUBLIC_URL is 'trails.example.com'"),
        ({"DEBUG": "maybe"}, "DEBUG is 'maybe'"),
        ({"DATA_DIR": "relative"}, "DATA_DIR is 'relative'. Write an absolute path"),
        ({"LIMIT_FILES": "0"}, "LIMIT_FILES is 0. It must be at least 1"),
        ({"LIMIT_FILE_BYTES": "5 GB"}, "LIMIT_FILE_BYTES is '5 GB'"),
        ({"DATABASE_URL": "mysql://u:hunter2@h/d"}, "DATABASE_URL must begin with"),
        ({"EMAIL_HOST_USER": "me"}, "EMAIL_HOST_PASSWORD is not set"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_one_wrong_setting_stops_the_start(
    changes: dict[str, str | None], words: str, tmp_path: Path
) -> None:
    done = manage(production(tmp_path, **changes), "check")
    assert done.returncode != 0
    [only] = done.stderr.strip().splitlines()  # the words, and no traceback to read past
    assert words in only
    assert "hunter2" not in done.stderr and KEY not in done.stderr


@pytest.mark.parametrize("key", [None, "not a key", "-----BEGIN PRIVATE KEY-----"])
def test_without_a_key_to_sign_checkpoints_the_checks_fail(key: str | None, tmp_path: Path) -> None:
    done = manage(production(tmp_path, LOG_KEY=key), "check")
    assert done.returncode != 0
    assert "LOG_KEY" in done.stderr and "manage.py newkey" in done.stderr


def test_where_a_worker_seals_the_others_need_no_key(tmp_path: Path) -> None:
    done = manage(production(tmp_path, LOG_KEY=None, SEALING="worker"), "check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "LOG_KEY"])
def test_the_web_server_does_not_come_up_either(missing: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", "0", "config.wsgi:application"]
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env=production(tmp_path, **{missing: None}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode != 0
    assert missing in done.stdout + done.stderr
