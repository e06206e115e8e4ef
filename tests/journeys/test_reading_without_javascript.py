"""Without JavaScript what was recorded is read: filtered, paged, searched, looked into, taken."""

import zipfile

import httpx
from playwright.sync_api import Page, expect

from tests.journeys.site import Site
from tests.journeys.test_without_javascript import sign_in

RUNS = 55  # of which a page shows 50
TRAIL = "runs-without-scripts"


def test_a_stranger_filters_opens_and_downloads(site: Site, plain: Page) -> None:
    plain.goto("/")
    plain.get_by_role("link", name=site.places["organization"]).first.click()
    plain.get_by_role("link", name=site.places["trail"], exact=True).first.click()
    plain.get_by_label("Text").fill(site.places["workflow"])
    plain.get_by_role("button", name="Filter").click()
    expect(plain.locator("tbody tr")).to_have_count(1)
    plain.get_by_role("link", name=site.places["workflow"], exact=True).click()
    # What scripts do is not offered: no button that does nothing.
    expect(plain.get_by_role("button", name="Copy")).to_have_count(0)
    fold = plain.locator("details").filter(has_text="User data").first
    fold.locator("summary").click()
    expect(fold.locator("pre")).to_be_visible()
    with plain.expect_download() as started:
        plain.get_by_role("link", name="Download evidence package").click()
    assert zipfile.ZipFile(started.value.path()).testzip() is None


def test_a_stranger_searches_and_looks_into_a_transcript(site: Site, plain: Page) -> None:
    plain.goto("/")
    field = plain.get_by_role("banner").get_by_role("searchbox")
    field.fill(site.places["workflow"])
    field.press("Enter")
    expect(plain.get_by_role("heading", name="Exactly this")).to_be_visible()
    # A file is hashed by a script: what cannot be done is not offered.
    expect(plain.get_by_text("Where was this file attested?")).to_be_hidden()
    found = plain.get_by_role("region", name="Exactly this").get_by_role("link")
    found.filter(has_text=site.places["workflow"]).click()
    plain.get_by_role("link", name="session.log", exact=True).first.click()
    expect(plain.get_by_role("heading", name="session.log", level=1)).to_be_visible()
    outline = plain.get_by_role("navigation", name="commands").get_by_role("link")
    command = outline.first.inner_text()
    expect(plain.get_by_role("button", name="Copy clean text")).to_be_hidden()
    expect(plain.get_by_role("button", name="Fold all")).to_be_hidden()
    with plain.expect_download() as started:
        plain.get_by_role("link", name="Download clean text").click()
    assert command in started.value.path().read_text(encoding="utf-8")
    plain.get_by_role("textbox", name="Search this file").fill(command)
    plain.get_by_role("main").get_by_role("button", name="Search").click()
    expect(plain.get_by_role("status").first).to_contain_text(command)
    expect(plain.locator("mark").first).to_be_visible()


def test_previews_of_every_kind_are_whole(site: Site, plain: Page) -> None:
    sign_in(site, plain, "writer")
    main = plain.get_by_role("main")
    plain.goto(site.places["file_json"])
    fold = main.locator("details:has(summary)").first
    expect(fold).to_be_visible()
    plain.goto(site.places["file_csv"])
    expect(main.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()
    for kind in ("png", "pdf"):
        plain.goto(site.places[f"file_{kind}"])
        picture = main.get_by_role("img").last
        expect(picture).to_be_visible()
        drawn = plain.request.get(site.url + str(picture.get_attribute("src")))
        assert drawn.headers["content-type"] == "image/png", kind
    plain.goto(site.places["file_tgz"])
    main.get_by_role("table").get_by_role("link").first.click()
    expect(plain.get_by_role("heading", name="Content of the member")).to_be_visible()
    plain.goto(site.places["file_age"])
    plain.get_by_role("navigation", name="Show as").get_by_role("link").last.click()
    expect(main).to_contain_text("61 67 65 2d 65 6e 63")  # age-enc


def test_an_admin_pages_through_what_a_key_reported(site: Site, plain: Page) -> None:
    sign_in(site, plain, "admin")
    report_many(site, issue_key(plain))
    plain.goto(f"/{site.places['organization']}/{TRAIL}/")
    newest = ids(plain)
    assert newest == [f"run-{number}" for number in range(RUNS, RUNS - 50, -1)]
    plain.get_by_role("link", name="Older").click()
    assert ids(plain) == [f"run-{number}" for number in range(RUNS - 50, 0, -1)]
    plain.get_by_role("link", name="Newer", exact=True).click()
    assert ids(plain) == newest
    # A filter goes with the pages.
    plain.get_by_label("Text", exact=True).fill("odd")
    plain.get_by_role("button", name="Filter").click()
    assert ids(plain) == [f"run-{number}" for number in range(RUNS, 0, -2)]
    archive(plain)


def issue_key(page: Page) -> str:
    """Return a new key of the person, as the page shows it."""
    page.goto("/account/keys/")
    page.get_by_role("button", name="Issue the key").click()
    return page.locator("#token").inner_text()


def report_many(site: Site, key: str) -> None:
    root = f"{site.url}/api/v1/organizations/{site.places['organization']}/trails/{TRAIL}"
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}) as client:
        client.put(root, json={"steps": ["approval"]}).raise_for_status()
        for number in range(1, RUNS + 1):
            said = {"description": "an odd run" if number % 2 else "a run like others"}
            client.put(f"{root}/workflows/run-{number}", json=said).raise_for_status()


def ids(page: Page) -> list[str]:
    """Return the ids of the workflows that a trail's page shows, from the top."""
    return page.locator("tbody th a").all_inner_texts()


def archive(page: Page) -> None:
    """Archive the trail that is shown; the wrong name does not."""
    page.get_by_role("link", name="Configure").click()
    page.get_by_role("link", name="Archive the trail…").click()
    for name in ("another", TRAIL):
        page.get_by_label("Type the name of the trail").fill(name)
        page.get_by_role("button", name="Archive the trail").click()
        expect(page.get_by_text("Nothing has changed.")).to_have_count(int(name != TRAIL))
    expect(page.get_by_text("It stays readable, and takes nothing new.")).to_be_visible()
