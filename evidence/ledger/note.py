"""Signed notes: text, and the signatures of named keys under it (C2SP signed-note v1.0.0). Pure.

Two kinds of signatures are known: plain Ed25519, with which a log signs its checkpoints, and
timestamped cosignatures, with which a witness signs those of others (C2SP tlog-cosignature v1.0.1).

Parsing is strict, because whatever is lenient here is a second spelling of something signed. A
note proves nothing until `verify` has checked it with keys that came from somewhere else.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evidence.errors import BadNote

LIMIT = 1 << 20
"""Bytes in a note."""
SIGNATURES_LIMIT = 100

_DASH = "\N{EM DASH} "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
# `\s` is every space of Unicode. A lone surrogate has no UTF-8.
_NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")
_SIGNATURE_SIZE = 64
_TIME_LIMIT = 1 << 63


class Algorithm(IntEnum):
    """The byte that tells what a key signs (C2SP signed-note, signature types)."""

    ED25519 = 1
    COSIGNATURE = 4


class Signature(NamedTuple):
    """One line under a note: whose key it claims to be, and the bytes after the key's id."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line as it stands in the note, with its end."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"

    @property
    def time(self) -> int:
        """When a cosignature was made, in POSIX seconds, as the witness says."""
        return int.from_bytes(self.data[:8], "big")


@dataclass(frozen=True)
class Key:
    """A key to verify with: 32 bytes of Ed25519 under a name, for one kind of signature."""

    name: str
    public: bytes
    algorithm: Algorithm = Algorithm.ED25519

    def __post_init__(self) -> None:
        """Refuse names that a signature line cannot hold, and keys of another length."""
        if not _NAME.fullmatch(self.name):
            raise BadNote(f"{self.name!r} cannot name a key: no spaces, no plus, not empty.")
        if len(self.public) != 32:
            raise BadNote(f"An Ed25519 key has 32 bytes, not {len(self.public)}.")

    @cached_property
    def id(self) -> bytes:
        """The four bytes that, with the name, tell the key from others."""
        seed = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return hashlib.sha256(seed).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text, as people pass it on: `name+id+base64`."""
        material = base64.b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Return the key of its text; `BadNote` says what is wrong with another one."""
        name, _, rest = vkey.partition("+")
        id, _, material = rest.partition("+")
        try:
            decoded = decode(material)
            algorithm = Algorithm(decoded[0])
        except (BadNote, IndexError, ValueError) as error:
            raise BadNote(
                f"{vkey!r} is not a verification key: write name+id+base64, of an Ed25519 key."
            ) from error
        key = cls(name, decoded[1:], algorithm)
        if key.id.hex() != id:
            raise BadNote(f"{vkey!r} is damaged: its id should be {key.id.hex()}.")
        return key

    def signs(self, signature: Signature) -> bool:
        """Tell whether a signature claims to be of this key."""
        return (self.name, self.id) == (signature.name, signature.key_id)

    def check(self, text: str, signature: Signature) -> None:
        """Return if the signature is this key's over the text, else `BadNote`."""
        message, data = text.encode(), signature.data
        if self.algorithm is Algorithm.COSIGNATURE:
            if len(data) == 8 + _SIGNATURE_SIZE and signature.time < _TIME_LIMIT:
                message, data = cosigned(text, signature.time), data[8:]
            else:
                data = b""
        try:
            if len(data) != _SIGNATURE_SIZE:
                raise InvalidSignature
            Ed25519PublicKey.from_public_bytes(self.public).verify(data, message)
        except (InvalidSignature, ValueError) as error:
            raise BadNote(f"The signature of {self.name} is not valid for this text.") from error


