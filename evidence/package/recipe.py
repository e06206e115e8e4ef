"""The recipe of a zip that is too large to be laid out in memory: literal bytes, and references.

An `Archive` holds the name of each of its members. A package of a whole trail may have a million of
them, must be sent by any process from any byte on, and that days after it was laid out. So its zip
is written down once, in blocks: what is small stands there as it is sent, what is in the vault is
referred to. Whoever reads a range needs the blocks of this range and no others.

This file knows bytes, references and sections. What they mean is said in `evidence.package.trail`,
where blocks are kept, and what a reference stands for, by whoever keeps them. Pure.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from evidence.errors import Corrupt

LITERAL_LIMIT = 256 << 10
"""Literal bytes after which a block ends: what a reader holds at a time."""
REFERENCES_LIMIT = 1000
_LEVEL = 3  # headers and statements shrink to a fifth; more would take longer than it saves

_COUNT = struct.Struct("<I")
_REFERENCE = struct.Struct("<IBQH")  # where in the literal bytes, kind, size, bytes of the key


class Reference(NamedTuple):
    """Bytes that lie elsewhere: what kind of thing they are, its key, and how many there are."""

    kind: int
    key: bytes
    size: int


_NOTHING = Reference(0, b"", 0)


class Wanted(NamedTuple):
    """The part of a reference that a range needs."""

    reference: Reference
    start: int
    stop: int


class Block(NamedTuple):
    """A piece of a section: where it begins in there, the bytes it stands for, and its recipe."""

    section: int
    start: int
    size: int
    data: bytes


@dataclass(slots=True)
class _Open:
    """The block of a section that is being written."""

    start: int
    literal: bytearray
    references: list[tuple[int, Reference]]

    @property
    def size(self) -> int:
        return len(self.literal) + sum(reference.size for _, reference in self.references)


class Writer:
    """Writes sections side by side, each as a row of blocks. `lengths` is where each one ends."""

    def __init__(self, lengths: Mapping[int, int]) -> None:
        self.lengths = dict(lengths)
        self.blocks: list[Block] = []
        self._open: dict[int, _Open] = {}

    def literal(self, section: int, data: bytes) -> None:
        """Add bytes to the end of a section."""
        if data:
            block = self._block(section)
            block.literal += data
            self._added(section, block, len(data))

    def reference(self, section: int, reference: Reference) -> None:
        """Add bytes that lie elsewhere to the end of a section."""
        if reference.size:
            block = self._block(section)
            block.references.append((len(block.literal), reference))
            self._added(section, block, reference.size)

    def close(self) -> list[Block]:
        """End all blocks and return them. The next ones begin where these end."""
        for section in list(self._open):
            self._end(section)
        return self.blocks

    @property
    def weight(self) -> int:
        """Return about how many bytes of memory the blocks take."""
        ended = sum(len(block.data) for block in self.blocks)
        return ended + sum(len(block.literal) for block in self._open.values())

    def _block(self, section: int) -> _Open:
        if section not in self._open:
            self._open[section] = _Open(self.lengths.get(section, 0), bytearray(), [])
        return self._open[section]

    def _added(self, section: int, block: _Open, size: int) -> None:
        self.lengths[section] = self.lengths.get(section, 0) + size
        if len(block.literal) >= LITERAL_LIMIT or len(block.references) >= REFERENCES_LIMIT:
            self._end(section)

    def _end(self, section: int) -> None:
        block = self._open.pop(section)
        data = _encode(bytes(block.literal), block.references)
        self.blocks.append(Block(section, block.start, block.size, data))


def parts(data: bytes, start: int, stop: int) -> Iterator[bytes | Wanted]:
    """Yield what makes the bytes [start, stop) of a block, in order. `Corrupt` for no block."""
    literal, references = _decode(data)
    at = done = 0  # where we are in what the block stands for, and in its literal bytes
    for place, reference in [*references, (len(literal), _NOTHING)]:
        low, high = max(start - at, 0), min(stop - at, place - done)
        if low < high:
            yield literal[done + low : done + high]
        at, done = at + place - done, place
        low, high = max(start - at, 0), min(stop - at, reference.size)
        if low < high:
            yield Wanted(reference, low, high)
        at += reference.size


Blocks = Callable[[int, int], Iterator[tuple[int, int, bytes]]]
"""Gives the blocks of a section that reach behind a place in it, in order: start, size, recipe."""


def read(
    sections: Mapping[int, tuple[int, int]], blocks: Blocks, start: int, stop: int
) -> Iterator[bytes | Wanted]:
    """Yield what makes the bytes [start, stop) of a zip.

    `sections` says where each one begins and ends, in order. `Corrupt` where blocks are missing.
    """
    for section, (begins, ends) in sections.items():
        low, high = max(start, begins), min(stop, ends)
        if low >= high:
            continue
        at = low - begins
        for place, size, data in blocks(section, at):
            if not place <= at < place + size:
                break
            yield from parts(data, at - place, min(high - begins - place, size))
            at = place + size
            if at >= high - begins:
                break
        if at < high - begins:
            raise Corrupt(f"A block of section {section} is missing at {at}. Prepare it again.")


def _encode(literal: bytes, references: list[tuple[int, Reference]]) -> bytes:
    heads = [
        _REFERENCE.pack(place, kind, size, len(key)) + key
        for place, (kind, key, size) in references
    ]
    return zlib.compress(b"".join([_COUNT.pack(len(references)), *heads, literal]), _LEVEL)


def _decode(data: bytes) -> tuple[bytes, list[tuple[int, Reference]]]:
    try:
        text = zlib.decompress(data)
        [count] = _COUNT.unpack_from(text)
        at = _COUNT.size
        references = []
        for _ in range(count):
            place, kind, size, length = _REFERENCE.unpack_from(text, at)
            at += _REFERENCE.size + length
            references.append((place, Reference(kind, text[at - length : at], size)))
    except (zlib.error, struct.error) as error:
        raise Corrupt("A block of a package cannot be read. Prepare the package again.") from error
    return text[at:], references
