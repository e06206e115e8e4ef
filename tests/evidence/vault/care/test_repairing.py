"""Either copy is restored from the other, and what was damaged is kept."""

from pathlib import Path
from typing import Any

import pytest

from evidence.errors import Corrupt
from evidence.models import Blob
from evidence.vault import copies, erasing, repairing, restoring, scrubbing, staging
from evidence.vault.copies import Copy
from evidence.vault.rows import Closing, ScrubFinding, Uncopied
from tests import pairs
from tests.pairs import Pair

pytestmark = pytest.mark.django_db


@pytest.fixture
def blob(pair: Pair) -> Blob:
    """A blob in both copies."""
    [blob] = pairs.blobs(1)
    copies.transfer(copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA), blob.sha256)
    Uncopied.objects.all().delete()
    return blob


def kept(pair: Pair, copy: Copy, kept_as: str) -> bytes:
    """Return the damaged bytes from where they are said to be kept."""
    name, _, version = kept_as.partition("?versionId=")
    if not version:
        return pair.of(copy).read(name)
    storage = copies.storage(copy)
    got = storage.client.get_object(Bucket=storage.bucket, Key=storage.key(name), VersionId=version)
    data: bytes = got["Body"].read()
    return data


@pytest.mark.parametrize("copy", [*Copy])
def test_altered_bytes_are_replaced_and_kept(pair: Pair, blob: Blob, copy: Copy) -> None:
    good = pair.bytes_of(blob)
    pair.damage(blob, b"damaged", copy)
    here, there = sorted(repairing.repair(blob), key=lambda outcome: outcome.copy is not copy)
    assert here.was_restored and here.finding is None
    assert not there.was_restored and there.finding is None
    assert pair.bytes_of(blob, copy) == good
    assert kept(pair, copy, here.kept_as) == b"damaged"
    finding = ScrubFinding.objects.get()
    assert (finding.vault, finding.repair.how) == (copy, Closing.RESTORED)
    assert finding.repair.kept_as == here.kept_as


@pytest.mark.parametrize("copy", [*Copy])
def test_lost_bytes_are_put_back(pair: Pair, blob: Blob, copy: Copy) -> None:
    good = pair.bytes_of(blob)
    pair.lose(blob, copy)
    assert any(outcome.was_restored for outcome in repairing.repair(blob))
    assert pair.bytes_of(blob, copy) == good
    assert not ScrubFinding.objects.open().exists()


def test_where_no_copy_is_right_nothing_is_touched(pair: Pair, blob: Blob) -> None:
    pair.damage(blob, b"one")
    pair.damage(blob, b"other", Copy.REPLICA)
    outcomes = repairing.repair(blob)
    assert [outcome.finding is not None for outcome in outcomes] == [True, True]
    assert pair.bytes_of(blob) == b"one"
    assert pair.bytes_of(blob, Copy.REPLICA) == b"other"
    assert ScrubFinding.objects.open().count() == 2


def test_what_is_whole_is_left_and_its_findings_are_closed(pair: Pair, blob: Blob) -> None:
    good = pair.bytes_of(blob)
    pair.damage(blob, b"damaged")
    assert repairing.repair(blob)[0].was_restored
    pair.damage(blob, b"damaged once more")
    pair.damage(blob, b"both", Copy.REPLICA)
    repairing.repair(blob)
    pair.damage(blob, good)  # an operator, from a backup
    first, second = repairing.repair(blob)
    assert not first.was_restored and second.was_restored
    assert not ScrubFinding.objects.open().exists()


