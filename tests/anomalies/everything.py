"""One row, at least, of every table that is written once: what the attacks are aimed at."""

from typing import Any

from django.db import connection

from evidence.append_only import protected_models
from tests.plugins.world import World
from trails.models import Attestation


def attest_everything(world: World) -> Attestation:
    """Attest something of every kind: files, links, free data, an Idempotency-Key."""
    workflow = world.begin("ecs-execute-command-0199bb27be8f354b7", description="A shell")
    world.attest(workflow, "service-identity", None, files={"role.json": b"{}"})
    return world.attest(
        workflow,
        files={"transcript.log": b"$ id\n", "keys.log": b"id\r"},
        user_data='{"ticket":"OPS-1"}',
        external=[{"name": "ticket", "uri": "https://tickets.example.com/OPS-1"}],
    )


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every protected table, past Django."""
    found = {}
    with connection.cursor() as cursor:
        for model in protected_models():
            table, key = model._meta.db_table, model._meta.pk.column
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY "{key}"')  # noqa: S608
            found[table] = [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                for row in cursor.fetchall()
            ]
            assert found[table], f"The attacks on {table} need a row to attack."
    return found
