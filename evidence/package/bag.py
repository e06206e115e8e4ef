"""Lays an evidence package out as a BagIt 1.0 bag (RFC 8493) inside a zip: FORMATS §3.

Decides names, order, manifests and the entity tag. It reads no payload, because sizes and
digests are known, and it writes no prose, no report and no proof: those come in as bytes or
as tag files. What it decides is frozen: `tests/vectors/package/` pins it.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from evidence.names import Namespace, clean, plainly_distinct
from evidence.package.zip import Archive, Member, Read, Through

_LAYOUT = "urn:trailkeeper:package:1"
"""Part of every entity tag. A release that lays packages out differently counts it up."""

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
FIRST = ("bagit.txt", "bag-info.txt", MANIFEST, TAG_MANIFEST, "README.txt", "report.html")
"""The files that every package begins with, in their order."""

# The longest component of a tag file's path: derived from a directory's name, so longer.
_COMPONENT_LIMIT = 255

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"[0-9a-f]*")


class _File(NamedTuple):
    # A tuple, for it is made three times as fast as a frozen dataclass, and a package of ten
    # thousand files has to make as many before its first byte.
    name: str
    size: int
    crc32: int
    sha256: str
    read: Read

    @classmethod
    def from_bytes(cls, name: str, data: bytes) -> Self:
        """Gives a file whose bytes are at hand."""

        def read(start: int, stop: int) -> Iterator[bytes]:
            yield data[start:stop]

        return cls(name, len(data), zlib.crc32(data), hashlib.sha256(data).hexdigest(), read)


class Payload(_File):
    """A file that was attested. `name` is clean and unique in its directory."""

    __slots__ = ()


class Tag(_File):
    """A file about the bag, such as a proof. `name` is its path below the root."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """One attestation: the step it is filed under and its files, perhaps none."""

    step: str
    payloads: Sequence[Payload]


@dataclass(frozen=True, slots=True)
class Package:
    """A package ready to be sent, whole or from any byte.

    `etag` is a strong one, without quotes: equal tags mean equal bytes.
    """

    archive: Archive
    etag: str
    root: str

    @property
    def length(self) -> int:
        return self.archive.length

    @property
    def filename(self) -> str:
        return f"{self.root}.zip"


def directory_names(steps: Iterable[str]) -> list[str]:
    """Gives the directory of each attestation below `data/`, from their steps in number order.

    Proofs are named after these directories, so whoever adds them asks here, too.
    """
    taken = Namespace()
    return [taken.claim_directory(clean(step)) for step in steps]


def pack(
    *,
    root: str,
    directories: Sequence[Directory],
    info: Sequence[tuple[str, str]],
    readme: bytes,
    report: bytes,
    tags: Sequence[Tag] = (),
    through: Through | None = None,
) -> Package:
    """Lays out a package: tag files first, so that a reader at the start learns what follows.

    `directories` are in number order, `info` are the lines of `bag-info.txt` before
    `Payload-Oxum`. Raises ValueError for a file name that is not clean or occurs twice, for a
    digest that is none, and for a label that `bag-info.txt` cannot hold. `through` may read
    members ahead.
    """
    root = clean(root)
    names = directory_names(directory.step for directory in directories)
    manifest: list[str] = []
    data = [Member(f"{root}/data/", 0, 0, None)]
    for directory, directory_name in zip(directories, names, strict=True):
        path = f"data/{directory_name}/"
        refuse_bad_files(directory.payloads, path)
        data.append(Member(f"{root}/{path}", 0, 0, None))
        inside = f"{root}/{path}"
        for name, size, crc32, sha256, read in directory.payloads:
            manifest.append(f"{sha256}  {path}{name}\n")
            data.append(Member(inside + name, size, crc32, read))

    oxum = f"{sum(member.size for member in data)}.{len(manifest)}"
    first = [
        Tag.from_bytes("bagit.txt", DECLARATION),
        Tag.from_bytes("bag-info.txt", bag_info(info, oxum)),
        Tag.from_bytes(MANIFEST, "".join(manifest).encode()),
    ]
    rest = [Tag.from_bytes("README.txt", readme), Tag.from_bytes("report.html", report), *tags]
    _refuse_bad_paths(first + rest)
    _refuse_bad_digests(first + rest)
    tag_manifest = "".join(line(tag) for tag in first + rest).encode()

    members = [
        Member(f"{root}/{tag.name}", tag.size, tag.crc32, tag.read)
        for tag in [*first, Tag.from_bytes(TAG_MANIFEST, tag_manifest), *rest]
    ]
    # The tag manifest covers every file through its digest, but BagIt knows no empty
    # directories, so their names are covered here.
    covered = "\n".join([_LAYOUT, root, *names, ""]).encode() + tag_manifest
    return Package(Archive(members + data, through), hashlib.sha256(covered).hexdigest(), root)


def line(file: _File, path: str = "") -> str:
    """Gives a manifest's line: what `sha256sum` prints, which RFC 8493 §2.1.3 allows, too."""
    return f"{file.sha256}  {path}{file.name}\n"


def refuse_bad_files(payloads: Sequence[Payload], path: str) -> None:
    """Return if files can be in one directory; ValueError if a name or a digest is not clean."""
    if not plainly_distinct([payload.name for payload in payloads]):
        taken = Namespace()
        for payload in payloads:
            if clean(payload.name) != payload.name or taken.claim(payload.name) != payload.name:
                raise ValueError(
                    f"{payload.name!r} is not clean or not unique in {path}: "
                    "pass names through evidence.names when they arrive."
                )
    _refuse_bad_digests(payloads)


def _refuse_bad_digests(files: Sequence[_File]) -> None:
    # At once first: digests that are all hex and all 64 long need no look at each of them.
    digests = [file.sha256 for file in files]
    if set(map(len, digests)) <= {64} and _HEX.fullmatch("".join(digests)):
        return
    for file in files:
        if not _SHA256.fullmatch(file.sha256):
            raise ValueError(
                f"{file.sha256!r} of {file.name!r} is not a SHA-256 in small hex digits."
            )


def bag_info(info: Sequence[tuple[str, str]], oxum: str) -> bytes:
    """Writes `bag-info.txt`, one line each: what breaks a line in a value becomes a space."""
    lines = []
    for label, value in info:
        if not _LABEL.fullmatch(label) or label.casefold() == "payload-oxum":
            raise ValueError(f"{label!r} is not a free label: use letters, digits and hyphens.")
        lines.append(f"{label}: {' '.join(value.splitlines()).strip()}\n")
    return "".join([*lines, f"Payload-Oxum: {oxum}\n"]).encode()


def _refuse_bad_paths(tags: Sequence[Tag]) -> None:
    taken = Namespace([TAG_MANIFEST])
    for tag in tags:
        parts = tag.name.split("/")
        if (
            any(clean(part, limit=_COMPONENT_LIMIT) != part for part in parts)
            or parts[0].casefold() == "data"
            or taken.claim(tag.name) != tag.name
        ):
            raise ValueError(f"{tag.name!r} is not a free path for a tag file: choose another.")
