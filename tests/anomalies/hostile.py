"""Evidence that strangers made to harm whoever looks at it. A list; what must not happen is tested.

`HARMLESS` are the words that a page must hold to show that the file was really looked at.
"""

import struct
import zlib
from dataclasses import dataclass

from tests.trails.preview import bombs

SCRIPT = b"<script>document.title='owned';fetch('/owned')</script>"
HANDLER = b"<img src=x onerror=\"document.title='owned'\">"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file: its name, its bytes, and words that its page must say."""

    name: str
    data: bytes
    says: str = ""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, text: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    words = _chunk(b"tEXt", b"Comment\x00" + text) if text else b""
    rows = zlib.compress(b"\x00" * (width + 1) * min(height, 4))
    return b"\x89PNG\r\n\x1a\n" + head + words + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


_GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
_GIF += b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
_ARCHIVE = bombs.zip_of({"Main.class": b"\xca\xfe\xba\xbe"})
_TERMINAL = (
    b"root@prod:~# cat motd\r\n\x1b]0;owned\x07\x1b]2;owned\x1b\\"  # titles
    b"\x1b]8;;javascript:alert(1)\x1b\\safe link\x1b]8;;\x1b\\\r\n"  # a link that leads elsewhere
    b"\x1b]52;c;cm0gLXJmIC8=\x07"  # the clipboard
    b"\x1b[200~rm -rf /\n\x1b[201~\x1b[?2004h"  # bracketed paste
    b"\x1b[6n\x1b[c\x1b[>c\x1bP+q544e\x1b\\\x1b[21t\x1b]50;?\x07"  # questions
    b"nice\r\x1b[2K\x1b[1A\x1b[8mhidden words\x1b[0m\r\n"  # what was printed is overwritten
    b"\x1b]1337;File=inline=1:AAAA\x07\x1b_Ga=T;AAAA\x1b\\" + SCRIPT + b"\r\n"
)

_CAST = b'{"version": 2, "width": 1, "height": 1}\n'

GALLERY = (
    Hostile("script.txt", SCRIPT + HANDLER, "&lt;script&gt;"),
    Hostile("page.html", b"<!doctype html><html>" + SCRIPT, "&lt;script&gt;"),
    Hostile(
        "picture.svg",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=\'owned\'">' + SCRIPT,
        "&lt;script&gt;",
    ),
    Hostile("report.pdf", b"<!doctype html><html>" + SCRIPT, "The name says <code>.pdf</code>"),
    Hostile("chart.png", SCRIPT, "The name says <code>.png</code>"),
    Hostile("gifar.gif", _GIF + _ARCHIVE, "other programs may take it for a ZIP archive"),
    Hostile("words.png", _png(1, 4, SCRIPT), "other programs may take it for HTML"),
    Hostile(
        "both.pdf",
        b"%PDF-1.7\n<html>" + SCRIPT + b"\n/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
        "other programs may take it for HTML",
    ),
    Hostile("huge.png", _png(32_768, 32_768), "claims 32768 × 32768 pixels"),
    Hostile("terminal.log", _TERMINAL, "control sequences not shown"),
    Hostile("colours.log", b"\x1b[30;40mhidden\x1b[0m\n" * 3000, "hidden"),
    Hostile("codes.log", b"\x1b[31m" * 50_000 + b"\n", "terminal codes"),
    Hostile("unended.log", b"\x1b]0;" + b"x" * 300_000, "terminal codes"),
    Hostile("turned.txt", "invoice\u202efdp.exe \u2066\u200b\n".encode() * 500, "U+202E"),
    Hostile("zeros.gz", bombs.zeros(300), "hundreds of times its size"),
    Hostile("zeros.tgz", bombs.tar_of_zeros(300), "hundreds of times its size"),
    Hostile("overlap.zip", bombs.overlapping(30_000), "share their bytes"),
    Hostile("liar.zip", bombs.liar(), "1 member"),
    Hostile("leaving.zip", bombs.zip_of({"../../etc/cron.d/x": SCRIPT}), "leads out of its folder"),
    Hostile("tags.zip", bombs.zip_of({f"{HANDLER.decode()}.txt": SCRIPT}), "&lt;img src=x"),
    Hostile("wide.csv", (b",".join([b"=cmd|'/c calc'!A1"] * 10_000) + b"\n") * 20, "50 of 10000"),
    Hostile("deep.json", b"[" * 100_000 + b"]" * 100_000, "1 item"),
    Hostile("deep.cast", _CAST + b"[" * 100_000, "malformed"),
    Hostile("tags.json", b'{"' + SCRIPT.replace(b"'", b"") + b'": "<b>"}', "&lt;script&gt;"),
    Hostile("lines.txt", b"\n" * 300_000, "Not the whole file"),
    Hostile("naught.txt", b"\x00" * 5000, "00 00 00 00"),
    Hostile("wide.txt", b"\xff\xfe" + b"\x0a\x0a" * 5000 + b"x", "UTF-16-LE"),
)
