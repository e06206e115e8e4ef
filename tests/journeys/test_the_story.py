"""The whole story on one server: a process is set up, recorded, reviewed, audited, and believed.

Each person has a window of their own and does their job by what the pages say; the script runs the
commands that the pages show. What each page does in detail is in the journeys beside this one.
"""

import re
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys import acts
from tests.journeys.conftest import Browsers
from tests.journeys.story import API, Story
from tests.plugins.servers import MakeServer

TRAIL, PRIVATE = "prod-shell-access", "fraud-investigation"
PATH = f"/{acts.ORGANIZATION}/{TRAIL}/"
SECRET = "OPS-9999-suspect"


@pytest.fixture
def story(make_server: MakeServer, browsers: Browsers, tmp_path: Path) -> Story:
    """A server on which nothing has happened yet."""
    server = make_server()
    (tmp_path / "password").write_text(acts.PASSWORD, encoding="utf-8")
    options = ("--admin", "ann@example.com", "--name", "Ann", "--password-file")
    made = server.manage(
        "create_organization", acts.ORGANIZATION, *options, str(tmp_path / "password")
    )
    assert made.returncode == 0, made.stderr
    (tmp_path / "session.log").write_bytes(acts.TRANSCRIPT)
    server.start()
    return Story(server, browsers, tmp_path)


def test_a_process_is_recorded_reviewed_audited_and_believed(story: Story) -> None:
    admin = story.enter()
    set_up(story, admin.page)
    run_the_process(story, admin.page)
    hidden = story.report(PRIVATE, SECRET)
    reviewer, auditor, stranger = story.enter(), story.enter(), story.enter()
    review(story, reviewer.page)
    audit(story, auditor.page)
    believe(story, stranger.page)
    see_nothing_private(story, stranger.page, hidden)
    for visitor in (admin, reviewer, auditor, stranger):
        assert visitor.troubles == []


def set_up(story: Story, page: Page) -> None:
    acts.sign_in(page, "ann@example.com")
    acts.create_trail(page, TRAIL, public=True)
    acts.create_trail(page, PRIVATE, public=False)
    acts.invite(page, "rea@example.com", "writer")
    acts.invite(page, "aud@example.com", "auditor")
    story.key = acts.issue_key(page)


def run_the_process(story: Story, page: Page) -> None:
    """Run what the pages of an empty trail and of an empty workflow say; then once more by HTTP."""
    page.goto(PATH)
    story.run(acts.copied(page, page.get_by_role("button", name="Copy", exact=True).first))
    page.reload()
    page.get_by_role("link", name="run-1").click()
    story.run(acts.copied(page, page.get_by_role("button", name="Copy", exact=True).first))
    page.reload()
    expect(page.get_by_role("link", name="session.log").first).to_be_visible()
    story.report(TRAIL, "OPS-4711")


def review(story: Story, page: Page) -> None:
    acts.accept(story.server, page, "rea@example.com")
    page.goto(PATH)
    page.get_by_role("link", name="OPS-4711").click()
    (story.folder / "review.md").write_text("# Review\n\nNothing but the restart.\n")
    (story.folder / "answers.json").write_text('{"restart": "agreed", "others": []}')
    acts.attest(page, [story.folder / "review.md", story.folder / "answers.json"])
    expect(page.locator(".state-large")).to_have_text("Compliant")


def audit(story: Story, page: Page) -> None:
    acts.accept(story.server, page, "aud@example.com")
    page.goto(PATH)
    page.get_by_role("link", name="Incomplete", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="run-1").click()
    reasons = page.get_by_role("list", name="Reasons for the state")
    expect(reasons).to_have_text(re.compile("review has not been attested"))
    expect(page.get_by_role("link", name="Attest", exact=True)).to_have_count(0)
    package = acts.download(page, story.folder)
    page.get_by_role("link", name="session.log").first.click()
    read_transcript(page)
    key = acts.key_of_log(page)
    expect(acts.verify(page, package, key)).to_have_text(re.compile("^Verified"))
    expect(page.get_by_text(f"{acts.ORGANIZATION}/{TRAIL}/run-1")).to_be_visible()
    # A key that was copied wrongly decides nothing.
    acts.verify(page, package, f"{key[:-8]}{'A' * 8}")
    expect(page.get_by_text("is damaged: its id should be")).to_be_visible()
    expect(page.locator("#result")).to_be_hidden()


def read_transcript(page: Page) -> None:
    """Read the commands as they were run, and take the clean text."""
    commands = page.get_by_role("navigation", name="2 commands").get_by_role("link")
    expect(commands).to_have_text(["whoami", "systemctl restart ledger"])
    expect(page.get_by_text("Job for ledger.service failed.")).to_be_visible()
    clean = acts.copied(page, page.get_by_role("button", name="Copy clean text"))
    assert "systemctl restart ledger" in clean
    assert "\x1b" not in clean


def believe(story: Story, page: Page) -> None:
    page.goto(f"{PATH}OPS-4711/")
    expect(page.locator(".state-large")).to_have_text("Compliant")
    expect(page.get_by_role("heading", name="What you can rely on")).to_be_visible()
    package = acts.download(page, story.folder)
    inside = zipfile.ZipFile(package)
    data = {name for name in inside.namelist() if name.startswith("OPS-4711/data/")}
    assert {"review.md", "answers.json", "session.log"} <= {name.split("/")[-1] for name in data}
    assert inside.read("OPS-4711/data/command-logs/session.log") == acts.TRANSCRIPT
    verdict = acts.verify(page, package, acts.key_of_log(page))
    expect(verdict).to_have_text(re.compile("^Verified"))


def see_nothing_private(story: Story, page: Page, hidden: dict[str, Any]) -> None:
    """Look for the private trail everywhere: by HTTP, as a browser would complain of every 404."""
    workflow = f"/{acts.ORGANIZATION}/{PRIVATE}/{SECRET}/"
    attestation = f"{workflow}{hidden['id']}/"
    file = f"{attestation}evidence/{hidden['evidence'][0]['id']}/"
    trail = f"/{acts.ORGANIZATION}/{PRIVATE}/"
    paths = [trail, workflow, attestation, file, f"{file}raw", f"{workflow}package"]
    paths += [f"{attestation}{name}" for name in ("statement", "proof", "user-data")]
    paths += [f"{trail}{name}" for name in ("card.png", "feed", "workflows.csv", "configure")]
    paths += [f"{workflow}card.png", f"{workflow}attest", f"{API}/{PRIVATE}/workflows/{SECRET}"]
    there = {path: httpx.get(f"{story.server.url}{path}").status_code for path in paths}
    assert there == dict.fromkeys(paths, 404)
    maps = re.findall("<loc>(.*?)</loc>", httpx.get(f"{story.server.url}/sitemap.xml").text)
    listed = "".join(httpx.get(address).text for address in maps)
    shown = [
        f"{story.server.url}{path}" for path in ("/", f"/{acts.ORGANIZATION}/", "/search?q=OPS")
    ]
    for text in (listed, *(httpx.get(address).text for address in shown)):
        assert TRAIL in text
        assert PRIVATE not in text
        assert SECRET not in text
    page.goto(f"/search?q={SECRET}")
    expect(page.get_by_text("Nothing that you may see matches")).to_be_visible()
