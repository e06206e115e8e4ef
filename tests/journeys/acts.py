"""What the people of the story do in their browsers: acts that `test_the_story` puts in order.

An act takes a person's window, uses what the page shows by its words, and checks what it says then.
"""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.plugins.server import Server

ORGANIZATION = "acme"
PASSWORD = "correct horse battery staple"
STEPS = ("command-logs", "review")
# What a recorder of terminals leaves behind: a prompt, colours, a title, a key that was corrected.
TRANSCRIPT = (
    b"\x1b]0;ann@ledger-1: ~\x07ann@ledger-1:~$ whoami\r\nann\r\n"
    b"ann@ledger-1:~$ systemctl restrat\x08\x08\x08art ledger\r\n"
    b"\x1b[31mJob for ledger.service failed.\x1b[0m\r\n"
)


def sign_in(page: Page, email: str) -> None:
    """Sign in from the first page."""
    page.goto("/")
    page.get_by_role("link", name="Sign in", exact=True).first.click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def create_trail(page: Page, name: str, *, public: bool) -> None:
    """Create a trail in the editor of steps, the last of them first, then moved into its place."""
    page.goto(f"/{ORGANIZATION}/")
    page.get_by_role("link", name=re.compile("New trail|Create a trail")).first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Name of step 1").fill(STEPS[1])
    page.get_by_role("button", name="Add a row").click()
    page.keyboard.type(STEPS[0])
    for place in range(page.locator("[data-list] [data-row]").count(), 1, -1):
        page.get_by_role("button", name=f"Move step {place} up").click()
    page.get_by_role("radio", name="Public" if public else "Private").check()
    page.get_by_role("button", name="Create the trail").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    steps = page.get_by_role("list", name="Steps").first.get_by_role("listitem")
    expect(steps).to_have_text(list(STEPS))
    expect(page.get_by_text("Public" if public else "Private", exact=True).first).to_be_visible()


def invite(page: Page, email: str, role: str) -> None:
    """Add a person as a member, who gets a link by e-mail."""
    page.goto(f"/{ORGANIZATION}/settings/members")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Role", exact=True).last.select_option(role)
    page.get_by_role("button", name="Add the member").click()
    expect(page.get_by_role("status").first).to_contain_text(f"{email} is a member now.")


def accept(server: Server, page: Page, email: str) -> None:
    """Set a password by the link in the e-mail, which this server prints, and sign in."""
    letter = server.log.rpartition(f"To: {email}")[2]
    link = re.search(r"http://\S+/account/password/reset/key/\S+", letter)
    assert link, letter
    page.goto(link[0])
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password, again").fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Set your password")
    sign_in(page, email)


def issue_key(page: Page) -> str:
    """Make a service account and a key of it; return the key as it was copied, shown this once."""
    page.goto(f"/{ORGANIZATION}/settings/keys")
    page.get_by_label("Name").fill("shell-recorder")
    page.get_by_role("button", name="Create the service account").click()
    page.get_by_role("button", name="Issue a key to shell-recorder").click()
    token = page.locator("#token").inner_text()
    key = copied(page, page.get_by_role("button", name="Copy", exact=True).first)
    assert key == token
    page.goto(f"/{ORGANIZATION}/settings/keys")
    expect(page.get_by_text("shell-recorder").first).to_be_visible()
    assert key not in page.content()
    return key


def copied(page: Page, button: Locator) -> str:
    """Press a button that copies, and return what the clipboard holds."""
    button.click()
    expect(page.locator("#announcements")).to_have_text("Copied.")
    held: str = page.evaluate("navigator.clipboard.readText()")
    return held


def attest(page: Page, files: list[Path]) -> None:
    """Attest the step that a workflow's page says is missing, with files."""
    page.get_by_role("link", name="Attest", exact=True).first.click()
    expect(page.get_by_label("Step", exact=True)).to_have_value("review")
    page.get_by_label("Choose files").set_input_files(files)
    page.get_by_label("Compliant:", exact=False).first.check()
    page.get_by_label("Description").fill("Read line by line: nothing but the restart.")
    page.get_by_role("button", name="Attest", exact=True).click()
    expect(page.get_by_text(f"is recorded with {len(files)} files.")).to_be_visible()


def download(page: Page, folder: Path) -> Path:
    """Download the package of the workflow that is shown, and return where it lies."""
    with page.expect_download() as started:
        page.get_by_role("link", name="Download evidence package").click()
    assert started.value.suggested_filename.endswith(".zip")
    package = folder / started.value.suggested_filename
    started.value.save_as(package)
    return package


def key_of_log(page: Page) -> str:
    """Return the log's key, as the log's page hands it out."""
    page.goto(f"/{ORGANIZATION}/log/")
    return copied(page, page.get_by_role("button", name="Copy the key").first)


def verify(page: Page, package: Path, key: str) -> Locator:
    """Verify a package in the browser, and return the verdict."""
    page.goto("/verify/")
    page.get_by_label("The key that you trust").fill(key)
    page.get_by_label("Drop a package here").set_input_files(package)
    return page.locator("#verdict")
