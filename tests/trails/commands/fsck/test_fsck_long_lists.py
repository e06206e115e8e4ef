"""Evidence that is too long for a record is listed in a file; `fsck` makes that list anew."""

import pytest

from evidence.ledger import log as ledger
from evidence.models import Blob
from tests.plugins.world import World
from tests.trails.commands.fsck.checked import fsck, lift, named, remove, set_column, taken_back
from trails.models import Attestation, Evidence

FILES = {f"{'x' * 150}-{number:03}.txt": b"%d" % number for number in range(150)}


@pytest.fixture
def attested(world: World) -> Attestation:
    """An attestation with more evidence than a record can list, sealed; its triggers are gone."""
    made = world.attest(world.begin(), files=FILES)
    assert made.evidence_list_id
    ledger.seal(world.acme.log)
    ledger.seal(world.rival.log)
    lift()
    return made


def errors() -> set[tuple[str, str]]:
    return named([finding for finding in fsck()[1] if finding["kind"] != "unnamed"])


def test_a_long_list_as_it_was_recorded_is_clean(attested: Attestation) -> None:
    assert errors() == set()


@pytest.mark.parametrize(
    ("column", "value"), [("name", "other.txt"), ("media_type", "text/html"), ("position", 1000)]
)
def test_a_changed_row_of_a_long_list_is_named_by_its_attestation(
    attested: Attestation, column: str, value: object
) -> None:
    row = Evidence.objects.get(attestation=attested, position=77)
    with taken_back():
        set_column(row, column, value)
        assert ("trails_attestation", str(attested.pk)) in errors()


def test_other_bytes_in_a_row_of_a_long_list_are_named_by_its_attestation(
    attested: Attestation,
) -> None:
    row = Evidence.objects.get(attestation=attested, position=77)
    other = Blob.objects.exclude(pk=row.blob_id).earliest("pk")
    with taken_back():
        set_column(row, "blob_id", other.pk)
        assert ("trails_attestation", str(attested.pk)) in errors()


def test_a_row_that_was_removed_from_a_long_list_is_missed(attested: Attestation) -> None:
    with taken_back():
        remove(Evidence.objects.get(attestation=attested, position=150))
        assert ("trails_attestation", str(attested.pk)) in errors()


def test_another_list_is_named(attested: Attestation) -> None:
    other = Blob.objects.exclude(pk=attested.evidence_list_id).earliest("pk")
    with taken_back():
        set_column(attested, "evidence_list_id", other.pk)
        assert ("trails_attestation", str(attested.pk)) in errors()
