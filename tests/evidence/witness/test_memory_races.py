"""Requests at once never make a witness sign two histories, or an older tree after a newer one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from evidence.ledger import note
from evidence.models import Witnessed
from evidence.witness import memory
from evidence.witness.judge import Refused
from tests.logs import Stranger, witness_key

LOG, KEY = Stranger(), witness_key()
KNOWN = {LOG.origin: [LOG.key.key]}
THREADS = 6


def submit(old: int, size: int, fork: int) -> bytes | Refused:
    try:
        return memory.cosign(LOG.request(old, size, fork), known=KNOWN, key=KEY)
    except Refused as refused:
        return refused
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("old", [0, 3])
def test_of_many_histories_at_once_one_is_cosigned(old: int) -> None:
    if old:
        assert isinstance(submit(0, old, 0), bytes)
    barrier = threading.Barrier(THREADS)

    def go(number: int) -> bytes | Refused:
        # Two sizes: where the first to come is the smaller, the larger must not count as the same.
        request = (0, 4 + number % 2, number) if not old else (old, 4 + number, 0)
        barrier.wait()
        return submit(*request)

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(go, range(THREADS)))
    assert sum(isinstance(answer, bytes) for answer in answers) == 1
    assert Witnessed.objects.count() == (2 if old else 1)


@pytest.mark.django_db(transaction=True)
def test_a_crowd_leaves_one_history_that_only_grows() -> None:
    """Some take large steps, others small ones or another history, from what they were told."""

    def client(number: int) -> list[int]:
        fork, step = int(number == 0), number + 1
        old, cosigned = 0, []
        for _ in range(15):
            answer = submit(old, old + step, fork)
            if isinstance(answer, bytes):
                old += step
                cosigned.append(old)
            elif answer.status == 409 and answer.content_type == "text/x.tlog.size":
                old = int(str(answer))
        return cosigned

    with ThreadPoolExecutor(THREADS) as pool:
        cosigned = [size for sizes in pool.map(client, range(THREADS)) for size in sizes]
    rows = list(Witnessed.objects.order_by("number"))
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    sizes = [row.size for row in rows]
    assert sizes == sorted(set(sizes))
    assert set(sizes) == set(cosigned)
    forks = {fork for fork in (0, 1) if bytes(rows[0].root) == LOG.root(rows[0].size, fork)}
    assert len(forks) == 1
    assert all(bytes(row.root) == LOG.root(row.size, *forks) for row in rows)
    assert note.parse(bytes(rows[-1].note)).text.split("\n")[1] == str(sizes[-1])
