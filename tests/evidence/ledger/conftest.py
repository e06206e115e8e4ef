"""A log to write into, without any organization: the ledger knows of none."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from evidence.ledger import log as ledger
from evidence.ledger import statement
from evidence.models import Log, Record
from tests.evidence.ledger.refusing import SIZE, grown


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


Capture = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def sealed(log: Log, append: Append) -> Log:
    """A log of `SIZE` records."""
    return grown(log, append, SIZE)


@pytest.fixture
def report(append: Append, django_capture_on_commit_callbacks: Capture) -> Callable[[], None]:
    """Append a record and do what comes after the commit, as a request that attests does."""

    def report() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            append(1)

    return report
