"""A whole vault is copied to another, each file checked, and what was interrupted goes on."""

import hashlib
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from evidence.errors import VaultUnavailable
from evidence.vault import copies, staging
from evidence.vault.copies import Copy
from evidence.vault.copying import Did, Step, copy_all
from evidence.vault.pace import Stopped
from tests import pairs
from tests.pairs import Pair


def fill(pair: Pair, count: int) -> list[bytes]:
    """Put so many contents into the source, past any database."""
    contents = [b"content %d" % number for number in range(count)]
    for data in contents:
        pair.vault.write(address(data), data)
    return contents


def address(data: bytes) -> str:
    return copies.address(hashlib.sha256(data).hexdigest())


def copy(**options: Any) -> list[Step]:
    source, target = copies.storage(Copy.VAULT), copies.storage(Copy.REPLICA)
    return list(copy_all(source, target, at_once=4, **options))


def counts(steps: list[Step]) -> dict[str, int]:
    return {did.value: count for did, count in Counter(step.did for step in steps).items()}


def test_everything_is_copied_and_a_second_run_skips_it(pair: Pair) -> None:
    contents = fill(pair, 20)
    assert counts(copy()) == {"copied": 20}
    assert [pair.replica.read(address(data)) for data in contents] == contents
    assert pair.replica.names() == pair.vault.names()
    assert counts(copy()) == {"there": 20}
    assert counts(copy(verify=True)) == {"there": 20}


def test_altered_bytes_are_not_copied(pair: Pair) -> None:
    first, second = fill(pair, 2)
    pair.vault.write(address(first), b"altered!!")
    steps = copy()
    assert counts(steps) == {"copied": 1, "failed": 1}
    [failed] = [step for step in steps if step.did is Did.FAILED]
    assert failed.name == address(first) and "other bytes" in failed.reason
    assert pair.replica.names() == [address(second)]


def test_a_target_with_other_bytes_is_told_and_left(pair: Pair) -> None:
    cut, altered = fill(pair, 2)
    pair.replica.write(address(cut), cut[:-1])
    pair.replica.write(address(altered), altered[::-1])
    assert counts(copy()) == {"failed": 1, "there": 1}
    assert counts(copy(verify=True)) == {"failed": 2}
    assert pair.replica.read(address(altered)) == altered[::-1]


def test_what_is_no_evidence_is_told_and_left(pair: Pair) -> None:
    [data] = fill(pair, 1)
    pair.vault.write("notes.txt", b"somebody's")
    pair.vault.write("blobs/sha256/aa/bb/half", b"half")
    misplaced = f"blobs/sha256/00/00/{hashlib.sha256(data).hexdigest()}"
    pair.vault.write(misplaced, data)
    for own in ("staging/upload", "checks/canary", "damaged/file", "incoming/upload"):
        pair.vault.write(own, b"ours, and no evidence")
    steps = copy()
    foreign = {step.name for step in steps if step.did is Did.FOREIGN}
    assert foreign == {"notes.txt", "blobs/sha256/aa/bb/half", misplaced}
    assert counts(steps) == {"copied": 1, "foreign": 3}
    assert pair.replica.names() == [address(data)]


def test_an_interrupted_copy_goes_on(pair: Pair) -> None:
    fill(pair, 30)
    seen = 0

    def stop(size: int) -> None:
        nonlocal seen
        seen += 1
        if seen > 10:
            raise Stopped

    with pytest.raises(Stopped):
        copy(watch=stop)
    there = len(pair.replica.names())
    assert 0 < there < 30
    assert counts(copy()) == {"copied": 30 - there, "there": there}


def test_an_unmounted_source_is_told(two_folders: Pair) -> None:
    with pytest.raises(VaultUnavailable, match="mount it"):
        copies.refuse_if_away(copies.storage(Copy.VAULT))


def test_a_lock_of_the_source_holds_in_the_target_as_long(s3: Any, settings: Any) -> None:
    pair = pairs.buckets(settings, s3, lock=True)
    source = settings.STORAGES["vault"]
    longer = replace(source["OPTIONS"]["place"], retain_days=3)
    options = source["OPTIONS"] | {"place": longer}
    settings.STORAGES = settings.STORAGES | {"vault": source | {"OPTIONS": options}}
    name = address(b"kept for three days")
    staged = staging.stage([b"kept for three days"])
    with staging.StagedFile(staged) as file:
        copies.storage(Copy.VAULT).save(name, file)
    assert counts(copy()) == {"copied": 1}
    wanted = copies.storage(Copy.VAULT).retained_until(name)
    assert copies.storage(Copy.REPLICA).retained_until(name) >= wanted
    assert pair.replica.read(name) == b"kept for three days"
