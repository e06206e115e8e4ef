"""Every column of every table that is written once: `fsck` names the row in which it was changed.

Where it does not, this file says why nothing can notice it, and holds that to be so.
"""

import datetime
import uuid
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from evidence.append_only import protected_models
from evidence.models import Blob, Checkpoint, Record
from tests.trails.commands.fsck.checked import Everything, fsck, named, set_column, taken_back
from trails.models import Activity, Attestation, Evidence, TrailVersion

pytestmark = pytest.mark.django_db

OWN_MOMENT = "when the row was written; the moment that counts is in the record, which is checked"
NO_ONE = "a name for the row that nothing else uses"
UNNOTICED = {
    "evidence_blob.received_at": OWN_MOMENT,
    "evidence_cosignature.at": OWN_MOMENT,
    "evidence_checkpoint.at": OWN_MOMENT,
    "evidence_log.begun_at": OWN_MOMENT,
    "evidence_logkey.at": OWN_MOMENT,
    "evidence_published.at": OWN_MOMENT,
    "evidence_record.at": OWN_MOMENT,
    "evidence_witnessed.at": "when it was cosigned, which the other log has, signed, and we do not",
    "evidence_timestamp.at": OWN_MOMENT,
    "evidence_timestamp.authority": "the address that was asked; the answer is signed, not it",
    "evidence_cosignature.id": NO_ONE,
    "evidence_tile.id": NO_ONE,
    "evidence_timestamp.id": NO_ONE,
    "evidence_witnessed.id": NO_ONE,
    "trails_activity.id": NO_ONE,
    "trails_disposalpart.id": NO_ONE,
    "trails_evidence.id": NO_ONE,
    "trails_attestation.idempotency_key": "a word between the server and a reporter that retries",
}
OBSERVED = {"evidence_scrubfinding", "evidence_scrubrepair", "evidence_vaultcheck"}
# The row of another table is named: that of what has lost its row.
NAMED_INSTEAD = {
    "evidence_checkpoint.id": "evidence_cosignature",
    "trails_activity.record_id": "evidence_record",
    "trails_disposalpart.disposal_id": "trails_disposal",
    "trails_disposalpart.number": "trails_disposal",
    "trails_disposalpart.record_id": "trails_disposal",
    "trails_trailversion.id": "trails_trail",
}


def row_of(model: type[models.Model], made: Everything) -> models.Model:
    """Return the row that is attacked: one that something else belongs to."""
    rows = model._default_manager.order_by("pk")
    attested = Attestation.objects.filter(evidence__isnull=False, user_data__isnull=False)
    row: models.Model | None
    match model.__name__:
        case "Record":
            row = Record.objects.get(pk=attested.earliest("pk").record_id)
        case "Attestation":
            row = attested.earliest("pk")
        case "Evidence":
            row = Evidence.objects.filter(attestation__in=attested, position=2).earliest("pk")
        case "Blob":
            row = Blob.objects.get(
                pk=Evidence.objects.filter(name="role.json").earliest("pk").blob_id
            )
        case "TrailVersion":
            row = TrailVersion.objects.get(trail=made.world.public, number=2)
        case "Activity":
            row = Activity.objects.filter(record__isnull=False, verb="counted").earliest("pk")
        case "Checkpoint":
            row = Checkpoint.objects.filter(log=made.acme).order_by("size").last()
        case "Log":
            row = made.acme
        case _:
            row = rows.first()
    assert row is not None, f"The world needs a row of {model.__name__}."
    return row


def other_values(field: Any, row: models.Model) -> list[Any]:
    """Return other values that the column can hold, those first that tell the most."""
    value = getattr(row, field.attname)
    if field.remote_field:
        others = field.related_model._default_manager.exclude(pk=value).order_by("pk")
        nobody = uuid.uuid4() if not isinstance(value, str) else "f" * 64
        return [*others.values_list("pk", flat=True)[:1], nobody]
    match field:
        case models.UUIDField():
            return [uuid.uuid4()]
        case models.DateTimeField():
            return [value + datetime.timedelta(microseconds=1)]
        case models.BooleanField():
            return [not value]
        case models.IntegerField():
            return [1] if value is None else [value + 1, value - 1, value + 1000]
        case models.JSONField():
            return [[*value, "more"] if isinstance(value, list) else {**value, "more": 1}]
        case models.BinaryField():
            return [bytes([bytes(value)[0] ^ 1]) + bytes(value)[1:]]
        case _ if field.choices:
            return [next(choice for choice, _ in field.choices if choice != value)]
        case _ if value and len(value) == 64:
            return [("0" if value[0] != "0" else "1") + value[1:]]
        case _:
            longer = f"{value or ''}x"
            return [longer if len(longer) <= (field.max_length or 1000) else longer[1:]]


def change(row: models.Model, field: Any) -> Any:
    """Change the column to another value past Django, and return the value."""
    for value in other_values(field, row):
        try:
            with transaction.atomic():
                set_column(row, field.column, value)
        except IntegrityError:
            continue
        return value
    raise AssertionError(f"The constraints let nothing through in {field}: try other values.")


COLUMNS = [
    pytest.param(model, field.column, id=f"{model._meta.db_table}.{field.column}")
    for model in protected_models()
    for field in model._meta.concrete_fields
]


@pytest.mark.parametrize(("model", "column"), COLUMNS)
def test_a_changed_column_is_named(
    made: Everything, model: type[models.Model], column: str
) -> None:
    table = model._meta.db_table
    if table in {"evidence_contradiction", "evidence_timestamp"}:
        pytest.skip("has a file of its own: a world in order has no such row")
    if table in OBSERVED:
        pytest.skip("says what was once seen of the vault, which can be looked at again")
    [field] = [f for f in model._meta.concrete_fields if f.column == column]
    row = row_of(model, made)
    with taken_back():
        value = change(row, field)
        status, found = fsck()
    place = f"{table}.{column}"
    if place in UNNOTICED:
        assert (status, found) == (0, []), "Something notices it: take it from the list."
        return
    assert status == 1
    if place in NAMED_INSTEAD:
        assert NAMED_INSTEAD[place] in {table for table, _ in named(found)}
        return
    new = value if field.primary_key else row.pk
    assert named(found) & {(table, str(row.pk)), (table, str(new))}, found


def test_the_lists_speak_of_columns_that_there_are() -> None:
    columns = {param.id for param in COLUMNS}
    assert not (UNNOTICED.keys() | NAMED_INSTEAD.keys()) - columns
