"""The demo's PDFs hold together: header, offsets, lengths, trailer, text (ISO 32000-1, 7.5)."""

import datetime
import re

from tests.trails.demo.generated import of
from trails.demo.files.pdf import document

NOON = datetime.datetime(2026, 11, 3, 12, tzinfo=datetime.UTC)


def read(data: bytes) -> dict[int, bytes]:
    """Reads a PDF by its cross-reference table alone, as a viewer does."""
    assert data.startswith(b"%PDF-1.4\n")
    end = re.fullmatch(rb".*\nstartxref\n(\d+)\n%%EOF\n", data, re.DOTALL)
    assert end
    table = data[int(end[1]) :]
    head = re.match(rb"xref\n0 (\d+)\n0000000000 65535 f \n", table)
    assert head
    entries = [table[head.end() + 20 * n :][:20] for n in range(int(head[1]) - 1)]
    objects = {}
    for number, entry in enumerate(entries, start=1):
        assert re.fullmatch(rb"\d{10} 00000 n \n", entry)
        body = data[int(entry[:10]) :]
        assert body.startswith(b"%d 0 obj\n" % number)
        objects[number] = body[body.index(b"\n") + 1 : body.index(b"\nendobj")]
    trailer = table[head.end() + 20 * len(entries) :]
    assert trailer.startswith(b"trailer\n<< /Size %d /Root 1 0 R" % (len(objects) + 1))
    return objects


def streams(objects: dict[int, bytes]) -> list[bytes]:
    """Gives the content of each page, having compared its length with the announced one."""
    found = []
    for body in objects.values():
        if match := re.match(rb"<< /Length (\d+) >>\nstream\n(.*)\nendstream", body, re.DOTALL):
            assert len(match[2]) == int(match[1])
            found.append(match[2])
    return found


def test_each_pdf_is_found_by_its_offsets() -> None:
    for file in of("pdf"):
        objects = read(file.data)
        assert objects[1] == b"<< /Type /Catalog /Pages 2 0 R >>"
        assert sum(content.count(b" Tj") for content in streams(objects)) >= 6


def test_long_texts_go_on_further_pages() -> None:
    objects = read(document("Long", [f"line {n}" for n in range(100)], NOON))
    pages = streams(objects)
    assert b"/Kids [6 0 R 8 0 R 10 0 R] /Count 3" in objects[2]
    assert [page.count(b"(line ") for page in pages] == [42, 42, 16]


def test_a_text_without_lines_has_a_page() -> None:
    assert b"(Only a title) Tj" in streams(read(document("Only a title", [], NOON)))[0]


def test_special_characters_are_escaped() -> None:
    [page] = streams(read(document("T", [r"a (b) \ c é"], NOON)))
    assert rb"(a \(b\) \\ c " + "é".encode("cp1252") + b") Tj" in page
