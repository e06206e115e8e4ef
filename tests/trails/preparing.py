"""Prepares packages of trails as a worker does, for the tests of everything around them."""

import datetime
import io
import zipfile

from tests.plugins.world import World
from trails import trail_packages
from trails.actions.trail_packages import prepare_trail_package
from trails.models import Trail, TrailPackage
from trails.preparing import Preparation


def asked(
    world: World,
    trail: Trail | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
) -> TrailPackage:
    """Return the package that the auditor asks for, which nobody has begun to prepare."""
    return prepare_trail_package(
        actor=world.actor("auditor"), trail=trail or world.public, since=since, until=until
    )


def finish(package: TrailPackage, seconds: float = 10) -> TrailPackage:
    """Take turns of so many seconds, each as a process of its own, until there are none."""
    while (found := Preparation(package).turn(seconds)) is not None:
        package = found
    return package


def ready(
    world: World,
    trail: Trail | None = None,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
) -> TrailPackage:
    """Return a package that is ready."""
    package = finish(asked(world, trail, since, until))
    assert package.is_ready, package.reason
    return package


def whole(package: TrailPackage) -> bytes:
    """Return a package as it is downloaded."""
    return b"".join(trail_packages.read(package, 0, package.length or 0))


def members(package: TrailPackage) -> dict[str, bytes]:
    """Return the members of a package by their path below its root."""
    with zipfile.ZipFile(io.BytesIO(whole(package))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        return {name.partition("/")[2]: archive.read(name) for name in names}
