"""Verifying a package as a person does: on the site, and with a copy of the page that was kept."""

import base64
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browsers
from tests.journeys.verifier import kept
from tests.packages import DISPOSALS, example, zipped
from tests.plugins.server import Server

VALID = example()

# What a browser does when a person lets a file go over the page.
_DROP = """([name, data]) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    const at = document.getElementById("drop");
    at.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A valid package on somebody's disk."""
    file = tmp_path / "run-1.zip"
    file.write_bytes(VALID.data)
    return file


def checks(page: Page) -> list[str]:
    """Return the outcome of every check that the page shows."""
    return page.locator(".checks .state").all_inner_texts()


def test_an_auditor_is_told_what_was_disposed_of(
    server: Server, browsers: Browsers, tmp_path: Path
) -> None:
    reason = "Retention <b>has</b> ended.\u202e"
    given = example(disposals=[DISPOSALS[0], DISPOSALS[1]._replace(reason=reason)])
    (tmp_path / "run-1.zip").write_bytes(given.data)
    page = browsers.visitor(server.url).page
    page.goto("/verify/")
    page.get_by_label("The key that you trust").fill(given.vkey)
    page.get_by_label("Drop a package here").set_input_files(tmp_path / "run-1.zip")
    expect(page.get_by_role("heading", name="Verified")).to_be_focused()
    expect(page.get_by_text("45 files that had been attested cannot be checked")).to_be_visible()
    expect(page.get_by_text("The package is whole")).to_have_count(0)
    said = page.get_by_text("41 files, by Zoë Müller on 2026-11-24")
    expect(said).to_contain_text("Retention <b>has</b> ended.⟨U+202E⟩")
    expect(page.get_by_text("This package is not whole")).to_be_visible()


def test_an_auditor_verifies_a_package_on_the_site(
    server: Server, browsers: Browsers, package: Path, tmp_path: Path
) -> None:
    visitor = browsers.visitor(server.url)
    page = visitor.page
    page.goto("/verify/")
    page.get_by_label("Drop a package here").set_input_files(package)
    expect(page.get_by_role("heading", name="Unproven")).to_be_focused()
    expect(page.get_by_text("No key was brought")).to_be_visible()

    page.get_by_label("The key that you trust").fill("acme+123")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("'acme+123' is not a verification key")).to_be_visible()
    expect(page.get_by_label("The key that you trust")).to_be_focused()
    expect(page.locator("#result")).to_be_hidden()

    page.get_by_label("The key that you trust").fill(f"\n{VALID.vkey}\n")
    page.get_by_role("button", name="Verify").press("Enter")
    expect(page.get_by_role("heading", name="Verified")).to_be_focused()
    expect(page.locator("#status[role=status]")).to_have_text("Verified: run-1.zip")
    assert checks(page) == ["Passed"] * 7 + ["Not checked"] * 2
    expect(page.get_by_text("acme/prod-server-access/run-1")).to_be_visible()

    page.get_by_text("Witnesses: bring a policy").click()
    (tmp_path / "policy").write_text(VALID.policy, encoding="utf-8")
    page.get_by_label("Policy file").set_input_files(tmp_path / "policy")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("Witnessed by")).to_be_visible()
    assert checks(page) == ["Passed"] * 8 + ["Not checked"]

    altered = VALID.having({"data/user-identity/session.log": b"$ rm -rf /\n"}).rebagged()
    (tmp_path / "altered.zip").write_bytes(altered.data)
    page.get_by_label("Drop a package here").set_input_files(tmp_path / "altered.zip")
    expect(page.get_by_role("heading", name="Rejected")).to_be_focused()
    expect(page.get_by_text("This is not the file that was attested")).to_be_visible()
    assert visitor.troubles == []


def test_the_page_that_was_kept_verifies_without_a_network(
    server: Server, browsers: Browsers, package: Path, tmp_path: Path
) -> None:
    visitor = browsers.visitor(server.url)
    visitor.page.goto("/verify/")
    with visitor.page.expect_download() as started:
        visitor.page.get_by_role("link", name="Keep this page").click()
    assert started.value.suggested_filename == "trailkeeper-verify.html"

    copy = kept(browsers.browser, tmp_path)
    assert started.value.path().read_bytes() == (tmp_path / "trailkeeper-verify.html").read_bytes()
    server.stop()
    copy.page.get_by_label("Drop a package here").set_input_files(package)
    copy.page.get_by_label("The key that you trust").fill(VALID.vkey)
    copy.page.get_by_role("button", name="Verify").click()
    expect(copy.page.get_by_role("heading", name="Verified")).to_be_visible()
    with copy.page.expect_download() as saved:
        copy.page.get_by_role("link", name="Save this report as JSON").click()
    assert '"verdict": "verified"' in saved.value.path().read_text(encoding="utf-8")
    asked = [url for url in copy.requests if not url.startswith("data:")]
    assert asked == [(tmp_path / "trailkeeper-verify.html").as_uri()]
    assert copy.troubles == []


