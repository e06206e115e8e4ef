"""Files of the vault that were changed, cut, removed or added: `fsck` names the blob."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.models import Blob
from evidence.vault import store
from tests.trails.commands.fsck.checked import Everything, fsck, named
from trails.models import Evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def blob(made: Everything) -> Iterator[Blob]:
    """A blob whose file the test may do anything to."""
    blob = Evidence.objects.filter(name="transcript.log").earliest("pk").blob
    path = path_of(made, blob)
    kept = path.read_bytes()
    yield blob
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.write_bytes(kept)


def path_of(made: Everything, blob: Blob) -> Path:
    return made.vault / store.address(blob.sha256)


def rewrite(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def found(*arguments: str) -> list[tuple[str, str, str]]:
    status, findings = fsck(*arguments)
    assert status == (1 if any(f["kind"] != "unnamed" for f in findings) else 0)
    return [(f["kind"], f["table"], f["id"]) for f in findings]


@pytest.mark.parametrize("data", [b"$ iD\n", b"", b"$ id", b"$ id\n\n"])
def test_a_changed_or_cut_file_is_named(made: Everything, blob: Blob, data: bytes) -> None:
    rewrite(path_of(made, blob), data)
    assert found() == [("altered", "evidence_blob", blob.sha256)]


def test_a_removed_file_is_missed(made: Everything, blob: Blob) -> None:
    path_of(made, blob).unlink()
    assert found() == [("missing", "evidence_blob", blob.sha256)]
    assert found("--no-bytes") == [("missing", "evidence_blob", blob.sha256)]


def test_something_that_is_no_file_is_named(made: Everything, blob: Blob) -> None:
    path_of(made, blob).unlink()
    path_of(made, blob).mkdir()
    assert found() == [("malformed", "evidence_blob", blob.sha256)]


def test_without_reading_bytes_another_size_is_noticed_and_another_byte_is_not(
    made: Everything, blob: Blob
) -> None:
    rewrite(path_of(made, blob), b"$ iD\n")
    assert found("--no-bytes") == []
    rewrite(path_of(made, blob), b"$ id")
    assert found("--no-bytes") == [("altered", "evidence_blob", blob.sha256)]


def test_a_file_without_a_row_is_told_and_is_no_error(made: Everything) -> None:
    staged = store.stage([b"a report is under way"])
    address = store.promote(staged)
    staged.discard()
    odd = made.vault / "blobs/sha256/ab/cd" / os.fsdecode(b"half\xff.copy")
    odd.parent.mkdir(parents=True)
    odd.write_bytes(b"half")
    try:
        assert set(found()) == {
            ("unnamed", "evidence_blob", f"ab/cd/{odd.name}"),
            ("unnamed", "evidence_blob", address.removeprefix("blobs/sha256/")),
        }
    finally:
        (made.vault / address).unlink()
        odd.unlink()


def test_with_one_log_only_its_blobs_are_read(made: Everything, blob: Blob) -> None:
    path_of(made, blob).unlink()
    assert found("--log", made.rival.origin) == []
    assert found("--log", made.acme.origin) == [("missing", "evidence_blob", blob.sha256)]


def test_in_a_sample_some_files_are_read(made: Everything) -> None:
    blobs = list(Blob.objects.filter(size__gt=0))
    kept = {blob: path_of(made, blob).read_bytes() for blob in blobs}
    for blob, data in kept.items():
        rewrite(path_of(made, blob), bytes([data[0] ^ 1]) + data[1:])
    try:
        of = {seed: named(fsck("--sample", "50%", "--seed", seed)[1]) for seed in "abcdefgh"}
        again = named(fsck("--sample", "50%", "--seed", "a")[1])
    finally:
        for blob, data in kept.items():
            rewrite(path_of(made, blob), data)
    assert again == of["a"]
    assert set.union(*of.values()) == {("evidence_blob", blob.sha256) for blob in blobs}
    assert any(len(some) < len(blobs) for some in of.values())
