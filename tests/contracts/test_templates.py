"""Templates hold against the content security policy, and every one of them compiles."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
# Opened from a disk, where no style sheet lies beside it: its style is inside.
SELF_CONTAINED = {"package/report.html"}

INLINE = re.compile(
    r"\sstyle\s*=|<style|\son[a-z]+\s*=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)


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
