"""Disposed evidence is in order for `fsck` only where rows, records, rules and bytes agree."""

from collections.abc import Sequence
from typing import Any

import pytest

from evidence.vault import store
from tests.disposing import RETENTION_DAYS, days_later, dispose, retain
from tests.trails.commands.fsck.checked import Everything, fsck, remove, set_column
from trails import erasing
from trails.actions import disposals
from trails.actions.disposals import dispose_of_evidence
from trails.actions.holds import place_hold, release_hold
from trails.actions.trails import configure_trail
from trails.models import (
    Activity,
    Attestation,
    Disposal,
    Evidence,
    Hold,
    HoldRelease,
    Workflow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("changes_are_taken_back")]


@pytest.fixture
def workflow(made: Everything) -> Workflow:
    """A workflow of a trail of its own with a retention; nobody else has its bytes."""
    trail = configure_trail(
        actor=made.world.actor("owner"),
        organization=made.world.acme,
        name="freezer",
        steps=["one"],
        retention_days=RETENTION_DAYS,
    ).trail
    workflow = made.world.begin("secret", trail=trail)
    for number in (1, 2):
        made.world.attest(workflow, "one", files={"a": b"secret %d" % number, "b": b"both"})
    return workflow


def sha256(name: str, number: int = 1) -> str:
    at = {"attestation__workflow__name": "secret", "attestation__number": number}
    return str(Evidence.objects.get(name=name, **at).blob_id)


def kinds() -> list[tuple[str, str]]:
    _, findings = fsck()
    return [(finding["kind"], finding["table"]) for finding in findings]


def take_away(digest: str) -> None:
    store.storage().erase(store.address(digest))


def test_bytes_that_were_disposed_of_are_not_missed(made: Everything, workflow: Workflow) -> None:
    dispose(made.world, workflow, 1)
    assert not store.storage().exists(store.address(sha256("a")))
    assert store.storage().exists(store.address(sha256("b")))
    assert fsck() == (0, [])
    assert fsck("--log", made.acme.origin) == (0, [])
    assert fsck("--no-bytes") == (0, [])


def test_bytes_that_went_without_a_disposal_are_missed(
    made: Everything, workflow: Workflow
) -> None:
    dispose(made.world, workflow, 1)
    take_away(sha256("a", 2))
    assert kinds() == [("missing", "evidence_blob")]


def test_bytes_that_a_later_attestation_names_as_well_are_missed(
    made: Everything, workflow: Workflow
) -> None:
    dispose(made.world, workflow, 1)
    take_away(sha256("b"))
    assert kinds() == [("missing", "evidence_blob")]


def test_a_list_of_evidence_is_missed_though_its_bytes_were_disposed_of_as_a_file(
    made: Everything, workflow: Workflow
) -> None:
    files = {f"transcript-of-host-{n:04}.log": b"%d" % n for n in range(400)}
    listed = made.world.attest(workflow, "one", files=files).evidence_list
    assert listed is not None
    data = b"".join(store.read(listed.sha256, 0, listed.size))
    made.world.attest(workflow, "one", files={"list.json": data})
    dispose(made.world, workflow, 4)
    assert fsck() == (0, [])
    take_away(listed.sha256)
    assert kinds() == [("missing", "evidence_blob")]


def test_bytes_that_are_still_there_are_told_and_are_no_error(
    made: Everything, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "finish", lambda: None)
    dispose(made.world, workflow, 1)
    status, [finding] = fsck()
    assert (status, finding["kind"], finding["id"]) == (0, "unnamed", sha256("a"))
    assert "sweep" in finding["reason"]


def test_a_row_without_records_excuses_nothing(made: Everything, workflow: Workflow) -> None:
    real = Disposal.objects.latest("pk")
    take_away(sha256("a"))
    Disposal.objects.create(
        workflow=workflow,
        up_to=1,
        files=2,
        bytes=12,
        reason="Nothing to see here.",
        by_kind="user",
        by_id=real.by_id,
        by_name=real.by_name,
        at=real.at,
        record=Attestation.objects.latest("pk").record,
    )
    status, findings = fsck()
    assert status == 1
    assert {finding["table"] for finding in findings} == {"trails_disposal"}
    assert {"gap", "missing"} <= {finding["kind"] for finding in findings}


def test_a_disposal_whose_rows_were_removed_is_named_by_its_activity(
    made: Everything, workflow: Workflow
) -> None:
    row = dispose(made.world, workflow, 1)
    for part in row.parts.all():
        remove(part)
    remove(row)
    assert kinds() == [("extra", "trails_activity"), ("missing", "evidence_blob")]


def test_a_disposal_whose_activity_was_removed_leaves_its_record_behind(
    made: Everything, workflow: Workflow
) -> None:
    row = dispose(made.world, workflow, 1)
    remove(Activity.objects.get(record=row.record))
    assert ("extra", "evidence_record") in kinds()


def test_a_part_that_was_removed_is_missed(
    made: Everything, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disposals, "DIGESTS_AT_MOST", 1)
    row = dispose(made.world, workflow, 1)
    assert row.parts.count() == 2
    assert fsck() == (0, [])
    remove(row.parts.get(number=1))
    assert {("gap", "trails_disposal"), ("extra", "trails_activity")} <= set(kinds())


