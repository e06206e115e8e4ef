"""Recognises what a file holds: by its content, and by its name only where content says nothing.

Pure. A file that is two things at once is shown as what it begins as, and the other is told.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from trails.preview import ansi, prompts, recordings
from trails.preview.encodings import Encoding, detect

HEAD = 1 << 16  # bytes at the beginning that are looked at
TAIL = 1 << 16  # and at the end


class Kind(StrEnum):
    """What a file was recognised as."""

    EMPTY = "empty"
    TEXT = "text"
    ANSI = "ansi"
    ASCIICAST = "asciicast"
    TYPESCRIPT = "typescript"
    JSON = "json"
    JSON_LINES = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    HTML = "html"
    SVG = "svg"
    XML = "xml"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"
    PDF = "pdf"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    AGE = "age"
    BINARY = "binary"


IMAGES = {Kind.PNG, Kind.JPEG, Kind.GIF, Kind.WEBP}
ARCHIVES = {Kind.ZIP, Kind.TAR, Kind.GZIP, Kind.BZIP2, Kind.XZ}
RECORDINGS = {Kind.ASCIICAST, Kind.TYPESCRIPT}

_MAGIC: tuple[tuple[bytes, Kind], ...] = (
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"\x1f\x8b\x08", Kind.GZIP),
    (b"BZh", Kind.BZIP2),
    (b"\xfd7zXZ\x00", Kind.XZ),
    (b"age-encryption.org/v1\n", Kind.AGE),
    (b"-----BEGIN AGE ENCRYPTED FILE-----", Kind.AGE),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe|meta)[\s>/]", re.IGNORECASE)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_BLANK = b"\xef\xbb\xbf \t\r\n"

# What the end of a name promises. Names of text promise no more than text.
_NAMED: dict[str, set[Kind]] = {
    "png": {Kind.PNG}, "jpg": {Kind.JPEG}, "jpeg": {Kind.JPEG}, "gif": {Kind.GIF},
    "webp": {Kind.WEBP}, "pdf": {Kind.PDF}, "zip": {Kind.ZIP}, "tar": {Kind.TAR},
    "tgz": {Kind.GZIP}, "gz": {Kind.GZIP}, "bz2": {Kind.BZIP2}, "xz": {Kind.XZ},
    "txz": {Kind.XZ}, "age": {Kind.AGE}, "svg": {Kind.SVG}, "html": {Kind.HTML},
    "htm": {Kind.HTML}, "json": {Kind.JSON, Kind.JSON_LINES}, "cast": {Kind.ASCIICAST},
    "jsonl": {Kind.JSON_LINES, Kind.JSON}, "ndjson": {Kind.JSON_LINES, Kind.JSON},
    "xml": {Kind.XML, Kind.HTML, Kind.SVG},
}  # fmt: skip
_TEXTS = {Kind.TEXT, Kind.ANSI, Kind.TYPESCRIPT, Kind.JSON, Kind.JSON_LINES, Kind.CSV, Kind.TSV}
_TEXTS |= {Kind.XML, Kind.ASCIICAST}
for _suffix in ("txt", "log", "csv", "tsv", "md", "yaml", "yml", "sh", "py", "sql", "conf", "ini"):
    _NAMED[_suffix] = _TEXTS


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file holds, how its text is encoded, and where it is not what it seems."""

    kind: Kind
    encoding: Encoding | None = None
    has_commands: bool = False
    promised: str = ""  # the end of the name, where the content is something else
    also: tuple[Kind, ...] = field(default=())  # what else it would pass for

    @property
    def is_text(self) -> bool:
        """Tell whether it can be read as text."""
        return self.encoding is not None


def recognise(name: str, size: int, head: bytes, tail: bytes = b"") -> Recognised:
    """Return what a file is that begins with `head` and ends with `tail`."""
    if size == 0:
        return Recognised(Kind.EMPTY)
    kind = _by_magic(head)
    encoding = None
    if kind is None or kind is Kind.AGE or kind is Kind.PDF:
        encoding = detect(head)
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    commands = False
    if kind is None and encoding is not None:
        text = encoding.decode(head)
        kind = _by_text(head, text, suffix)
        commands = kind in RECORDINGS or (
            kind in (Kind.TEXT, Kind.ANSI) and prompts.has_shell(ansi.plain(text).splitlines())
        )
    kind = kind or Kind.BINARY
    promised = suffix if suffix in _NAMED and kind not in _NAMED[suffix] else ""
    return Recognised(kind, encoding, commands, promised, _also(kind, head, tail))


def _by_magic(head: bytes) -> Kind | None:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Kind.WEBP
    if head[257:262] == b"ustar":
        return Kind.TAR
    # Readers of PDF look for its mark anywhere in the first 1024 bytes; text before it is text.
    if b"%PDF-" in head[:1024] and b"\x00" in head:
        return Kind.PDF
    return None


def _by_text(head: bytes, text: str, suffix: str) -> Kind:
    begin = head.lstrip(_BLANK)
    if recordings.is_typescript(begin):
        return Kind.TYPESCRIPT
    if recordings.cast(head):
        return Kind.ASCIICAST
    if begin[:1] in (b"{", b"["):
        first = begin.split(b"\n", 1)[0].rstrip()
        lines = begin[:1] == b"{" and first.endswith(b"}") and begin.count(b"\n{") > 0
        return Kind.JSON_LINES if lines else Kind.JSON
    if begin[:1] == b"<":
        if _HTML.search(begin[:1024]):
            return Kind.HTML
        if _SVG.search(begin[:4096]):
            return Kind.SVG
        return Kind.XML if begin.startswith(b"<?xml") else Kind.TEXT
    if "\x1b[" in text or "\x1b]" in text:
        return Kind.ANSI
    if suffix in ("csv", "tsv"):
        return Kind(suffix)
    return Kind.TEXT


def _also(kind: Kind, head: bytes, tail: bytes) -> tuple[Kind, ...]:
    """Return what a file of a format would also pass for, as polyglots do."""
    found = []
    if kind in IMAGES | ARCHIVES | {Kind.PDF} and kind not in (Kind.ZIP, Kind.GZIP):
        found += [Kind.HTML] if _HTML.search(head[:4096]) or _HTML.search(tail[-4096:]) else []
    if kind is not Kind.ZIP and b"PK\x05\x06" in tail:
        found.append(Kind.ZIP)
    if kind is not Kind.PDF and kind in IMAGES | ARCHIVES and b"%PDF-" in head[:1024]:
        found.append(Kind.PDF)
    return tuple(found)
