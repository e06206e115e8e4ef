"""Rows that were removed, added or exchanged: `fsck` names what is left without them."""

import pytest
from django.utils import timezone

from evidence.ledger import merkle, statement
from evidence.models import Blob, Leaf, Log, Pending, Record, new_id
from tests.trails.commands.fsck.checked import (
    Everything,
    found,
    fsck,
    named,
    remove,
    set_column,
)
from trails.models import (
    Activity,
    Attestation,
    Evidence,
    Organization,
    Trail,
    TrailVersion,
    UserData,
    Workflow,
    WorkflowStatus,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changes_are_taken_back")]


def attestations() -> list[Attestation]:
    return list(Attestation.objects.filter(user_data__isnull=False).order_by("pk"))


def forged(body: bytes, log: Log) -> Record:
    return Record(
        log=log,
        predicate_type=statement.ACTIVITY,
        body=body,
        sha256=statement.sha256(body),
        leaf_hash=merkle.leaf_hash(body).hex(),
    )


@pytest.mark.parametrize(
    "column", ["step", "is_compliant", "description", "external", "record_id", "content_sha256"]
)
def test_what_two_attestations_exchanged_is_named_on_both(made: Everything, column: str) -> None:
    one, other = Attestation.objects.order_by("pk")[:2]
    values = getattr(one, column), getattr(other, column)
    assert values[0] != values[1]
    if column == "record_id":  # two may not have the same, not even for a moment
        set_column(one, column, new_id())
    set_column(other, column, values[0])
    set_column(one, column, values[1])
    assert {("trails_attestation", str(row.pk)) for row in (one, other)} <= found()


def test_evidence_that_two_attestations_exchanged_is_named(made: Everything) -> None:
    one, other = (Evidence.objects.get(attestation=row, position=1) for row in attestations())
    set_column(one, "attestation_id", new_id())
    set_column(other, "attestation_id", one.attestation_id)
    set_column(one, "attestation_id", other.attestation_id)
    assert {("trails_evidence", str(row.pk)) for row in (one, other)} <= found()


def test_an_evidence_row_that_was_removed_is_missed_by_its_attestation(made: Everything) -> None:
    row = Evidence.objects.filter(attestation=attestations()[0]).latest("position")
    remove(row)
    assert ("trails_attestation", str(row.attestation_id)) in found()


def test_an_evidence_row_that_was_added_is_named(made: Everything) -> None:
    row = Evidence.objects.create(
        attestation=attestations()[0],
        position=4,
        name="more.txt",
        media_type="text/plain",
        blob=Blob.objects.earliest("pk"),
    )
    assert ("trails_evidence", str(row.pk)) in found()


def test_evidence_whose_blob_row_was_removed_is_named(made: Everything) -> None:
    row = Evidence.objects.filter(name="role.json").earliest("pk")
    remove(row.blob)
    status, findings = fsck()
    assert status == 1 and ("trails_evidence", str(row.pk)) in named(findings)
    assert ("unnamed", row.blob_id) in {(f["kind"], f["id"][-64:]) for f in findings}


@pytest.mark.parametrize("model", [Attestation, Workflow, TrailVersion, Activity])
def test_a_row_that_was_removed_leaves_its_record_behind(
    made: Everything, model: type[Attestation | Workflow | TrailVersion | Activity]
) -> None:
    row = model.objects.filter(record__isnull=False).latest("pk")
    remove(row)
    assert ("evidence_record", str(row.record_id)) in found()


def test_free_data_that_was_removed_or_added_is_named(made: Everything) -> None:
    one = attestations()[0]
    bare = Attestation.objects.filter(user_data__isnull=True).earliest("pk")
    remove(one.user_data)
    added = UserData(attestation=bare, text="{}", sha256="0" * 64, crc32=0, size=2)
    added.save()
    assert {
        ("trails_attestation", str(one.pk)),
        ("trails_userdata", str(bare.pk)),
    } <= found()


def test_an_attestation_that_was_removed_with_all_its_traces_is_missed(made: Everything) -> None:
    """Its record was pending, so that no tree misses it; the numbers do, and the cached verdict."""
    row = Attestation.objects.filter(record__leaf__isnull=True).earliest("pk")
    Pending.objects.get(record=row.record).delete()
    remove(row)
    remove(row.record)
    assert ("trails_workflowstatus", str(row.workflow_id)) in found()


def test_a_gap_in_the_numbers_of_attestations_is_named(made: Everything) -> None:
    workflow = Workflow.objects.earliest("pk")
    first, second = Attestation.objects.filter(workflow=workflow).order_by("number")[:2]
    remove(first)
    assert ("trails_attestation", str(second.pk)) in found()


def test_a_record_by_raw_sql_has_no_place(made: Everything) -> None:
    body = statement.build(
        subject="acme",
        subject_sha256="0" * 64,
        predicate_type=statement.ACTIVITY,
        predicate={"verb": "forged"},
    )
    row = forged(body, made.acme)
    row.save()
    status, findings = fsck()
    assert status == 1
    assert [(f["kind"], f["table"], f["id"]) for f in findings] == [
        ("missing", "evidence_record", str(row.pk)),
        ("extra", "evidence_record", str(row.pk)),
    ]


def test_a_fact_that_was_forged_with_its_record_does_not_fit_under_the_root(
    made: Everything,
) -> None:
    """Whoever changes row, body and hashes alike has everything right but the tree."""
    row = attestations()[0]
    record = row.record
    body = bytes(record.body).replace(b"What was typed", b"What I would say")
    set_column(row, "description", "What I would say")
    set_column(record, "body", body)
    set_column(record, "sha256", statement.sha256(body))
    set_column(record, "leaf_hash", merkle.leaf_hash(body).hex())
    covering = made.acme.checkpoints.filter(size__gt=record.leaf.index).earliest("size")
    assert ("evidence_checkpoint", str(covering.pk)) in found()


def test_a_pending_row_of_no_record_is_named(made: Everything) -> None:
    row = Pending.objects.create(record_id=new_id(), log=made.acme)
    assert found() == {("evidence_pending", str(row.pk))}


def test_a_pending_row_that_was_removed_leaves_its_record_without_a_place(
    made: Everything,
) -> None:
    row = Pending.objects.earliest("pk")
    row.delete()
    assert found() == {("evidence_record", str(row.record_id))}


def test_a_log_of_nobody_is_named(made: Everything) -> None:
    row = Log.objects.create(origin="trails.example.com/nobody")
    assert found() == {("evidence_log", str(row.pk))}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "non-compliant"),
        ("reasons", ["Trust me."]),
        ("latest", {}),
        ("attestations", 70),
        ("last_at", timezone.now()),
    ],
)
def test_a_cached_verdict_that_is_not_the_judges_is_stale(
    made: Everything, column: str, value: object
) -> None:
    row = WorkflowStatus.objects.earliest("pk")
    set_column(row, column, value)
    status, findings = fsck()
    assert status == 1
    assert {(f["kind"], f["table"], f["id"]) for f in findings} == {
        ("stale", "trails_workflowstatus", str(row.pk))
    }


def test_a_workflow_without_a_cached_verdict_is_stale(made: Everything) -> None:
    row = WorkflowStatus.objects.earliest("pk")
    remove(row)
    assert found() == {("trails_workflow", str(row.pk))}


def test_a_trail_set_back_to_an_older_version_is_named(made: Everything) -> None:
    trail = made.world.public
    set_column(trail, "current_id", TrailVersion.objects.get(trail=trail, number=1).pk)
    assert found() == {("trails_trail", str(trail.pk))}


def test_other_names_than_those_that_were_recorded_are_named(made: Everything) -> None:
    organization = Organization.objects.get(name="rival")
    set_column(organization, "name", "revival")
    trail = Trail.objects.get(name="case-worker-access")
    set_column(trail, "name", "case-worker")
    version = trail.versions.get()
    assert found() == {
        ("trails_organization", str(organization.pk)),
        ("trails_trailversion", str(version.pk)),
    }


def test_leaves_go_with_their_records(made: Everything) -> None:
    leaf = Leaf.objects.filter(log=made.acme).latest("index")
    remove(leaf.record)
    assert ("evidence_leaf", str(leaf.pk)) in found()
