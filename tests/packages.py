"""Builds complete evidence packages with proofs, for tests: no server, no database, no clock.

`example()` is a package that every verifier must accept; its variations are accepted as well.
What must be refused is made from it in `tests.tampering`. The keys are made from their names, so
the same call gives the same bytes on every machine.

    python -m tests.packages OUT_DIR    writes the example and every tampering as files
"""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import media_types
from evidence.ledger import merkle, note, proof, statement
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.note import Algorithm, Key, Note, SigningKey
from evidence.package import bag, proofs
from evidence.package.zip import Archive, Member

HOST = "trails.example.com"
BY = {"kind": "user", "id": "0199bb27-0000-7000-8000-000000000001", "name": "Zoë Müller"}
AT = "2026-11-24T04:05:40.123456Z"


File = tuple[str, bytes] | bag.Payload
"""A file with its bytes at hand, or one that is too large for that."""


class Attested(NamedTuple):
    """What one attestation of an example holds. `is_listed`: its list of evidence is a file."""

    step: str
    files: Sequence[File] = ()
    is_compliant: bool | None = True
    user_data: str | None = None
    external: Sequence[Mapping[str, Any]] = ()
    is_listed: bool = False


ATTESTATIONS = (
    Attested(
        "user-identity",
        [("session.log", b"$ whoami\r\nroot\r\n"), ("Freigabe für Jörg (2).eml", b"Ja.\n")],
        user_data='{"ticket":"OPS-7","übergeben":true}',
    ),
    Attested("command-logs", [("報告書.txt", "終わり\n".encode()), ("empty", b"")], None),
    Attested("Prüfung", external=[{"name": "Bild", "uri": "https://example.com/bild"}]),
    Attested(
        "user-identity",
        [("session.log", b"$ whoami\nzoe\n")],
        False,
        external=[
            {"name": "a", "uri": "s3://bucket/a", "digest": {"sha256": "5" * 64}},
            {"name": "b", "uri": "https://example.com/b"},
        ],
    ),
    Attested("many", [(f"{n:03}.bin", bytes([n]) * n) for n in range(40)], is_listed=True),
    Attested("CON"),
)
"""A superseded step, several files, an empty file, no file, free data, links, other alphabets."""


class Disposal(NamedTuple):
    """An act of disposal: of the files of the attestations up to one, in parts of so many."""

    up_to: int
    part_size: int = 500
    reason: str = "Retention has ended."


DISPOSALS = (Disposal(2), Disposal(5, part_size=15))
"""One of four files, and one in three parts. An empty file is among both."""


