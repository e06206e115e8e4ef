"""Reading keeps to a rate, whoever reads, and hears when it should end."""

import pytest

from evidence.vault.pace import Pace, Stopped


class Clock:
    """Time that passes when somebody sleeps, and when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def test_a_rate_is_kept_to() -> None:
    clock = Clock()
    pace = Pace(1000, clock=clock, sleep=clock.sleep)
    for _ in range(100):
        pace(500)
    # A second's worth may come at once.
    assert 100 + 48 <= clock.now <= 100 + 50


def test_time_in_which_nothing_was_read_is_not_made_up_for() -> None:
    clock = Clock()
    pace = Pace(1000, clock=clock, sleep=clock.sleep)
    clock.now += 3600
    began = clock.now
    for _ in range(10):
        pace(1000)
    assert clock.now - began >= 9


def test_without_a_rate_nobody_waits() -> None:
    clock = Clock()
    pace = Pace(clock=clock, sleep=clock.sleep)
    pace(1 << 40)
    assert clock.naps == []


def test_a_long_wait_ends_when_it_should_stop() -> None:
    clock = Clock()
    pace = Pace(1, is_over=lambda: clock.now > 110, clock=clock, sleep=clock.sleep)
    with pytest.raises(Stopped):
        pace(1 << 30)
    assert clock.now < 112
