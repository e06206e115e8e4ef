"""What others have said of our logs and we of theirs: cosignatures, timestamps, contradictions,
the published copy, and what this instance has cosigned as a witness."""

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import rfc3161_client

from evidence import raw_rows
from evidence.errors import BadNote, NotSealed
from evidence.findings import Finding, Kind, Part, Step
from evidence.ledger import note, published
from evidence.ledger.fsck.checkpoints import said_by
from evidence.models import (
    Checkpoint,
    Contradiction,
    Cosignature,
    Log,
    Published,
    Timestamp,
    Witnessed,
)
from evidence.raw_rows import Join, Row

_HASHES = {"2.16.840.1.101.3.4.2.1": hashlib.sha256, "2.16.840.1.101.3.4.2.2": hashlib.sha384}
_HASHES["2.16.840.1.101.3.4.2.3"] = hashlib.sha512


def said_of(log: str, origin: str) -> Part:
    """Return the part that checks what others have signed or objected to about a log."""

    def steps(after: Any) -> Iterator[Step]:
        key = raw_rows.parameter(Log, log)
        findings = list(_published(log))
        where, params = ["t.log_id = %s"], [key]
        rows = 0
        for _, page in raw_rows.pages(
            Contradiction, "id reason source", where=where, params=params
        ):
            rows += len(page)
            for row in page:
                reason = f"{row['reason']} ({row['source']})"
                table = Contradiction._meta.db_table
                findings.append(Finding(Kind.CONTRADICTION, table, str(row["id"]), reason))
        yield Step(1, findings, rows)

    return Part(f"others on {origin} {log}", steps)


def _published(log: str) -> Iterator[Finding]:
    """Compare the copy outside the database. It is read first: the database only grows."""
    table = Log._meta.db_table
    try:
        kept = published.read(uuid.UUID(log))
    except (BadNote, NotSealed) as error:
        reason = f"The copy of its newest checkpoint outside the database is damaged: {error}"
        yield Finding(Kind.MALFORMED, table, log, reason)
        return
    if kept is None:
        return
    rows = raw_rows.select(
        Checkpoint,
        "id size root note",
        where=["t.log_id = %s", raw_rows.whole('t."size"'), 't."size" >= %s'],
        params=[raw_rows.parameter(Log, log), kept.size],
        order='t."size"',
        limit=1,
    )
    if not rows:
        reason = (
            f"A copy outside the database covers {kept.size} records, and no checkpoint here as "
            "many: an older copy of the database was restored, or checkpoints were removed."
        )
        yield Finding(Kind.OLDER, table, log, reason)
        return
    [row] = rows
    said = said_by(row["note"])
    if row["size"] != kept.size or kept.root not in {row["root"], said.root if said else b""}:
        reason = (
            f"A copy outside the database has another root over {kept.size} records than this, or "
            "this is not the checkpoint that followed: history was rewritten."
        )
        yield Finding(Kind.OLDER, Checkpoint._meta.db_table, str(row["id"]), reason)


def cosignatures(log: str | None) -> Part:
    """Return the part that verifies every cosignature over its checkpoint's text."""
    table = Cosignature._meta.db_table

    def check(row: Row) -> Iterator[Finding]:
        try:
            key = note.Key.parse(str(row["vkey"]))
            if key.algorithm is not note.Algorithm.COSIGNATURE:
                raise BadNote(f"{key.name} is not a witness's key (type 4).")
            line = str(row["line"]).encode("utf-8", "surrogateescape")
            signatures = note.signatures(line)
            if len(signatures) != 1 or not key.signs(signatures[0]):
                raise BadNote(f"Its line is not one signature of {key.name}.")
            key.check(_text_of(row), signatures[0])
        except BadNote as error:
            yield Finding(Kind.SIGNATURE, table, str(row["id"]), str(error))

    return _of_checkpoints("cosignatures", Cosignature, "vkey line", check, log)


def timestamps(log: str | None) -> Part:
    """Return the part that holds every timestamp against its checkpoint's text.

    That the authority signed it, its certificates tell to whoever trusts them: not here.
    """
    table = Timestamp._meta.db_table

    def check(row: Row) -> Iterator[Finding]:
        try:
            imprint = _imprint(row["token"])
            text = _text_of(row).encode()
        except BadNote as error:
            yield Finding(Kind.MALFORMED, table, str(row["id"]), str(error))
            return
        made = _HASHES.get(imprint.hash_algorithm.dotted_string)
        if made is None or made(text).digest() != imprint.message:
            reason = f"It was made over another text than checkpoint {row['checkpoint_id']}."
            yield Finding(Kind.SIGNATURE, table, str(row["id"]), reason)

    return _of_checkpoints("timestamps", Timestamp, "token", check, log)


def _imprint(token: Any) -> rfc3161_client.tsp.MessageImprint:
    if not isinstance(token, bytes):
        raise BadNote(f"The token is not bytes: {token}.")
    try:
        return rfc3161_client.decode_timestamp_response(token).tst_info.message_imprint
    except (ValueError, TypeError) as error:  # not DER, or an answer without a token
        raise BadNote(f"The token is not a timestamp (RFC 3161): {error}") from error


