"""What is read back is what was received, or an error says so."""

from pathlib import Path

import pytest

from evidence.errors import Corrupt, TooLarge
from evidence.models import Blob
from evidence.vault import store
from evidence.vault.digest import digest_of

pytestmark = pytest.mark.django_db
TRANSCRIPT = b"$ whoami\nroot\n" * 50_000


def received(data: bytes = TRANSCRIPT) -> tuple[Blob, Path]:
    blob = store.receive([data])
    path = Path(store.storage().path(store.address(blob.sha256)))
    path.chmod(0o644)  # for the tests that damage it
    return blob, path


def test_a_blob_says_what_its_bytes_are_and_nothing_stays_staged(vault: Path) -> None:
    blob, _ = received()
    digest = digest_of(TRANSCRIPT)
    assert (blob.sha256, blob.crc32, blob.size) == (digest.sha256, digest.crc32, digest.size)
    assert store.verify(blob) == digest
    assert list((vault / "staging").iterdir()) == []
    assert store.receive([TRANSCRIPT]) == blob
    assert Blob.objects.count() == 1


def test_nothing_at_all_is_a_blob_like_any_other() -> None:
    blob, _ = received(b"")
    assert store.verify(blob).size == 0
    assert list(store.read(blob.sha256, 0, 0)) == []


@pytest.mark.parametrize(("start", "stop"), [(0, 5), (3, 700_000), (300_000, 300_001), (9, 9)])
def test_any_part_can_be_read(start: int, stop: int) -> None:
    blob, _ = received()
    assert b"".join(store.read(blob.sha256, start, stop)) == TRANSCRIPT[start:stop]


def test_a_blob_that_was_cut_is_noticed() -> None:
    blob, path = received()
    path.write_bytes(TRANSCRIPT[:-1])
    with pytest.raises(Corrupt, match="ended 1 bytes early"):
        list(store.read(blob.sha256, 0, blob.size))
    with pytest.raises(Corrupt, match="holds other bytes"):
        store.verify(blob)


def test_a_blob_with_one_flipped_bit_is_noticed() -> None:
    blob, path = received()
    path.write_bytes(bytes([TRANSCRIPT[0] ^ 1]) + TRANSCRIPT[1:])
    with pytest.raises(Corrupt, match="holds other bytes"):
        store.verify(blob)


def test_a_blob_that_is_gone_is_noticed() -> None:
    blob, path = received()
    path.unlink()
    with pytest.raises(Corrupt, match="is not in the vault"):
        store.verify(blob)


def test_a_stream_past_its_limit_names_nothing(vault: Path) -> None:
    with pytest.raises(TooLarge):
        store.receive([b"1234", b"5678"], limit=7)
    assert not Blob.objects.exists()
    assert [p for p in vault.rglob("*") if p.is_file()] == []


def test_the_vault_says_whether_it_can_take_bytes(vault: Path) -> None:
    store.ready()
    (vault / "staging").rmdir()
    (vault / "staging").write_text("in the way")
    with pytest.raises(OSError, match="staging"):
        store.ready()
