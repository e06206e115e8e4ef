"""Asking for the package of a trail, and throwing one away.

The work itself is done in turns (`trails.preparing`). Not for deciding who may download one.

Threat. To prepare costs the server far more than to ask. So only members ask, the same is prepared
once, and an organization has so many at a time and no more.
"""

import datetime

from django.conf import settings
from django.db import transaction

from evidence.ledger import reading
from evidence.ledger.cosigned import Packaged, package_checkpoint
from evidence.locks import exclusive
from evidence.names import clean
from evidence.package.trail import Draft
from trails import trail_packages
from trails.actions import records
from trails.actors import Actor
from trails.errors import Conflict, Invalid
from trails.models import Trail, TrailPackage
from trails.models.trail_packages import PackageState
from trails.permissions import Act, require
from trails.preparing import GATHER, expiry

PREPARED = "package.prepared"
DISCARDED = "package.discarded"
AT_ONCE = 3
"""Packages of an organization that are being prepared at a time."""


def prepare_trail_package(
    *,
    actor: Actor,
    trail: Trail,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
) -> TrailPackage:
    """Ask for the package of the workflows that began in [since, until); None leaves a side open.

    Returns the one that is there already, ready or not, if it is of the same range and records.
    `Invalid` for a range without workflows, `Conflict` beyond the limits, and while the records are
    not sealed.
    """
    organization = trail.organization
    require(actor, Act.PREPARE_PACKAGES, organization)
    if since and until and since >= until:
        raise Invalid(
            "The range ends before it begins. Exchange its two ends.", field="begun_before"
        )
    sealed = _sealed(trail, since, until)
    with transaction.atomic():
        # One at a time, so that the limits hold for two that come together.
        exclusive("trail-packages", str(organization.pk))
        of_organization = TrailPackage.objects.current().filter(trail__organization=organization)
        same = of_organization.exclude(state=PackageState.FAILED).filter(
            trail=trail, since=since, until=until, checkpoint=sealed.checkpoint
        )
        for package in same:
            if bytes(package.note) == sealed.note:
                return package
        _refuse_too_many(of_organization.count(), of_organization.preparing().count())
        package = TrailPackage(
            trail=trail,
            since=since,
            until=until,
            checkpoint=sealed.checkpoint,
            note=sealed.note,
            timestamp=sealed.timestamp,
            expires_at=expiry(),
            workflows=0,
            draft=Draft(_root_of(trail, since, until)).as_json(),
            phase=GATHER,
            **actor.by_columns,
        )
        package.workflows = trail_packages.workflows_of(package).count()
        package.save()
        details = {"package": str(package.pk), "workflows": package.workflows, **_range(package)}
        records.note(
            organization, actor=actor, verb=PREPARED, subject=trail.subject, details=details
        )
    return package


def discard_trail_package(*, actor: Actor, package: TrailPackage) -> None:
    """Throw a package away. It can be prepared again, byte for byte while nothing is added."""
    trail = package.trail
    require(actor, Act.PREPARE_PACKAGES, trail.organization)
    with transaction.atomic():
        details = {"package": str(package.pk), **_range(package)}
        records.note(
            trail.organization, actor=actor, verb=DISCARDED, subject=trail.subject, details=details
        )
        package.delete()


def _root_of(trail: Trail, since: datetime.datetime | None, until: datetime.datetime | None) -> str:
    """Return the name of a package's directory: the trail's, and the range where there is one."""
    if since is None and until is None:
        return clean(trail.name)
    return clean(f"{trail.name}_{_end(since)}_{_end(until)}")


def _end(moment: datetime.datetime | None) -> str:
    if moment is None:
        return "open"
    utc = moment.astimezone(datetime.UTC)
    is_day = (utc.hour, utc.minute, utc.second, utc.microsecond) == (0, 0, 0, 0)
    return utc.strftime("%Y-%m-%d" if is_day else "%Y-%m-%dT%H%M%SZ")


def _range(package: TrailPackage) -> dict[str, str]:
    ends = {"begun_after": package.since, "begun_before": package.until}
    return {name: end.isoformat() for name, end in ends.items() if end is not None}


def _sealed(
    trail: Trail, since: datetime.datetime | None, until: datetime.datetime | None
) -> Packaged:
    """Return the checkpoint over the last sealed record of a range."""
    log = trail.organization.log
    newest = reading.last_checkpoint(log)
    size = newest.size if newest else 0
    last = trail_packages.last_index(trail, since, until, size)
    if last is None:
        raise Invalid(
            "No workflow that began in this range is sealed in the log, so there is nothing to "
            "pack. Choose another range, or wait some seconds if one has just begun.",
            field="begun_after",
        )
    sealed = package_checkpoint(log, last)
    if sealed is None or trail_packages.has_later_disposals(
        trail, since, until, sealed.checkpoint.size
    ):
        raise Conflict(
            "A record of this range is not sealed in the log yet. Try again in some seconds."
        )
    return sealed


def _refuse_too_many(all_of_them: int, preparing: int) -> None:
    if preparing >= AT_ONCE:
        raise Conflict(
            f"{preparing} packages of the organization are being prepared, which is as many as "
            "there may be at a time. Wait until one is ready."
        )
    if all_of_them >= settings.LIMIT_PACKAGES:
        raise Conflict(
            f"The organization has {all_of_them} prepared packages; the limit is "
            f"{settings.LIMIT_PACKAGES}. Discard one that nobody needs."
        )