def _text_of(row: Row) -> str:
    return _note_of(row["checkpoint.note"]).text


def _note_of(data: Any) -> note.Note:
    if not isinstance(data, bytes):
        raise BadNote(f"The note is not bytes: {data}.")
    return note.parse(data)


def _of_checkpoints(name: str, model: Any, columns: str, check: Any, log: str | None) -> Part:
    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            model,
            f"id checkpoint_id {columns} checkpoint.id checkpoint.note",
            after=after,
            joins=[Join("checkpoint", Checkpoint, "checkpoint.id = t.checkpoint_id")],
            where=["checkpoint.log_id = %s"] if log else [],
            params=[raw_rows.parameter(Log, log)] if log else [],
        ):
            # One without its checkpoint is a reference that leads nowhere, which is found there.
            known = [row for row in page if row["checkpoint.id"] is not None]
            yield Step(end, [finding for row in known for finding in check(row)], len(page))

    return Part(name, steps)


def vouched(log: str | None) -> Part:
    """Return the part that holds what packages carry against its checkpoint and cosignatures."""
    table = Published._meta.db_table

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            Published,
            "checkpoint_id log_id size note timestamp_id timestamp.id timestamp.checkpoint_id "
            "checkpoint.id checkpoint.log_id checkpoint.size checkpoint.note",
            after=after,
            joins=[
                Join("checkpoint", Checkpoint, "checkpoint.id = t.checkpoint_id"),
                Join("timestamp", Timestamp, "timestamp.id = t.timestamp_id"),
            ],
            where=["checkpoint.log_id = %s"] if log else [],
            params=[raw_rows.parameter(Log, log)] if log else [],
        ):
            known = [row for row in page if row["checkpoint.id"] is not None]
            yield Step(end, [f for row in known for f in check(row)], len(page))

    def check(row: Row) -> Iterator[Finding]:
        id = str(row["checkpoint_id"])
        for column in ("log_id", "size"):
            if row[column] != row[f"checkpoint.{column}"]:
                reason = (
                    f"{column} is {row[column]}, its checkpoint's {row[f'checkpoint.{column}']}."
                )
                yield Finding(Kind.ALTERED, table, id, reason)
        stamped = row["timestamp_id"] is not None and row["timestamp.id"] is not None
        if stamped and row["timestamp.checkpoint_id"] != row["checkpoint_id"]:
            reason = f"Its timestamp is one of checkpoint {row['timestamp.checkpoint_id']}."
            yield Finding(Kind.ALTERED, table, id, reason)
        try:
            carried, own = _note_of(row["note"]), _note_of(row["checkpoint.note"])
        except BadNote as error:
            yield Finding(Kind.MALFORMED, table, id, str(error))
            return
        cosigned = _lines_of(id)
        others = [s.line for s in carried.signatures if s not in own.signatures]
        if carried.text != own.text or not set(own.signatures) <= set(carried.signatures):
            reason = "Its note is not that of its checkpoint."
            yield Finding(Kind.ALTERED, table, id, reason)
        elif not set(others) <= cosigned:
            reason = "Its note carries a signature that is not among the cosignatures."
            yield Finding(Kind.ALTERED, table, id, reason)

    return Part("published checkpoints", steps)


def _lines_of(checkpoint: str) -> set[str]:
    """Return the cosignature lines of a checkpoint: as many as it has witnesses."""
    rows = raw_rows.select(
        Cosignature,
        "line",
        where=["t.checkpoint_id = %s"],
        params=[raw_rows.parameter(Checkpoint, checkpoint)],
        limit=note.SIGNATURES_LIMIT,
    )
    return {row["line"] for row in rows if isinstance(row["line"], str)}


def witnessed() -> Part:
    """Return the part that opens what this instance has cosigned of other logs."""

    def steps(after: Any) -> Iterator[Step]:
        before = 'before.origin = t.origin AND before."number" = t."number" - 1'
        for end, page in raw_rows.pages(
            Witnessed,
            "id origin number size root note before.id before.size before.root",
            after=after,
            joins=[Join("before", Witnessed, before)],
        ):
            yield Step(end, [finding for row in page for finding in _witnessed(row)], len(page))

    return Part("checkpoints of other logs", steps)


def _witnessed(row: Row) -> Iterator[Finding]:
    table, id = Witnessed._meta.db_table, str(row["id"])
    said = said_by(row["note"])
    if said is None:
        yield Finding(Kind.MALFORMED, table, id, "Its note is not a signed checkpoint.")
    elif (said.origin, said.size, said.root) != (row["origin"], row["size"], row["root"]):
        reason = f"Its columns are not those of its note: {said.origin}, {said.size} records."
        yield Finding(Kind.ALTERED, table, id, reason)
    if row["number"] != 1 and row["before.id"] is None:
        reason = f"It is number {row['number']} of {row['origin']}, and none is before it."
        yield Finding(Kind.GAP, table, id, reason)
    size, before = row["size"], row["before.size"]
    if not isinstance(size, int) or not isinstance(before, int):
        return
    if size < before or (size == before and row["root"] != row["before.root"]):
        reason = f"It is over {size} records; the one before it was over {before}."
        yield Finding(Kind.ALTERED, table, id, reason)
