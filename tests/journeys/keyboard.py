"""Walking a page by its keyboard: Tab from place to place, with the focus seen at each."""

from playwright.sync_api import Locator, Page

MANY = 400
"""More places than a page has."""

# Where the focus is, and whether a person can see that it is there.
_FOCUS = """() => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const box = at.getBoundingClientRect();
    const outlined = [at, at.parentElement].some((element) => {
        const style = getComputedStyle(element);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    const onScreen = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
    return [outlined && onScreen, at.outerHTML.slice(0, 160)];
}"""


def step(page: Page, key: str = "Tab") -> str | None:
    """Go to the next place and return what is there, None when the walk has left the page.

    Fails where the focus cannot be seen.
    """
    page.keyboard.press(key)
    found: tuple[bool, str] | None = page.evaluate(_FOCUS)
    if found is None:
        return None
    seen, what = found
    assert seen, f"The focus is not to be seen on {what}"
    return what


def walk(page: Page) -> list[str]:
    """Walk the whole page; return the places. Fails when the walk does not come to its end."""
    page.evaluate("document.activeElement.blur()")
    places: list[str] = []
    while (what := step(page)) is not None:
        places.append(what)
        assert len(places) < MANY, f"The keyboard is trapped at {what}"
    return places


def go_to(page: Page, there: Locator) -> None:
    """Walk to a place, however far it is. Fails when the keyboard does not reach it."""
    element = there.element_handle()
    for _ in range(MANY):
        if element.evaluate("(element) => element === document.activeElement"):
            return
        step(page)
    raise AssertionError(f"The keyboard does not reach {there}")
