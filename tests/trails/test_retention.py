"""How long evidence is kept: the longest that any version has asked for since."""

import datetime

import pytest

from trails.retention import Due, Term, due, kept_until

DAY = datetime.timedelta(days=1)
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def terms(*days: int | None) -> list[Term]:
    """Return versions that came into force ten days after one another."""
    return [Term(BEGIN + 10 * place * DAY, number) for place, number in enumerate(days)]


def kept_days(at: int, *days: int | None) -> int | None:
    """Return for how many days what was attested on a day is kept under these versions."""
    moment = BEGIN + at * DAY
    end = kept_until(moment, terms(*days))
    return None if end is None else (end - moment).days


def test_a_trail_that_says_nothing_keeps_evidence_for_ever() -> None:
    assert kept_days(1) is None
    assert kept_days(1, None) is None
    assert kept_days(1, None, None) is None


@pytest.mark.parametrize(
    ("at", "days", "kept"),
    [
        (1, (30,), 30),
        (1, (None, 30), 30),  # said later, for what was there
        (1, (30, 100), 100),  # extended
        (1, (100, 30), 100),  # never shortened
        (11, (100, 30), 30),  # but what comes after asks for no more
        (11, (100, 30, 60), 60),
        (1, (100, 30, 60), 100),
        (1, (30, None, 20), 30),
        (-5, (100, 30), 100),  # by a clock that was late
        (10, (100, 30), 30),  # at the very moment of a version
    ],
)
def test_the_longest_that_was_asked_for_since_counts(
    at: int, days: tuple[int | None, ...], kept: int
) -> None:
    assert kept_days(at, *days) == kept


def test_a_newest_version_that_says_nothing_keeps_everything() -> None:
    assert kept_days(1, 30, None) is None
    assert kept_days(11, 30, None) is None


def test_what_may_go_ends_before_the_first_that_may_not() -> None:
    rule = terms(100, 30)  # the second of them from day 10 on
    attested = [(1, BEGIN), (2, BEGIN + 5 * DAY), (3, BEGIN + 20 * DAY)]
    assert due(attested, rule, BEGIN + 60 * DAY) == Due(None, 1, BEGIN + 100 * DAY)
    assert due(attested, rule, BEGIN + 100 * DAY) == Due(1, 2, BEGIN + 105 * DAY)
    assert due(attested, rule, BEGIN + 105 * DAY) == Due(3)
    assert due([], rule, BEGIN) == Due(None)
    assert due(attested, terms(None), BEGIN + 9999 * DAY) == Due(None, 1)
