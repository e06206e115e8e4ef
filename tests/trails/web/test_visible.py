"""Characters that hide or turn text are shown as what they are; scripts and emoji stay whole."""

import pytest

from trails.web.visible import reveal


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u202e", "RIGHT-TO-LEFT OVERRIDE"),
        ("\u2066", "LEFT-TO-RIGHT ISOLATE"),
        ("\u200b", "ZERO WIDTH SPACE"),
        ("\ufeff", "ZERO WIDTH NO-BREAK SPACE"),
        ("\x1b", "CONTROL CHARACTER"),
        ("\U000e0041", "TAG LATIN CAPITAL LETTER A"),
    ],
)
def test_a_hidden_character_is_shown_by_its_code_point(character: str, name: str) -> None:
    shown = reveal(f"a{character}b")
    assert shown == (
        f'a<span class="hidden-character" title="{name}">U+{ord(character):04X}</span>b'
    )


@pytest.mark.parametrize(
    "text", ["שלום", "\u0645\u06cc\u200c\u062e", "👩\u200d💻", "a\tb\nc", "Zürich"]
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert reveal(text) == text


def test_everything_is_escaped() -> None:
    assert reveal("<b>\u202e&\"'") == (
        '&lt;b&gt;<span class="hidden-character" title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>'
        "&amp;&quot;&#x27;"
    )
