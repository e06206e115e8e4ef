"""Windows of a text are cut at line ends, follow one another, and number their lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trails.preview import windows
from trails.preview.encodings import Encoding, detect
from trails.preview.source import Held

UTF8 = Encoding("utf-8")


def pages(data: bytes, encoding: Encoding, size: int = 64) -> list[windows.Window]:
    source, at, found = Held("x", data), encoding.begins, []
    while at < source.size:
        part = windows.window(source, encoding, at, size=size)
        assert part.stop > at, "it goes on"
        found.append(part)
        at = part.stop
    return found


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]))))
def test_windows_together_are_the_whole(lines: list[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    found = pages(data, UTF8)
    assert b"".join(data[part.start : part.stop] for part in found) == data
    assert not any(part.unreadable > data.decode().count("\ufffd") for part in found)
    for part in found:
        assert part.first == 1 + data[: part.start].count(b"\n")


def test_a_link_to_the_part_before_leads_back() -> None:
    data = "".join(f"line {number}\n" for number in range(9000)).encode()
    source = Held("x", data)
    first = windows.window(source, UTF8, 0)
    assert (len(first.lines), first.lines[-1]) == (windows.LINES, f"line {windows.LINES - 1}")
    second = windows.window(source, UTF8, first.stop)
    assert second.first == windows.LINES + 1
    assert windows.before(source, UTF8, second.start) == 0
    assert windows.before(source, UTF8, second.stop) == second.start


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a_text_of_two_bytes_a_letter_is_cut_between_letters(codec: str) -> None:
    # U+0A0A holds the byte of a line end twice.
    data = "\ufeff".encode(codec) + "".join(f"ਊ{number}\n" for number in range(50)).encode(codec)
    encoding = detect(data)
    assert encoding is not None and encoding.codec == codec
    found = pages(data, encoding)
    assert [line for part in found for line in part.lines] == [f"ਊ{n}" for n in range(50)]
    assert found[-1].first == 51 - len(found[-1].lines)


def test_a_line_is_found_by_its_number() -> None:
    data = "".join(f"line {number}\n" for number in range(1, 100_000)).encode()
    source = Held("x", data)
    at = windows.place_of(source, UTF8, 70_000)
    assert at is not None and data[at:].startswith(b"line 70000\n")
    assert windows.place_of(source, UTF8, 200_000) is None
    assert windows.place_of(source, UTF8, 1) == 0


def test_a_line_without_end_is_cut_between_characters() -> None:
    data = ("é" * 1000).encode()
    for part in pages(data, UTF8, size=65):
        assert part.unreadable == 0


def test_far_down_lines_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "COUNTED", 100)
    source = Held("x", b"line\n" * 100)
    assert windows.window(source, UTF8, 100).first == 21
    assert windows.window(source, UTF8, 105).first is None
