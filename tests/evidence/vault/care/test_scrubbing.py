"""What is wrong with stored bytes is found and kept until it is right; a store that is away is not
wrong."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import VaultUnavailable
from evidence.models import Blob
from evidence.vault import copies, rounds, scrubbing
from evidence.vault.copies import Copy, unwatched
from evidence.vault.digest import CHUNK
from evidence.vault.pace import Stopped
from evidence.vault.rounds import Part
from evidence.vault.rows import Closing, Round, ScrubFinding, Uncopied
from evidence.vault.scrubbing import Disposed, Scrubbed, nothing_disposed
from tests import pairs
from tests.pairs import Pair

pytestmark = pytest.mark.django_db


def scrub(
    copy: Copy = Copy.VAULT, disposed: Disposed = nothing_disposed, watch: copies.Watch = unwatched
) -> list[tuple[str, str]]:
    """Scrub a whole round; return the kind and the digest of each finding."""
    round = rounds.begin(scrubbing.work(copy), anew=True)
    found = []
    while (part := scrubbing.part(copy, round, watch=watch, disposed=disposed)) is not None:
        assert isinstance(part, Scrubbed)
        found += [(finding.kind.value, finding.id) for finding in part.findings]
    return found


def open_findings() -> list[tuple[str, str, str]]:
    rows = ScrubFinding.objects.open().order_by("blob", "vault")
    return [(row.vault, row.kind, row.blob_id) for row in rows]


def test_a_vault_in_order_has_no_findings(pair: Pair) -> None:
    blobs = pairs.blobs(5)
    assert scrub() == []
    last = rounds.last_ended(scrubbing.work(Copy.VAULT))
    assert last is not None and (last.blobs, last.bytes) == (5, sum(b.size for b in blobs))


def test_altered_cut_grown_and_lost_bytes_are_named(pair: Pair) -> None:
    altered, cut, grown, lost, _whole = pairs.blobs(5)
    data = pair.bytes_of(altered)
    pair.damage(altered, bytes([data[0] ^ 1]) + data[1:])
    pair.damage(cut, pair.bytes_of(cut)[:-1])
    pair.damage(grown, pair.bytes_of(grown) + b"\n")
    pair.lose(lost)
    expected = [("altered", blob.sha256) for blob in (altered, cut, grown)]
    assert scrub() == [*expected, ("missing", lost.sha256)]
    assert [blob for _vault, _kind, blob in open_findings()] == [
        blob.sha256 for blob in (altered, cut, grown, lost)
    ]
    reason = ScrubFinding.objects.get(blob=cut).reason
    assert "39 bytes in place of 40" in reason and "manage.py repair" in reason


def test_a_finding_is_written_once_and_closed_when_the_bytes_are_right_again(pair: Pair) -> None:
    [blob] = pairs.blobs(1)
    data = pair.bytes_of(blob)
    pair.damage(blob, b"other")
    assert scrub() == scrub() == [("altered", blob.sha256)]
    assert ScrubFinding.objects.count() == 1
    pair.damage(blob, data)
    assert scrub() == []
    assert open_findings() == []
    finding = ScrubFinding.objects.get()
    assert finding.repair.how == Closing.READ
    pair.lose(blob)
    scrub()
    assert open_findings() == [("vault", "missing", blob.sha256)]


def test_disposed_evidence_is_not_missed(pair: Pair) -> None:
    disposed, lost = pairs.blobs(2)
    pair.lose(disposed)
    pair.lose(lost)
    assert len(scrub()) == 2
    assert scrub(disposed=lambda digests: {disposed.sha256} & set(digests)) == [
        ("missing", lost.sha256)
    ]
    assert open_findings() == [("vault", "missing", lost.sha256)]


def test_each_copy_has_its_own_findings(two_folders: Pair) -> None:
    here, there = pairs.blobs(2)
    for blob in (here, there):
        copies.transfer(copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA), blob.sha256)
    Uncopied.objects.all().delete()
    two_folders.damage(here, b"x")
    two_folders.lose(there, Copy.REPLICA)
    assert scrub(Copy.VAULT) == [("altered", here.sha256)]
    assert scrub(Copy.REPLICA) == [("missing", there.sha256)]
    assert len(open_findings()) == 2


def test_what_waits_for_its_copy_is_not_missed_in_the_replica(two_folders: Pair) -> None:
    pairs.blobs(2)
    assert Uncopied.objects.count() == 2
    copies.storage(Copy.REPLICA)
    Path(two_folders.replica.url.removeprefix("file://"), copies.FOLDER).mkdir(parents=True)
    assert scrub(Copy.REPLICA) == []


def test_an_unmounted_vault_is_no_finding_and_is_read_later(two_folders: Pair) -> None:
    pairs.blobs(3)
    folder = Path(two_folders.vault.url.removeprefix("file://"))
    folder.rename(folder.with_name("unmounted"))
    round = rounds.begin("scrub vault")
    with pytest.raises(VaultUnavailable, match="mount it"):
        scrubbing.part(Copy.VAULT, round, watch=unwatched)
    assert not ScrubFinding.objects.exists()
    if folder.exists():
        shutil.rmtree(folder)
    folder.with_name("unmounted").rename(folder)
    part = scrubbing.part(Copy.VAULT, round, watch=unwatched)
    assert isinstance(part, Scrubbed) and part.blobs == 3


def test_a_store_that_gives_no_answer_is_no_finding(settings: Any, s3: Any) -> None:
    pairs.buckets(settings, s3)
    pairs.blobs(2)
    place = settings.STORAGES["vault"]["OPTIONS"]["place"]
    away = replace(place, endpoint="http://127.0.0.1:9")
    options = settings.STORAGES["vault"]["OPTIONS"] | {"place": away}
    settings.STORAGES = settings.STORAGES | {
        "vault": settings.STORAGES["vault"] | {"OPTIONS": options}
    }
    with pytest.raises(VaultUnavailable):
        scrubbing.part(Copy.VAULT, rounds.begin("scrub vault"), watch=unwatched)
    assert not ScrubFinding.objects.exists()


def test_what_is_interrupted_is_due_at_once_and_counts_nothing(two_folders: Pair) -> None:
    pairs.blobs(3)

    def stop(size: int) -> None:
        raise Stopped

    round = rounds.begin("scrub vault")
    with pytest.raises(Stopped):
        scrubbing.part(Copy.VAULT, round, watch=stop)
    again = rounds.take(round)
    assert isinstance(again, Part) and len(again.blobs) == 3
    assert Round.objects.get().blobs == 0


def test_a_large_file_is_read_piece_by_piece(pair: Pair) -> None:
    pairs.blobs(1, size=10 * CHUNK + 1)
    read: list[int] = []
    assert scrub(watch=read.append) == []
    assert sum(read) == 10 * CHUNK + 1
    assert max(read) <= CHUNK


def test_a_row_that_was_changed_is_named(two_folders: Pair) -> None:
    [blob] = pairs.blobs(1)
    forged = Blob(sha256="ab" * 32, size=40, crc32=0)
    Blob.objects.bulk_create([forged])
    two_folders.vault.write(copies.address(forged.sha256), two_folders.bytes_of(blob))
    assert scrub() == [("altered", forged.sha256)]
