"""Lays the package of a whole trail out: one bag (RFC 8493) over many workflows, FORMATS §3. Pure.

What a workflow's package has in `data/` and `proof/` is here in `data/<workflow>/` and
`proof/<workflow>/`; the log's key, the checkpoint and its timestamp are there once. `index.csv`
lists everything. Names, order, manifests and entity tag are decided here, and frozen.

Nothing is held: workflows are added in order, at different times and by different processes, and
go to the sections of a `recipe`. Then the package is closed, when the manifests are complete; at
last its members are listed for the zip's directory, as many at a time as the caller likes.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any, Self

from evidence.names import Namespace, clean
from evidence.package import bag, index, proofs
from evidence.package.bag import Directory, Payload, Tag
from evidence.package.recipe import Reference, Writer
from evidence.package.zip import Member, central_header, end_records, local_header, local_size

_LAYOUT = "urn:trailkeeper:trail-package:1"
"""Part of every entity tag. A release that lays packages out differently counts it up."""

_RESERVED = ("log.vkey", "checkpoint", "checkpoint.tsr")
_MEMBER = struct.Struct("<QIH")  # size, CRC-32, bytes of the name
_AT_ONCE = 500  # members that are listed before the clock is looked at


class Section(IntEnum):
    """The parts of the zip, in order, and what is written down beside it."""

    HEAD = 1
    MANIFEST_HEADER = 2
    MANIFEST = 3
    TAGS_HEADER = 4
    TAGS_OF_ROOT = 5
    TAGS = 6
    TEXTS = 7
    INDEX_HEADER = 8
    INDEX = 9
    ROOT_PROOFS = 10
    PROOFS = 11
    DATA = 12
    DIRECTORY = 13
    END = 14
    # Not in the zip: the members of the section of that name, for the directory.
    MEMBERS_OF_ROOT = 20
    MEMBERS_OF_PROOFS = 21
    MEMBERS_OF_DATA = 22
    # Nor this one: what the caller wants to find again when it closes.
    NOTES = 30


IN_ZIP = tuple(section for section in Section if section <= Section.END)
_LISTS = (Section.MEMBERS_OF_ROOT, Section.MEMBERS_OF_PROOFS, Section.MEMBERS_OF_DATA)

Content = Callable[[Section, int], Iterator[bytes]]
"""Gives the bytes of a section from a place on, as they were written."""

Source = Callable[[Payload], Reference | bytes]
"""Tells where the bytes of a file are: elsewhere, or these."""


class Names(Namespace):
    """The directories of workflows: give it their ids in order, from the first one on."""

    def __init__(self) -> None:
        super().__init__(_RESERVED)

    def of(self, workflow: str) -> str:
        """Return the directory of the next workflow, below `data/` and below `proof/`."""
        return self.claim_directory(clean(workflow))


@dataclass(slots=True)
class Draft:
    """How far a package is: everything that must be known to go on with it. Fits into JSON."""

    root: str
    lengths: dict[int, int] = field(default_factory=dict)
    members: int = 0
    workflows: int = 0
    attestations: int = 0
    files: int = 0
    bytes: int = 0
    states: dict[str, int] = field(default_factory=dict)
    etag: str = ""
    # Of the directory: the list that is read, how far, and where the next member's header is.
    listed: tuple[int, int, int] = (Section.MEMBERS_OF_ROOT, 0, 0)

    def as_json(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Return it from its JSON, where keys are texts."""
        lengths = {int(section): length for section, length in value["lengths"].items()}
        return cls(**value | {"lengths": lengths, "listed": tuple(value["listed"])})

    @property
    def sections(self) -> dict[int, tuple[int, int]]:
        """Where each section of the zip begins and ends."""
        found, end = {}, 0
        for section in IN_ZIP:
            begin, end = end, end + self.lengths.get(section, 0)
            found[int(section)] = (begin, end)
        return found

    @property
    def length(self) -> int:
        """The bytes of the zip, once it is finished."""
        return sum(self.lengths.get(section, 0) for section in IN_ZIP)


