"""Seals and proves in a process of its own, on the database that its environment names.

    python -m tests.bench.sealing_work seal RECORDS
    python -m tests.bench.sealing_work prove FEW MANY

Prints one JSON object. Records are made of real statements, many at once: how they come in is
measured elsewhere. Knows nothing of bounds.
"""

import json
import os
import random
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from evidence.models import Log

AT_ONCE = 5_000
PROOFS = 300


def seal(records: int) -> dict[str, Any]:
    """Seal so many pending records; beside it insert as many plain rows, which is the least."""
    from django.db import connection, transaction

    from evidence.ledger import log as ledger

    log = _log("seal")
    _append(log, 1_000)
    ledger.seal(log)  # what is imported and prepared once
    held = _peak()
    _append(log, records)
    before = _peak()
    begun = time.monotonic()
    sealed = ledger.seal(log)
    took = time.monotonic() - begun
    grown = _peak() - before
    assert sealed is not None and sealed.size == records + 1_000
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (id char(32) PRIMARY KEY, at bigint NOT NULL)")
        rows = [(f"{number:032x}", number) for number in range(records)]
        begun = time.monotonic()
        with transaction.atomic():
            cursor.executemany("INSERT INTO bench_row VALUES (%s, %s)", rows)
        plain = time.monotonic() - begun
    return {"seconds": took, "plain": plain, "grown": grown, "filled": before - held}


def prove(few: int, many: int) -> dict[str, Any]:
    """Prove random records of a small log and of a large one; count the tiles that are read."""
    from evidence.ledger import log as ledger
    from evidence.ledger import tiles
    from evidence.models import Leaf

    read = 0
    begin = tiles.Subtrees.__init__

    def counted(self: Any, size: int, tile_of: Any) -> None:
        def one(tile: tiles.Tile) -> Any:
            nonlocal read
            read += 1
            return tile_of(tile)

        begin(self, size, one)

    tiles.Subtrees.__init__ = counted  # type: ignore[assignment,method-assign]
    chance = random.Random(6962)  # noqa: S311  which records, not a secret
    told: dict[str, Any] = {}
    for name, size in (("few", few), ("many", many)):
        log = _log(name)
        _append(log, size)
        sealed = ledger.seal(log)
        assert sealed is not None and sealed.size == size
    logs = {name: _log(name) for name in ("few", "many")}
    took: dict[str, list[float]] = {"few": [], "many": []}
    most = 0
    for number in range(PROOFS + 20):
        for name, size in (("few", few), ("many", many)):
            index = chance.randrange(size)
            # By its leaf: a slower way would cool the caches of the processor for the large log.
            leaf = Leaf.objects.select_related("record__log").get(log=logs[name], index=index)
            record = leaf.record
            read = 0
            begun = time.monotonic()
            proof = ledger.prove(record)
            if number >= 20:  # the first ones warm the caches of the database
                took[name].append(time.monotonic() - begun)
            assert proof is not None and proof.index == index
            most = max(most, read)
    return told | {
        "few": statistics.median(took["few"]),
        "many": statistics.median(took["many"]),
        "tiles": most,
    }


def _log(name: str) -> "Log":
    from evidence.models import Log

    return Log.objects.get_or_create(origin=f"bench.example.com/{name}")[0]


def _append(log: "Log", count: int) -> None:
    """Write pending records as `ledger.log.append` does, thousands in one statement."""
    from django.db import transaction

    from evidence.ledger import merkle, statement
    from evidence.models import Pending, Record
    from evidence.writing import insert

    def rows() -> Iterator[Record]:
        for number in range(count):
            body = statement.build(
                subject="bench",
                subject_sha256="0" * 64,
                predicate_type=statement.ACTIVITY,
                predicate={"verb": "counted", "details": {"number": number, "of": count}},
            )
            yield Record(
                log=log,
                predicate_type=statement.ACTIVITY,
                body=body,
                sha256=statement.sha256(body),
                leaf_hash=merkle.leaf_hash(body).hex(),
            )

    part: list[Record] = []
    for row in rows():
        part.append(row)
        if len(part) == AT_ONCE:
            with transaction.atomic():
                insert(part)
                insert([Pending(record=record, log=log) for record in part])
            part = []
    with transaction.atomic():
        insert(part)
        insert([Pending(record=record, log=log) for record in part])


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    what, *sizes = sys.argv[1:]
    told = seal(int(sizes[0])) if what == "seal" else prove(*map(int, sizes))
    sys.stdout.write(json.dumps(told) + "\n")
