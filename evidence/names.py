"""Makes names that strangers chose safe to use as names of files and directories.

Every name that reaches an archive, a manifest or a download header passes through `clean`,
and every set of names that must live side by side passes through a `Namespace`. This file
knows nothing of paths: one name in, one name out, never a separator.

A cleaned name means the same thing on Linux, macOS and Windows, in a shell, in a zip, in a
BagIt manifest and in the input of `sha256sum -c`. Cleaning belongs at the point where a name
is first stored: which characters count as unassigned grows with the Unicode tables of the
running Python, so a name cleaned once stays clean under every later version.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

LIMIT = 200
"""Bytes of UTF-8 in one name: file systems stop at 255, and derived names need some room."""

_SUFFIX_LIMIT = 16
_NUMBER_ROOM = 10
"""Bytes set aside for ` (2)` or `.2`, so that numbering never has to shorten a stem twice."""

# `%` goes because BagIt manifests percent-encode and `sha256sum` does not; the others are
# refused by Windows. None of them is worth a package that opens on one system only.
_FORBIDDEN = re.compile(r'[<>:"|?*%]')

# A first character that a shell reads as an option, a home directory or "hidden", or a stem
# that Windows opens as a device, whatever follows its first dot.
_DANGEROUS_START = re.compile(
    r"[-~.]|(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[1-9¹²³]) *(?:\.|\Z)",
    re.IGNORECASE,
)

# A name that is clean and plainly so, as most are: `clean` gives it back unchanged.
_PLAIN = re.compile(
    r"(?!(?i:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|\Z))[a-zA-Z0-9_][a-zA-Z0-9_-]*"
    r"(?:\.[a-zA-Z0-9_-]+)*"
)


class _Visible(dict[int, str | None]):
    """Maps a code point for `str.translate`, and remembers nothing of what strangers send.

    What `str.isprintable` refuses is either white space or to be dropped: control, format
    (bidirectional overrides, zero width), surrogate, private and unassigned characters.
    """

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        if character.isspace():
            return " "
        return character if character.isprintable() else None


_VISIBLE = _Visible()


def clean(name: str, *, fallback: str = "evidence", limit: int = LIMIT) -> str:
    """Gives the safe name for `name`; what is clean already comes back unchanged.

    Keeps the last component of a path, composes to NFC, drops invisible characters, collapses
    white space, puts `_` for characters that some system refuses and before names that some
    system takes for an option, a hidden file or a device. The result has at most `limit` bytes
    of UTF-8, shortened in its stem so that the suffix stays. Where nothing is left, answers
    `fallback`, which the caller vouches for.
    """
    text = name.replace("\\", "/").rpartition("/")[2]
    if not text.isprintable():
        text = text.translate(_VISIBLE)
    # Composing comes after dropping: an invisible character may keep a letter from its accent.
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", text))
    text = " ".join(text.split()).rstrip(" .")
    if not text:
        return fallback
    if _DANGEROUS_START.match(text):
        text = "_" + text
    if len(text.encode()) <= limit:
        return text
    stem, suffix = _split(text)
    return (_cut(stem, limit - len(suffix.encode())) + suffix).rstrip(" .")


def plainly_distinct(names: Sequence[str]) -> bool:
    """Tells whether names are clean and can live side by side, where that is seen at a glance.

    True for names of ASCII letters, digits and `_-.` alone that differ not only in case. False says
    nothing: ask `clean` and a `Namespace`. A package has to look at ten thousand names before its
    first byte, and this takes a tenth of their time.
    """
    return (
        all(map(_PLAIN.fullmatch, names))
        and max(map(len, names), default=0) <= LIMIT
        and len(set(map(str.lower, names))) == len(names)
    )


class Namespace:
    """The names taken in one directory, and the next free one for a name that is taken.

    Two names are the same when a file system that ignores case or composition would make one
    file of them. Names given to it are clean already, and so are the names it gives.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = {_fold(name) for name in reserved}
        self._next: dict[tuple[str, str], int] = {}

    def claim(self, name: str) -> str:
        """Takes `name` for a file, or `stem (2).suffix`, `stem (3).suffix` … if it is taken."""
        return self._take(name) or self._number(*_split(name), " ({})")

    def claim_directory(self, step: str) -> str:
        """Takes `step` for a directory, or `step.2`, `step.3` … if it is taken."""
        return self._take(step) or self._number(step, "", ".{}")

    def _take(self, name: str) -> str | None:
        folded = _fold(name)
        if folded in self._taken:
            return None
        self._taken.add(folded)
        return name

    def _number(self, stem: str, suffix: str, pattern: str) -> str:
        # The counter belongs to the shortened stem, because that is what collides: two thousand
        # equal names, or long ones with a common beginning, cost one step each.
        stem = _cut(stem, LIMIT - len(suffix.encode()) - _NUMBER_ROOM).rstrip(" ")
        key = (_fold(stem), _fold(pattern + suffix))
        number = self._next.get(key, 2)
        while (name := self._take(stem + pattern.format(number) + suffix)) is None:
            number += 1
        self._next[key] = number + 1
        return name


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _split(name: str) -> tuple[str, str]:
    """Splits `name` before its last dot, unless what follows is too long to be a suffix."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode()) >= _SUFFIX_LIMIT:
        return name, ""
    return stem, dot + suffix


def _cut(text: str, size: int) -> str:
    """Keeps the characters of `text` that fit whole into `size` bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")
