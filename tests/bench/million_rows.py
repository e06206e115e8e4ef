"""The rows of one trail that grows: what `begin_workflow` and `attest` would have written.

Texts are made once for each kind of event by the code of the product, with marks in the places of
what differs; bodies of records are shorter than real ones. Imported by `million` alone.
"""

import datetime
import functools
import hashlib
import json
import zlib
from typing import Any

from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import statement, tiles
from evidence.ledger.keys import signing_key
from evidence.ledger.note import Note
from evidence.ledger.reading import edge_hashes, last_checkpoint
from trails.models import Trail, User
from trails.search import words
from trails.state import Attested, Step, judge

# Table by table the columns that `Filling` gives, in its order.
COLUMNS = {
    "evidence_record": "id, log_id, predicate_type, body, sha256, leaf_hash, at",
    "evidence_leaf": 'record_id, log_id, "index"',
    "evidence_tile": 'id, log_id, level, "index", hashes, root',
    "evidence_checkpoint": "id, log_id, size, previous_size, root, note, key_id, at",
    "evidence_blob": "sha256, size, crc32, received_at",
    "trails_workflow": "id, trail_id, version_id, name, description, by_kind, by_id, by_name, at, "
    "record_id",
    "trails_workflowstatus": "workflow_id, trail_id, state, reasons, missing, latest, "
    "attestations, last_at",
    "trails_attestation": "id, workflow_id, step, number, is_compliant, description, external, "
    "by_kind, by_id, by_name, at, record_id, content_sha256",
    "trails_evidence": "id, attestation_id, position, name, media_type, blob_id",
    "trails_userdata": "attestation_id, text, sha256, crc32, size",
    "trails_searchtext": "organization_id, trail_id, workflow_id, attestation_id, at, text",
}
CHECKPOINT_EVERY = 1_000
ONE_SECOND = datetime.timedelta(seconds=1)

# Marks in the places of what differs from workflow to workflow.
NUMBER, HOST, ID = "7777777", "zzhost", "8888888888888888"
NAME = f"session-{NUMBER}"
BEGUN_FOR = f"Production shell on {HOST} for tkt{NUMBER}"
DATA = f'{{"host":"{HOST}","ticket":"tkt{NUMBER}"}}'
HOSTS = [f"host{number:02}" for number in range(50)]
PEOPLE = ["Ada Lovelace", "Grace Hopper", "Alan Turing", "Edsger Dijkstra", "Barbara Liskov"]
PEOPLE += ["Donald Knuth", "Frances Allen", "Tony Hoare", "Radia Perlman", "Niklaus Wirth"]
BYTES = 4096

Rows = dict[str, list[Any]]
Sent = tuple[tuple[str, bool | None], ...]
# The four attestations of most workflows, and of some in a hundred. Of a thousand workflows more
# are incomplete than a page shows, so that pages of both sizes have the same rows.
_GOOD: Sent = (("identity", True), ("service", True), ("approval", True), ("log", True))
_ONE_LEFT: Sent = (("identity", True), ("service", True), ("log", True), ("log", True))
_OTHERS: dict[int, Sent] = dict.fromkeys((7, 17, 27, 37, 47, 57), _ONE_LEFT) | {
    29: (("identity", True), ("service", True), ("approval", False), ("log", True)),
    53: (("identity", True), ("service", True), ("service", True), ("review", True)),
    83: (("identity", True), ("service", True), ("approval", None), ("log", True)),
}
_DESCRIPTIONS = {
    "identity": "Identity of the person confirmed by the directory",
    "service": "Service account checked out of the vault",
    "approval": "Access approved by the owner of the service",
    "log": "Transcript of every command that was typed",
    "review": "Transcript read by a second person",
}


