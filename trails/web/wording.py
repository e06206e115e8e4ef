"""How pages word times and sizes. Pure: the clock is an argument, so that tests and pages agree."""

import datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def utc(moment: datetime.datetime) -> str:
    """Return a time to the second: `2026-11-24 04:05:40 UTC`."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def utc_exact(moment: datetime.datetime) -> str:
    """Return a time as it is recorded, to the microsecond: `2026-11-24 04:05:40.123456 UTC`."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def relative(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Return how long ago, or in how long, to one unit; beyond thirty days the date itself."""
    seconds = (now - moment).total_seconds()
    distance = abs(seconds)
    if distance < 45:
        return "just now" if seconds >= 0 else "in a moment"
    if distance >= 30 * _DAY:
        moment = moment.astimezone(datetime.UTC)
        return f"{moment.day} {moment:%b %Y}"
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if distance >= length or unit == "minute":
            count = max(1, int(distance // length))
            break
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{words} ago" if seconds >= 0 else f"in {words}"


def size(number: int) -> str:
    """Return a number of bytes in the largest binary unit it fills: `1 byte`, `4.0 KiB`."""
    if number < 1024:
        return f"{number} byte{'' if number == 1 else 's'}"
    value = float(number)
    for unit in _UNITS:
        # What would be printed as 1024.0 belongs to the next unit.
        if value < 1023.95 or unit == _UNITS[-1]:
            break
        value /= 1024
    return f"{value:.1f} {unit}"
