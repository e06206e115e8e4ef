"""A terminal's output, replayed line by line: what stood there at last, and no code of it."""

import re
from collections.abc import Iterator

from hypothesis import example, given
from hypothesis import strategies as st

from trails.preview.terminal import COLUMNS, Line, Terminal
from trails.preview.transcript import clean

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
# Texts that are rich in what terminals obey.
PIECES = st.sampled_from(
    [
        *("\x1b", "\x1b[", "\x1b]", "\x07", "\x1b\\", "\x9b", "\x9d", "\x9c", "\x90", "\r", "\n"),
        *("\b", "\t", "\x00", "31m", "38;5;200m", "K", "2J", "10C", "3D", "5G", "?1049h", "?1049l"),
        *("52;c;", "8;;http://x", "133;A", "133;B", "133;C", "133;D;1", "P", "@", "9999999999C"),
        *("root@prod:~# ", "ls -la", "é", "\u202e", "x" * 50, ";", "0"),
    ]
)
OUTPUT = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=60).map("".join)


def lines(*texts: str) -> list[Line]:
    terminal = Terminal()

    def all_of() -> Iterator[Line]:
        for text in texts:
            yield from terminal.feed(text)
        yield from terminal.end()

    return list(all_of())


def shown(*texts: str) -> list[str]:
    return [line.text for line in lines(*texts)]


def test_a_carriage_return_writes_over_what_was_there() -> None:
    assert shown("10%\r20%\r100%\n") == ["100%"]
    assert shown("abcdef\rxy\n") == ["xycdef"]


def test_backspaces_and_erasures_take_typing_errors_back() -> None:
    assert shown("pung\b\x1b[K\b\x1b[K\b\x1b[King\n") == ["ping"]


def test_keys_are_inserted_and_deleted_within_a_line() -> None:
    assert shown("helo\x1b[D\x1b[@l\n") == ["hello"]
    assert shown("heello\x1b[5D\x1b[P\n") == ["hello"]
    assert shown("a\x1b[3Cb\n") == ["a   b"]
    assert shown("secret\x1b[1K\n") == [""]


def test_a_full_screen_program_is_one_line() -> None:
    [before, screen, after] = lines("before\n\x1b[?1049h\x1b[2Jvim ~~~~\x1b[?1049lafter\n")
    assert (before.text, screen.screen, after.text) == ("before", 9, "after")
    [last] = lines("\x1b[?1049hnever left")
    assert last.screen == 10


def test_a_sequence_that_is_cut_between_two_pieces_is_one() -> None:
    assert shown("a\x1b", "[3", "1mred\x1b]0;ti", "tle\x07b\n") == ["aredb"]


def test_colours_become_names() -> None:
    [line] = lines("\x1b[1;31mbad\x1b[0m good\n")
    assert line.runs == [("bad", "bold ink-red"), (" good", "")]


def test_concealed_text_is_shown() -> None:
    assert shown("\x1b[8mrm -rf /\x1b[0m\n") == ["rm -rf /"]


def test_what_a_string_hides_ends_with_its_line() -> None:
    assert shown("\x1b]0;never ended\nls\n") == ["", "ls"]


def test_what_leaves_the_line_is_counted() -> None:
    terminal = Terminal()
    list(
        terminal.feed("\x1b]0;title\x07\x1b]52;c;cHduZWQ=\x07\x1b[6n\x1b[2A\x1b[?2004h\x1b[5;5H\n")
    )
    counts = terminal.tally.counts
    assert counts == {"titles": 1, "clipboard": 1, "queries": 1, "cursor": 2, "modes": 1}
    assert ("clipboard", "c;cHduZWQ=") in terminal.tally.samples


@given(OUTPUT)
@example("\x1b[31mx\x85y\n")
def test_no_line_holds_a_control_character(text: str) -> None:
    for line in lines(text):
        assert not CONTROL.search(line.text)


@given(OUTPUT)
def test_clean_text_is_clean_already(text: str) -> None:
    once = "".join(clean([(text, None)]))
    assert "".join(clean([(once, None)])) == once


@given(st.lists(OUTPUT, max_size=4))
def test_the_pieces_that_output_comes_in_change_nothing(pieces: list[str]) -> None:
    assert shown(*pieces) == shown("".join(pieces))


@given(OUTPUT)
def test_a_line_has_its_width_and_no_more(text: str) -> None:
    assert all(len(line.text) <= COLUMNS for line in lines(text + "\x1b[9999C" * 9 + "x"))
