"""Templates hold against the content security policy, and every one of them compiles."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template
from django.test import RequestFactory

from trails.models import User
from trails.web import styleguide
from trails.web.specimens import DIFFERENT, specimens

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
# Opened from a disk, where no style sheet lies beside it: its style is inside.
SELF_CONTAINED = {"package/report.html", "package/trail/report.html"}

INLINE = re.compile(
    r"\sstyle\s*=|<style|\son[a-z]+\s*=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)


COMPONENTS = [path for path in PAGES if path.parent.name == "components"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "templates").as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_compiles(path: Path) -> None:
    get_template(name_of(path))
    engines["django"].from_string(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_template_needs_what_the_policy_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = [match[0] for match in INLINE.finditer(text)]
    assert found == (["<style"] if name_of(path) in SELF_CONTAINED else [])
    assert not ELSEWHERE.search(text), "templates name no other host"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_no_template_switches_escaping_off(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    unescaped = re.findall(r"autoescape off|\{\{[^}]*\|safe(?:seq)?\b[^}]*\}\}", text)
    # Django's own forms write the help of a field as HTML.
    allowed = ["{{ field.help_text|safe }}"] if name_of(path) == "components/field.html" else []
    assert unescaped == allowed


def test_the_style_sheets_ask_nobody_for_anything() -> None:
    sheets = sorted((ROOT / "static").rglob("*.css"))
    assert sheets
    for sheet in sheets:
        assert not re.search(r"@import|url\(|https?:", sheet.read_text(encoding="utf-8")), sheet


def test_the_patterns_find_what_they_look_for() -> None:
    for bad in (
        '<p style="x">',
        "<script>",
        '<a onclick="x">',
        '<a href="javascript:x">',
        "<style>",
    ):
        assert INLINE.search(bad), bad
    assert not INLINE.search('<script src="x.js">')
    assert ELSEWHERE.search('<img src="//cdn.example/x.png">')


@pytest.mark.parametrize(
    "path", [path for path in COMPONENTS if path.name != styleguide.SPRITE], ids=name_of
)
def test_a_component_says_what_it_is_and_is_shown_in_the_style_guide(path: Path) -> None:
    component = styleguide.component(path)
    given = specimens() | DIFFERENT.get(path.name, {}) | dict.fromkeys(("request", "user"))
    given |= {"public_url": "of the context processor"}
    missing = [name for name in component.demands if name not in given]
    assert not missing, f"trails/web/specimens.py has nothing for {missing}"
    request = RequestFactory().get("/styleguide")
    request.user = User(name="Ann")
    shown = styleguide.rendered(path.name, request)
    unseen = "<script" in shown or "<meta" in shown or "hidden" in shown
    assert re.sub(r"<[^>]*>|\s", "", shown) or unseen, "the specimens leave it empty"


@pytest.mark.parametrize(
    ("opening", "demands"),
    [
        ("{# A thing. Variables: x (of what, and when), y (optional), z. #}", ["x", "z"]),
        ("{# A thing. No variables. #}", []),
    ],
)
def test_the_opening_of_a_component_is_read(
    opening: str, demands: list[str], tmp_path: Path
) -> None:
    (tmp_path / "x.html").write_text(f"{opening}\n<p>\n", encoding="utf-8")
    assert styleguide.component(tmp_path / "x.html").demands == demands


def test_a_component_that_says_nothing_of_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.html").write_text("{% load trailkeeper %}\n<p>\n", encoding="utf-8")
    with pytest.raises(ValueError, match="does not begin with"):
        styleguide.component(tmp_path / "x.html")
