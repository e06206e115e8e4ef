"""What a workflow's and an attestation's page say of their seal, and the proof to take along."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evidence.ledger import checkpoint, proof
from evidence.ledger import log as ledger
from evidence.ledger.note import Key
from evidence.ledger.proof_file import Inclusion
from tests.plugins.world import World
from trails import sealed
from trails.models import Attestation, Workflow

RUN = "/acme/prod-server-access/run-1/"


def text_of(world: World, path: str = RUN, who: str | None = None) -> str:
    response = world.client(who).get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.fixture
def workflow(world: World) -> Workflow:
    return world.begin()


@pytest.fixture
def attestation(world: World, workflow: Workflow) -> Attestation:
    return world.attest(workflow)


def test_a_workflow_says_how_much_of_it_is_not_sealed(world: World, workflow: Workflow) -> None:
    assert "Not sealed yet: its beginning is pending" in text_of(world)
    ledger.seal(world.acme.log)
    assert "Sealed: all of it" in text_of(world)
    world.attest(workflow)
    assert "Not sealed yet: 1 attestation is pending" in text_of(world)
    world.attest(workflow)
    assert "Not sealed yet: 2 attestations are pending" in text_of(world)
    row = ledger.seal(world.acme.log)
    assert row is not None
    assert f"under the checkpoint over {row.size} records" in text_of(world)
    world.begin("another")  # is nothing to this one
    assert f"under the checkpoint over {row.size} records" in text_of(world)


def test_what_is_pending_is_counted_up_to_a_limit(
    world: World, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "PENDING_COUNTED", 1)
    for _ in range(3):
        world.attest(workflow)
    assert "more than 1 attestations are pending" in text_of(world)


def test_an_attestation_tells_its_place_and_who_signed_it(
    world: World, attestation: Attestation
) -> None:
    path = f"{RUN}{attestation.pk}/"
    assert "Recorded, and not sealed yet" in text_of(world, path)
    assert f"{path}proof" not in text_of(world, path)
    row = ledger.seal(world.acme.log)
    assert row is not None
    text = text_of(world, path)
    assert f"<dt>Index in the log</dt><dd>{ledger.index_of(attestation.record)}</dd>" in text
    assert f"over {row.size} records" in text
    assert row.key.vkey in text
    assert f'href="{path}proof"' in text
    assert "/verify/?key=testserver%2Facme%2B" in text
    # A checkpoint that comes later is not the one that sealed it.
    world.begin("another")
    ledger.seal(world.acme.log)
    assert f"over {row.size} records" in text_of(world, path)


def test_the_proof_ties_the_statement_to_the_key(world: World, attestation: Attestation) -> None:
    base = f"{RUN}{attestation.pk}/"
    pending = world.client().get(f"{base}proof")
    assert pending.status_code == 404
    assert "not sealed yet" in pending.content.decode()
    row = ledger.seal(world.acme.log)
    assert row is not None
    response = world.client().get(f"{base}proof")
    found = Inclusion.parse(response.getvalue())
    said, _, _ = checkpoint.opened(found.checkpoint, [Key.parse(row.key.vkey)])
    statement = world.client().get(f"{base}statement").getvalue()
    proof.check_inclusion(
        index=found.index,
        size=said.size,
        leaf=hashlib.sha256(b"\x00" + statement).digest(),
        path=found.path,
        root=said.root,
    )
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="user-identity.tlog-proof"'
    etag = response["ETag"]
    again = world.client().get(f"{base}proof", headers={"If-None-Match": etag})
    assert again.status_code == 304


def test_commands_send_a_key_where_a_stranger_is_not_answered(world: World) -> None:
    shown = []
    for trail in (world.public, world.private):
        one = world.attest(world.begin("run-1", trail))
        ledger.seal(world.acme.log)
        shown.append(text_of(world, f"/acme/{trail.name}/run-1/{one.pk}/", "auditor"))
    assert ["Authorization: Bearer $KEY" in text for text in shown] == [False, True]


def test_the_seal_costs_the_same_whatever_the_number_of_records(
    world: World, workflow: Workflow, attestation: Attestation
) -> None:
    path, client = f"{RUN}{attestation.pk}/", world.client("auditor")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    ledger.seal(world.acme.log)
    few = queries()
    for _ in range(20):
        world.attest(workflow)
    ledger.seal(world.acme.log)
    assert queries() == few <= 11
