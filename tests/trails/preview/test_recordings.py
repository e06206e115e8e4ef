"""Recordings are read whatever their version, and what is malformed in them is counted."""

import json

from trails.preview import sessions
from trails.preview.kinds import Kind, recognise
from trails.preview.source import Held


def played(data: bytes, name: str = "x.cast") -> list[tuple[str, float | None]]:
    source = Held(name, data)
    what = recognise(name, source.size, data)
    assert what.kind is Kind.ASCIICAST and what.encoding is not None
    cast = sessions.cast_of(source, what.kind)
    return list(sessions.pieces(source, what.encoding, cast, 0, source.size))


def lines(*values: object) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def test_version_2_counts_from_the_beginning() -> None:
    data = lines({"version": 2, "width": 80, "height": 24}, [0.5, "o", "a"], [2, "o", "b"])
    assert played(data) == [("a", 0.5), ("b", 2)]


def test_version_3_counts_from_the_event_before() -> None:
    head = {"version": 3, "term": {"cols": 80, "rows": 24}, "timestamp": 1}
    data = lines(head) + b"# a comment\n" + lines([0.5, "o", "a"], [1, "i", "x"], [0.25, "o", "b"])
    assert played(data) == [("a", 0.5), ("b", 1.75)]


def test_version_1_is_one_object() -> None:
    data = b'{"version": 1, "width": 80, "stdout": [[0.5, "a"], [1, "b"], ["x"], 7]}'
    assert played(data) == [("a", 0.5), ("b", 1.5)]


def test_what_is_no_event_is_counted_and_harms_nobody() -> None:
    deep = "[" * 200_000
    data = lines({"version": 2, "width": 80, "height": 24}, [1, "o", "a"], [1, "o"], {"x": 1})
    data += f"{deep}\n".encode() + b"not json\n" + lines([2, "o", "b"])
    source = Held("x.cast", data)
    cast = sessions.cast_of(source, Kind.ASCIICAST)
    encoding = recognise("x.cast", source.size, data[:4096]).encoding
    assert cast is not None and encoding is not None
    found = list(sessions.pieces(source, encoding, cast, 0, source.size))
    assert (found, cast.unread) == ([("a", 1), ("b", 2)], 4)


def test_a_typescript_is_known_by_its_first_words() -> None:
    for head in (b"Script started on 2026-11-20", b"Script started, output log is x"):
        assert recognise("session.log", 99, head).kind is Kind.TYPESCRIPT
