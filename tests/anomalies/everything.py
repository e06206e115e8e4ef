"""One row, at least, of every table that is written once: what the attacks are aimed at."""

from typing import Any

from django.db import connection
from django.utils import timezone

from evidence.append_only import protected_models
from evidence.ledger import log as ledger
from evidence.ledger import statement, tiles
from evidence.models import (
    Blob,
    Contradiction,
    Cosignature,
    Log,
    Published,
    Timestamp,
    VaultCheck,
    Witnessed,
)
from evidence.vault.check.verdict import Verdict
from evidence.vault.rows import Closing, Round, RoundPart, ScrubFinding, ScrubRepair, Uncopied
from tests.disposing import retain
from tests.past import days_ago
from tests.plugins.world import World
from trails.actions.disposals import dispose_of_evidence
from trails.actions.holds import place_hold, release_hold
from trails.models import Attestation


def dispose_of_something(world: World) -> None:
    """Have evidence that was disposed of, after a hold that is over."""
    with days_ago(40):
        old = world.begin("disposed")
        world.attest(old, files={"old.log": b"old"})
    retain(world, world.public, 30)
    owner = world.actor("owner")
    hold = place_hold(actor=owner, trail=world.public, workflow=old, reason="Case 4711.")
    release_hold(actor=owner, hold=hold, reason="Closed.", confirm="disposed")
    dispose_of_evidence(actor=owner, workflow=old, up_to=1, reason="Over.", confirm="disposed")


def attest_everything(world: World) -> Attestation:
    """Attest something of every kind: files, links, free data, an Idempotency-Key."""
    dispose_of_something(world)
    workflow = world.begin("ecs-execute-command-0199bb27be8f354b7", description="A shell")
    world.attest(workflow, "service-identity", None, files={"role.json": b"{}"})
    seal_everything(world.rival.log)
    look_after_the_vault()
    return world.attest(
        workflow,
        files={"transcript.log": b"$ id\n", "keys.log": b"id\r"},
        user_data='{"ticket":"OPS-1"}',
        external=[{"name": "ticket", "uri": "https://tickets.example.com/OPS-1"}],
    )


def seal_everything(log: Log) -> None:
    """Seal a log with a full tile, and have others say something about its checkpoint."""
    for number in range(tiles.WIDTH):
        body = statement.build(
            subject="rival",
            subject_sha256="0" * 64,
            predicate_type=statement.ACTIVITY,
            predicate={"verb": "counted", "details": {"number": number}},
        )
        ledger.append(log, body)
    sealed = ledger.seal(log)
    assert sealed is not None
    now = timezone.now()
    Cosignature.objects.create(checkpoint=sealed, vkey="w+0+0", line="\N{EM DASH} w 0\n", at=now)
    Timestamp.objects.create(checkpoint=sealed, authority="https://tsa", token=b"0", at=now)
    Published.objects.create(checkpoint=sealed, log=log, size=sealed.size, note=b"0", at=now)
    Contradiction.objects.create(log=log, source="w", size=1 << 40, reason="It saw more.", at=now)
    Witnessed.objects.create(origin="other", number=1, size=1, root=b"0" * 32, note=b"0", at=now)


def look_after_the_vault() -> None:
    """Have findings about bytes, one repaired and one open, workers that are busy, and a check."""
    blob = Blob.objects.earliest("pk")
    for kind in ("altered", "missing"):
        finding = ScrubFinding.objects.create(blob=blob, vault="vault", kind=kind, reason="So.")
    ScrubRepair.objects.create(finding=finding, how=Closing.READ)
    running = Round.objects.create(work="scrub vault", number=1)
    RoundPart.objects.create(round=running, upto=blob.sha256, due_at=timezone.now())
    Uncopied.objects.create(blob=blob)
    VaultCheck.objects.create(vault="file:///v", verdict=Verdict.NOT_TRIED, findings={})


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