class Filling:
    """One trail that is being filled. The tree of its log grows with the rows."""

    def __init__(self, name: str, size: int, trail: Trail, member: User) -> None:
        last = last_checkpoint(trail.organization.log)
        assert last is not None
        self.name, self.size, self.trail, self.member = name, size, trail, member
        self.begun = 0
        self.edge = tiles.RightEdge(edge_hashes(trail.organization.log, last.size))
        self.shared_sha256 = hashlib.sha256(name.encode()).hexdigest()
        self._signed, self._log_key = last.size, last.key
        self._keys = {
            "organization": trail.organization_id.hex,
            "log": trail.organization.log.pk.hex,
            "trail": trail.pk.hex,
            "version": trail.version.pk.hex,
        }
        self._salt = int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big")
        self._began: list[int] = []  # in milliseconds, by number

    def begin(self, rows: Rows, at: datetime.datetime) -> None:
        """Add the rows of one more workflow, begun at a moment and attested in the next seconds."""
        number, trail = self.begun, self._keys["trail"]
        self.begun += 1
        self._began.append(int(at.timestamp() * 1000))
        if number == 0:
            rows["evidence_blob"].append((self.shared_sha256, BYTES, 0, _text(at)))
        person = number % len(PEOPLE)
        by = ("user", f"{person:036x}", PEOPLE[person])
        workflow = self._id(number, 0)
        record = self._record(rows, number, 0, "", at)
        said, begun_for = self._filled(NAME, number), self._filled(BEGUN_FOR, number)
        rows["trails_workflow"].append(
            (workflow, trail, self._keys["version"], said, begun_for, *by, _text(at), record)
        )
        self._words(rows, number, 0, "", at)
        sent = _OTHERS.get(number % 100, _GOOD)
        latest: dict[str, Any] = {}
        for place, (step, is_compliant) in enumerate(sent, start=1):
            at += ONE_SECOND
            id = self._attest(rows, number, place, (step, is_compliant, by), at)
            latest[step] = (place, is_compliant, _dashed(id))
        verdict = (*_verdict(self._template, sent), json.dumps(latest))
        rows["trails_workflowstatus"].append((workflow, trail, *verdict, len(sent), _text(at)))

    def _attest(
        self, rows: Rows, number: int, place: int, what: tuple[Any, ...], at: datetime.datetime
    ) -> str:
        """Add the rows of one attestation with one file, and free data with the first."""
        step, is_compliant, by = what
        id = self._id(number, place)
        record = self._record(rows, number, place, step, at)
        said = (id, self._id(number, 0), step, place, is_compliant, _DESCRIPTIONS[step], "[]")
        rows["trails_attestation"].append((*said, *by, _text(at), record, self.shared_sha256))
        blob = self.shared_sha256
        if place == 4:  # a transcript that is like no other; the other three are all the same
            blob = self.own_sha256(number)
            rows["evidence_blob"].append((blob, BYTES, 0, _text(at)))
        file, name = self._id(number, place + 10), self._filled(_file(step), number)
        rows["trails_evidence"].append((file, id, 1, name, "text/plain", blob))
        if place == 1:
            data = self._filled(DATA, number)
            digest = hashlib.sha256(data.encode()).hexdigest()
            crc32 = zlib.crc32(data.encode())
            rows["trails_userdata"].append((id, data, digest, crc32, len(data)))
        self._words(rows, number, place, step, at)
        return id

    def _record(self, rows: Rows, number: int, place: int, step: str, at: datetime.datetime) -> str:
        """Add a record, its leaf, and what that fills of the tree; return the record's id."""
        id, log = self._id(number, place + 5), self._keys["log"]
        body = self._filled(_body(self.trail.subject, step, place), number)
        body = body.replace(ID, self._id(number, place)[16:])
        data = body.encode()
        leaf = hashlib.sha256(b"\x00" + data).digest()
        kind = statement.ATTESTATION if place else statement.WORKFLOW
        sha256 = hashlib.sha256(data).hexdigest()
        rows["evidence_record"].append((id, log, kind, data, sha256, leaf.hex(), _text(at)))
        rows["evidence_leaf"].append((id, log, self.edge.size))
        for level, hashes, root in self.edge.append(leaf):
            index = (self.edge.size >> (tiles.HEIGHT * (level + 1))) - 1
            key = f"{index:08x}{level:04x}70008{self._salt:04x}{0:011x}"
            rows["evidence_tile"].append((key, log, level, index, b"".join(hashes), root))
        if self.edge.size - self._signed >= CHECKPOINT_EVERY:
            self.sign(rows, at)
        return id

    def sign(self, rows: Rows, at: datetime.datetime) -> None:
        """Add a checkpoint over the tree as it is now, as sealing signs one."""
        if self.edge.size == self._signed:
            return
        origin = self.trail.organization.log.origin
        said = checkpoints.Checkpoint(origin, self.edge.size, self.edge.root())
        note = bytes(Note(said.text, [signing_key(origin).sign(said.text)]))
        key = f"{said.size:012x}70008{self._salt:04x}{0:011x}"
        signed = (said.size, self._signed, said.root, note, self._log_key.pk.hex, _text(at))
        rows["evidence_checkpoint"].append((key, self._keys["log"], *signed))
        self._signed = said.size

    def _words(self, rows: Rows, number: int, place: int, step: str, at: datetime.datetime) -> None:
        workflow = self._id(number, 0)
        attestation = self._id(number, place) if place else None
        text = _document(
            self.trail.organization_id, self.trail.pk, PEOPLE[number % len(PEOPLE)], step, place
        )
        keys = (self._keys["organization"], self._keys["trail"], workflow, attestation)
        rows["trails_searchtext"].append((*keys, _text(at), self._filled(text, number)))

    @functools.cached_property
    def _template(self) -> tuple[tuple[str, bool], ...]:
        return tuple((step.name, step.required) for step in self.trail.version.template)

    def _id(self, number: int, which: int) -> str:
        """Return an id of this workflow as a UUIDv7 of its moment, in hex (RFC 9562 §5.7)."""
        moment = self._began[number] + (which % 5) * 1000
        return f"{moment:012x}7{which:03x}8{self._salt:04x}{number:011x}"

    def _filled(self, text: str, number: int) -> str:
        host = HOSTS[number * 7 % len(HOSTS)]
        return text.replace(NUMBER, f"{number:07}").replace(HOST, host)

    def own_sha256(self, number: int) -> str:
        """Return the digest of the one file of a workflow that no other has."""
        return hashlib.sha256(f"{self.name} {number}".encode()).hexdigest()

    def told(self, number: int) -> dict[str, str]:
        """Return what there is to ask for about a workflow."""
        return {
            "name": self._filled(NAME, number),
            "id": _dashed(self._id(number, 0)),
            "attestation": _dashed(self._id(number, 4)),
            "ticket": self._filled(f"tkt{NUMBER}", number),
            "sha256": self.own_sha256(number),
        }


