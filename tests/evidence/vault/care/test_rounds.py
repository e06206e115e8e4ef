"""In a round every blob is done once by a worker who lived to say so, however many there are."""

import datetime
import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from evidence.models import Blob
from evidence.vault import rounds
from evidence.vault.rounds import Part, Wait
from evidence.vault.rows import Round, RoundPart

pytestmark = pytest.mark.django_db


def rows(count: int, size: int = 1) -> list[str]:
    """Write the rows of so many blobs; a round asks for no bytes. Returns their digests."""
    made = [Blob(sha256=f"{number:064x}", size=size, crc32=0) for number in range(count)]
    Blob.objects.bulk_create(made)
    return [blob.sha256 for blob in made]


def take(round: Round, at_most: int | None = None) -> Part:
    part = rounds.take(round, at_most)
    assert isinstance(part, Part)
    return part


def digests(part: Part) -> list[str]:
    return [str(row["sha256"]) for row in part.blobs]


def done(part: Part) -> None:
    rounds.done(part, blobs=len(part.blobs), size=len(part.blobs), findings=0)


def time_passes() -> None:
    """Let every lease run out."""
    RoundPart.objects.update(due_at=timezone.now() - datetime.timedelta(seconds=1))


def test_a_round_goes_through_all_blobs_in_order_and_ends() -> None:
    everything = rows(250)
    round = rounds.begin("w")
    seen: list[str] = []
    while isinstance(part := rounds.take(round), Part):
        seen += digests(part)
        done(part)
    assert seen == everything
    assert part is None
    round.refresh_from_db()
    assert round.ended_at is not None
    assert (round.blobs, round.bytes) == (250, 250)
    assert rounds.last_ended("w") == round
    assert not RoundPart.objects.exists()


def test_a_sample_goes_on_where_the_last_one_ended() -> None:
    everything = rows(10)
    first = take(rounds.begin("w"), 4)
    done(first)
    second = take(rounds.begin("w"), 4)
    done(second)
    assert digests(first) + digests(second) == everything[:8]
    assert rounds.begin("w").number == 1


def test_large_blobs_are_taken_few_at_a_time() -> None:
    rows(10, size=100 << 20)
    assert len(take(rounds.begin("w")).blobs) == 3


def test_what_a_killed_worker_had_taken_is_taken_over() -> None:
    everything = rows(3)
    round = rounds.begin("w")
    killed = take(round)
    assert isinstance(rounds.take(round), Wait)
    time_passes()
    heir = take(round)
    assert digests(heir) == digests(killed) == everything
    # It was not dead, only slow: what it says does not count twice.
    done(killed)
    assert RoundPart.objects.get().holder == heir.holder
    done(heir)
    assert rounds.take(round) is None
    round.refresh_from_db()
    assert round.blobs == 3


def test_who_says_that_it_is_alive_keeps_its_part() -> None:
    rows(3)
    round = rounds.begin("w")
    part = take(round)
    time_passes()
    rounds.renew(part)
    assert isinstance(rounds.take(round), Wait)


def test_what_is_given_back_is_due_at_once() -> None:
    rows(3)
    round = rounds.begin("w")
    part = take(round)
    rounds.give_back(part)
    assert digests(take(round)) == digests(part)


def test_a_round_does_not_end_while_somebody_is_busy() -> None:
    rows(3)
    round = rounds.begin("w")
    part = take(round)
    assert isinstance(rounds.take(round), Wait)
    assert rounds.begin("w") == round
    done(part)
    assert rounds.take(round) is None
    assert rounds.begin("w").number == 2


def test_a_round_that_was_broken_off_did_not_end() -> None:
    rows(3)
    first = rounds.begin("w")
    part = take(first)
    second = rounds.begin("w", anew=True)
    assert second.number == 2
    done(part)
    assert rounds.take(first) is None
    assert rounds.last_ended("w") is None


def test_rounds_of_different_work_do_not_meet() -> None:
    everything = rows(3)
    assert digests(take(rounds.begin("one"))) == digests(take(rounds.begin("other"))) == everything


def test_a_round_over_nothing_ends_at_once() -> None:
    assert rounds.take(rounds.begin("w")) is None


def test_a_key_that_is_no_digest_is_left_to_fsck() -> None:
    everything = rows(2)
    Blob.objects.bulk_create([Blob(sha256="../" + "z" * 61, size=1, crc32=0)])
    assert digests(take(rounds.begin("w"))) == everything


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_do_every_blob_once() -> None:
    everything = rows(500)
    round = rounds.begin("w")
    seen: Counter[str] = Counter()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while (part := rounds.take(round, 7)) is not None:
                if isinstance(part, Part):
                    seen.update(digests(part))
                    done(part)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    workers: list[Any] = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert sorted(seen) == everything and set(seen.values()) == {1}
    round.refresh_from_db()
    assert round.blobs == 500 and round.ended_at is not None
