"""How pages word times and sizes. Pure: the clock is an argument, so that tests and pages agree."""

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
        return _("just now") if seconds >= 0 else _("in a moment")
    if distance >= 30 * _DAY:
        moment = moment.astimezone(datetime.UTC)
        return f"{moment.day} {moment:%b %Y}"
    if distance >= _DAY:
        count = int(distance // _DAY)
        ago = ngettext("%(count)d day ago", "%(count)d days ago", count)
        ahead = ngettext("in %(count)d day", "in %(count)d days", count)
    elif distance >= _HOUR:
        count = int(distance // _HOUR)
        ago = ngettext("%(count)d hour ago", "%(count)d hours ago", count)
        ahead = ngettext("in %(count)d hour", "in %(count)d hours", count)
    else:
        count = max(1, int(distance // _MINUTE))
        ago = ngettext("%(count)d minute ago", "%(count)d minutes ago", count)
        ahead = ngettext("in %(count)d minute", "in %(count)d minutes", count)
    return (ago if seconds >= 0 else ahead) % {"count": count}


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
