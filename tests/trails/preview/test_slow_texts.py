"""Files that are made to take long: what they cost to show grows with their size, not its square.

Each of these took minutes before it had a bound. The seconds are far above what they take now.
"""

import bz2
import gzip
import io
import lzma
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trails.preview import bombs
from trails.preview import ansi, archives, recordings, unpacking, zips
from trails.preview.kinds import Kind
from trails.preview.members import NoMember
from trails.preview.source import Held
from trails.preview.transcript import transcript

SECONDS = 3.0


@pytest.fixture
def soon() -> Iterator[None]:
    """Say that the test takes its time, measured by the processor's clock."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("end", ["\n", "\x9c", "\x1bc", "\x07\n"])
@pytest.mark.parametrize("opener", ["\x90", "\x9b", "\x1b]", "\x1bP", "\x1b[0", "\x1b ", "\x1b"])
def test_sequences_that_begin_and_begin_again_are_read_once(opener: str, end: str) -> None:
    text = opener * (ansi.HELD // len(opener) - len(end)) + end
    assert ansi.unfinished(text) <= len(text)


@given(st.text(alphabet="\x1b\x90\x9b\x9c\x9e\x07\n\\[]P;0m a", max_size=12))
def test_where_a_sequence_is_cut_is_the_leftmost_place(text: str) -> None:
    leftmost = next((at for at in range(len(text)) if ansi.UNFINISHED.match(text, at)), len(text))
    assert ansi.unfinished(text) == leftmost


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("edit", ["\x1b[5D\x1b[1K", "\r\x1b[9999X", "\r\x1b[@\x1b[P"])
def test_a_long_line_that_is_edited_without_end_is_given_up(edit: str) -> None:
    played = transcript([("x" * 19_999 + edit * ((1 << 19) // len(edit)), None)])
    assert played.tally.total > 0


def test_a_line_that_people_edit_is_edited() -> None:
    typed = "$ " + "echo wrong" + "\b" * 5 + "\x1b[K" + "right"
    text = f"{typed}\r\n" * 4000
    played = transcript([(text, None)])
    assert {line.text for section in played.sections for line in section.lines} == {"$ echo right"}
    assert played.tally.total == 0


EMPTY: dict[Kind, Callable[[bytes], bytes]] = {
    Kind.GZIP: gzip.compress,
    Kind.BZIP2: bz2.compress,
    Kind.XZ: lzma.compress,
}


@pytest.mark.parametrize("kind", EMPTY)
def test_streams_that_hold_nothing_end_by_the_clock(
    kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacking, "SECONDS", 0.05)
    empty = EMPTY[kind](b"")
    source = Held("empty", empty * ((8 << 20) // len(empty)))
    began = time.process_time()
    with pytest.raises(unpacking.TooLarge):
        unpacking.Stream(source, kind).read(1)
    assert time.process_time() - began < 0.5


def test_a_member_that_never_ends_and_holds_nothing_ends_by_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zips, "SECONDS", 0.0)
    with pytest.raises(NoMember, match="too long"):
        source = bombs.packed_as(b"\x00\x00\x00\xff\xff" * 500_000)
        archives.take(Held("a.zip", source), Kind.ZIP, 0)


def test_what_follows_the_end_of_a_member_is_not_read() -> None:
    class Counted(Held):
        read_bytes = 0

        def read(self, start: int, stop: int) -> bytes:
            Counted.read_bytes += min(stop, self.size) - start
            return super().read(start, stop)

    source = Counted("a.zip", bombs.packed_as(b"\x03\x00" + bytes(32 << 20)))
    assert archives.take(source, Kind.ZIP, 0).data == b""
    assert Counted.read_bytes < 2 << 20


def test_a_member_that_lies_beyond_every_file_is_not_there() -> None:
    wide = struct.pack("<HHQ", 1, 8, (1 << 64) - 5)
    data = bombs.packed_as(b"\x03\x00", offset=0xFFFFFFFF, extra=wide)

    class File(Held):
        def read(self, start: int, stop: int) -> bytes:
            file = io.BytesIO(self.data)
            file.seek(start)  # which takes no more than a file may have
            return file.read(max(stop - start, 0))

    with pytest.raises(NoMember):
        archives.take(File("a.zip", data), Kind.ZIP, 0)


def test_a_time_that_no_clock_shows_is_none() -> None:
    far = "1" + "0" * 400
    events = recordings.events(recordings.Cast(3), ["{}", f'[{far},"o","x"]', '[1,"o","y"]'])
    assert list(events) == [("x", None), ("y", None)]
    frames = recordings.frames(f'{{"version":1,"stdout":[[{far},"x"]]}}')
    assert list(frames) == [("x", None)]