@dataclass(frozen=True)
class Example:
    """A package in pieces: its members by their name, in order, and who vouches for them."""

    parts: dict[str, bytes]
    vkey: str
    policy: str
    """A C2SP tlog-policy that takes the example's log and its witness."""
    root: str
    log: "Log"

    @property
    def data(self) -> bytes:
        """The package as it is downloaded."""
        return zipped(self.parts)

    def path(self, name: str) -> str:
        """Return the name of the member that is `name` below the root."""
        return f"{self.root}/{name}"

    def get(self, name: str) -> bytes:
        """Return the bytes of a file below the root."""
        return self.parts[self.path(name)]

    def having(self, changes: Mapping[str, bytes | None]) -> "Example":
        """Return the example with files below the root replaced, added at the end, or removed."""
        parts: dict[str, bytes | None] = {**self.parts}
        parts |= {self.path(name): data for name, data in changes.items()}
        return replace(self, parts={n: data for n, data in parts.items() if data is not None})

    def rebagged(self) -> "Example":
        """Return the example with manifests and counts that fit its files again."""
        data = self.path("data/")
        payload = [n for n in self.parts if n.startswith(data) and not n.endswith("/")]
        oxum = f"{sum(len(self.parts[name]) for name in payload)}.{len(payload)}"
        info = self.get("bag-info.txt").rpartition(b"Payload-Oxum: ")[0]
        fixed = self.having(
            {
                "bag-info.txt": info + f"Payload-Oxum: {oxum}\n".encode(),
                "manifest-sha256.txt": self._manifest(payload),
            }
        )
        tag_manifest = self.path("tagmanifest-sha256.txt")
        tags = [n for n in self.parts if not n.startswith(data) and n != tag_manifest]
        return fixed.having({"tagmanifest-sha256.txt": fixed._manifest(tags)})

    def _manifest(self, names: Sequence[str]) -> bytes:
        lines = (
            f"{statement.sha256(self.parts[n])}  {n.removeprefix(self.path(''))}\n" for n in names
        )
        return "".join(lines).encode()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Return the zip of members, as the writer makes it."""
    members = (Member.from_bytes(name, data) for name, data in parts.items())
    return b"".join(Archive(members).read())


def signing_key(name: str, algorithm: Algorithm = Algorithm.ED25519, seed: str = "") -> SigningKey:
    """Return the key that belongs to a name in every run. `seed` tells two of a name apart."""
    secret = hashlib.sha256(f"{name}\n{seed}".encode()).digest()
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(secret), algorithm)


def witness(number: int) -> SigningKey:
    """Return the key of a witness."""
    return signing_key(f"witness{number}.example.org/w", Algorithm.COSIGNATURE)


def policy(log: Key, *witnesses: Key, quorum: str = "all") -> str:
    """Return a policy of one log that takes `quorum` of the witnesses, who are called w1, w2 …"""
    lines = [f"log {log.vkey}"]
    names = [f"w{number}" for number, _ in enumerate(witnesses, start=1)]
    lines += [f"witness {name} {key.vkey}" for name, key in zip(names, witnesses, strict=True)]
    if names:
        lines += [f"group all-of-them {quorum} {' '.join(names)}", "quorum all-of-them"]
    else:
        lines.append("quorum none")
    return "\n".join([*lines, ""])


@dataclass
class Log:
    """A log of an organization: other records lie between those of the package."""

    origin: str
    key: SigningKey
    cosigners: Sequence[SigningKey] = ()
    bodies: list[bytes] = field(default_factory=list)

    def append(self, body: bytes) -> int:
        """Add a record, and one of somebody else before it; return its index."""
        self.bodies += [f"neighbour {len(self.bodies)}".encode(), body]
        return len(self.bodies) - 1

    def checkpoint(self) -> bytes:
        """Return the signed note over everything so far."""
        leaves = [merkle.leaf_hash(body) for body in self.bodies]
        return self.signed(Checkpoint(self.origin, len(leaves), merkle.root(leaves)).text)

    def signed(self, text: str) -> bytes:
        """Return the note of a text, with the log's signature and the witnesses'."""
        signatures = [self.key.sign(text)]
        signatures += [key.sign(text, time=1_795_500_000) for key in self.cosigners]
        return bytes(Note(text, signatures))

    def prove(self, index: int) -> proofs.Proven:
        """Return the record and its path."""
        leaves = [merkle.leaf_hash(body) for body in self.bodies]
        path = proof.inclusion(
            index, len(leaves), lambda start, stop: merkle.root(leaves[start:stop])
        )
        return proofs.Proven(self.bodies[index], index, path)


def workflow_statement(subject: str, id: str, **changes: Any) -> bytes:
    """Return the body that opens a workflow of the trail `subject`."""
    return statement.build(
        subject=subject,
        subject_sha256="1" * 64,
        predicate_type=statement.WORKFLOW,
        predicate={"id": id, "description": "", "trail_version": 1, "by": BY, "at": AT} | changes,
    )


def attestation_statement(
    subject: str, workflow: bytes, number: int, attested: Attested, /, **changes: Any
) -> bytes:
    """Return the body of an attestation of the workflow that `workflow` opened."""
    listing = evidence_list(attested.files)
    evidence = json.loads(listing)
    if attested.is_listed:
        kind, name = statement.EVIDENCE_LIST_MEDIA_TYPE, statement.EVIDENCE_LIST_NAME
        evidence = [statement.descriptor(name, statement.sha256(listing), len(listing), kind)]
    data = attested.user_data
    return statement.build(
        subject=subject,
        subject_sha256=statement.sha256(workflow),
        predicate_type=statement.ATTESTATION,
        predicate={
            "id": f"0199bb28-0000-7000-8000-{number:012}",
            "step": attested.step,
            "number": number,
            "is_compliant": attested.is_compliant,
            "description": "Läuft 😀",
            "evidence": evidence,
            "user_data": {"digest": {"sha256": statement.sha256(data.encode())}} if data else None,
            "external": list(attested.external),
            "occurred_at": None,
            "overrides": None,
            "reason": None,
            "by": BY,
            "at": AT,
        }
        | changes,
    )


def disposal_statements(
    subject: str, workflow: bytes, attestations: Sequence[Attested], acts: Sequence[Disposal]
) -> list[bytes]:
    """Return the bodies of acts of disposal, which follow one another, part by part."""
    bodies, after = [], 0
    for act in acts:
        files = [f for attested in attestations[after : act.up_to] for f in attested.files]
        digests = list(dict.fromkeys(_payload(file).sha256 for file in files))
        parts = [digests[n : n + act.part_size] for n in range(0, len(digests), act.part_size)]
        for part, some in enumerate(parts, start=1):
            details = {"part": part, "parts": len(parts), "digests": some}
            details |= {"reason": act.reason, "up_to": act.up_to}
            bodies.append(disposal_statement(subject, workflow, details))
        after = act.up_to
    return bodies


def disposal_statement(
    subject: str, workflow: bytes, details: Mapping[str, Any], **changes: Any
) -> bytes:
    """Return the body of a part of an act of disposal."""
    return statement.build(
        subject=subject,
        subject_sha256=statement.sha256(workflow),
        predicate_type=statement.ACTIVITY,
        predicate={"verb": "evidence-disposed", "details": details, "by": BY, "at": AT} | changes,
    )


def evidence_list(files: Sequence[File]) -> bytes:
    """Return the list of an attestation's evidence in its canonical bytes."""
    return statement.canonical(
        [
            statement.descriptor(file.name, file.sha256, file.size, media_types.guess(file.name))
            for file in map(_payload, files)
        ]
    )


