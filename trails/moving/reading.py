"""Reads the rows of an export, and holds each against its columns, its log and its file.

Threat. Rows from elsewhere may speak of what is here already: a trail in somebody else's
organization, a key for somebody else's account, a second row for an id. So an export is closed:
whatever a row refers to is in the file as well, there is one organization and one log in it, and
what the database numbers or an operator decides is not read from it at all. Names that this
instance would not give are refused, because addresses, packages and pages rest on their rules.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from evidence import names
from evidence.errors import BadProof, NotCanonical
from evidence.ledger import merkle, statement, tiles
from trails.actions import inputs
from trails.errors import Invalid
from trails.moving import layout, rows
from trails.moving.errors import Refused
from trails.moving.layout import Description
from trails.moving.scratch import Scratch
from trails.moving.tables import EXPORTED, Table

Row = dict[str, Any]
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]+/[a-zA-Z0-9._+-]+")


def read_lines(data: bytes) -> Iterator[bytes]:
    """Yield the lines of a part of rows with their ends; the last one has its own, too."""
    *lines, rest = data.split(b"\n")
    if rest or not lines:
        raise Refused("A part of rows is empty, or its last line has no end.")
    for line in lines:
        yield line + b"\n"


def columns_of(table: Table, described: Description) -> dict[str, rows.Field]:
    """Return the columns that a table has in the file. `Refused` for what this release lacks.

    A column that an older release did not have yet is left to its default; without one it is
    `Refused`.
    """
    known = {column.attname: column for column in table.fields()}
    said = described.tables[table.name]
    for name in said:
        if name not in known:
            raise Refused(
                f"{table.name} has a column '{name}', which is not imported. A newer release may "
                "have written the file, or somebody added it."
            )
    secret = table.secret_columns if layout.CREDENTIALS in described.leaves_out else frozenset()
    for name, column in known.items():
        can_be_without = (column.null or column.has_default()) and not column.primary_key
        if name not in said and name not in secret and not can_be_without:
            raise Refused(f"{table.name} has no column '{name}', and it cannot be without.")
    return {name: known[name] for name in said}


class Reading:
    """One reading of all rows, table by table. `take` each line, and `finish`."""

    def __init__(self, described: Description, scratch: Scratch) -> None:
        self._described, self._scratch = described, scratch
        self._names = list(EXPORTED)
        self._table = next(iter(EXPORTED.values()))
        self._begun = False
        self._columns: dict[str, rows.Field] = {}
        self.rows = 0
        self.log_id = self.origin = ""
        self._organizations = 0
        self.tree = tiles.RightEdge()
        self.vkeys: list[str] = []
        self.note = b""
        order = [name for name in described.tables if name in EXPORTED]
        if order != list(described.tables) or order != [n for n in self._names if n in set(order)]:
            raise Refused("The export has tables that this release does not import, or in another "
                          "order. A newer release may have written it.")  # fmt: skip
        for name in order:  # all of them are looked at before any row is
            columns_of(EXPORTED[name], described)

    def begin(self, name: str) -> bool:
        """Go on to a table; return false if it is the one that is being read. Never backwards."""
        if self._begun and self._table.name == name:
            return False
        if name not in self._described.tables:
            raise Refused(f"There are rows of {name}, of which {layout.DESCRIPTION} says nothing.")
        if self._names.index(name) < self._names.index(self._table.name):
            raise Refused(f"Rows of {name} come after those of {self._table.name}.")
        self._table, self._begun = EXPORTED[name], True
        self._columns = columns_of(self._table, self._described)
        return True

    def take(self, line: bytes) -> None:
        """Read a row and hold it against everything that came before it."""
        row = rows.decode(self._columns, line)
        name = self._table.name
        said = self._look(name, row)
        key = self._table.model._meta.pk
        if key.attname in row:  # the database numbers the others
            self._scratch.know(name, str(row[key.attname]), said)
        for column in self._columns.values():
            value = row[column.attname]
            if isinstance(column, models.ForeignKey) and value is not None:
                self._refer(column, str(value))
        self.rows += 1

    def finish(self) -> None:
        """Return if the file holds one whole organization, else `Refused`."""
        missing = self._scratch.first_missing()
        if missing is not None:
            table, key, by = missing
            raise Refused(f"A row of {by} refers to {table} {key}, which is not in the export.")
        if not self.origin or self._organizations != 1:
            raise Refused("The export does not hold one organization with its log.")

    def _refer(self, column: rows.Field, key: str) -> None:
        to = column.related_model._meta.label  # type: ignore[union-attr]  # a model, once loaded
        if not self._scratch.knows(to, key):
            if self._names.index(to) <= self._names.index(self._table.name):
                raise Refused(
                    f"A row of {self._table.name} refers to {to} {key}, which is not in the "
                    "export: it would become part of something else."
                )
            self._scratch.add("wanted", to, key, self._table.name)

    # --- What tables have of their own ------------------------------------------------------

    def _look(self, name: str, row: Row) -> bytes | None:
        """Hold a row against the rules of its table; return what is to be kept of it."""
        look = _LOOKS.get(name)
        try:
            return None if look is None else look(self, row)
        except (Invalid, NotCanonical, BadProof, ValueError, ValidationError) as error:
            raise Refused(f"A row of {name} is not one that we write: {error}") from error

    def _log(self, row: Row) -> None:
        if self.origin:
            raise Refused("The export holds more than one log.")
        self.log_id, self.origin = str(row["id"]), row["origin"]
        if self.origin != self._described.origin:
            raise Refused(f"The log is {self.origin}, not {self._described.origin}.")

    def _record(self, row: Row) -> bytes:
        said = statement.parse(row["body"])
        leaf = merkle.leaf_hash(row["body"])
        stored = (row["predicate_type"], row["sha256"], row["leaf_hash"])
        if stored != (said["predicateType"], statement.sha256(row["body"]), leaf.hex()):
            raise Refused(f"Record {row['id']} does not have the hashes of its statement.")
        return leaf

    def _leaf(self, row: Row) -> None:
        leaf = self._scratch.said("evidence.Record", str(row["record_id"]))
        if row["index"] != self.tree.size or leaf is None:
            raise Refused(f"Leaf {row['index']} comes where leaf {self.tree.size} belongs.")
        self.tree.append(leaf)

    def _key(self, row: Row) -> None:
        self.vkeys.append(row["vkey"])

    def _checkpoint(self, row: Row) -> None:
        self.note = row["note"]  # the last one is the largest

    def _blob(self, row: Row) -> None:
        if not inputs.SHA256.fullmatch(row["sha256"]):
            raise Refused(f"{row['sha256']!r} is no SHA-256.")
        self._scratch.add("blob", row["sha256"], row["size"], row["crc32"])

    def _organization(self, row: Row) -> None:
        self._organizations += 1
        if self._organizations > 1 or row["name"] != self._described.organization:
            raise Refused(f"The export holds another organization, {row['name']!r}.")
        _unchanged(inputs.organization_name(row["name"]), row["name"])

    def _trail(self, row: Row) -> None:
        _unchanged(inputs.trail_name(row["name"]), row["name"])

    def _version(self, row: Row) -> None:
        _unchanged(inputs.steps(row["steps"]), row["steps"])

    def _workflow(self, row: Row) -> None:
        _unchanged(inputs.workflow_id(row["name"]), row["name"])

    def _attestation(self, row: Row) -> None:
        _unchanged(inputs.step_name(row["step"]), row["step"])
        _unchanged(inputs.external(row["external"]), row["external"])
        listed = row["evidence_list_id"]
        workflow = str(row["workflow_id"])
        self._scratch.add("attestation", str(row["id"]), workflow, row["number"], listed)

    def _evidence(self, row: Row) -> None:
        _unchanged(names.clean(row["name"]), row["name"])
        if not _MEDIA_TYPE.fullmatch(row["media_type"]):
            raise Refused(f"{row['media_type']!r} is no media type.")
        self._scratch.add("evidence", str(row["attestation_id"]), row["blob_id"])

    def _user_data(self, row: Row) -> None:
        data = row["text"].encode()
        stored = (row["sha256"], row["crc32"], row["size"])
        if stored != (statement.sha256(data), zlib.crc32(data), len(data)):
            raise Refused(f"The free data of {row['attestation_id']} is not what was recorded.")

    def _disposal(self, row: Row) -> None:
        self._scratch.add("disposal", str(row["workflow_id"]), row["up_to"])

    def _activity(self, row: Row) -> None:
        if row["organization_id"] is None:
            raise Refused("An activity belongs to no organization: it would be the instance's own.")

    def _user(self, row: Row) -> None:
        email = row["email"]
        validate_email(email)
        if email != email.lower():
            raise Refused(f"The address {email!r} is not in small letters.")

    def _account(self, row: Row) -> None:
        _unchanged(inputs.line(row["name"], "name"), row["name"])


def _unchanged(checked: object, stored: object) -> None:
    """Return if the rules leave what is stored as it is."""
    if checked != stored:
        raise Refused(f"{stored!r} would be written as {checked!r}.")


_LOOKS: dict[str, Callable[[Reading, Row], bytes | None]] = {
    "evidence.Log": Reading._log,
    "evidence.Record": Reading._record,
    "evidence.Leaf": Reading._leaf,
    "evidence.LogKey": Reading._key,
    "evidence.Checkpoint": Reading._checkpoint,
    "evidence.Blob": Reading._blob,
    "trails.Organization": Reading._organization,
    "trails.Trail": Reading._trail,
    "trails.TrailVersion": Reading._version,
    "trails.Workflow": Reading._workflow,
    "trails.Attestation": Reading._attestation,
    "trails.Evidence": Reading._evidence,
    "trails.UserData": Reading._user_data,
    "trails.Disposal": Reading._disposal,
    "trails.Activity": Reading._activity,
    "trails.User": Reading._user,
    "trails.ServiceAccount": Reading._account,
}
