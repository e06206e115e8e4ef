"""Many small objects are fetched ahead of their reader: in order, bounded, and none in vain."""

import threading
from typing import Any

import pytest
from pytest_django import Settings

from evidence.errors import Corrupt
from evidence.vault import places, s3_read, store
from tests.evidence.vault.stores import saved, use
from tests.plugins.s3 import S3
from tests.vaults import Vault


@pytest.fixture
def bucket(settings: Settings, s3: S3) -> Vault:
    place = places.parse(s3.url(s3.make_bucket(lock=False)))
    return use(settings, place, (s3.access_key, s3.secret_key))


def reading(data: bytes) -> store.Reading:
    return store.Reading(saved(data).rsplit("/", 1)[-1])


def test_objects_come_in_the_order_they_are_wanted(bucket: Vault) -> None:
    contents = [b"%d" % number * 1_000 for number in range(60)] + [b"x" * 9_000_000]
    wanted: list[Any] = [(reading(data), 0, len(data)) for data in contents]
    # What is at hand, what is empty, and a part stand among them.
    wanted[3:3] = [(lambda start, stop: iter([b"at hand"]), 0, 7)]
    wanted += [(wanted[0][0], 5, 5), (wanted[1][0], 2, 40)]
    contents[3:3] = [b"at hand"]
    contents += [b"", contents[1][2:40]]
    assert [b"".join(chunks) for chunks in store.read_ahead(iter(wanted))] == contents


def test_no_more_is_on_its_way_than_the_window_holds(
    bucket: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3_read, "WINDOW", 50_000)
    fetched: list[str] = []
    lock = threading.Lock()
    piece = s3_read.piece

    def counted(client: Any, name: str, key: str, start: int, stop: int) -> list[bytes]:
        with lock:
            fetched.append(key)
        return piece(client, name, key, start, stop)

    monkeypatch.setattr(s3_read, "piece", counted)
    contents = [b"%02d" % number * 10_000 for number in range(20)]
    wanted = [(reading(data), 0, len(data)) for data in contents]
    streams = store.read_ahead(iter(wanted))
    assert b"".join(next(streams)) == contents[0]
    streams.close()  # type: ignore[attr-defined]
    assert 1 <= len(fetched) <= 4


def test_an_object_that_was_cut_is_noticed_and_none_is_taken_for_another(bucket: Vault) -> None:
    wanted = [(reading(data), 0, 4) for data in (b"one1", b"two2", b"three"[:4])]
    bucket.write(store.address(wanted[1][0].sha256), b"two")
    streams = store.read_ahead(iter(wanted))
    assert b"".join(next(streams)) == b"one1"
    with pytest.raises(Corrupt, match="ended 1 bytes early"):
        b"".join(next(streams))


def test_a_reader_who_looks_at_the_beginning_fetches_little(
    bucket: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = saved(bytes(20_000_000))
    fetched: list[int] = []
    piece = s3_read.piece

    def counted(client: Any, name: str, key: str, start: int, stop: int) -> list[bytes]:
        fetched.append(stop - start)
        return piece(client, name, key, start, stop)

    monkeypatch.setattr(s3_read, "piece", counted)
    with store.storage().open(name) as file:
        for _line in range(100):
            file.read(100)
        file.seek(-22, 2)
        file.read()
    assert sum(fetched) <= 100_000
