"""A witness that knows another history stops the log, and the log says why."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from evidence.errors import NotSealed
from evidence.ledger import log as ledger
from evidence.ledger import objections, publishing
from evidence.ledger.note import Key
from evidence.ledger.publishing import Round
from evidence.ledger.submission import Reply
from evidence.models import Contradiction, Log
from evidence.witness.judge import Seen
from tests.evidence.ledger.conftest import Append
from tests.witnesses import Network, Witness


@pytest.fixture
def witness(log: Log, append: Append) -> Witness:
    """A witness that has cosigned the log's five records."""
    append(5)
    sealed = ledger.seal(log)
    assert sealed is not None
    witness = Witness("one", 201, log.origin)
    witness.log_keys = [Key.parse(sealed.key.vkey)]
    return witness


def publish(log: Log, witness: Witness, *, again: bool = False) -> Round:
    network = Network(witness)
    policy = network.policy("quorum one\n")
    return publishing.publish(log, policy=policy, authority="", send=network.send, again=again)


def refused(log: Log, append: Append) -> str:
    append(1)
    with pytest.raises(NotSealed) as caught:
        ledger.seal(log)
    assert objections.refusal(log) == str(caught.value)
    return str(caught.value)


def test_a_witness_with_more_records_stops_the_log(
    log: Log, witness: Witness, append: Append
) -> None:
    witness.seen = Seen(8, bytes(32))
    [reason] = publish(log, witness).contradictions
    row = Contradiction.objects.get()
    assert (row.log, row.size, row.source) == (log, 8, witness.key.key.vkey)
    assert row.reason == reason
    said = refused(log, append)
    assert "has cosigned 8 records, here are only 5" in said
    assert witness.url in said and "restore one that holds them all" in said


def test_a_witness_with_another_root_stops_the_log(
    log: Log, witness: Witness, append: Append
) -> None:
    witness.seen = Seen(5, bytes(32))
    assert publish(log, witness).contradictions
    assert "another root over the same 5 records" in refused(log, append)


def test_a_witness_with_another_beginning_stops_the_log(
    log: Log, witness: Witness, append: Append
) -> None:
    witness.seen = Seen(3, bytes(32))
    assert publish(log, witness).contradictions
    assert "The first 3 records here are not those" in refused(log, append)


def test_what_is_known_is_written_once(log: Log, witness: Witness) -> None:
    witness.seen = Seen(8, bytes(32))
    for _ in range(3):
        assert publish(log, witness).contradictions
    assert Contradiction.objects.count() == 1


def test_one_claim_alone_is_not_believed(log: Log, witness: Witness) -> None:
    # A witness behind several addresses may have a process that lags behind the others.
    answer, claims = witness.answer, [Reply(409, "text/x.tlog.size", b"8\n")]

    def hesitating(body: bytes) -> Reply:
        return claims.pop() if claims else answer(body)

    witness.answer = hesitating  # type: ignore[method-assign]
    done = publish(log, witness)
    assert len(done.cosigners) == 1 and not done.contradictions
    assert not Contradiction.objects.exists()


def test_an_older_copy_of_the_database_is_noticed(
    log: Log, witness: Witness, append: Append, settings: Any
) -> None:
    """The copy in the folder is gone, too: only the witness remembers."""
    publish(log, witness)

    class Restored(Exception):
        """Takes back what was written since, as an older copy of the database does."""

    with pytest.raises(Restored), transaction.atomic():
        append(4)
        ledger.seal(log)
        assert len(publish(log, witness).cosigners) == 1
        raise Restored
    for file in Path(settings.CHECKPOINTS_DIR).glob(f"{log.pk}.*"):
        file.unlink()
    assert not publish(log, witness).contradictions  # there was nothing to ask
    assert publish(log, witness, again=True).contradictions
    assert "has cosigned 9 records, here are only 5" in refused(log, append)


def test_a_witness_that_the_policy_does_not_list_any_more_is_not_heard(
    log: Log, witness: Witness, append: Append, settings: Any
) -> None:
    witness.seen = Seen(8, bytes(32))
    publish(log, witness)
    settings.WITNESS_POLICY = Network(witness).policy("quorum one\n")
    assert "take it out of WITNESS_POLICY_FILE" in refused(log, append)
    other = Witness("two", 202, log.origin)
    settings.WITNESS_POLICY = Network(other).policy("quorum two\n")
    sealed = ledger.seal(log)
    assert sealed is not None and sealed.size == 6
