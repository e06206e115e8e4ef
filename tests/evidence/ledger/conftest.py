"""A log to write into, without any organization: the ledger knows of none."""

from collections.abc import Callable

import pytest

from evidence.ledger import log as ledger
from evidence.ledger import statement
from evidence.models import Log, Record


def body(number: int, text: str = "") -> bytes:
    """Return the canonical body of some fact."""
    return statement.build(
        subject="acme",
        subject_sha256="0" * 64,
        predicate_type=statement.ACTIVITY,
        predicate={"verb": f"fact.{number}", "details": {"text": text}},
    )


@pytest.fixture
def log(db: None) -> Log:
    return Log.objects.create(origin="trails.example.com/acme")


Append = Callable[[int], list[Record]]


@pytest.fixture
def append(log: Log) -> Append:
    """Append a number of new records, each in a transaction of its own; nothing is sealed."""
    written = 0

    def append(count: int) -> list[Record]:
        nonlocal written
        records = [ledger.append(log, body(written + n)) for n in range(count)]
        written += count
        return records

    return append
