"""How an export is laid out: the names of its members, in their order, and the texts among them.

Pure. An export is a bag (RFC 8493) in a tar (`trails.moving.tar`); README.md describes it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.errors import NotCanonical
from evidence.ledger import statement
from evidence.package.bag import DECLARATION, MANIFEST, TAG_MANIFEST
from trails.moving.errors import Refused

FORMAT = "urn:trailkeeper:export:1"
"""Counted up by a release that writes what this one could not read."""
CREDENTIALS, EVIDENCE = "credentials", "evidence"
"""What an export may leave out."""

DESCRIPTION, CHECKPOINT, KEYS, README = "export.json", "checkpoint", "log.vkey", "README.txt"
HEAD = ("bagit.txt", README, DESCRIPTION, CHECKPOINT, KEYS)
"""The members before the rows, in their order."""
TAIL = ("bag-info.txt", MANIFEST, TAG_MANIFEST)
"""The members after the evidence, in their order."""

PART_BYTES = 4 << 20
"""A member of rows ends as soon as it has so many bytes."""
PART_LIMIT = 256 << 20
"""No row is longer: free data has 10 MiB at most unless an operator allows more."""

_ROWS = re.compile(r"data/rows/([a-z]+\.[A-Za-z]+)/([0-9]{6,})\.jsonl")
_EVIDENCE = re.compile(r"data/evidence/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
_TEXT = """\
This is organization {organization} of {public_url}, whole: its trails, workflows,
attestations and log, its members and keys, and the files that were attested.

It is a bag (RFC 8493). To see that nothing in it is cut off or altered:

    sha256sum -c --quiet manifest-sha256.txt && sha256sum -c --quiet tagmanifest-sha256.txt

To see that its log is the one that was signed, and to take it into another instance:

    manage.py verify_export FILE --key VKEY      VKEY: the key of the log, from its owner
    manage.py import FILE

data/rows/ has every row, a JSON object a line, in an order in which they can be inserted.
data/evidence/ has every file under its SHA-256. {secrets}
"""
_SECRETS = "The file holds hashes of passwords and keys: keep it like the database itself."
_NO_SECRETS = "Hashes of passwords and keys were left out."


@dataclass(frozen=True, slots=True)
class Description:
    """What an export says of itself, in `export.json`."""

    organization: str
    origin: str
    public_url: str
    made_at: str
    leaves_out: Sequence[str]
    # The columns of each table that is in it, in the order of the tables.
    tables: Mapping[str, Sequence[str]]

    def as_bytes(self) -> bytes:
        """Return it as it stands in the file."""
        tables = [{"name": name, "columns": list(c)} for name, c in self.tables.items()]
        said = {
            "format": FORMAT,
            "organization": self.organization,
            "origin": self.origin,
            "public_url": self.public_url,
            "made_at": self.made_at,
            "leaves_out": list(self.leaves_out),
            "tables": tables,
        }
        return statement.canonical(said) + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> "Description":
        """Return the description of its bytes, else `Refused`."""
        try:
            said = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise Refused(f"{DESCRIPTION} is not JSON: {error}. This is no export.") from error
        found = said.get("format") if isinstance(said, dict) else None
        if found != FORMAT:
            raise Refused(
                f"The export is of format {found!r}, and this release reads {FORMAT!r}. Import it "
                "with the release that wrote it, or a newer one."
            )
        try:
            made = _described(said)
            is_ours = made.as_bytes() == data
        except (KeyError, TypeError, ValueError, NotCanonical):
            is_ours = False
        if not is_ours:
            raise Refused(f"{DESCRIPTION} is not written as an export writes it.")
        return made

    @property
    def readme(self) -> bytes:
        """Return the text for people who find the file."""
        secrets = _NO_SECRETS if CREDENTIALS in self.leaves_out else _SECRETS
        text = _TEXT.format(
            organization=self.organization, public_url=self.public_url, secrets=secrets
        )
        return text.encode()

    def bag_info(self, payload_bytes: int, payload_files: int) -> bytes:
        """Return `bag-info.txt`."""
        lines = [
            f"Source-Organization: {self.organization}",
            f"External-Identifier: {self.origin}",
            f"External-Description: Export of organization {self.organization}",
            f"Bagging-Date: {self.made_at[:10]}",
            f"Contact-Name: {self.public_url}",
            f"Payload-Oxum: {payload_bytes}.{payload_files}",
        ]
        return "".join(f"{line}\n" for line in lines).encode()


def _described(said: dict[str, Any]) -> Description:
    texts = [said[key] for key in ("organization", "origin", "public_url", "made_at")]
    leaves_out, tables = list(said["leaves_out"]), said["tables"]
    columns = {table["name"]: list(table["columns"]) for table in tables}
    for text in [*texts, *leaves_out, *columns, *(c for some in columns.values() for c in some)]:
        if not isinstance(text, str) or not text.isprintable():
            raise ValueError(text)
    if len(columns) < len(tables) or not set(leaves_out) <= {CREDENTIALS, EVIDENCE}:
        raise ValueError(leaves_out)
    organization, origin, public_url, made_at = texts
    return Description(organization, origin, public_url, made_at, leaves_out, columns)


def rows_name(table: str, part: int) -> str:
    """Return the name of a part of a table's rows. The first part is 1."""
    return f"data/rows/{table}/{part:06d}.jsonl"


def rows_of(name: str) -> tuple[str, int] | None:
    """Return the table and the part that a member holds rows of, None if it holds none."""
    match = _ROWS.fullmatch(name)
    if match is None or rows_name(match[1], int(match[2])) != name:
        return None
    return match[1], int(match[2])


def evidence_name(sha256: str) -> str:
    """Return the name of the bytes of a digest."""
    return f"data/evidence/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def evidence_of(name: str) -> str | None:
    """Return the SHA-256 that a member is named after, None if it is no evidence."""
    match = _EVIDENCE.fullmatch(name)
    return match[3] if match else None


def manifest_line(sha256: str, name: str) -> bytes:
    """Return a line of a manifest, as `sha256sum` writes it."""
    return f"{sha256}  {name}\n".encode()


__all__ = [
    "CHECKPOINT",
    "CREDENTIALS",
    "DECLARATION",
    "DESCRIPTION",
    "EVIDENCE",
    "FORMAT",
    "HEAD",
    "KEYS",
    "MANIFEST",
    "PART_BYTES",
    "PART_LIMIT",
    "TAG_MANIFEST",
    "TAIL",
    "Description",
    "evidence_name",
    "evidence_of",
    "manifest_line",
    "rows_name",
    "rows_of",
]
