"""The README is true: its commands are run as they stand, its settings and targets exist."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.plugins.servers import MakeServer

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text()
DEMO_ADDRESS = "http://127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    """Return the README's fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_scenario_of_the_readme_runs_with_curl_alone(
    make_server: MakeServer, tmp_path: Path
) -> None:
    server = make_server()
    done = server.manage("demo")
    assert done.returncode == 0, done.stderr
    server.start()
    keys = dict(re.findall(r"export (\w*KEY)=(\S+)", done.stdout))
    script = "set -euo pipefail\n" + "\n".join(blocks("bash"))
    script = script.replace(DEMO_ADDRESS, server.url)
    script = script.replace("ADMIN_KEY=...", f"ADMIN_KEY={keys['ADMIN_KEY']}")
    script = script.replace("export KEY=...", f"export KEY={keys['KEY']}")
    assert "..." not in script
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "data/command-logs/session.log: OK" in ran.stdout
    run = tmp_path / "ecs-execute-command-0199bb27be8f354b7" / "data"
    assert {path.name for path in run.iterdir()} == {
        "user-identity",
        "service-identity",
        "command-logs",
    }
    for command in (
        ["unzip", "-tqq", "package.zip"],
        ["python3", "-m", "zipfile", "-t", "package.zip"],
    ):
        checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_setting_is_in_the_readme_and_nothing_else_is() -> None:
    settings = (PROJECT / "config" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings)) - {"TEST_DATABASE_NAME"}
    table = [line for line in README.splitlines() if line.startswith("| `")]
    documented = {name for line in table for name in re.findall(r"`([A-Z_]+)`", line.split("|")[1])}
    assert documented == read


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make ([a-z]+)", README, re.MULTILINE))))
def test_every_make_target_of_the_readme_exists(target: str) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", target], cwd=PROJECT, capture_output=True, text=True
    )
    assert planned.returncode == 0, planned.stderr


@pytest.mark.parametrize("command", sorted(set(re.findall(r"manage\.py ([a-z_]+)", README))))
def test_every_management_command_of_the_readme_exists(command: str) -> None:
    from django.core.management import get_commands

    assert command in get_commands()
