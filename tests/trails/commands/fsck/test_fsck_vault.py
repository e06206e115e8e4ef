"""Files of the vault that were changed, cut, removed or added: `fsck` names the blob."""

import os
from collections.abc import Iterator

import pytest

from evidence.models import Blob
from evidence.vault import store
from tests.trails.commands.fsck.checked import Everything, fsck, named
from tests.vaults import Folder
from trails.models import Evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def blob(made: Everything) -> Iterator[Blob]:
    """A blob whose file the test may do anything to."""
    blob = Evidence.objects.filter(name="transcript.log").earliest("pk").blob
    kept = made.vault.read(store.address(blob.sha256))
    yield blob
    rewrite(made, blob, kept)


def remove(made: Everything, blob: Blob) -> None:
    made.vault.remove(store.address(blob.sha256))


def rewrite(made: Everything, blob: Blob, data: bytes) -> None:
    made.vault.write(store.address(blob.sha256), data)


def found(*arguments: str) -> list[tuple[str, str, str]]:
    status, findings = fsck(*arguments)
    assert status == (1 if any(f["kind"] != "unnamed" for f in findings) else 0)
    return [(f["kind"], f["table"], f["id"]) for f in findings]


@pytest.mark.parametrize("data", [b"$ iD\n", b"", b"$ id", b"$ id\n\n"])
def test_a_changed_or_cut_file_is_named(made: Everything, blob: Blob, data: bytes) -> None:
    rewrite(made, blob, data)
    assert found() == [("altered", "evidence_blob", blob.sha256)]


def test_a_removed_file_is_missed(made: Everything, blob: Blob) -> None:
    remove(made, blob)
    assert found() == [("missing", "evidence_blob", blob.sha256)]
    assert found("--no-bytes") == [("missing", "evidence_blob", blob.sha256)]


def test_something_that_is_no_file_is_named(made: Everything, blob: Blob) -> None:
    if not isinstance(made.vault, Folder):
        pytest.skip("in a bucket there are objects and nothing else")
    remove(made, blob)
    path = made.vault.root / store.address(blob.sha256)
    path.mkdir()
    try:
        assert found() == [("malformed", "evidence_blob", blob.sha256)]
    finally:
        path.rmdir()


def test_without_reading_bytes_another_size_is_noticed_and_another_byte_is_not(
    made: Everything, blob: Blob
) -> None:
    rewrite(made, blob, b"$ iD\n")
    assert found("--no-bytes") == []
    rewrite(made, blob, b"$ id")
    assert found("--no-bytes") == [("altered", "evidence_blob", blob.sha256)]


def test_a_file_without_a_row_is_told_and_is_no_error(made: Everything) -> None:
    staged = store.stage([b"a report is under way"])
    address = store.promote(staged)
    staged.discard()
    # Names of objects are text; those of files are bytes.
    is_folder = isinstance(made.vault, Folder)
    odd = "ab/cd/" + (os.fsdecode(b"half\xff.copy") if is_folder else "half.copy")
    made.vault.write(f"blobs/sha256/{odd}", b"half")
    try:
        assert set(found()) == {
            ("unnamed", "evidence_blob", odd),
            ("unnamed", "evidence_blob", address.removeprefix("blobs/sha256/")),
        }
    finally:
        made.vault.remove(address)
        made.vault.remove(f"blobs/sha256/{odd}")


def test_with_one_log_only_its_blobs_are_read(made: Everything, blob: Blob) -> None:
    remove(made, blob)
    assert found("--log", made.rival.origin) == []
    assert found("--log", made.acme.origin) == [("missing", "evidence_blob", blob.sha256)]


def test_in_a_sample_some_files_are_read(made: Everything) -> None:
    blobs = list(Blob.objects.filter(size__gt=0))
    kept = {blob: made.vault.read(store.address(blob.sha256)) for blob in blobs}
    for blob, data in kept.items():
        rewrite(made, blob, bytes([data[0] ^ 1]) + data[1:])
    try:
        of = {seed: named(fsck("--sample", "50%", "--seed", seed)[1]) for seed in "abcdefgh"}
        again = named(fsck("--sample", "50%", "--seed", "a")[1])
    finally:
        for blob, data in kept.items():
            rewrite(made, blob, data)
    assert again == of["a"]
    assert set.union(*of.values()) == {("evidence_blob", blob.sha256) for blob in blobs}
    assert any(len(some) < len(blobs) for some in of.values())
