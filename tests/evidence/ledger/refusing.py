"""What a log does that refuses to sign, for the tests that make it refuse."""

from collections.abc import Callable

import pytest
from django.db import transaction

from evidence.errors import BadNote, NotSealed
from evidence.ledger import log as ledger
from evidence.ledger import objections
from evidence.models import Checkpoint, Log, Pending

SIZE = 7
"""Records in the log of the fixture `sealed`."""

Append = Callable[[int], object]


def grown(log: Log, append: Append, size: int) -> Log:
    """Return the log when its newest checkpoint covers so many records, the one before two less."""
    for count in (size - 2, 2):
        append(count)
        ledger.seal(log)
    assert objections.refusal(log) is None
    return log


def refuses(log: Log, report: Callable[[], None], *words: str) -> None:
    """Check that a report is taken and nothing is signed, and that the refusal has the words."""
    before = Checkpoint.objects.filter(log=log).count()
    report()
    assert Pending.objects.filter(log=log).count() == 1
    assert Checkpoint.objects.filter(log=log).count() == before
    reason = objections.refusal(log)
    assert reason is not None
    for word in words:
        assert word in reason
    with pytest.raises((NotSealed, BadNote)), transaction.atomic():
        ledger.seal(log)


def seals_again(log: Log, report: Callable[[], None]) -> None:
    """Check that nothing keeps the log from signing any more."""
    assert objections.refusal(log) is None
    report()
    assert not Pending.objects.filter(log=log).exists()
    newest = ledger.last_checkpoint(log)
    assert newest is not None
    assert newest.size == SIZE + 2
