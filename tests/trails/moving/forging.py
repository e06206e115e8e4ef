"""Exports that somebody has changed, and made whole again: every manifest fits what is in them."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evidence.ledger import statement
from trails.moving import layout, tar
from trails.moving.layout import Description

Row = dict[str, Any]
Members = dict[str, bytes]
"""The members of an export in their order, by their path below its folder."""


def members(path: Path) -> Members:
    """Return what is in an export."""
    with path.open("rb") as file:
        return {
            entry.name.partition("/")[2]: b"".join(tar.contents(file, entry))
            for entry in tar.entries(file)
        }


def rows(found: Members, table: str) -> list[Row]:
    """Return the rows of a table."""
    data = found.get(layout.rows_name(table, 1), b"")
    return [json.loads(line) for line in data.splitlines()]


def with_rows(found: Members, table: str, changed: list[Row]) -> Members:
    """Return the members with other rows of a table that has some."""
    name = layout.rows_name(table, 1)
    lines = [
        json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        for row in changed
    ]
    return found | {name: b"".join(lines)}


def edited(found: Members, table: str, edit: Callable[[Row], Row | None]) -> Members:
    """Return the members with each row of a table as `edit` returns it; None takes it away."""
    changed = [row for old in rows(found, table) if (row := edit(old)) is not None]
    return with_rows(found, table, changed)


def described(found: Members, **changed: Any) -> Members:
    """Return the members with another description."""
    said = json.loads(found[layout.DESCRIPTION]) | changed
    return found | {layout.DESCRIPTION: statement.canonical(said) + b"\n"}


def pack(found: Members, path: Path, root: str = "acme", *, mend: bool = True) -> Path:
    """Write an export of these members, with manifests that fit them unless told not to."""
    if mend:
        found = _mended(found)
    out = io.BytesIO()
    writer = tar.Writer(out)
    for name, data in found.items():
        writer.add(f"{root}/{name}", len(data), [data])
    writer.end()
    path.write_bytes(out.getvalue())
    return path


def _mended(found: Members) -> Members:
    info, manifest, tags = layout.TAIL
    body = {name: data for name, data in found.items() if name not in layout.TAIL}
    payload = {name: data for name, data in body.items() if name.startswith("data/")}
    said = Description.parse(_readable(body[layout.DESCRIPTION]))
    size = sum(map(len, payload.values()))
    body[info] = said.bag_info(size, len(payload))
    body[manifest] = b"".join(layout.manifest_line(_sha256(d), n) for n, d in payload.items())
    lines = {name: data for name, data in body.items() if name not in payload}
    body[tags] = b"".join(layout.manifest_line(_sha256(d), n) for n, d in lines.items())
    return body


def _readable(data: bytes) -> bytes:
    """Return the description as this release reads it, whatever format it says."""
    return statement.canonical(json.loads(data) | {"format": layout.FORMAT}) + b"\n"


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
