"""What came by a signed address is read whole, and no other bytes slip in while it is checked."""

import datetime
import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from evidence.errors import Corrupt, Incomplete, NotAnnounced
from evidence.vault import places, s3_checking, s3_direct, s3_put, store
from evidence.vault.digest import Digest
from evidence.vault.direct import Incoming
from evidence.vault.s3_direct import DirectPath
from tests import vaults
from tests.evidence.vault.stores import saved, use
from tests.lying_store import Forward, Reply, Request, lying
from tests.plugins.s3 import S3
from tests.vaults import Vault

DATA = bytes(range(256)) * 80_000  # 20 MB: three parts
OTHER = DATA[:9_000_000] + b"?" + DATA[9_000_001:]
NAME = hashlib.sha256(DATA).hexdigest()
ADDRESS = store.address(NAME)
INCOMING = Incoming("incoming/1", NAME, len(DATA))


@pytest.fixture(params=["locked", "without versions"])
def bucket(request: pytest.FixtureRequest, settings: Any, s3: S3) -> Vault:
    return vaults.corner(settings, s3, lock=request.param == "locked")


def path() -> DirectPath:
    found: DirectPath = store.storage().direct
    return found


def unwatched(_size: int) -> None:
    """Let every piece pass."""


def replacing(bucket: Vault, at: int) -> Callable[[int], None]:
    """Return a watch that puts other bytes of the same length in place after so many calls."""
    calls = 0

    def watch(_size: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            bucket.write(INCOMING.name, OTHER)

    return watch


def refused_without_versions(bucket: Vault, watch: Callable[[int], None]) -> None:
    if store.storage().lock == "none":
        with pytest.raises(NotAnnounced, match="replaced"):
            path().check(INCOMING, watch)
        assert bucket.names() == []
    else:
        path().check(INCOMING, watch)
        assert bucket.read(ADDRESS) == DATA


def test_it_is_read_once_and_placed(bucket: Vault) -> None:
    bucket.write(INCOMING.name, DATA)
    seen: list[int] = []
    assert path().check(INCOMING, seen.append) == Digest(NAME, zlib.crc32(DATA), len(DATA))
    assert sum(seen) == len(DATA)
    assert bucket.read(ADDRESS) == DATA
    assert (
        store.storage()
        .client.list_multipart_uploads(Bucket=store.storage().bucket, Prefix=store.storage().prefix)
        .get("Uploads", [])
        == []
    )
    assert path().check(INCOMING, unwatched).sha256 == NAME  # again, after a crash


def test_one_byte_makes_a_part(bucket: Vault) -> None:
    sha256 = hashlib.sha256(b"a").hexdigest()
    bucket.write("incoming/2", b"a")
    path().check(Incoming("incoming/2", sha256, 1), unwatched)
    assert bucket.read(store.address(sha256)) == b"a"


@pytest.mark.parametrize("data", [OTHER, DATA[:-1], DATA + b"a"])
def test_other_bytes_than_announced_are_placed_nowhere(bucket: Vault, data: bytes) -> None:
    bucket.write(INCOMING.name, data)
    with pytest.raises(NotAnnounced):
        path().check(INCOMING, unwatched)
    assert bucket.names() == []


def test_nothing_that_has_come_is_incomplete(bucket: Vault) -> None:
    with pytest.raises(Incomplete):
        path().check(INCOMING, unwatched)


def test_bytes_that_are_replaced_while_they_are_read_do_not_slip_in(bucket: Vault) -> None:
    """A version that is named stays readable; without versions the condition fails."""
    bucket.write(INCOMING.name, DATA)
    refused_without_versions(bucket, replacing(bucket, at=2))


def test_bytes_that_are_replaced_between_check_and_copy_do_not_slip_in(
    bucket: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.write(INCOMING.name, DATA)
    place = s3_checking.place

    def replaced(*what: Any) -> None:
        bucket.write(INCOMING.name, OTHER)
        place(*what)

    monkeypatch.setattr(s3_checking, "place", replaced)
    refused_without_versions(bucket, unwatched)


@pytest.mark.parametrize("keeps_checksums", [True, False])
def test_a_store_that_copies_other_bytes_is_noticed(
    s3: S3, settings: Any, keeps_checksums: bool
) -> None:
    """As two contents of one MD5 would be copied: every condition holds, the bytes differ."""
    bucket = vaults.corner(settings, s3, lock=False)
    bucket.write("incoming/other", OTHER)
    other = store.storage().key("incoming/other")

    def lie(request: Request, forward: Forward) -> Reply:
        if not keeps_checksums:
            body = re.sub(rb"<ChecksumSHA256>.*?</ChecksumSHA256>", b"", request.body)
            request = replace(request.without("x-amz-checksum-"), body=body)
        if "x-amz-copy-source" in request.headers:
            source = f"/{s3.shared_bucket}/{other}"
            headers = request.headers | {"x-amz-copy-source": source}
            headers.pop("x-amz-copy-source-if-match")
            reply = forward(_with(request, headers))
        else:
            reply = forward(request)
        return reply if keeps_checksums else _without_checksums(reply)

    with lying(s3, lie) as endpoint:
        place = replace(places.parse(bucket.url), endpoint=endpoint)
        vault = use(settings, place, (s3.access_key, s3.secret_key))
        vault.write(INCOMING.name, DATA)
        with pytest.raises(NotAnnounced, match="replaced"):
            path().check(INCOMING, unwatched)
        assert vault.names() == []


def _with(request: Request, headers: dict[str, str]) -> Request:
    return replace(request, headers=headers)


def _without_checksums(reply: Reply) -> Reply:
    kept = [(name, value) for name, value in reply.headers if "checksum" not in name.lower()]
    body = re.sub(rb"<Checksum(SHA256|Type)>.*?</Checksum\1>", b"", reply.body)
    if body != reply.body:
        kept = [(name, value) for name, value in kept if name.lower() != "content-length"]
    return replace(reply, headers=tuple(kept), body=body)


def test_what_is_there_already_stays_if_it_is_the_same(bucket: Vault) -> None:
    saved(DATA)
    bucket.write(INCOMING.name, DATA)
    assert path().check(INCOMING, unwatched).sha256 == NAME
    assert bucket.read(ADDRESS) == DATA


def test_other_bytes_under_the_address_are_noticed_and_left(bucket: Vault) -> None:
    bucket.write(ADDRESS, OTHER)
    bucket.write(INCOMING.name, DATA)
    with pytest.raises(Corrupt, match="other bytes"):
        path().check(INCOMING, unwatched)
    assert bucket.read(ADDRESS) == OTHER


def test_the_parts_of_the_largest_uploads_stay_below_what_a_store_takes() -> None:
    for size in (1, 5 << 30, 500 << 30, 5 << 40):
        part = s3_direct.part_size(size)
        assert part % (1 << 20) == 0 and part <= 5 << 30
        assert -(-size // part) <= 10_000
        assert -(-size // s3_put.part_size(size)) <= 10_000


def test_a_sweep_of_ours_leaves_the_parts_that_clients_send(bucket: Vault) -> None:
    upload = store.storage().client.create_multipart_upload(
        Bucket=store.storage().bucket, Key=store.storage().key(INCOMING.name)
    )
    ago = datetime.timedelta(seconds=-5)
    assert store.storage().sweep(ago) == 0
    assert path().sweep(ago, set) == 0
    assert path().sweep(ago, lambda names: []) == 1
    assert upload["UploadId"]
