"""Checkpoints: a log's name, size and root as text (C2SP tlog-checkpoint v1.0.0). Pure."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from evidence.errors import BadNote
from evidence.ledger import note
from evidence.ledger.merkle import HASH_SIZE

SIZE_LIMIT = 1 << 63
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


def number(text: str) -> int:
    """Return a size or an index: decimal, ASCII, no leading zeros, below 2^63. Else `BadNote`."""
    if not _NUMBER.fullmatch(text) or int(text) >= SIZE_LIMIT:
        raise BadNote(f"{text[:40]!r} is not a decimal number without leading zeros.")
    return int(text)


def hash(text: str) -> bytes:
    """Return the 32 bytes of a hash in base64. Else `BadNote`."""
    data = note.decode(text)
    if len(data) != HASH_SIZE:
        raise BadNote(f"A hash has {HASH_SIZE} bytes, not {len(data)}.")
    return data


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log commits itself to: the root over its first `size` records.

    `extensions` are further lines that another log may sign; ours never has any.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would be read as another checkpoint, or as none."""
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                raise BadNote(f"{line[:100]!r} cannot be a line of a checkpoint: one, not empty.")
        if not 0 <= self.size < SIZE_LIMIT:
            raise BadNote(f"A tree has from 0 to 2^63 - 1 leaves, not {self.size}.")
        if len(self.root) != HASH_SIZE:
            raise BadNote(f"A hash has {HASH_SIZE} bytes, not {len(self.root)}.")

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        return "\n".join([*lines, *self.extensions, ""])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint of a note's text. `BadNote` where it is none."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() or not all(lines):
            raise BadNote("A checkpoint has a line each for origin, size and root, none empty.")
        origin, size, root, *extensions = lines
        return cls(origin, number(size), hash(root), tuple(extensions))


def opened(
    data: bytes, keys: Iterable[note.Key]
) -> tuple[Checkpoint, note.Note, list[tuple[note.Key, note.Signature]]]:
    """Return the checkpoint of a signed note, the note, and which of the keys signed it.

    `BadNote` where it is malformed, a signature of one of the keys is not valid, or none signed;
    and where a log's key is not named after the origin.

    Threat. The name in a signature's line is not signed, and one private key signs for every log of
    an instance, each time under that log's name. So the checkpoint of one log would pass as that of
    another as soon as somebody put the other's name in the line: only the origin is signed.
    """
    signed = note.parse(data)
    verified = note.verify(signed, keys)
    checkpoint = Checkpoint.parse(signed.text)
    for key, _ in verified:
        if key.algorithm is note.Algorithm.ED25519 and key.name != checkpoint.origin:
            raise BadNote(f"The key is of {key.name}, the checkpoint of {checkpoint.origin}.")
    return checkpoint, signed, verified