def _file(step: str) -> str:
    return f"{step}-{NUMBER}.txt"


@functools.lru_cache(maxsize=1000)
def _document(organization: Any, trail: Any, person: str, step: str, place: int) -> str:
    """Return the words of an event, with the marks in it."""
    texts = [_DESCRIPTIONS[step], _file(step)] if place else [NAME, BEGUN_FOR]
    if place == 1:
        texts += words.values(DATA)
    return words.document(organization=organization, trail=trail, by=person, step=step, texts=texts)


@functools.lru_cache(maxsize=100)
def _body(trail: str, step: str, place: int) -> str:
    """Return a record that says which event it is of, with the marks in it."""
    body = statement.build(
        subject=f"{trail}/{NAME}" if place else trail,
        subject_sha256="0" * 64,
        predicate_type=statement.ATTESTATION if place else statement.WORKFLOW,
        predicate={"id": ID, "step": step, "number": place},
    )
    return body.decode()


@functools.lru_cache(maxsize=100)
def _verdict(template: Any, sent: Sent) -> tuple[str, str, int]:
    """Return state, reasons and missing steps as their columns hold them."""
    attested = [Attested(step, place, good) for place, (step, good) in enumerate(sent, start=1)]
    verdict = judge([Step(*step) for step in template], attested)
    return verdict.state, json.dumps(list(verdict.reasons)), verdict.missing


@functools.lru_cache(maxsize=8)
def _text(at: datetime.datetime) -> str:
    """Return a moment as both engines take it, in UTC."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")


def _dashed(id: str) -> str:
    return f"{id[:8]}-{id[8:12]}-{id[12:16]}-{id[16:20]}-{id[20:]}"
