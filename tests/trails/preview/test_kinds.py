"""What a file holds is told by its bytes; a name that promises something else is told too."""

import pytest

from trails.preview.encodings import detect
from trails.preview.kinds import Kind, recognise


def kind(name: str, data: bytes) -> Kind:
    return recognise(name, len(data), data, data).kind


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", Kind.EMPTY),
        (b"hello\n", Kind.TEXT),
        (b"\x1b[31mred\x1b[0m\n", Kind.ANSI),
        (b'{"a": 1}', Kind.JSON),
        (b" [1, 2]\n", Kind.JSON),
        (b'{"a":1}\n{"a":2}\n', Kind.JSON_LINES),
        (b'{"version": 2, "width": 80, "height": 24}\n[1, "o", "x"]\n', Kind.ASCIICAST),
        (b"<!doctype html><p>", Kind.HTML),
        (b"<script>alert(1)</script>", Kind.HTML),
        (b'<?xml version="1.0"?><svg xmlns="x">', Kind.SVG),
        (b'<?xml version="1.0"?><a/>', Kind.XML),
        (b"\x89PNG\r\n\x1a\n....", Kind.PNG),
        (b"%PDF-1.7\n", Kind.PDF),
        (b"PK\x03\x04....", Kind.ZIP),
        (b"\x1f\x8b\x08....", Kind.GZIP),
        (b"age-encryption.org/v1\n-> X25519 a\n", Kind.AGE),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", Kind.AGE),
        (b"\x00\x01\x02\x03", Kind.BINARY),
    ],
)
def test_content_decides(data: bytes, expected: Kind) -> None:
    assert kind("file", data) is expected


def test_a_name_decides_only_what_content_leaves_open() -> None:
    assert kind("a.csv", b"a,b\n1,2\n") is Kind.CSV
    assert kind("a.tsv", b"a\tb\n") is Kind.TSV
    assert kind("a.txt", b"a,b\n1,2\n") is Kind.TEXT
    assert kind("a.png", b"a,b\n1,2\n") is Kind.TEXT


@pytest.mark.parametrize(
    ("name", "data", "promised"),
    [
        ("report.pdf", b"<html><script>", "pdf"),
        ("chart.png", b"GIF89a....", "png"),
        ("notes.txt", b"PK\x03\x04....", "txt"),
        ("session.log", b"<!doctype html>", "log"),
        ("notes.txt", b'{"a": 1}', ""),
        ("report.pdf", b"%PDF-1.7", ""),
        ("no suffix", b"%PDF-1.7", ""),
        ("x.unknown", b"%PDF-1.7", ""),
    ],
)
def test_a_name_that_lies_is_told(name: str, data: bytes, promised: str) -> None:
    assert recognise(name, len(data), data).promised == promised


def test_a_file_that_is_two_things_is_told() -> None:
    archive = b"PK\x05\x06" + bytes(18)
    found = recognise("a.gif", 99, b"GIF89a" + archive, b"GIF89a" + archive)
    assert (found.kind, found.also) == (Kind.GIF, (Kind.ZIP,))
    page = b"%PDF-1.7\n<html><script>alert(1)</script>"
    assert recognise("a.pdf", len(page), page, page).also == (Kind.HTML,)
    both = b"\x89PNG\r\n\x1a\n" + b"%PDF-1.7<body onload=x>"
    assert recognise("a.png", len(both), both, both).also == (Kind.HTML, Kind.PDF)


def test_encodings_are_told_by_marks_then_by_trying_then_by_guessing() -> None:
    assert detect("é".encode()) and detect("é".encode()).codec == "utf-8"  # type: ignore[union-attr]
    wide = detect("\ufeffa".encode("utf-16-le"))
    assert wide is not None and (wide.codec, wide.begins) == ("utf-16-le", 2)
    old = detect("Die Prüfung für Köln läuft über das große Büro.\n".encode("latin-1") * 30)
    assert old is not None and old.is_guessed
    assert "Prüfung für Köln" in old.decode("Prüfung für Köln".encode("latin-1"))
    assert detect(bytes(range(256))) is None
