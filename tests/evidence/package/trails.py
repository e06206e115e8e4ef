"""Makes packages of trails from examples, without a server or a database, for the tests here.

Blocks are kept in lists. Each workflow of a package is one that `tests.packages` makes; all of them
are in one log.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from evidence.ledger import merkle, proof, statement
from evidence.package import index, proofs, recipe
from evidence.package.bag import Directory, Payload, Tag, directory_names
from evidence.package.proofs import Proven
from evidence.package.recipe import Block, Reference, Wanted
from evidence.package.trail import Draft, Layout, Names, Section
from tests.packages import (
    AT,
    HOST,
    Attested,
    Log,
    attestation_statement,
    payloads,
    signing_key,
    witness,
    workflow_statement,
)

Bytes = Callable[[bytes, int, int], Iterator[bytes]]


class Kept:
    """The blocks of a package, and the ways to read them."""

    def __init__(self, draft: Draft, elsewhere: Bytes) -> None:
        self.draft, self.elsewhere = draft, elsewhere
        self.blocks: dict[int, list[Block]] = {}

    def keep(self, layout: Layout) -> None:
        for block in layout.writer.close():
            self.blocks.setdefault(block.section, []).append(block)
        # As a process does that knows nothing but what was kept.
        self.draft = Draft.from_json(layout.draft.as_json())

    def of(self, section: int, at: int) -> Iterator[tuple[int, int, bytes]]:
        for block in self.blocks.get(section, []):
            if block.start + block.size > at:
                yield block.start, block.size, block.data

    def content(self, section: Section, start: int) -> Iterator[bytes]:
        for place, size, data in self.of(section, start):
            for part in recipe.parts(data, max(start - place, 0), size):
                assert isinstance(part, bytes)
                yield part

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        for part in recipe.read(self.draft.sections, self.of, start, stop):
            if isinstance(part, Wanted):
                yield from self.elsewhere(part.reference.key, part.start, part.stop)
            else:
                yield part

    @property
    def length(self) -> int:
        return self.draft.length

    @property
    def whole(self) -> bytes:
        return b"".join(self.read(0, self.length))


@dataclasses.dataclass(frozen=True)
class Run:
    """A workflow of an example: its id, its attestations, and what its statements say wrongly."""

    id: str
    attestations: Sequence[Attested] = (Attested("step", [("a.log", b"a"), ("b c", b"")]),)
    trail: str = "acme/prod-server-access"
    state: str = "compliant"


def package(
    runs: Sequence[Run], root: str = "prod-server-access", workflows_a_turn: int = 1
) -> tuple[Kept, Log]:
    """Return the package of workflows of a trail, and the log they are in."""
    log = Log(f"{HOST}/acme", signing_key(f"{HOST}/acme"), [witness(1), witness(2)])
    indexes: list[list[int]] = []
    for run in runs:
        opening = workflow_statement(run.trail, run.id)
        subject = f"{run.trail}/{run.id}"
        bodies = [
            attestation_statement(subject, opening, number, attested)
            for number, attested in enumerate(run.attestations, start=1)
        ]
        indexes.append([log.append(body) for body in (opening, *bodies)])
    checkpoint, files = log.checkpoint(), dict[bytes, bytes]()
    prove = prover(log)
    kept = Kept(Draft(root), lambda key, start, stop: iter((files[key][start:stop],)))
    layout = Layout(kept.draft)
    layout.begin()
    names = Names()
    for number, run, places in zip(count(1), runs, indexes, strict=False):
        directories = [
            Directory(attested.step, list(payloads(attested))) for attested in run.attestations
        ]
        for entry in directories:
            for file in entry.payloads:
                files[bytes.fromhex(file.sha256)] = b"".join(file.read(0, file.size))
        first, *rest = map(prove, places)
        steps = [attested.step for attested in run.attestations]
        tags = proofs.tags(
            vkey="",
            checkpoint=checkpoint,
            workflow=first,
            attestations=zip(steps, rest, strict=True),
        )
        directory = names.of(run.id)
        layout.add(
            directory,
            state=run.state,
            directories=directories,
            lines=list(_lines(run, directory, directories, rest)),
            tags=tags[2:],
            source=lambda file: Reference(1, bytes.fromhex(file.sha256), file.size),
        )
        if number % workflows_a_turn == 0:
            kept.keep(layout)
            layout = Layout(kept.draft)
    kept.keep(layout)
    vkey = f"{log.key.key.vkey}\n".encode()
    finish(kept, [Tag.from_bytes(proofs.KEY, vkey), Tag.from_bytes(proofs.CHECKPOINT, checkpoint)])
    return kept, log


def finish(kept: Kept, tags: Sequence[Tag]) -> None:
    """Close a package whose workflows are in it, and list its members."""
    layout = Layout(kept.draft)
    layout.close(
        info=[("Source-Organization", "acme")],
        readme=b"Read me.\n",
        report=b"<!doctype html>",
        tags=tags,
        content=kept.content,
    )
    kept.keep(layout)
    is_complete = False
    while not is_complete:
        layout = Layout(kept.draft)
        is_complete = layout.list_members(kept.content, lambda: False)
        kept.keep(layout)


def prover(log: Log) -> Callable[[int], Proven]:
    """Return what proves records of a log, and computes each subtree once."""
    leaves = [merkle.leaf_hash(body) for body in log.bodies]
    known: dict[tuple[int, int], bytes] = {}

    def subtree(start: int, stop: int) -> bytes:
        if (start, stop) not in known:
            known[start, stop] = merkle.root(leaves[start:stop])
        return known[start, stop]

    return lambda place: Proven(
        log.bodies[place], place, proof.inclusion(place, len(leaves), subtree)
    )


def _lines(
    run: Run, directory: str, directories: Sequence[Directory], records: Sequence[Proven]
) -> Iterator[bytes]:
    if not directories:
        yield index.of_workflow(run.id, run.state, AT)
    names = directory_names(entry.step for entry in directories)
    for name, entry, record in zip(names, directories, records, strict=True):
        path = f"data/{directory}/{name}/"
        files: list[tuple[str, int, str]] = [_told(path, file) for file in entry.payloads]
        predicate = statement.parse(record.body)["predicate"]
        yield index.of_attestation(run.id, run.state, predicate, files)


def _told(path: str, file: Payload) -> tuple[str, int, str]:
    return f"{path}{file.name}", file.size, file.sha256