class Layout:
    """A draft that is gone on with, and the blocks that are made meanwhile."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.writer = Writer(draft.lengths)
        draft.lengths = self.writer.lengths

    # --- Workflows, in order ------------------------------------------------------------------

    def begin(self) -> None:
        """Write what stands before the first workflow."""
        self.writer.literal(Section.INDEX, index.head())
        self._member(Section.DATA, Member(f"{self.draft.root}/data/", 0, 0, None))

    def add(
        self,
        directory: str,
        *,
        state: str,
        directories: Sequence[Directory],
        lines: Sequence[bytes],
        tags: Sequence[Tag],
        source: Source,
    ) -> None:
        """Add a workflow under the name that `Names` gave it, with its state.

        `directories` and `tags` are those of its own package, without what `proof/` has once;
        `lines` are its own of the index. ValueError as for `bag.pack`.
        """
        draft, root = self.draft, self.draft.root
        self._member(Section.DATA, Member(f"{root}/data/{directory}/", 0, 0, None))
        names = bag.directory_names(entry.step for entry in directories)
        for entry, name in zip(directories, names, strict=True):
            path = f"data/{directory}/{name}/"
            bag.refuse_bad_files(entry.payloads, path)
            self._member(Section.DATA, Member(f"{root}/{path}", 0, 0, None))
            for payload in entry.payloads:
                self._file(Section.DATA, f"{path}{payload.name}", payload, source(payload))
                manifested = f"{payload.sha256}  {path}{payload.name}\n".encode()
                self.writer.literal(Section.MANIFEST, manifested)
                draft.files += 1
                draft.bytes += payload.size
        for tag in tags:
            path = _below(directory, tag.name)
            self._tag(Section.PROOFS, Section.TAGS, path, tag)
        for line in lines:
            self.writer.literal(Section.INDEX, line)
        draft.workflows += 1
        draft.attestations += len(directories)
        draft.states[state] = draft.states.get(state, 0) + 1

    # --- The end ------------------------------------------------------------------------------

    def close(
        self,
        *,
        info: Sequence[tuple[str, str]],
        readme: bytes,
        report: bytes,
        tags: Sequence[Tag],
        content: Content,
    ) -> None:
        """Write what stands before the workflows and could not be known: manifests and totals.

        `content` gives what has been added. `tags` are what `proof/` has once.
        """
        draft, root = self.draft, self.draft.root
        oxum = f"{draft.bytes}.{draft.files}"
        declaration = Tag.from_bytes("bagit.txt", bag.DECLARATION)
        about = Tag.from_bytes("bag-info.txt", bag.bag_info(info, oxum))
        manifest = self._whole(bag.MANIFEST, content(Section.MANIFEST, 0))
        listing = self._whole(index.PATH, content(Section.INDEX, 0))
        texts = [Tag.from_bytes("README.txt", readme), Tag.from_bytes("report.html", report)]
        first = [declaration, about, manifest, *texts, listing, *tags]
        lines = "".join(bag.line(tag) for tag in first).encode()
        tag_manifest = self._whole(bag.TAG_MANIFEST, _joined(lines, content(Section.TAGS, 0)))
        self.writer.literal(Section.TAGS_OF_ROOT, lines)
        for section, tag in (
            *((Section.HEAD, tag) for tag in (declaration, about)),
            (Section.MANIFEST_HEADER, manifest),
            (Section.TAGS_HEADER, tag_manifest),
            *((Section.TEXTS, tag) for tag in texts),
            (Section.INDEX_HEADER, listing),
            *((Section.ROOT_PROOFS, tag) for tag in tags),
        ):
            member = Member(f"{root}/{tag.name}", tag.size, tag.crc32, tag.read)
            self._list(Section.MEMBERS_OF_ROOT, member)
            self.writer.literal(section, local_header(member))
            if not section.name.endswith("_HEADER"):
                self.writer.literal(section, b"".join(tag.read(0, tag.size)))
        covered = f"{_LAYOUT}\n{root}\n{tag_manifest.sha256}\n"
        draft.etag = hashlib.sha256(covered.encode()).hexdigest()

    def list_members(self, content: Content, goes_on: Callable[[], bool]) -> bool:
        """Write the zip's directory as long as it `goes_on`; tell whether it is complete.

        Everything before has been kept, and `content` gives it.
        """
        place, at, offset = self.draft.listed
        for section in _LISTS[_LISTS.index(Section(place)) :]:
            at = at if section == place else 0
            for number, (member, size) in enumerate(_members(content(section, at)), start=1):
                name = f"{self.draft.root}/{member.name}"
                member = Member(name, member.size, member.crc32, member.read)
                self.writer.literal(Section.DIRECTORY, central_header(member, offset))
                at, offset = at + size, offset + local_size(member)
                self.draft.listed = (int(section), at, offset)
                if number % _AT_ONCE == 0 and not goes_on():
                    return False
        size = self.writer.lengths.get(Section.DIRECTORY, 0)
        self.writer.literal(Section.END, end_records(self.draft.members, offset, size))
        return True

    # --- Members ------------------------------------------------------------------------------

    def _file(self, section: Section, path: str, file: Payload, source: Reference | bytes) -> None:
        self._member(section, Member(f"{self.draft.root}/{path}", file.size, file.crc32, file.read))
        if isinstance(source, bytes):
            self.writer.literal(section, source)
        else:
            self.writer.reference(section, source)

    def _tag(self, section: Section, manifest: Section, path: str, tag: Tag) -> None:
        member = Member(f"{self.draft.root}/{path}", tag.size, tag.crc32, tag.read)
        self._member(section, member)
        self.writer.literal(section, b"".join(tag.read(0, tag.size)))
        self.writer.literal(manifest, f"{tag.sha256}  {path}\n".encode())

    def _member(self, section: Section, member: Member) -> None:
        self.writer.literal(section, local_header(member))
        self._list(Section[f"MEMBERS_OF_{section.name}"], member)

    def _list(self, section: Section, member: Member) -> None:
        name = member.name.partition("/")[2].encode()
        self.writer.literal(section, _MEMBER.pack(member.size, member.crc32, len(name)) + name)
        self.draft.members += 1

    def _whole(self, name: str, content: Iterator[bytes]) -> Tag:
        """Return a file that is too large for memory, without a way to read it."""
        size, crc32, digest = 0, 0, hashlib.sha256()
        for chunk in content:
            size, crc32 = size + len(chunk), zlib.crc32(chunk, crc32)
            digest.update(chunk)
        return Tag(name, size, crc32, digest.hexdigest(), _elsewhere)


def _below(directory: str, path: str) -> str:
    """Return where a file of a workflow's own `proof/` is in the package of its trail."""
    return f"{proofs.DIRECTORY}/{directory}/{path.removeprefix(f'{proofs.DIRECTORY}/')}"


def _members(content: Iterator[bytes]) -> Iterator[tuple[Member, int]]:
    """Yield the members of a list, and how many bytes of it each one takes."""
    held = b""
    for chunk in content:
        held += chunk
        at = 0
        while len(held) - at >= _MEMBER.size:
            size, crc32, length = _MEMBER.unpack_from(held, at)
            stop = at + _MEMBER.size + length
            if stop > len(held):
                break
            name = held[at + _MEMBER.size : stop].decode()
            yield Member(name, size, crc32, _elsewhere if size else None), stop - at
            at = stop
        held = held[at:]


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _elsewhere(start: int, stop: int) -> Iterator[bytes]:
    raise NotImplementedError("What is in a section is read from its blocks.")
