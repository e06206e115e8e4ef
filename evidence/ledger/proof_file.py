"""Proofs as text: `.tlog-proof` files, and what a log sends to a witness. Pure.

C2SP tlog-proof v1 and tlog-witness v1.0.0. Both are lines of base64, an empty line, and a
checkpoint; reading one checks its form only. What it proves, `proof` and `note` check.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from evidence.errors import BadNote, BadProof
from evidence.ledger import checkpoint, proof

_FIRST = "c2sp.org/tlog-proof@v1"
LIMIT = 1 << 20
"""Bytes in a proof file: 63 hashes and a note of 100 signatures are far below."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a record has this index under this signed checkpoint."""

    index: int
    path: Sequence[bytes]
    checkpoint: bytes

    def __bytes__(self) -> bytes:
        """Give the `.tlog-proof` file."""
        return f"{_FIRST}\nindex {self.index}\n{_lines(self.path)}\n".encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the proof of its file. `BadProof` where it is malformed.

        The format's optional line of extra data is not one of ours and is refused.
        """
        head, signed = _halves(data)
        if len(head) < 2 or head[0] != _FIRST or not head[1].startswith("index "):
            raise BadProof(f"A proof begins with '{_FIRST}' and its index.")
        return cls(_number(head[1].removeprefix("index ")), _hashes(head[2:]), signed)


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of `old` leaves is the beginning of that under this signed checkpoint."""

    old: int
    path: Sequence[bytes]
    checkpoint: bytes

    def __bytes__(self) -> bytes:
        """Give the body of a witness's `add-checkpoint`."""
        return f"old {self.old}\n{_lines(self.path)}\n".encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Return the proof of its text. `BadProof` where it is malformed."""
        head, signed = _halves(data)
        if not head or not head[0].startswith("old "):
            raise BadProof("A consistency proof begins with 'old' and the size of the old tree.")
        return cls(_number(head[0].removeprefix("old ")), _hashes(head[1:]), signed)


def _lines(path: Sequence[bytes]) -> str:
    return "".join(f"{base64.b64encode(hash).decode()}\n" for hash in path)


def _halves(data: bytes) -> tuple[list[str], bytes]:
    if len(data) > LIMIT:
        raise BadProof(f"A proof has at most {LIMIT} bytes.")
    head, blank, signed = data.partition(b"\n\n")
    if not blank:
        raise BadProof("A proof has an empty line before its checkpoint.")
    try:
        return head.decode("ascii").split("\n"), signed
    except UnicodeDecodeError as error:
        raise BadProof("The lines of a proof are ASCII.") from error


def _number(text: str) -> int:
    try:
        return checkpoint.number(text)
    except BadNote as error:
        raise BadProof(str(error)) from error


def _hashes(lines: Sequence[str]) -> list[bytes]:
    if len(lines) > proof.LIMIT:
        raise BadProof(f"A proof has at most {proof.LIMIT} hashes, not {len(lines)}.")
    try:
        return [checkpoint.hash(line) for line in lines]
    except BadNote as error:
        raise BadProof(str(error)) from error
