"""How times and sizes are worded."""

import datetime

import pytest

from trails.web import wording

NOW = datetime.datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "just now"),
        (44, "just now"),
        (45, "1 minute ago"),
        (119, "1 minute ago"),
        (120, "2 minutes ago"),
        (3_600, "1 hour ago"),
        (86_399, "23 hours ago"),
        (86_400, "1 day ago"),
        (29 * 86_400, "29 days ago"),
        (30 * 86_400, "25 Oct 2026"),
        (-10, "in a moment"),
        (-7_200, "in 2 hours"),
        (-400 * 86_400, "29 Dec 2027"),
    ],
)
def test_a_time_is_said_as_people_say_it(seconds: int, said: str) -> None:
    assert wording.relative(NOW - datetime.timedelta(seconds=seconds), NOW) == said


def test_a_time_is_always_utc() -> None:
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    assert wording.utc(NOW.astimezone(tokyo)) == "2026-11-24 12:00:00 UTC"
    assert wording.utc_exact(NOW.astimezone(tokyo)) == "2026-11-24 12:00:00.123456 UTC"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (1024**2 - 1, "1.0 MiB"),
        (5 * 1024**3, "5.0 GiB"),
        (2**63 - 1, "8.0 EiB"),
    ],
)
def test_a_size_is_said_in_the_largest_unit_it_fills(number: int, said: str) -> None:
    assert wording.size(number) == said
