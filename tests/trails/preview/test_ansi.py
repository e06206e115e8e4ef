"""Terminal codes become tokens; what they would do is named, and nothing of them is obeyed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trails.preview import ansi
from trails.preview.ansi import Kind
from trails.preview.colours import PLAIN, styled


@pytest.mark.parametrize(
    ("sequence", "kind"),
    [
        ("\x1b[31m", Kind.COLOUR),
        ("\x1b]0;owned\x07", Kind.TITLE),
        ("\x1b]2;owned\x1b\\", Kind.TITLE),
        ("\x1b]8;;https://evil.example/\x1b\\", Kind.LINK),
        ("\x1b]52;c;ZXZpbA==\x07", Kind.CLIPBOARD),
        ("\x1b]133;A\x07", Kind.MARK),
        ("\x1b]1337;File=name=x:AAAA\x07", Kind.STRING),
        ("\x1bP$q\x1b\\", Kind.STRING),
        ("\x1b_Gi=1;AAAA\x1b\\", Kind.STRING),
        ("\x1b[6n", Kind.QUERY),
        ("\x1b[c", Kind.QUERY),
        ("\x1bZ", Kind.QUERY),
        ("\x1b[21t", Kind.QUERY),
        ("\x1b[2J", Kind.ERASE),
        ("\x1b[10;20H", Kind.CURSOR),
        ("\x1b[?2004h", Kind.MODE),
        ("\x9b31m", Kind.COLOUR),
        ("\x1b[>4;1m", Kind.OTHER),
        ("\x1bc", Kind.OTHER),
    ],
)
def test_a_sequence_has_a_kind(sequence: str, kind: Kind) -> None:
    before, token, after = ansi.tokens(f"a{sequence}b")
    assert (before.text, token.kind, after.text) == ("a", kind, "b")
    assert ansi.plain(f"a{sequence}b") == "ab"


@given(st.text())
def test_texts_hold_no_escape(text: str) -> None:
    for token in ansi.tokens(text):
        assert token.kind is not Kind.TEXT or "\x1b" not in token.text
    assert "\x1b" not in ansi.plain(text)


def test_the_words_of_a_sequence_are_kept_short() -> None:
    tally = ansi.Tally()
    for token in ansi.tokens(f"\x1b]0;{'x' * 5000}\x07" * 50):
        tally.note(token)
    assert tally.total == 50
    assert len(tally.samples) == ansi.SAMPLES
    assert max(len(text) for _, text in tally.samples) == ansi.SAMPLE


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ((0,), ""),
        ((1, 32), "bold ink-green"),
        ((91,), "ink-red"),
        ((44,), "ground-blue"),
        ((38, 5, 196), "ink-red"),
        ((38, 2, 10, 200, 120), "ink-green"),
        ((48, 5, 21), "ground-blue"),
        ((38, 5), ""),
        ((38,), ""),
        ((8,), ""),
        ((1, 22), ""),
        ((31, 39), ""),
    ],
)
def test_a_colour_is_one_of_few_names(numbers: tuple[int, ...], names: str) -> None:
    assert styled(PLAIN, numbers).names == names


@given(st.lists(st.integers(0, 9999), max_size=32))
def test_no_numbers_make_another_name(numbers: list[int]) -> None:
    for name in styled(PLAIN, tuple(numbers)).names.split():
        assert name.replace("-", "").isalpha()
