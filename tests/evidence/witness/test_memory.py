"""A witness remembers before it answers, and its times never run backwards."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from evidence.ledger import note
from evidence.ledger.note import Note
from evidence.models import Witnessed
from evidence.witness import memory
from evidence.witness.judge import Refused
from tests.logs import Stranger, witness_key

pytestmark = pytest.mark.django_db
LOG, KEY = Stranger(), witness_key()


def cosign(old: int, size: int, fork: int = 0, log: Stranger = LOG) -> bytes:
    known = {LOG.origin: [LOG.key.key], log.origin: [log.key.key]}
    return memory.cosign(log.request(old, size, fork), known=known, key=KEY)


def time_of(line: bytes, size: int, fork: int = 0) -> int:
    """Return the time of a cosignature, which is valid for the checkpoint of this size."""
    [signature] = note.signatures(line)
    text = note.parse(LOG.note(size, fork)).text
    [(key, verified)] = note.verify(Note(text, [signature]), [KEY.key])
    assert key == KEY.key
    return verified.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock to set: `clock(seconds)` moves it from the time of the test's beginning."""
    begun = timezone.now()

    def set_to(seconds: float) -> datetime.datetime:
        moment = begun + datetime.timedelta(seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return set_to


def test_each_larger_checkpoint_becomes_the_next_row() -> None:
    for old, size in ((0, 2), (2, 5), (5, 300)):
        time_of(cosign(old, size), size)
    rows = Witnessed.objects.order_by("number").values_list("number", "size", "origin")
    assert list(rows) == [(1, 2, LOG.origin), (2, 5, LOG.origin), (3, 300, LOG.origin)]
    row = Witnessed.objects.get(number=2)
    assert bytes(row.root) == LOG.root(5)
    assert bytes(row.note) == LOG.note(5)


def test_logs_are_remembered_apart() -> None:
    other = Stranger("log.example.com/other", 2)
    cosign(0, 5)
    cosign(0, 3, log=other)
    with pytest.raises(Refused, match=r"^3$"):
        cosign(0, 4, log=other)


def test_what_is_refused_leaves_nothing() -> None:
    cosign(0, 3)
    for old, size, fork in ((0, 5, 0), (3, 5, 1), (3, 3, 1)):
        with pytest.raises(Refused):
            cosign(old, size, fork)
    assert Witnessed.objects.count() == 1


def test_the_same_checkpoint_again_gets_the_same_cosignature(clock: Any) -> None:
    clock(0)
    first = cosign(0, 3)
    clock(60)
    assert cosign(3, 3) == first
    assert Witnessed.objects.count() == 1


def test_after_an_hour_the_same_checkpoint_gets_a_new_time(clock: Any) -> None:
    begun = clock(0)
    cosign(0, 3)
    later = clock(3601)
    assert time_of(cosign(3, 3), 3) == int(later.timestamp()) > int(begun.timestamp())
    assert list(Witnessed.objects.order_by("number").values_list("size", flat=True)) == [3, 3]


@pytest.mark.parametrize("size", [3, 5])
def test_a_clock_that_was_set_back_does_not_take_time_back(clock: Any, size: int) -> None:
    first = time_of(cosign(0, 3), 3)
    clock(-3 * 3600)
    assert time_of(cosign(3, size), size) >= first
    clock(5)
    assert time_of(cosign(size, 6), 6) >= first


def test_a_witness_that_forgot_says_so_and_goes_on_from_there() -> None:
    cosign(0, 3)  # the rows of 5 are lost
    with pytest.raises(Refused, match=r"^3$"):
        cosign(5, 7)
    time_of(cosign(3, 7), 7)
