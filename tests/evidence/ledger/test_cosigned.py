"""A package carries the first checkpoint over its record that was published, and changes once."""

from collections.abc import Callable

import pytest

from evidence.ledger import cosigned, vouched
from evidence.ledger import log as ledger
from evidence.ledger.checkpoint import Checkpoint as Said
from evidence.ledger.policy import Policy, parse
from evidence.models import Checkpoint, Log, Timestamp
from tests.evidence.ledger.conftest import Append
from tests.logs import witness_key

ONE, TWO = witness_key("one.example.com", 201), witness_key("two.example.com", 202)
WITNESSES = f"witness one {ONE.key.vkey}\nwitness two {TWO.key.vkey}\n"
BOTH = parse(f"{WITNESSES}group both all one two\nquorum both\n".encode())
ANY = parse(f"{WITNESSES}group both any one two\nquorum both\n".encode())
NONE = parse(f"{WITNESSES}quorum none\n".encode())

Grow = Callable[[], Checkpoint]


@pytest.fixture
def grow(log: Log, append: Append) -> Grow:
    """Append one record and seal it."""

    def grow() -> Checkpoint:
        append(1)
        sealed = ledger.seal(log)
        assert sealed is not None
        return sealed

    return grow


def store(
    checkpoint: Checkpoint,
    *signers: object,
    policy: Policy | None = BOTH,
    token: bytes | None = None,
) -> bool:
    text = Said(checkpoint.log.origin, checkpoint.size, bytes(checkpoint.root)).text
    keys = {key: key.sign(text, time=1) for key in (ONE, TWO) if key in signers}
    return vouched.store(
        checkpoint,
        cosigners={key.key: signature for key, signature in keys.items()},
        token=token,
        authority="https://authority.example.com" if token else "",
        policy=policy,
    ).is_published


def package(log: Log, index: int) -> cosigned.Packaged:
    found = cosigned.package_checkpoint(log, index)
    assert found is not None
    return found


def test_before_the_first_seal_there_is_none(log: Log) -> None:
    assert cosigned.package_checkpoint(log, 0) is None


def test_until_it_is_published_it_is_the_first_over_the_record(log: Log, grow: Grow) -> None:
    first, second = grow(), grow()
    assert package(log, 0) == cosigned.Packaged(first, bytes(first.note))
    assert package(log, 1) == cosigned.Packaged(second, bytes(second.note))
    assert cosigned.package_checkpoint(log, 2) is None


def test_then_it_is_the_first_published_one(log: Log, grow: Grow) -> None:
    grow()
    grow()
    third = grow()
    assert store(third, ONE, TWO)
    assert store(grow(), ONE, TWO)
    for index in range(3):
        assert package(log, index) == cosigned.Packaged(third, cosigned.signed_note(third))


def test_half_a_quorum_changes_nothing(log: Log, grow: Grow) -> None:
    row = grow()
    assert not store(row, ONE)
    assert package(log, 0).note == bytes(row.note)
    assert cosigned.signed_note(row).count(b"\n") == bytes(row.note).count(b"\n") + 1


def test_a_quorum_that_came_in_two_rounds_is_one_change(log: Log, grow: Grow) -> None:
    row = grow()
    seen = {package(log, 0).note}
    for signer in (ONE, TWO):
        store(row, signer)
        seen.add(package(log, 0).note)
    assert seen == {bytes(row.note), cosigned.signed_note(row)}


def test_who_comes_later_does_not_change_the_package(log: Log, grow: Grow) -> None:
    row = grow()
    assert store(row, TWO, policy=ANY)
    before = package(log, 0)
    assert store(row, ONE, policy=ANY)
    assert package(log, 0) == before
    lines = cosigned.signed_note(row).decode().split("\n")
    assert [line.split(" ")[1] for line in lines[-3:-1]] == ["two.example.com", "one.example.com"]


def test_the_first_cosignature_of_a_key_stays(log: Log, grow: Grow) -> None:
    row = grow()
    store(row, ONE)
    before = cosigned.signed_note(row)
    store(row, ONE)
    assert cosigned.signed_note(row) == before


def test_a_timestamp_alone_publishes_where_no_witness_is_asked(log: Log, grow: Grow) -> None:
    for policy in (None, NONE):
        row = grow()
        assert store(row, policy=policy, token=b"token")
        assert package(log, row.size - 1) == cosigned.Packaged(row, bytes(row.note), b"token")


def test_a_timestamp_without_the_quorum_is_kept_and_waits(log: Log, grow: Grow) -> None:
    row = grow()
    assert not store(row, token=b"token")
    assert Timestamp.objects.get().checkpoint == row
    assert package(log, 0).timestamp is None


def test_a_timestamp_that_comes_after_the_quorum_does_not_change_the_package(
    log: Log, grow: Grow
) -> None:
    row = grow()
    store(row, ONE, TWO)
    before = package(log, 0)
    store(row, token=b"token")
    assert package(log, 0) == before
    assert Timestamp.objects.exists()


def test_nothing_publishes_without_anybody(log: Log, grow: Grow) -> None:
    for policy in (None, NONE):
        assert not store(grow(), policy=policy)


def test_finding_it_takes_two_queries_however_many_there_are(
    log: Log, grow: Grow, django_assert_num_queries: Callable
) -> None:
    for _ in range(20):
        grow()
    with django_assert_num_queries(2):
        package(log, 0)
    store(grow(), ONE, TWO)
    with django_assert_num_queries(1):
        found = package(log, 0)
        assert found.checkpoint.key.vkey and found.checkpoint.size == 21
