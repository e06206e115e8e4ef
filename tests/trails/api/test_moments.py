"""Moments are RFC 3339 with a zone: nothing is guessed."""

import datetime

import pytest

from trails.api.moments import moment


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24T04:05:40Z", "2026-11-24T04:05:40"),
        ("2026-11-24t04:05:40z", "2026-11-24T04:05:40"),
        ("2026-11-24 04:05:40+00:00", "2026-11-24T04:05:40"),
        ("2026-11-24T00:30:00.5+01:00", "2026-11-23T23:30:00.500000"),
        ("2026-11-24T04:05:40.123456789-08:00", "2026-11-24T12:05:40.123456"),
    ],
)
def test_a_moment_with_a_zone_is_the_same_moment_in_utc(text: str, utc: str) -> None:
    assert moment(text) == datetime.datetime.fromisoformat(f"{utc}+00:00")


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("2026-11-24T04:05:40", "no zone"),
        ("2026-11-24T04:05:40 01:00", "percent-encoded"),
        ("2026-11-24", "write it as"),
        ("20261124T040540Z", "write it as"),
        ("2026-11-24T04:05Z", "write it as"),
        ("2026-11-24T04:05:40+0100", "write it as"),
        ("2026-W48-2T04:05:40Z", "write it as"),
        ("٢٠٢٦-11-24T04:05:40Z", "write it as"),
        ("2026-11-24T04:05:40Z\n", "write it as"),
        (1764000000, "write it as"),
        (True, "write it as"),
        ("2026-02-30T04:05:40Z", "no such moment"),
        ("2026-11-24T04:05:60Z", "no such moment"),
        ("2026-11-24T04:05:40+25:00", "no such moment"),
        ("9999-12-31T23:59:59-01:00", "no such moment"),
        ("0001-01-01T00:00:00+01:00", "no such moment"),
        ("0999-01-01T00:00:00Z", "before the year 1900"),
    ],
)
def test_anything_else_is_refused_with_the_reason(value: object, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        moment(value)
