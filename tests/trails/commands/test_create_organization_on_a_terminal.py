"""On a terminal `create_organization` asks for the password, twice and without showing it."""

import os
import pty
import select
import sys
import time

import pytest

from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT

PATIENCE = 60.0
PASSWORD = "a ceremony of lanterns"


def on_a_terminal(server: Server, *answers: str) -> tuple[int, str]:
    """Runs the command on a terminal of its own, and answers each question for a password.

    Gives its exit code and everything that the terminal showed.
    """
    command = ["manage.py", "create_organization", "fjord", "--admin", "ann@example.com"]
    child, terminal = pty.fork()
    if child == 0:
        try:
            os.chdir(PROJECT)
            os.execve(sys.executable, [sys.executable, *command], server.environment)  # noqa: S606
        finally:
            os._exit(127)
    shown, waiting = "", list(answers)
    deadline = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    shown += os.read(terminal, 4096).decode()
                except OSError:  # Linux says so when the other end is closed
                    break
            asked = shown.count("Password: ") + shown.count("Password again: ")
            if waiting and asked > len(answers) - len(waiting):
                os.write(terminal, waiting.pop(0).encode() + b"\n")
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), shown
    finally:
        os.close(terminal)


@pytest.fixture
def stopped(make_server: MakeServer) -> Server:
    """An instance with an empty database."""
    return make_server()


def test_the_password_is_asked_twice_and_not_shown(stopped: Server) -> None:
    code, shown = on_a_terminal(stopped, PASSWORD, PASSWORD)
    assert code == 0, shown
    assert PASSWORD not in shown
    assert "1. Sign in at" in shown
    [[stored]] = stopped.sql("SELECT password FROM trails_user")
    assert stored.startswith("pbkdf2_sha256$")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [((PASSWORD, "a ceremony of lamps"), "The passwords differ"), (("short",), "12 characters")],
)
def test_a_slip_creates_nothing(stopped: Server, answers: tuple[str, ...], reason: str) -> None:
    code, shown = on_a_terminal(stopped, *answers)
    assert code == 1
    assert reason in shown
    assert stopped.sql("SELECT count(*) FROM trails_user") == [(0,)]
    assert stopped.sql("SELECT count(*) FROM trails_organization") == [(0,)]


def test_an_empty_password_leaves_it_to_the_e_mail(stopped: Server) -> None:
    code, shown = on_a_terminal(stopped, "")
    assert code == 0, shown
    assert "/account/password/reset/" in shown
    [[stored]] = stopped.sql("SELECT password FROM trails_user")
    assert stored.startswith("!"), "which no password can ever match"
