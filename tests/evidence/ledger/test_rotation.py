"""A new signing key takes over: what the old one signed stays proven by the old one."""

import pytest
from django.conf import LazySettings

from evidence.errors import BadNote
from evidence.ledger import checkpoint, merkle, proof, reading
from evidence.ledger import log as ledger
from evidence.ledger.keys import signing_key
from evidence.ledger.note import Key, new_private_key
from evidence.models import Checkpoint, Log, LogKey
from tests.evidence.ledger.conftest import Append


def sealed(log: Log) -> Checkpoint:
    row = ledger.seal(log)
    assert row is not None
    return row


def signers(row: Checkpoint, *keys: Key) -> list[Key]:
    _, _, verified = checkpoint.opened(bytes(row.note), keys)
    return [key for key, _ in verified]


def test_the_next_checkpoint_is_signed_by_the_new_key_and_both_keys_are_kept(
    log: Log, append: Append, settings: LazySettings
) -> None:
    old = signing_key(log.origin).key
    append(3)
    first = sealed(log)
    settings.LOG_KEY = new_private_key()
    new = signing_key(log.origin).key
    append(300)
    second = sealed(log)
    assert signers(first, old, new) == [old]
    assert signers(second, old, new) == [new]
    with pytest.raises(BadNote):
        signers(second, old)
    kept = LogKey.objects.filter(log=log).values_list("vkey", flat=True)
    assert sorted(kept) == sorted([old.vkey, new.vkey])
    assert (first.key.vkey, second.key.vkey) == (old.vkey, new.vkey)


def test_the_tree_goes_on_under_the_new_key(
    log: Log, append: Append, settings: LazySettings
) -> None:
    append(3)
    first = sealed(log)
    settings.LOG_KEY = new_private_key()
    append(300)
    second = sealed(log)
    assert (second.previous_size, second.size) == (3, 303)
    proof.check_consistency(
        old=3,
        new=303,
        old_root=bytes(first.root),
        new_root=bytes(second.root),
        path=reading.consistency_path(log, 3, 303),
    )


def test_a_proof_from_before_keeps_its_bytes_and_its_key(
    log: Log, append: Append, settings: LazySettings
) -> None:
    old = signing_key(log.origin).key
    [record, *_] = append(3)
    sealed(log)
    before = ledger.prove(record)
    settings.LOG_KEY = new_private_key()
    append(300)
    sealed(log)
    after = ledger.prove(record)
    assert before is not None
    assert after is not None
    assert bytes(after) == bytes(before)
    said, _, _ = checkpoint.opened(after.checkpoint, [old])
    leaf = merkle.leaf_hash(bytes(record.body))
    proof.check_inclusion(
        index=after.index, size=said.size, leaf=leaf, path=after.path, root=said.root
    )


def test_an_old_key_that_signs_again_is_kept_once(
    log: Log, append: Append, settings: LazySettings
) -> None:
    old_pem, new_pem = settings.LOG_KEY, new_private_key()
    vkeys = []
    for pem in (old_pem, new_pem, old_pem, new_pem):
        settings.LOG_KEY = pem
        append(1)
        vkeys.append(sealed(log).key.vkey)
    assert vkeys[:2] == vkeys[2:]
    assert LogKey.objects.filter(log=log).count() == 2
    assert sealed(log).size == 4


def test_without_new_records_a_new_key_signs_nothing(
    log: Log, append: Append, settings: LazySettings
) -> None:
    append(1)
    first = sealed(log)
    settings.LOG_KEY = new_private_key()
    assert sealed(log) == first
    assert LogKey.objects.filter(log=log).count() == 1
