"""Making an organization, exporting it, and taking it in: for the tests of both."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.plugins.world import World
from trails.actions.trails import configure_trail
from trails.models import Organization
from trails.moving.exporting import export
from trails.moving.importing import Imported, Options, import_organization
from trails.moving.tables import EXPORTED

Rows = dict[str, list[tuple[Any, ...]]]
MakeExported = Callable[..., "Exported"]


@dataclass(frozen=True)
class Exported:
    """The file of an export, and what was true of the organization before it was gone."""

    path: Path
    vkey: str
    checkpoint: bytes
    package: bytes
    token: str
    rows: Rows


def fill(world: World) -> None:
    """Record something of every kind in organization acme."""
    run = world.begin("run-1", description="Shell for OPS-1 äöü")
    world.attest(run, files={"session.log": b"$ id\n", "empty.txt": b""}, user_data='{"a":1}')
    world.attest(run, "command-logs", None, external=[{"name": "t", "uri": "https://t.example/1"}])
    world.attest(run, "service-identity", False, files={"again.log": b"$ id\n"})
    private = world.begin("run-2", world.private)
    world.attest(private, files={"secret.txt": b"nobody else's"})
    configure_trail(
        actor=world.actor("owner"), organization=world.acme, name=world.public.name, steps=["one"]
    )


def write(organization: Organization, path: Path, **options: Any) -> Path:
    """Export an organization to a file."""
    with path.open("wb") as out:
        export(organization, out, **options)
    return path


def take_in(path: Path, **options: Any) -> Imported:
    """Import the export of a file."""
    with path.open("rb") as file:
        return import_organization(file, Options(**options))


def rows_of_acme() -> Rows:
    """Return every row of acme that an export has, but the notes of the moves themselves."""
    acme = Organization.objects.get(name="acme")
    found = {}
    for name, table in EXPORTED.items():
        columns = [column.attname for column in table.fields()]
        rows = table.rows(acme).values_list(*columns)
        if name == "trails.Activity":
            rows = rows.exclude(verb__in=("organization.exported", "organization.imported"))
        found[name] = [tuple(map(_plain, row)) for row in rows]
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
