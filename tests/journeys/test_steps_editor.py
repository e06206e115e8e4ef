"""An admin edits the steps of a trail by mouse and by keyboard; two admins do not overwrite."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.gallery import ADMIN
from tests.journeys.site import Site, Watched

STEPS = ["user-identity", "service-identity", "command-logs"]


@pytest.fixture
def form(site: Site) -> str:
    """The address of the form that configures a trail."""
    return f"{site.new_trail('steps-editor', STEPS)}configure"


@pytest.fixture
def admin(site: Site, chromium: Browser, form: str) -> Generator[Watched]:
    """The demo's admin, who is about to configure a trail."""
    window = site.window(chromium, ADMIN)
    window.page.goto(form)
    yield window
    window.page.context.close()


def names(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator("[data-list] [name=step_name]").all()]


def said(page: Page) -> Locator:
    return page.locator("#id_steps [role=status]")


def saved(page: Page) -> list[str]:
    page.get_by_role("button", name="Save as the next version").click()
    return page.get_by_role("list", name="Steps").first.get_by_role("listitem").all_inner_texts()


def test_steps_are_added_moved_made_optional_and_removed(admin: Watched) -> None:
    page = admin.page
    assert names(page) == [*STEPS, ""]
    page.get_by_role("button", name="Move step 3 up").click()
    expect(said(page)).to_have_text("Step command-logs is in place 2 now.")
    expect(page.get_by_role("button", name="Move step 2 up")).to_be_focused()
    page.keyboard.press("Enter")
    assert names(page) == ["command-logs", "user-identity", "service-identity", ""]
    page.get_by_role("button", name="Remove step 3").click()
    expect(said(page)).to_have_text("Step service-identity is removed.")
    expect(page.get_by_role("button", name="Remove step 3")).to_be_focused()
    page.get_by_role("button", name="Add a row").click()
    expect(page.get_by_label("Name of step 4")).to_be_focused()
    page.keyboard.type("sign-off")
    page.get_by_label("Whether step 4 is required").select_option("optional")
    shown = saved(page)
    assert [text.split()[0] for text in shown] == ["command-logs", "user-identity", "sign-off"]
    assert "optional" in shown[2]
    assert admin.troubles == []


def test_the_keyboard_moves_a_step_and_the_focus_stays_in_it(admin: Watched) -> None:
    page = admin.page
    first = page.get_by_label("Name of step 1")
    first.focus()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")
    assert names(page)[:3] == ["service-identity", "command-logs", "user-identity"]
    expect(page.get_by_label("Name of step 3")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(said(page)).to_have_text("Step user-identity is in place 2 now.")
    page.get_by_label("Name of step 1").focus()
    page.keyboard.press("Alt+ArrowUp")  # it is the first: nothing moves, and it is said where it is
    expect(said(page)).to_have_text("Step service-identity is in place 1 now.")
    assert names(page)[:3] == ["service-identity", "user-identity", "command-logs"]


def test_a_bad_name_is_told_at_its_row(admin: Watched) -> None:
    page = admin.page
    page.get_by_label("Name of step 2").fill("a/b")
    page.get_by_role("button", name="Save as the next version").click()
    summary = page.get_by_role("group", name="Nothing was saved.")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Step 2").click()
    field = page.get_by_label("Name of step 2")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Error: 'a/b' is not a valid step name. Leave out / and \\ and a leading dot."
    )


def test_two_admins_at_once_see_what_the_other_did(
    admin: Watched, site: Site, chromium: Browser, form: str
) -> None:
    page, other = admin.page, site.window(chromium, ADMIN).page
    other.goto(form)
    other.get_by_role("button", name="Remove step 1").click()
    saved(other)
    page.get_by_label("Description").fill("Written meanwhile")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_role("heading", name="What others changed meanwhile")).to_be_visible()
    expect(page.get_by_text("Step user-identity removed from place 1")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("Written meanwhile")
    assert names(page)[:3] == STEPS
    assert saved(page) == STEPS


def test_without_javascript_numbers_order_the_rows(
    site: Site, chromium: Browser, form: str
) -> None:
    page = site.window(chromium, ADMIN, java_script_enabled=False).page
    page.goto(form)
    page.get_by_label("Number of step 1").fill("9")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_label("Name of step 5").fill("sign-off")
    page.get_by_label("Name of step 2").fill("")
    assert saved(page) == ["command-logs", "user-identity", "sign-off"]