def test_two_parts_that_changed_places_are_named(
    made: Everything, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disposals, "DIGESTS_AT_MOST", 1)
    one, two = dispose(made.world, workflow, 1).parts.order_by("number")
    for part, number in ((one, 3), (two, 1), (one, 2)):
        set_column(part, "number", number)
    assert set(kinds()) == {("altered", "trails_disposal")}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda digests: digests[1:], "missing"),
        (lambda digests: [*digests, "0" * 64], "extra"),
    ],
    ids=["a file less", "a file more"],
)
def test_digests_that_are_not_those_of_the_files_are_named(
    made: Everything, workflow: Workflow, monkeypatch: pytest.MonkeyPatch, change: Any, kind: str
) -> None:
    write = disposals._write_records

    def write_others(disposal: Disposal, actor: Any, digests: Sequence[str]) -> Any:
        return write(disposal, actor, change(digests))

    monkeypatch.setattr(disposals, "_write_records", write_others)
    dispose(made.world, workflow, 1)
    assert kinds() == [(kind, "trails_disposal")]


def test_a_disposal_under_a_hold_contradicts_it(
    made: Everything, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = made.world.actor("owner")
    place_hold(actor=owner, trail=workflow.trail, workflow=None, reason="A lawsuit.")
    monkeypatch.setattr(disposals, "_refuse_held", lambda workflow: None)
    dispose(made.world, workflow, 1)
    assert kinds() == [("contradiction", "trails_disposal")]


def test_holds_on_others_and_those_that_were_released_contradict_nothing(
    made: Everything, workflow: Workflow
) -> None:
    owner, trail = made.world.actor("owner"), workflow.trail
    other = made.world.begin("another", trail=trail)
    place_hold(actor=owner, trail=trail, workflow=other, reason="A lawsuit.")
    hold = place_hold(actor=owner, trail=trail, workflow=None, reason="Another.")
    release_hold(actor=owner, hold=hold, reason="It is settled.", confirm=trail.name)
    dispose(made.world, workflow, 1)
    assert fsck() == (0, [])


def test_a_hold_after_the_disposal_contradicts_nothing(
    made: Everything, workflow: Workflow
) -> None:
    dispose(made.world, workflow, 1)
    with days_later(RETENTION_DAYS + 2):
        owner = made.world.actor("owner")
        place_hold(actor=owner, trail=workflow.trail, workflow=workflow, reason="A lawsuit.")
    assert fsck() == (0, [])


def test_a_disposal_before_the_end_of_retention_contradicts_it(
    made: Everything, workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disposals, "_refuse_early", lambda up_to, due: None)
    with days_later(RETENTION_DAYS - 1):
        dispose_of_evidence(
            actor=made.world.actor("owner"),
            workflow=workflow,
            up_to=1,
            reason="Now.",
            confirm=workflow.name,
        )
    status, findings = fsck()
    [early] = [finding for finding in findings if finding["kind"] == "contradiction"]
    assert (status, early["table"]) == (1, "trails_disposal")
    assert "to be kept until" in early["reason"]


@pytest.mark.parametrize("days", [RETENTION_DAYS + 7, None])
def test_what_a_later_version_asks_for_extends_retention(
    made: Everything, workflow: Workflow, monkeypatch: pytest.MonkeyPatch, days: int | None
) -> None:
    retain(made.world, workflow.trail, days)
    monkeypatch.setattr(disposals, "_refuse_early", lambda up_to, due: None)
    dispose(made.world, workflow, 1)
    assert kinds() == [("contradiction", "trails_disposal")]


def test_what_is_asked_for_after_the_disposal_matters_no_more(
    made: Everything, workflow: Workflow
) -> None:
    dispose(made.world, workflow, 1)
    with days_later(RETENTION_DAYS + 2):
        retain(made.world, workflow.trail, 2 * RETENTION_DAYS)
    assert fsck() == (0, [])


@pytest.mark.parametrize("model", [Hold, HoldRelease])
def test_a_hold_or_release_whose_row_was_removed_is_named_by_its_activity(
    made: Everything, model: type[Hold | HoldRelease]
) -> None:
    row = (
        model.objects.filter(release__isnull=True).get()
        if model is Hold
        else model.objects.filter(hold__workflow__isnull=False).get()
    )
    activity = Activity.objects.get(record=row.record)
    remove(row)
    _, findings = fsck()
    assert ("extra", str(activity.pk)) in {(f["kind"], f["id"]) for f in findings}


def test_a_hold_put_on_another_workflow_is_named(made: Everything) -> None:
    row = Hold.objects.get(release__isnull=True)
    set_column(row, "workflow_id", Workflow.objects.get(name="old").pk)
    assert ("altered", "trails_hold") in kinds()


def test_a_hold_on_a_workflow_made_one_of_its_trail_is_named(made: Everything) -> None:
    row = Hold.objects.get(release__isnull=True)
    set_column(row, "workflow_id", None)
    assert ("altered", "trails_hold") in kinds()