def cosigned(text: str, time: int) -> bytes:
    """Return what a witness signs: the time in POSIX seconds, and the text of a checkpoint."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


class SigningKey:
    """An Ed25519 private key under a name. It signs notes, or cosigns them with a time."""

    def __init__(
        self, name: str, private: Ed25519PrivateKey, algorithm: Algorithm = Algorithm.ED25519
    ) -> None:
        self._private = private
        self.key = Key(name, private.public_key().public_bytes_raw(), algorithm)

    def sign(self, text: str, *, time: int = 0) -> Signature:
        """Return the signature of the text. `time`, in POSIX seconds, is for a cosignature."""
        if self.key.algorithm is Algorithm.COSIGNATURE:
            if not 0 <= time < _TIME_LIMIT:
                raise BadNote(f"{time} is not a time in POSIX seconds.")
            data = time.to_bytes(8, "big") + self._private.sign(cosigned(text, time))
        else:
            data = self._private.sign(text.encode())
        return Signature(self.key.name, self.key.id, data)


@lru_cache(maxsize=8)  # a process has two at most, and signs with them all the time
def private_key(pem: str) -> Ed25519PrivateKey:
    """Return the Ed25519 private key of a PEM text (PKCS #8, RFC 8410), else `BadNote`."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadNote("This is not a private key in PEM: make one with `newkey`.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadNote("The private key is not an Ed25519 key: make one with `newkey`.")
    return key


def new_private_key() -> str:
    """Return a new Ed25519 private key in PEM (PKCS #8), as `openssl genpkey` writes it."""
    return (
        Ed25519PrivateKey.generate()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends in a newline, and the signatures under it."""

    text: str
    signatures: Sequence[Signature]

    def __bytes__(self) -> bytes:
        """Give the note as it travels."""
        return f"{self.text}\n{''.join(s.line for s in self.signatures)}".encode()


def parse(data: bytes) -> Note:
    """Return the note of its bytes, unverified. `BadNote` where they are not its one spelling."""
    if len(data) > LIMIT:
        raise BadNote(f"A note has at most {LIMIT} bytes.")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadNote("The note is not UTF-8.") from error
    if _CONTROL.search(whole):
        raise BadNote("The note holds a control character.")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote("The note has no signatures: an empty line and one line for each belong.")
    signatures = [_signature(line) for line in lines[:-1].split("\n")]
    if len(signatures) > SIGNATURES_LIMIT:
        raise BadNote(f"A note has at most {SIGNATURES_LIMIT} signatures.")
    return Note(text + "\n", tuple(signatures))


def signatures(lines: bytes) -> list[Signature]:
    """Return the signatures of lines that came without their text, as a witness answers.

    `BadNote` where anything but lines of signatures is among them.
    """
    alone = parse(b"\n\n" + lines)
    if alone.text != "\n":
        raise BadNote("There is an empty line among the signatures.")
    return list(alone.signatures)


def verify(note: Note, keys: Iterable[Key]) -> list[tuple[Key, Signature]]:
    """Return the valid signatures of these keys, in the note's order, each key once.

    Signatures of other keys are ignored. A signature that claims to be of one of these keys and is
    not valid makes the whole note a `BadNote`, and so does a note without any of theirs.
    """
    found: dict[Key, Signature] = {}
    keys = list(keys)
    for signature in note.signatures:
        for key in keys:
            if key.signs(signature):
                key.check(note.text, signature)
                found.setdefault(key, signature)
    if not found:
        names = ", ".join(key.name for key in keys) or "nobody"
        raise BadNote(f"The note is not signed by any key that was asked for ({names}).")
    return list(found.items())


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name):
        raise BadNote(f"{line[:100]!r} is not a signature: an em dash, a name, base64.")
    data = decode(encoded)
    if len(data) <= 4:
        raise BadNote(f"The signature of {name} has {len(data)} bytes, which is too few.")
    return Signature(name, data[:4], data[4:])


def decode(text: str) -> bytes:
    """Return the bytes of base64 text, if it is their one spelling (RFC 4648 §3.5)."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote(f"{text[:100]!r} is not base64.") from error
    if base64.b64encode(data).decode() != text:
        raise BadNote(f"{text[:100]!r} is base64 with bits that mean nothing.")
    return data
