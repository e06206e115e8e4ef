"""Records against their own bytes; records against leaves and the queue; references that lead
nowhere."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models

from evidence import raw_rows
from evidence.errors import NotCanonical
from evidence.findings import Finding, Kind, Part, Scope, Step
from evidence.ledger import merkle, statement
from evidence.models import Leaf, Pending, Record
from evidence.raw_rows import Join, Row

TABLE = Record._meta.db_table


def records(scope: Scope) -> Part:
    """Return the part that recomputes each record's columns, and looks for its one place.

    A record is either pending or has a leaf. In a sample the place is looked for all the same.
    """

    def steps(after: Any) -> Iterator[Step]:
        for end, page in raw_rows.pages(
            Record,
            "id log_id predicate_type body sha256 leaf_hash "
            "leaf.record_id leaf.log_id pending.id pending.record_id pending.log_id",
            after=after,
            joins=[
                Join("leaf", Leaf, "leaf.record_id = t.id"),
                Join("pending", Pending, "pending.record_id = t.id"),
            ],
            **of_log(scope, "t.log_id"),
        ):
            chosen = [row for row in page if scope.chooses(row["id"])]
            findings = [finding for row in page for finding in _place(row)]
            findings += [finding for row in chosen for finding in _body(row)]
            read = sum(len(row["body"]) for row in chosen if isinstance(row["body"], bytes))
            yield Step(end, findings, len(page), read)

    return Part("records", steps)


def of_log(scope: Scope, column: str) -> dict[str, Any]:
    """Return the condition that a query stays within the scope's log."""
    if scope.log is None:
        return {}
    return {"where": [f"{column} = %s"], "params": [raw_rows.parameter(Record, scope.log)]}


def _body(row: Row) -> Iterator[Finding]:
    def altered(reason: str) -> Finding:
        return Finding(Kind.ALTERED, TABLE, str(row["id"]), reason)

    body = row["body"]
    if not isinstance(body, bytes):
        yield Finding(Kind.MALFORMED, TABLE, str(row["id"]), f"Its body is not bytes: {body}.")
        return
    for column, hash in (
        ("sha256", statement.sha256(body)),
        ("leaf_hash", merkle.leaf_hash(body).hex()),
    ):
        if row[column] != hash:
            yield altered(f"{column} is {row[column]}, and that of its body is {hash}.")
    try:
        kind = statement.parse(body)["predicateType"]
    except NotCanonical as error:
        yield Finding(Kind.MALFORMED, TABLE, str(row["id"]), str(error))
        return
    if row["predicate_type"] != kind:
        yield altered(f"predicate_type is {row['predicate_type']}, its body says {kind}.")


def _place(row: Row) -> Iterator[Finding]:
    id = str(row["id"])
    leaf, pending = row["leaf.record_id"], row["pending.record_id"]
    if leaf is None and pending is None:
        reason = "It has no leaf and is not pending: no checkpoint will ever cover it."
        yield Finding(Kind.MISSING, TABLE, id, reason)
    if leaf is not None and pending is not None:
        reason = "It has a leaf already, and waits for one."
        yield Finding(Kind.EXTRA, Pending._meta.db_table, str(row["pending.id"]), reason)
    for name, model, key, found in (
        ("leaf", Leaf, "leaf.record_id", leaf),
        ("pending", Pending, "pending.id", pending),
    ):
        if found is not None and row[f"{name}.log_id"] != row["log_id"]:
            # One of the two was changed: which one, the tree of each log tells.
            reason = f"It is in log {row[f'{name}.log_id']}, its record in {row['log_id']}."
            yield Finding(Kind.ALTERED, model._meta.db_table, str(row[key]), reason)
            reason = f"It is in log {row['log_id']}, its {name} in {row[f'{name}.log_id']}."
            yield Finding(Kind.ALTERED, TABLE, id, reason)


def queue(scope: Scope) -> Part:
    """Return the part that finds pending rows without their record: nothing can seal them."""

    def steps(after: Any) -> Iterator[Step]:
        within = of_log(scope, "t.log_id")
        for end, page in raw_rows.pages(
            Pending,
            "id record_id record.id",
            after=after,
            joins=[Join("record", Record, "record.id = t.record_id")],
            **within,
        ):
            gone = [row for row in page if row["record.id"] is None]
            table = Pending._meta.db_table
            found = [
                Finding(Kind.MISSING, table, str(r["id"]), _nothing(r["record_id"])) for r in gone
            ]
            yield Step(end, found, len(page))

    return Part("pending records", steps)


def _nothing(record: Any) -> str:
    return f"There is no record {record} to be sealed."


def references(label: str, checked: Sequence[type[models.Model]]) -> Part:
    """Return the part that finds rows of these models whose foreign keys lead nowhere.

    The database refuses most of them; its owner can make it not to.
    """
    links = [
        (model, field)
        for model in checked
        for field in model._meta.concrete_fields
        if field.remote_field
    ]

    def steps(after: Any) -> Iterator[Step]:
        for number in range(after or 0, len(links)):
            model, field = links[number]
            yield Step(number + 1, list(_dangling(model, field)))

    return Part(f"references of {label}", steps)


def _dangling(model: type[models.Model], field: Any) -> Iterator[Finding]:
    target, key = field.related_model, field.target_field.column
    pk = str(model._meta.pk.column)
    for _, page in raw_rows.pages(
        model,
        f"{pk} {field.column}",
        joins=[Join("target", target, f'target."{key}" = t."{field.column}"')],
        where=[f't."{field.column}" IS NOT NULL', f'target."{key}" IS NULL'],
    ):
        for row in page:
            reason = (
                f"{field.column} is {row[field.column]}, and {target._meta.db_table} "
                "has no such row."
            )
            yield Finding(Kind.MISSING, model._meta.db_table, str(row[pk]), reason)


def odd_numbers(model: type[models.Model], column: str, log: Any) -> list[Finding]:
    """Return the rows of a log whose number is none, which only SQLite can hold."""
    if connection.vendor != "sqlite":
        return []
    pk = str(model._meta.pk.column)
    return [
        Finding(
            Kind.MALFORMED,
            model._meta.db_table,
            str(row[pk]),
            f"{column} is no number: {row[column]}.",
        )
        for _, page in raw_rows.pages(
            model,
            f"{pk} {column}",
            where=["t.log_id = %s", f"NOT ({raw_rows.whole(f't.{chr(34)}{column}{chr(34)}')})"],
            params=[log],
        )
        for row in page
    ]
