"""A worker's loop ends when it is asked to, and what fails is tried less and less often."""

import os
import signal
import threading
import time

from trails.loops import LONGEST, Backoff, Rounds


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_each_failure_doubles_the_wait_up_to_a_limit() -> None:
    backoff = Backoff(10)
    delays = [backoff.failed("a") for _ in range(200)]
    assert delays[:4] == [10, 20, 40, 80]
    assert delays[-1] == LONGEST


def test_its_time_comes_after_the_wait() -> None:
    clock = Clock()
    backoff = Backoff(10, clock)
    assert backoff.may_try("a")
    backoff.failed("a")
    clock.now += 9.9
    assert not backoff.may_try("a") and backoff.may_try("b")
    clock.now += 0.2
    assert backoff.may_try("a")
    backoff.failed("a")
    clock.now += 19
    assert not backoff.may_try("a")


def test_a_success_is_a_new_beginning() -> None:
    backoff = Backoff(10)
    for _ in range(5):
        backoff.failed("a")
    backoff.succeeded("a")
    assert backoff.may_try("a")
    assert backoff.failed("a") == 10


def test_sigterm_ends_the_wait_at_once_and_the_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    rounds, turns, begun = Rounds(60), 0, time.monotonic()
    for _ in rounds:
        turns += 1
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert turns == 1
    assert time.monotonic() - begun < 10
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_turn_learns_that_it_should_stop() -> None:
    rounds = Rounds(60)
    for _ in rounds:
        assert not rounds.are_over
        os.kill(os.getpid(), signal.SIGINT)
        assert rounds.are_over
