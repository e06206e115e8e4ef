"""Words are found in texts of any length, by the lines they stand in and without their codes."""

import tracemalloc

import pytest

from trails.preview import search, windows
from trails.preview.encodings import Encoding
from trails.preview.source import Held

UTF8 = Encoding("utf-8")


def test_a_match_leads_to_its_line() -> None:
    data = "".join(f"line {n} {'ERROR' if n == 5000 else 'ok'}\n" for n in range(1, 9000)).encode()
    source = Held("x", data)
    [match] = search.find(source, UTF8, "error").matches
    assert (match.number, match.text) == (5000, "line 5000 ERROR")
    part = windows.window(source, UTF8, match.at)
    assert part.first is not None
    assert part.lines[match.number - part.first] == "line 5000 ERROR"


def test_codes_between_letters_hide_nothing() -> None:
    found = search.find(Held("x", b"rm \x1b[31m-r\x1b[0mf /\n"), UTF8, "rm -rf")
    assert [match.number for match in found.matches] == [1]


def test_the_words_are_no_pattern() -> None:
    assert not search.find(Held("x", b"aaa\n" * 50), UTF8, "(a+)+$").matches
    assert search.find(Held("x", b"a.b\nacb\n"), UTF8, "a.b").matches[0].number == 1


def test_many_matches_and_long_files_are_cut_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = search.find(Held("x", b"hit\n" * 5000), UTF8, "hit")
    assert (len(found.matches), found.is_whole) == (search.MATCHES, False)
    monkeypatch.setattr(search, "SCANNED", 1000)
    found = search.find(Held("x", b"miss\n" * 5000), UTF8, "hit")
    assert (found.matches, found.is_whole, found.scanned <= 1000) == ([], False, True)


@pytest.mark.parametrize("codec", ["utf-16-le", "latin-1"])
def test_other_encodings_are_searched_too(codec: str) -> None:
    data = "eins\nzwei Prüfung\ndrei\n".encode(codec)
    encoding = Encoding(codec, unit=2 if codec.startswith("utf-16") else 1)
    [match] = search.find(Held("x", data), encoding, "prüfung").matches
    assert (match.number, match.text) == (2, "zwei Prüfung")


def test_a_file_is_searched_piece_by_piece() -> None:
    class Endless(Held):
        @property
        def size(self) -> int:
            return 40 << 20

        def read(self, start: int, stop: int) -> bytes:
            return b"x" * (stop - start)

    tracemalloc.start()
    try:
        found = search.find(Endless("x", b""), UTF8, "y")
        assert tracemalloc.get_traced_memory()[1] < 30 << 20
    finally:
        tracemalloc.stop()
    assert not found.matches
