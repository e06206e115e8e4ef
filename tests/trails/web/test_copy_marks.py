"""What copy buttons copy: the whole digest, and any text exactly as it is."""

import html
import re

import pytest
from django.template import Context, Template

DIGEST = "550bf7b83e4c" + "0" * 52


def render(source: str, **context: str) -> str:
    return Template("{% load trailkeeper %}" + source).render(Context(context))


def test_a_digest_is_shown_short_and_copied_whole() -> None:
    text = render("{% digest value %}", value=DIGEST)
    assert "<code>550bf7b83e4c…</code>" in text
    assert f'data-copy="{DIGEST}"' in text


@pytest.mark.parametrize("hostile", ['"><script>alert(1)</script>', "a\nb & 'c'", "#token"])
def test_a_text_cannot_leave_its_button(hostile: str) -> None:
    text = render("{% copy value %}", value=hostile)
    [copied] = re.findall(r'data-copy="([^"]*)"', text)
    assert html.unescape(copied) == hostile
    assert "<script" not in text


def test_a_button_is_hidden_until_a_script_shows_it_and_has_a_name() -> None:
    assert re.search(r'<button type="button"[^>]* hidden>', render("{% copy 'x' %}"))
    assert "Copy the digest</span>" in render("{% digest value %}", value=DIGEST)
