"""A small PDF of text on A4 pages, written by hand after ISO 32000-1. Pure.

It has what a reader needs and no more: a catalog, pages with two of the fourteen standard fonts,
plain content streams, a cross-reference table with right offsets.
"""

import datetime
import hashlib
from collections.abc import Sequence

_PAGE = (595, 842)
_TOP, _LEFT, _LEADING = 780, 64, 16
_LINES = 42  # of text on one page, below the heading


def document(title: str, lines: Sequence[str], at: datetime.datetime) -> bytes:
    """Return a PDF with the title on its first page and the lines below it, over as many pages as
    they take. Text must fit into Windows-1252, which the standard fonts know.
    """
    sheets = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)] or [[]]
    kids = " ".join(f"{6 + 2 * number} 0 R" for number in range(len(sheets)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode(),
        _font("Helvetica"),
        _font("Helvetica-Bold"),
        b"<< /Title %s /Producer (Document service) /CreationDate (D:%sZ) >>"
        % (_text(title), at.strftime("%Y%m%d%H%M%S").encode()),
    ]
    for number, sheet in enumerate(sheets):
        objects.append(_page(contents=7 + 2 * number))
        objects.append(_stream(_content(title if number == 0 else "", sheet, number + 1)))
    return _file(objects)


def _font(name: str) -> bytes:
    return (
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
    )


def _page(contents: int) -> bytes:
    return (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_PAGE[0]} {_PAGE[1]}] "
        f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents {contents} 0 R >>"
    ).encode()


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _content(title: str, lines: Sequence[str], page: int) -> bytes:
    out = [b"BT"]
    if title:
        out.append(b"/F2 16 Tf 1 0 0 1 %d %d Tm %s Tj" % (_LEFT, _TOP, _text(title)))
    out.append(b"/F1 10 Tf %d TL 1 0 0 1 %d %d Tm" % (_LEADING, _LEFT, _TOP - 2 * _LEADING))
    out += [b"%s Tj T*" % _text(line) for line in lines]
    out.append(b"/F1 8 Tf 1 0 0 1 %d 40 Tm %s Tj" % (_LEFT, _text(f"Page {page}")))
    out.append(b"ET")
    return b"\n".join(out)


def _text(text: str) -> bytes:
    """Return a literal string: parentheses and backslashes escaped."""
    data = text.encode("cp1252")
    for special in (b"\\", b"(", b")"):
        data = data.replace(special, b"\\" + special)
    return b"(" + data + b")"


def _file(objects: Sequence[bytes]) -> bytes:
    # The comment of four high bytes tells transfer programs that the file is binary (7.5.2).
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    identity = hashlib.sha256(out).hexdigest()[:32].encode()
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 5 0 R " % (len(objects) + 1)
    out += b"/ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n" % (identity, identity, start)
    return bytes(out)