def test_the_kept_page_forbids_itself_to_use_a_network(browsers: Browsers, tmp_path: Path) -> None:
    copy = kept(browsers.browser, tmp_path)
    refused = copy.page.evaluate(
        "fetch('http://127.0.0.1:1/').then(() => 'sent', (error) => error.name)"
    )
    assert refused == "TypeError"
    assert any("Content Security Policy" in trouble for trouble in copy.troubles)


@pytest.mark.parametrize("plus", ["%2B", "+"])
def test_a_key_in_the_address_is_offered_with_a_warning(
    browsers: Browsers, tmp_path: Path, plus: str
) -> None:
    page = kept(browsers.browser, tmp_path).page
    expect(page.get_by_text("This key came with the address")).to_be_hidden()
    page.goto(f"{page.url}?key={VALID.vkey.replace('+', plus)}")
    expect(page.get_by_label("The key that you trust")).to_have_value(VALID.vkey)
    expect(page.get_by_text("This key came with the address")).to_be_visible()


def test_a_package_can_be_dropped(browsers: Browsers, package: Path, tmp_path: Path) -> None:
    page = kept(browsers.browser, tmp_path).page
    page.get_by_label("The key that you trust").fill(VALID.vkey)
    page.evaluate(_DROP, [package.name, base64.b64encode(package.read_bytes()).decode()])
    expect(page.get_by_role("heading", name="Verified")).to_be_visible()
    expect(page.get_by_label("Drop a package here")).to_have_value(re.compile("run-1.zip$"))


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 a report", b"P"])
def test_of_what_is_no_zip_one_sentence_says_all(
    browsers: Browsers, tmp_path: Path, content: bytes
) -> None:
    page = kept(browsers.browser, tmp_path).page
    (tmp_path / "report.pdf").write_bytes(content)
    page.get_by_label("Drop a package here").set_input_files(tmp_path / "report.pdf")
    expect(page.locator("#result")).to_have_text(
        "Rejected: report.pdf is not a zip, so it is no evidence package. "
        "Choose the file that “Download evidence package” gave you."
    )
    expect(page.get_by_role("status")).to_contain_text("is not a zip")
    assert checks(page) == []


def test_what_strangers_wrote_is_shown_as_text(
    browsers: Browsers, package: Path, tmp_path: Path
) -> None:
    page = kept(browsers.browser, tmp_path).page
    hostile = "<img src=x onerror=alert(1)>\u202egpj.exe"
    package.write_bytes(zipped({**VALID.parts, f"run-1/{hostile}": b""}))
    page.get_by_label("Drop a package here").set_input_files(package)
    expect(page.get_by_role("heading", name="Rejected")).to_be_visible()
    expect(page.locator(".about").first).to_have_text(
        "run-1/<img src=x onerror=alert(1)>⟨U+202E⟩gpj.exe"
    )
    assert page.locator("#result img").count() == 0


def test_a_long_verification_tells_how_far_it_is_and_can_be_cancelled(
    browsers: Browsers, tmp_path: Path
) -> None:
    page = kept(browsers.browser, tmp_path).page
    page.evaluate(
        # Reading waits for the test, as it waits for a slow disk.
        """() => {
            const read = trailkeeper.Source.prototype.read;
            trailkeeper.Source.prototype.read = async function (...place) {
                if (place[0] > 20_000) await new Promise((go) => (window.goOn = go));
                return read.apply(this, place);
            };
        }"""
    )
    (tmp_path / "run-1.zip").write_bytes(VALID.data[:30_000] + VALID.data[-22:])
    file = tmp_path / "run-1.zip"
    page.get_by_label("Drop a package here").set_input_files(file)
    expect(page.get_by_role("progressbar", name="Reading")).to_be_visible()
    expect(page.get_by_role("button", name="Verify")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    page.evaluate("goOn()")
    expect(page.locator("#verdict")).to_contain_text("Cancelled. Nothing was decided")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(page.get_by_role("button", name="Verify")).to_be_enabled()


def test_a_file_that_changes_on_the_disk_decides_nothing(
    browsers: Browsers, package: Path, tmp_path: Path
) -> None:
    copy = kept(browsers.browser, tmp_path)
    page = copy.page
    page.get_by_label("The key that you trust").fill(VALID.vkey)
    page.get_by_label("Drop a package here").set_input_files(package)
    expect(page.get_by_role("heading", name="Verified")).to_be_visible()
    package.write_bytes(VALID.data + b"more")
    page.get_by_role("button", name="Verify").click()
    expect(page.locator("#verdict")).to_contain_text("Nothing was decided")
    page.get_by_label("Drop a package here").set_input_files(package)
    expect(page.get_by_role("heading", name="Rejected")).to_be_visible()
    assert copy.troubles == []
