"""A world with a row of everything, sealed and vouched for, for `fsck` to look at.

Made once for the tests of a file, without the triggers; what a test changes is taken back after it.
"""

import contextlib
import datetime
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test import override_settings

from evidence import append_only
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import log as ledger
from evidence.ledger.note import Algorithm, Note, SigningKey
from evidence.models import Checkpoint, Cosignature, Log, Published, Witnessed
from tests import vaults
from tests.disposing import RETENTION_DAYS, dispose
from tests.plugins.roles import owning
from tests.plugins.world import World, build_world
from trails.actions import records
from trails.actions.holds import place_hold, release_hold
from trails.actions.trails import configure_trail

NOW = datetime.datetime(2026, 11, 24, 8, 0, tzinfo=datetime.UTC)


def fsck(*arguments: str) -> tuple[int, list[dict[str, str]]]:
    """Run the command; return its exit status and its findings."""
    out = io.StringIO()
    status = 0
    try:
        call_command("fsck", "--json", *arguments, stdout=out)
    except SystemExit as error:
        assert isinstance(error.code, int)
        status = error.code
    *found, summary = [json.loads(line) for line in out.getvalue().splitlines()]
    assert bool(summary["summary"]["errors"]) == bool(status)
    return status, found


def named(findings: list[dict[str, str]]) -> set[tuple[str, str]]:
    """Return which rows findings are about."""
    return {(finding["table"], finding["id"]) for finding in findings}


def found() -> set[tuple[str, str]]:
    """Return which rows a check of everything finds something about: at least one."""
    status, findings = fsck()
    assert status == 1
    return named(findings)


def run(sql: str, *params: Any) -> int:
    """Run a statement past Django, as somebody with the database's password does."""
    with owning(connection), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def set_column(row: models.Model, column: str, value: Any) -> None:
    """Change one column of one row by raw SQL."""
    meta = row._meta
    [field] = [f for f in meta.concrete_fields if column in {f.name, f.column}]
    stored = field.get_db_prep_save(value, connection)
    key = meta.pk.get_db_prep_save(row.pk, connection)
    changed = run(
        f'UPDATE "{meta.db_table}" SET "{field.column}" = %s '  # noqa: S608  our own names
        f'WHERE "{meta.pk.column}" = %s',
        stored,
        key,
    )
    assert changed == 1


def remove(row: models.Model) -> None:
    """Remove one row by raw SQL."""
    meta = row._meta
    key = meta.pk.get_db_prep_save(row.pk, connection)
    sql = f'DELETE FROM "{meta.db_table}" WHERE "{meta.pk.column}" = %s'  # noqa: S608
    assert run(sql, key) == 1


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    """Run the block and take back every change that it made."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Everything:
    """The world, its vault, and a few rows to begin with."""

    world: World
    folder: Path
    vault: vaults.Vault
    witness: SigningKey

    @property
    def acme(self) -> Log:
        """The log of small things: a checkpoint for each step of a workflow."""
        return self.world.acme.log

    @property
    def rival(self) -> Log:
        """The log of many: two full tiles, and a few leaves after them."""
        return self.world.rival.log


@contextlib.contextmanager
def everything(folder: Path) -> Iterator[Everything]:
    """Make the world in one transaction, which is taken back at the end; its triggers are gone."""
    stores: dict[str, Any] = settings.STORAGES
    vault = vaults.new_backend(stores, folder)
    with (
        override_settings(
            STORAGES=stores | {"vault": vault},
            VAULT_STAGING=folder / "staging",
            CHECKPOINTS_DIR=folder / "checkpoints",
        ),
        taken_back(),
    ):
        yield _build(folder)


def _build(folder: Path) -> Everything:
    world = build_world()
    witness = SigningKey("witness.example", Ed25519PrivateKey.generate(), Algorithm.COSIGNATURE)
    acme = world.acme.log
    ledger.seal(acme)
    owner = world.actor("owner")
    configure_trail(actor=owner, organization=world.acme, name=world.public.name, steps=["one"])
    world.public.refresh_from_db()
    for number in (1, 2):
        workflow = world.begin(f"run-{number}", description="A shell")
        world.attest(workflow, "one", None, files={"role.json": b"{}" * number})
        ledger.seal(acme)
        world.attest(
            workflow,
            "command-logs",
            files={"transcript.log": b"$ id\n" * number, "keys.log": b"id\r", "empty": b""},
            user_data='{"ticket":"OPS-1"}',
            external=[{"name": "ticket", "uri": "https://tickets.example.com/OPS-1"}],
            occurred_at=NOW,
            description="What was typed",
        )
        ledger.seal(acme)
    for number in range(520):
        records.activity(
            world.rival,
            actor=world.actor("outsider"),
            verb="counted",
            details={"n": number},
            at=NOW,
        )
        if number in {100, 300, 515}:
            ledger.seal(world.rival.log)
    ledger.seal(world.rival.log)
    _keep_and_dispose(world)
    ledger.seal(acme)
    world.attest(workflow, "one", True)  # pending
    _vouch(acme, witness)
    lift()
    return Everything(world, folder, vaults.of_settings(), witness)


def _keep_and_dispose(world: World) -> None:
    """Make a trail with holds, in force and released, and a workflow with two disposals.

    Others name the same bytes, so that they stay.
    """
    owner = world.actor("owner")
    trail = configure_trail(
        actor=owner,
        organization=world.acme,
        name="cold-storage",
        steps=["one"],
        retention_days=RETENTION_DAYS,
    ).trail
    old = world.begin("old", trail=trail)
    for _ in range(3):
        world.attest(old, "one", files={"gone.json": b"{}", "empty": b""})
    held = world.begin("held", trail=trail)
    for named in (old, None):
        hold = place_hold(actor=owner, trail=trail, workflow=named, reason="A lawsuit.")
        confirm = named.name if named else trail.name
        release_hold(actor=owner, hold=hold, reason="It is settled.", confirm=confirm)
    for up_to in (1, 2):
        dispose(world, old, up_to)
    place_hold(actor=owner, trail=trail, workflow=held, reason="Another lawsuit.")


def _vouch(log: Log, witness: SigningKey) -> None:
    """Let a witness cosign the newest checkpoints, and be a witness of somebody else."""
    for sealed in Checkpoint.objects.filter(log=log).order_by("-size")[:2]:
        text = bytes(sealed.note).decode().partition("\n\n")[0] + "\n"
        line = witness.sign(text, time=int(NOW.timestamp())).line
        Cosignature.objects.create(checkpoint=sealed, vkey=witness.key.vkey, line=line, at=NOW)
        carried = bytes(sealed.note) + line.encode()
        Published.objects.create(checkpoint=sealed, log=log, size=sealed.size, note=carried)
    other = SigningKey("other.example/log", Ed25519PrivateKey.generate())
    for number in (1, 2):
        said = checkpoints.Checkpoint(other.key.name, 10 * number, bytes([number]) * 32)
        note = bytes(Note(said.text, [other.sign(said.text)]))
        Witnessed.objects.create(
            origin=said.origin, number=number, size=said.size, root=said.root, note=note
        )


def lift() -> None:
    """Drop the triggers, as the owner of the tables can. The transaction brings them back."""
    # PostgreSQL refuses to touch the triggers of a table whose constraints are not checked yet.
    connection.check_constraints()
    with owning(connection):
        append_only.remove(connection)