def _payload(file: File) -> bag.Payload:
    return file if isinstance(file, bag.Payload) else bag.Payload.from_bytes(*file)


def payloads(attested: Attested, *, is_disposed: bool = False) -> Iterator[bag.Payload]:
    """Yield the files of an attestation as a package holds them."""
    if not is_disposed:
        yield from map(_payload, attested.files)
    if attested.user_data is not None:
        yield bag.Payload.from_bytes("user-data.json", attested.user_data.encode())
    if attested.external:
        yield bag.Payload.from_bytes("external.txt", proofs.external_text(attested.external))
    if attested.is_listed:
        yield bag.Payload.from_bytes(statement.EVIDENCE_LIST_NAME, evidence_list(attested.files))


def example(attestations: Sequence[Attested] = ATTESTATIONS, **variations: Any) -> Example:
    """Return a package in pieces. `variations` are those of `pack`."""
    packed, log = pack(attestations, **variations)
    parts = {
        member.name: b"".join(member.read(0, member.size)) if member.read else b""
        for member in packed.archive.members
    }
    witnesses = [cosigner.key for cosigner in log.cosigners]
    trusted = policy(log.key.key, *witnesses)
    return Example(parts, log.key.key.vkey, trusted, packed.root, log)


def pack(
    attestations: Sequence[Attested],
    *,
    workflow: str = "run-1",
    organization: str = "acme",
    trail: str = "prod-server-access",
    key: SigningKey | None = None,
    origin: str | None = None,
    witnesses: Sequence[SigningKey] | None = None,
    timestamp: Callable[[str], bytes] | None = None,
    workflow_body: bytes | None = None,
    bodies: Mapping[int, bytes] | None = None,
    disposals: Sequence[Disposal] = (),
    disposal_bodies: Sequence[bytes] | None = None,
    with_proofs: bool = True,
) -> tuple[bag.Package, Log]:
    """Return a package and its log, valid unless one of the bodies that it is given is wrong.

    Whatever they say is in the log and proven: a log signs what its server gives it. `bodies` are
    those of attestations by their number, `disposal_bodies` stand for those of `disposals`, which
    still say whose files the package leaves out. `timestamp` gives the answer of an authority over
    the text of the checkpoint.
    """
    origin = origin or f"{HOST}/{organization}"
    cosigners = [witness(1), witness(2)] if witnesses is None else witnesses
    log = Log(origin, key or signing_key(origin), cosigners)
    subject = f"{organization}/{trail}"
    opening = workflow_body or workflow_statement(subject, workflow)
    first = log.append(opening)
    indexes = []
    for number, attested in enumerate(attestations, start=1):
        body = (bodies or {}).get(number) or attestation_statement(
            f"{subject}/{workflow}", opening, number, attested
        )
        indexes.append(log.append(body))
    acts = disposal_statements(f"{subject}/{workflow}", opening, attestations, disposals)
    acts = acts if disposal_bodies is None else list(disposal_bodies)
    disposed = [log.append(body) for body in acts]
    up_to = max((act.up_to for act in disposals), default=0)
    log.bodies.append(b"a later neighbour")
    steps = [attested.step for attested in attestations]
    checkpoint = log.checkpoint()
    tags = proofs.tags(
        vkey=log.key.key.vkey,
        checkpoint=checkpoint,
        workflow=log.prove(first),
        attestations=[(s, log.prove(i)) for s, i in zip(steps, indexes, strict=True)],
        disposed=[log.prove(index) for index in disposed],
        timestamp=timestamp(note.parse(checkpoint).text) if timestamp else None,
    )
    packed = bag.pack(
        root=workflow,
        directories=[
            bag.Directory(a.step, list(payloads(a, is_disposed=number <= up_to)))
            for number, a in enumerate(attestations, start=1)
        ],
        info=[("Source-Organization", "Bergwacht Süd"), ("External-Identifier", subject)],
        readme=b"How to verify.\n",
        report=b"<!doctype html>",
        tags=tags if with_proofs else (),
    )
    return packed, log


def write_all(folder: Path) -> None:
    """Write the example, its key and policy, and every tampering with what must come of it."""
    from tests import tampering

    folder.mkdir(parents=True, exist_ok=True)
    valid = example()
    (folder / "example.zip").write_bytes(valid.data)
    (folder / "example.vkey").write_text(f"{valid.vkey}\n", encoding="utf-8")
    (folder / "example.policy").write_text(valid.policy, encoding="utf-8")
    cases = tampering.write(folder)
    (folder / "cases.json").write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(cases)} packages in {folder}\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    write_all(Path(sys.argv[1]))
