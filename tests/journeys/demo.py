"""The demo's bank on a server of a test's own, and its people signed in."""

import json

from playwright.sync_api import Page, expect

from tests.plugins.server import Server

ADMIN = "mira.solbakken@harbor-bank.test"
WRITER = "tobias.achterhof@harbor-bank.test"
TRAIL = "/harbor-bank/prod-server-access/"


def play(server: Server) -> None:
    """Make the demo's data."""
    done = server.manage("demo")
    assert done.returncode == 0, done.stderr


def sign_in(server: Server, page: Page, email: str) -> None:
    """Sign in as a person of the demo."""
    told = json.loads((server.data_dir / "demo-sign-ins.json").read_text(encoding="utf-8"))
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(told["passwords"][email])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="What is going on")).to_be_visible()
