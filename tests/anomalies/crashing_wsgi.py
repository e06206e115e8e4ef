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
from evidence.vault import local, staging, store  # noqa: E402
from trails.actions import attestations  # noqa: E402
from trails.models import Attestation  # noqa: E402

crashing.Counting.on = False

if crashing.at:
    synced = around(os.fsync, before="staged bytes written", after="staged bytes synced")
    with_steps(staging, "os", fsync=synced)
    with_steps(local, "os", link=around(os.link, after="linked to the address"))
    store.promote = around(store.promote, before="about to promote", after="promoted")
    store.name = around(store.name, after="blobs named")
    log.insert = inserting(log.insert, pending_written=Pending)  # type: ignore[attr-defined]
    log.append = around(log.append, after="record appended")
    Attestation.save = around(Attestation.save, after="attestation saved")  # type: ignore[method-assign]
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
