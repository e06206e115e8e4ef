"""One thread seals for all of its process: nobody answers before what they wrote is sealed."""

import os
import threading
import uuid
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from evidence.errors import NotSealed
from evidence.ledger import log as ledger
from evidence.ledger import sealing, turns
from evidence.models import Checkpoint, Log, Pending
from tests.anomalies.crowds import all_well, at_once
from tests.evidence.ledger.conftest import body

CROWD = 12
PATIENCE = 20


class Slow:
    """Stands before the real seal: each one waits at a gate, at its beginning or at its end."""

    def __init__(self) -> None:
        self.begun: list[Log] = []
        self.before, self.after = threading.Event(), threading.Event()
        self.entered, self.sealed = threading.Semaphore(0), threading.Semaphore(0)
        self.error: Exception | None = None

    def open(self) -> None:
        """Let everybody through from now on."""
        self.before.set()
        self.after.set()

    def seal(self, log: Log) -> Checkpoint | None:
        """Seal for real, between the two gates; or fail in place of it."""
        self.begun.append(log)
        self.entered.release()
        assert self.before.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        row = sealing.sign_next(log)
        self.sealed.release()
        assert self.after.wait(PATIENCE)
        return row


@pytest.fixture
def log(transactional_db: None) -> Log:
    return Log.objects.create(origin="trails.example.com/acme")


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    gates = Slow()
    monkeypatch.setattr(turns, "sign_next", gates.seal)
    return gates


@pytest.fixture
def pool() -> Generator[ThreadPoolExecutor]:
    """Threads that let go of their connections to the database when they are through."""
    with ThreadPoolExecutor(CROWD) as executor:
        yield executor


def append(log: Log, number: int) -> int | None:
    """Append and commit a record as a request does; return its index when that has come back."""
    try:
        with transaction.atomic():
            record = ledger.append(log, body(number))
        return ledger.index_of(record)
    finally:
        connection.close()


def waits(log: Log, covering: int) -> Callable[[], bool]:
    """Return a question: whether so many records are committed, and so their writers wait."""
    return lambda: Pending.objects.filter(log=log).count() >= covering


def until(true: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("It never became true.")


def test_a_crowd_comes_back_with_everything_sealed(log: Log) -> None:
    indexes = all_well(at_once(CROWD, lambda number: append(log, number)))
    assert sorted(indexes) == list(range(CROWD))
    assert not Pending.objects.exists()


def test_those_who_commit_during_a_seal_share_the_next_one(
    log: Log, slow: Slow, pool: ThreadPoolExecutor
) -> None:
    first = pool.submit(append, log, 0)
    assert slow.entered.acquire(timeout=PATIENCE)
    others = [pool.submit(append, log, number) for number in range(1, CROWD)]
    until(waits(log, CROWD))
    slow.open()
    indexes = [one.result(PATIENCE) for one in [first, *others]]
    assert None not in indexes
    assert len(slow.begun) <= 3  # the first, the one for all, and perhaps one for a late one


def test_a_seal_that_began_before_a_commit_does_not_do_for_it(
    log: Log, slow: Slow, pool: ThreadPoolExecutor
) -> None:
    slow.before.set()
    early = pool.submit(append, log, 0)
    assert slow.sealed.acquire(timeout=PATIENCE)  # it has read what was pending, and goes on
    late = pool.submit(append, log, 1)
    until(waits(log, 1))
    assert not late.done()
    slow.after.set()
    assert (early.result(PATIENCE), late.result(PATIENCE)) == (0, 1)
    assert len(slow.begun) == 2


@pytest.mark.parametrize("error", [NotSealed("no key"), OSError("full"), ValueError("a mistake")])
def test_when_the_seal_fails_everybody_comes_back_and_the_next_one_makes_up_for_it(
    log: Log, slow: Slow, pool: ThreadPoolExecutor, error: Exception
) -> None:
    slow.error = error
    first = pool.submit(append, log, 0)
    assert slow.entered.acquire(timeout=PATIENCE)
    others = [pool.submit(append, log, number) for number in range(1, CROWD)]
    until(waits(log, CROWD))
    slow.open()
    assert [one.result(PATIENCE) for one in [first, *others]] == [None] * CROWD
    assert Pending.objects.count() == CROWD
    slow.error = None
    assert append(log, CROWD) == CROWD
    assert not Pending.objects.exists()


def test_why_it_was_not_sealed_is_in_the_log_of_the_server(
    log: Log, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    slow.error = NotSealed("The checkpoint outside covers more.")
    slow.open()
    append(log, 0)
    assert f"Sealing log {log} failed: The checkpoint outside covers more." in caplog.text


def test_logs_do_not_wait_for_each_other(
    log: Log, slow: Slow, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Log.objects.create(origin="trails.example.com/rival")

    def seal(which: Log) -> Any:
        return slow.seal(which) if which == log else sealing.sign_next(which)

    monkeypatch.setattr(turns, "sign_next", seal)
    waiting = pool.submit(append, log, 0)
    assert slow.entered.acquire(timeout=PATIENCE)
    assert append(other, 1) == 0
    assert not waiting.done()
    slow.open()
    assert waiting.result(PATIENCE) == 0


def test_a_child_that_was_forked_does_not_wait_for_a_thread_of_its_parent() -> None:
    log = uuid.uuid4()
    assert turns._turns.setdefault(log, turns._Turn()).take()
    child = os.fork()
    if child == 0:
        patience = threading.Timer(PATIENCE, os._exit, [1])
        patience.start()
        os._exit(0 if turns._turns.setdefault(log, turns._Turn()).take() else 2)
    assert os.waitpid(child, 0)[1] == 0
    del turns._turns[log]


def test_nobody_waits_for_a_seal_of_a_transaction_that_is_rolled_back(log: Log, slow: Slow) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ledger.append(log, body(0))
        raise ZeroDivisionError
    assert slow.begun == []
    assert not Pending.objects.exists()
