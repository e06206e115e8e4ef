"""The commands that pages show to outsiders run as they are, and notice what was changed."""

import html
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT

RUN = "/harbor-bank/prod-server-access/ecs-execute-command-0199bb27be8f354b7/"
SIGNED, INCLUDED = "The log signed the checkpoint", "The statement is in the log"


@pytest.fixture
def served(make_server: MakeServer) -> Server:
    """A server with the demo's data, which strangers may read."""
    server = make_server()
    done = server.manage("demo")
    assert done.returncode == 0, done.stderr
    return server.start()


def commands(server: Server, path: str) -> list[str]:
    """Return what stands in the blocks of a page, as somebody copies it."""
    page = httpx.get(server.url + path)
    assert page.status_code == 200
    return [html.unescape(found) for found in re.findall(r"(?s)<pre[^>]*><code>(.*?)<", page.text)]


def run(script: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run commands as a person would paste them into a plain shell, after `pip install .`."""
    command = folder / ".bin" / "trailkeeper"
    command.parent.mkdir(exist_ok=True)
    command.write_text('#!/bin/sh\nexec python -m trails.client "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    known: Mapping[str, str] = {"PATH": path, "PYTHONPATH": str(PROJECT), "HOME": str(folder)}
    return subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={**known, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_stranger_fetches_and_checks_with_what_the_pages_show(
    served: Server, tmp_path: Path
) -> None:
    [fetched] = [text for text in commands(served, "/harbor-bank/log/") if "curl" in text]
    done = run(fetched, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].endswith("/harbor-bank")
    # The tile that it names is whole: a line of 32 bytes for each record.
    assert sum(bool(re.fullmatch(r"( [0-9a-f]{2}){32}", line)) for line in lines) == int(lines[1])

    attestation = re.search(rf'href="({RUN}[0-9a-f-]{{36}}/)"', httpx.get(served.url + RUN).text)
    assert attestation is not None
    shown = commands(served, attestation[1])
    [whole] = [text for text in shown if "trailkeeper verify" in text]
    done = run(whole, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

    [alone] = [text for text in shown if "statement.tlog-proof" in text]
    done = run(alone, tmp_path)
    assert done.stderr == ""
    assert {SIGNED, INCLUDED} <= set(done.stdout.splitlines())
    tampered(alone, tmp_path)


def tampered(alone: str, folder: Path) -> None:
    """Check what was fetched again, with something changed each time."""
    by_hand = alone[alone.index("VKEY=") :]
    for name, old, new, lost in (
        ("statement.json", "user", "usor", INCLUDED),
        ("statement.tlog-proof", "index ", "index 1", INCLUDED),
        ("statement.tlog-proof", "/harbor-bank\n", "/harbar-bank\n", SIGNED),
    ):
        path = folder / name
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole.replace(old, new, 1), encoding="utf-8")
        assert path.read_text(encoding="utf-8") != whole
        assert lost not in run(by_hand, folder).stdout.splitlines(), (name, new)
        path.write_text(whole, encoding="utf-8")
    other_name = by_hand.replace("/harbor-bank+", "/other-bank+", 1)
    assert SIGNED not in run(other_name, folder).stdout.splitlines()
