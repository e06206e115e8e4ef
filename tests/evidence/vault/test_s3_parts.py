"""Large files go in parts, with the same promises: created once, checked, locked, or not at all."""

import datetime
import hashlib
from typing import Any

import pytest

from evidence.errors import Corrupt, VaultUnavailable
from evidence.vault import places, s3_put, staging, store
from evidence.vault.s3_client import client_of
from tests.evidence.vault.stores import save, saved, use
from tests.lying_store import Forward, Reply, Request, lying
from tests.plugins.s3 import S3
from tests.vaults import Vault

DATA = bytes(range(256)) * 80_000  # 20 MB: three parts
NAME = hashlib.sha256(DATA).hexdigest()
ADDRESS = f"blobs/sha256/{NAME[:2]}/{NAME[2:4]}/{NAME}"


@pytest.fixture(autouse=True)
def _everything_goes_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_put, "SINGLE", 1 << 20)


def uploads() -> list[Any]:
    vault = store.storage()
    found: list[Any] = vault.client.list_multipart_uploads(Bucket=vault.bucket).get("Uploads", [])
    return found


def test_a_file_of_several_parts_is_whole_and_locked(locked: Vault) -> None:
    assert saved(DATA) == ADDRESS
    assert locked.read(ADDRESS) == DATA
    until = store.storage().retained_until(ADDRESS)
    left = until - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(hours=23) < left < datetime.timedelta(hours=25)
    head = store.storage().client.head_object(
        Bucket=store.storage().bucket, Key=ADDRESS, ChecksumMode="ENABLED"
    )
    assert head["ChecksumSHA256"].endswith("-3")
    assert uploads() == []


def test_a_file_that_is_there_is_left_and_nothing_stays_of_the_second(locked: Vault) -> None:
    saved(DATA)
    saved(DATA)
    versions = store.storage().client.list_object_versions(Bucket=store.storage().bucket)
    assert len(versions["Versions"]) == 1
    assert uploads() == []


def test_other_bytes_of_the_same_size_are_noticed(locked: Vault) -> None:
    locked.write(ADDRESS, DATA[::-1])
    with pytest.raises(Corrupt, match="other bytes"):
        saved(DATA)


def test_the_same_bytes_in_other_parts_are_read_and_taken(locked: Vault) -> None:
    locked.write(ADDRESS, DATA)
    assert saved(DATA) == ADDRESS


def test_bytes_that_changed_on_the_disk_after_they_were_hashed_are_never_completed(
    locked: Vault,
) -> None:
    staged = staging.stage([DATA])
    staged.path.chmod(0o644)
    with staged.path.open("r+b") as file:
        file.seek(9_000_000)
        file.write(b"?")
    with pytest.raises(Corrupt, match="changed on the disk"):
        save(staged)
    assert (locked.names(), uploads()) == ([], [])


def test_a_part_that_fails_gives_the_others_back(s3: S3, settings: Any) -> None:
    bucket = s3.make_bucket(lock=False)

    def lie(request: Request, forward: Forward) -> Reply:
        if request.about.get("partNumber") == "2":
            return Reply(400, b"<Error><Code>InvalidRequest</Code><Message>-</Message></Error>")
        return forward(request)

    with lying(s3, lie) as endpoint:
        place = places.parse(s3.url(bucket, endpoint=endpoint))
        vault = use(settings, place, (s3.access_key, s3.secret_key))
        with pytest.raises(VaultUnavailable):
            saved(DATA)
        assert (vault.names(), uploads()) == ([], [])


def test_an_end_whose_answer_was_lost_is_found_out(s3: S3, settings: Any) -> None:
    bucket = s3.make_bucket(lock=False)
    lost: list[int] = []

    def lie(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        if request.method == "POST" and "uploadId" in request.about and not lost:
            lost.append(1)
            return Reply(500)
        return reply

    with lying(s3, lie) as endpoint:
        place = places.parse(s3.url(bucket, endpoint=endpoint))
        vault = use(settings, place, (s3.access_key, s3.secret_key))
        assert saved(DATA) == ADDRESS
        assert (vault.read(ADDRESS), lost) == (DATA, [1])


def test_uploads_that_a_crash_left_are_swept_when_they_are_old(locked: Vault) -> None:
    vault = store.storage()
    client = client_of(vault.place, vault._credentials)
    client.create_multipart_upload(Bucket=vault.bucket, Key="blobs/sha256/left")
    assert vault.sweep(datetime.timedelta(hours=1)) == 0
    assert vault.sweep(datetime.timedelta(seconds=-5)) == 1
    assert uploads() == []


def test_the_parts_of_the_largest_files_stay_below_what_a_store_takes() -> None:
    for size in (1, 5 << 30, 500 << 30, 5 << 40):
        part = s3_put.part_size(size)
        assert part >= 8 << 20 and part % (1 << 20) == 0
        assert -(-size // part) <= 10_000