@pytest.mark.parametrize("copy", [*Copy])
def test_what_is_disposed_of_while_it_is_repaired_does_not_come_back(
    two_folders: Pair, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The act is committed, and its bytes are removed, a moment before they are put back."""
    [blob] = pairs.blobs(1)
    copies.transfer(copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA), blob.sha256)
    gone: set[str] = set()
    restore = restoring.restore

    def too_late(*given: Any) -> str:
        gone.add(blob.sha256)
        list(erasing.erase([blob.sha256], gone.intersection))
        return restore(*given)

    monkeypatch.setattr(repairing, "restore", too_late)
    two_folders.lose(blob, copy)
    outcomes = repairing.repair(blob, disposed=gone.intersection)
    assert all(outcome.is_disposed for outcome in outcomes)
    for one in Copy:
        with pytest.raises(FileNotFoundError):
            two_folders.bytes_of(blob, one)
    assert not ScrubFinding.objects.open().exists()


def test_damaged_bytes_that_were_kept_go_with_the_evidence(two_folders: Pair) -> None:
    """What differs in one bit is as good as the evidence, to whoever should not have it."""
    [blob, other] = pairs.blobs(2)
    for one in (blob, other):
        copies.transfer(copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA), one.sha256)
        two_folders.damage(one, b"damaged")
    kept_as = [repairing.repair(one)[0].kept_as for one in (blob, other)]
    list(erasing.erase([blob.sha256], set))
    vault = copies.storage(Copy.VAULT)
    assert [vault.exists(name) for name in kept_as] == [False, True]


def test_disposed_evidence_is_not_brought_back(pair: Pair, blob: Blob) -> None:
    pair.lose(blob)
    repairing.repair(blob, disposed=lambda digests: ())
    pair.lose(blob)
    outcomes = repairing.repair(blob, disposed=lambda digests: set(digests))
    assert all(outcome.is_disposed for outcome in outcomes)
    with pytest.raises(FileNotFoundError):
        pair.bytes_of(blob)


def test_without_a_replica_it_says_what_is_wrong(two_folders: Pair, settings: object) -> None:
    [blob] = pairs.blobs(1)
    storages = dict(settings.STORAGES)  # type: ignore[attr-defined]
    del storages["replica"]
    settings.STORAGES = storages  # type: ignore[attr-defined]
    two_folders.damage(blob, b"damaged")
    [outcome] = repairing.repair(blob)
    assert outcome.finding is not None and outcome.finding.kind == "altered"


def test_a_folder_in_the_place_of_a_file_is_moved_away(two_folders: Pair) -> None:
    [blob] = pairs.blobs(1)
    copies.transfer(copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA), blob.sha256)
    good = two_folders.bytes_of(blob)
    path = Path(copies.storage(Copy.VAULT).path(copies.address(blob.sha256)))
    path.unlink()
    path.mkdir()
    (path / "inside").write_bytes(b"somebody's")
    outcome = repairing.repair(blob)[0]
    assert two_folders.bytes_of(blob) == good
    assert two_folders.vault.read(f"{outcome.kept_as}/inside") == b"somebody's"
    assert path.stat().st_mode & 0o777 == 0o444


def test_bytes_of_another_name_are_refused(two_folders: Pair) -> None:
    [blob] = pairs.blobs(1)
    good = two_folders.bytes_of(blob)
    staged = staging.stage([b"forged"])
    with pytest.raises(Corrupt, match="not the bytes"):
        restoring.restore(copies.storage(Copy.VAULT), blob.sha256, staged)
    assert two_folders.bytes_of(blob) == good


def test_a_disk_that_breaks_in_between_leaves_the_damaged_file(
    two_folders: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    [blob] = pairs.blobs(1)
    copies.transfer(copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA), blob.sha256)
    two_folders.damage(blob, b"damaged")

    def broken(self: Path, target: Path) -> Path:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", broken)
        with pytest.raises(OSError, match="Input/output"):
            repairing.repair(blob)
    assert two_folders.bytes_of(blob) == b"damaged"
    assert ScrubFinding.objects.open().count() == 1
    assert repairing.repair(blob)[0].was_restored
    assert scrubbing.close(Copy.VAULT, [blob.sha256], Closing.READ) == 0
