"""A server that dies, master and workers at once, at a chosen step of DESIGN §4.

Steps are counted in attest requests only. Without `CRASH_AT` it is the ordinary server.
"""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django

from tests.anomalies import crashing
from tests.anomalies.crashing import around, counting, inserting, reach, with_steps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from evidence import locks  # noqa: E402
from evidence.ledger import log, published, sealing  # noqa: E402
from evidence.models import Checkpoint, Leaf, Pending, Tile  # noqa: E402
from evidence.vault import local, s3_put, staging, store  # noqa: E402
from trails.actions import attestations, attesting  # noqa: E402
from trails.models import Attestation  # noqa: E402

crashing.Counting.on = False


def in_its_own_thread(put: Callable[..., Any]) -> Callable[..., Any]:
    """Let steps count in the threads that put objects: only reports do, several at once."""

    def counted(*args: Any) -> Any:
        counting.on = True
        return put(*args)

    return counted


if crashing.at:
    synced = around(os.fsync, before="staged bytes written", after="staged bytes synced")
    with_steps(staging, "os", fsync=synced)
    with_steps(local, "os", link=around(os.link, after="linked to the address"))
    s3_put._whole = in_its_own_thread(around(s3_put._whole, after="linked to the address"))
    # To a bucket bytes go while other files are promoted, and are there when their request is over.
    s3_put.put = in_its_own_thread(around(s3_put.put, after="promoted"))
    is_there = "" if store.storage().is_remote else "promoted"
    store.promote = around(store.promote, before="about to promote", after=is_there)
    store.name = around(store.name, after="blobs named")
    log.insert = inserting(log.insert, pending_written=Pending)  # type: ignore[attr-defined]
    log.append_all = around(log.append_all, after="record appended")
    saved = inserting(attesting.insert, attestation_saved=Attestation)  # type: ignore[attr-defined]
    attesting.insert = saved  # type: ignore[attr-defined]
    attestations._write = around(attestations._write, after="about to commit")
    # Before any view has taken hold of it: the addresses are loaded below.
    attestations.attest = around(attestations.attest, after="committed")

    with_steps(sealing, "locks", exclusive=around(locks.exclusive, after="seal began"))
    wrapped = inserting(sealing.insert, leaves_written=Leaf, tiles_written=Tile)  # type: ignore[attr-defined]
    sealing.insert = wrapped  # type: ignore[attr-defined]
    sealing._sequence = around(sealing._sequence, after="pending removed")
    Checkpoint.save = around(  # type: ignore[method-assign]
        Checkpoint.save, before="checkpoint about to be written", after="checkpoint written"
    )
    sealing._sign = around(sealing._sign, after="seal about to commit")
    kept = around(published.write, before="seal committed", after="copy kept outside")
    with_steps(sealing, "published", write=kept)
    with_steps(published, "os", fsync=around(os.fsync, after="copy about to take its place"))

from config.wsgi import application as ordinary  # noqa: E402


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request, and know meanwhile whether it attests."""
    path = environ["PATH_INFO"]
    counting.on = environ["REQUEST_METHOD"] == "POST" and path.endswith("/attestations")
    try:
        answer: Iterable[bytes] = ordinary(environ, start_response)
        reach("about to answer")
        return answer
    finally:
        counting.on = False
