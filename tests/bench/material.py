"""Fills the database and the vault of a server, through the same actions that requests use.

    python -m tests.bench.material WHAT JSON-OF-SIZES

A program of its own, run with the server's environment. Prints one JSON object: the key to use,
the addresses, and what else the figure has to know. Knows nothing of how things are measured.
"""

import json
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from trails.models import Organization, Trail

STEPS = ("user-identity", "service-identity", "command-logs")
ORGANIZATION, TRAIL = "acme", "prod-server-access"
BLOCK = random.Random(2).randbytes(1 << 20)  # noqa: S311  bytes to move, not a secret


def address(workflow: str) -> str:
    """Give the API's address of a workflow."""
    return f"/api/v1/organizations/{ORGANIZATION}/trails/{TRAIL}/workflows/{workflow}"


def bytes_of(size: int, number: int) -> Iterator[bytes]:
    """Yield so many bytes, different from those of every other number."""
    first = number.to_bytes(8, "big")[:size]
    yield first
    left = size - len(first)
    while left > 0:
        yield BLOCK[:left]
        left -= len(BLOCK)


def main(what: str, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Make the organization, its trail and a key, and then what the figure needs."""
    from trails.actions.keys import create_service_account, issue_service_key
    from trails.actions.organizations import create_organization
    from trails.actions.trails import configure_trail
    from trails.actors import SYSTEM

    acme = create_organization(name=ORGANIZATION)
    trail = configure_trail(
        actor=SYSTEM, organization=acme, name=TRAIL, visibility="public", steps=STEPS
    ).trail
    robot = create_service_account(organization=acme, name="robot", role="writer", actor=SYSTEM)
    token = issue_service_key(account=robot, actor=SYSTEM)[1]
    made: dict[str, Any] = MAKERS[what](acme, trail, **sizes)
    return {"token": token} | made


def empty_workflows(acme: "Organization", trail: "Trail", *, count: int) -> dict[str, Any]:
    """Begin workflows that nothing is attested in yet."""
    return {"addresses": [_begin(acme, trail, f"run-{number}") for number in range(count)]}


def attested_workflows(acme: "Organization", trail: "Trail", *, count: int) -> dict[str, Any]:
    """Begin workflows with one attestation of three 4 KB files each, all of them sealed."""
    from evidence.ledger import log

    for number in range(count):
        staged = [_stage(4096, 3 * number + file) for file in range(3)]
        _attest_again(acme, trail, f"run-{number}", staged, 1)
    log.seal(acme.log)
    return {"addresses": [address(f"run-{number}") for number in range(count)]}


def many_files(
    acme: "Organization", trail: "Trail", *, attestations: int, each: int
) -> dict[str, Any]:
    """Begin one workflow with so many attestations of so many small files each.

    The same files every time: a package's first byte depends on their names, not on their bytes.
    """
    staged = [_stage(100 + number, number) for number in range(each)]
    _attest_again(acme, trail, "many-files", staged, attestations)
    return {"address": address("many-files"), "files": attestations * each}


def mixed(
    acme: "Organization", trail: "Trail", *, huge: int, scale: int, times: int
) -> dict[str, Any]:
    """Begin one workflow of mixed files, and one that holds the same files several times over.

    A third has the largest file alone, `huge` bytes of it. Of the rest, `scale` percent of the full
    number are made: 20 of 30 MB, 1,200 of 400 KB and 4,000 of 1 to 60 KB.
    """
    from evidence.vault import store

    sizes = [huge] + [30_000_000] * (20 * scale // 100) + [400_000] * (1200 * scale // 100)
    sizes += [1000 + 59_000 * number // 4000 for number in range(0, 4000, 100 // scale)]
    staged = [_stage(size, number) for number, size in enumerate(sizes)]
    _attest_again(acme, trail, "mixed", staged, 1)
    _attest_again(acme, trail, "mixed-more", staged, times)
    _attest_again(acme, trail, "huge", staged[:1], 1)
    return {
        "address": address("mixed"),
        "more": address("mixed-more"),
        "huge": address("huge"),
        "objects": [store.address(item.digest.sha256) for item in staged],
        "bytes": sum(sizes),
    }


def whole_trail(
    acme: "Organization", trail: "Trail", *, workflows: int, attestations: int, each: int
) -> dict[str, Any]:
    """Begin workflows of so many attestations of so many 4 KB files, and prepare their package."""
    import resource
    import time

    from evidence.ledger import log
    from evidence.vault import store
    from trails.actions.trail_packages import prepare_trail_package
    from trails.actors import SYSTEM
    from trails.preparing import Preparation

    staged = [_stage(4096, number) for number in range(each)]
    for number in range(workflows):
        _attest_again(acme, trail, f"run-{number}", staged, attestations)
    log.seal(acme.log)
    begun = time.monotonic()
    package = prepare_trail_package(actor=SYSTEM, trail=trail)
    preparation = Preparation(package)
    while (found := preparation.turn(1.0)) is not None:
        package = found
    if not package.is_ready:
        raise RuntimeError(package.reason)
    path = f"/{ORGANIZATION}/{TRAIL}/packages"
    return {
        "seconds": time.monotonic() - begun,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "address": f"{path}/{package.pk}",
        "files": workflows * attestations * each,
        "bytes": package.length,
        "objects": [store.address(item.digest.sha256) for item in staged],
    }


MAKERS: dict[str, Callable[..., dict[str, Any]]] = {
    "empty_workflows": empty_workflows,
    "attested_workflows": attested_workflows,
    "many_files": many_files,
    "mixed": mixed,
    "whole_trail": whole_trail,
}


def _begin(acme: "Organization", trail: "Trail", name: str) -> str:
    from trails.actions.workflows import begin_workflow
    from trails.actors import SYSTEM

    begin_workflow(actor=SYSTEM, trail=trail, id=name)
    return address(name)


def _stage(size: int, number: int) -> Any:
    from evidence.vault import store

    return store.stage(bytes_of(size, number))


def _attest_again(
    acme: "Organization", trail: "Trail", name: str, staged: Sequence[Any], times: int
) -> None:
    """Attest all the files under one step after the other, in pieces within the server's limit."""
    from django.conf import settings

    from trails import lookups
    from trails.actions.attestations import Report, Upload, attest
    from trails.actors import SYSTEM

    _begin(acme, trail, name)
    workflow = lookups.workflow(SYSTEM, acme.name, trail.name, name)
    uploads = [
        Upload(f"transcript-of-host-{number:05}.log", item) for number, item in enumerate(staged)
    ]
    for time in range(times):
        for start in range(0, len(uploads), settings.LIMIT_FILES):
            attest(
                actor=SYSTEM,
                workflow=workflow,
                report=Report(step=STEPS[time % len(STEPS)], is_compliant=True),
                uploads=uploads[start : start + settings.LIMIT_FILES],
            )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    json.dump(main(sys.argv[1], json.loads(sys.argv[2])), sys.stdout)
