"""The newest checkpoint is cosigned by those who have not yet, and published with its quorum."""

from collections.abc import Callable

import pytest

from evidence.ledger import checkpoint, cosigned, publishing
from evidence.ledger import log as ledger
from evidence.ledger.note import Key
from evidence.ledger.publishing import Round
from evidence.ledger.reading import last_checkpoint
from evidence.models import Checkpoint, Contradiction, Cosignature, Log, Published
from tests.evidence.ledger.conftest import Append
from tests.witnesses import Network, Witness

Grow = Callable[[int], Checkpoint]


@pytest.fixture
def grow(log: Log, append: Append) -> Grow:
    """Append that many records and seal them."""

    def grow(count: int) -> Checkpoint:
        append(count)
        sealed = ledger.seal(log)
        assert sealed is not None
        return sealed

    return grow


@pytest.fixture
def network(log: Log, grow: Grow) -> Network:
    """Two witnesses that know the log, which has three records."""
    keys = [Key.parse(grow(3).key.vkey)]
    one, two = (Witness(name, at, log.origin) for at, name in enumerate(("one", "two"), start=201))
    one.log_keys = two.log_keys = keys
    return Network(one, two)


ANY = "group both any one two\nquorum both\n"
BOTH = "group both all one two\nquorum both\n"


def publish(log: Log, network: Network, quorum: str = BOTH) -> Round:
    return publishing.publish(log, policy=network.policy(quorum), authority="", send=network.send)


def cosigners(data: bytes, network: Network, log: Log) -> list[str]:
    """Return the names of the witnesses whose valid cosignatures stand under a checkpoint."""
    keys = [witness.key.key for witness in network.witnesses.values()]
    log_keys = [Key.parse(row.vkey) for row in log.keys.all()]
    _, _, verified = checkpoint.opened(data, [*log_keys, *keys])
    return [key.name for key, _ in verified if key in keys]


def test_a_log_without_checkpoints_asks_nobody(log: Log) -> None:
    network = Network(Witness("one", 201, log.origin))
    assert publish(log, network, "quorum one\n") == Round()
    assert not network.witnesses["https://one.example.com"].asked


def test_all_witnesses_cosign_and_the_note_carries_their_lines(log: Log, network: Network) -> None:
    done = publish(log, network)
    assert done.checkpoint is not None and done.is_published and not done.troubles
    signed = cosigned.signed_note(done.checkpoint)
    assert cosigners(signed, network, log) == ["one.example.com", "two.example.com"]
    assert signed.startswith(bytes(done.checkpoint.note))
    assert bytes(Published.objects.get().note) == signed


def test_who_has_cosigned_is_not_asked_again(log: Log, network: Network) -> None:
    publish(log, network)
    done = publish(log, network)
    assert not done.cosigners and not done.troubles and done.is_published
    assert [len(witness.asked) for witness in network.witnesses.values()] == [1, 1]


def test_the_next_checkpoint_is_proven_from_what_each_one_cosigned(
    log: Log, network: Network, grow: Grow
) -> None:
    publish(log, network)
    for count in (1, 300, 2):
        grow(count)
        publish(log, network)
    for witness in network.witnesses.values():
        assert [body.split(b"\n")[0] for body in witness.asked] == [
            b"old 0",
            b"old 3",
            b"old 4",
            b"old 304",
        ]
        assert witness.seen.size == 306


def test_only_the_newest_checkpoint_is_published(log: Log, network: Network, grow: Grow) -> None:
    for _ in range(5):
        grow(1)
    publish(log, network)
    assert Published.objects.get().size == 8
    assert set(Cosignature.objects.values_list("checkpoint__size", flat=True)) == {8}


def test_one_that_is_not_there_keeps_nobody_else(log: Log, network: Network) -> None:
    network.witnesses["https://one.example.com"].is_reachable = False
    done = publish(log, network, ANY)
    assert [key.name for key in done.cosigners] == ["two.example.com"]
    [trouble] = done.troubles
    assert trouble.url == "https://one.example.com"
    assert "the line is dead" in trouble.reason and not trouble.is_about_log
    assert done.is_published


def test_without_its_quorum_a_checkpoint_is_not_published(log: Log, network: Network) -> None:
    one = network.witnesses["https://one.example.com"]
    one.is_reachable = False
    assert not publish(log, network).is_published
    assert Cosignature.objects.count() == 1 and not Published.objects.exists()
    one.is_reachable = True
    assert publish(log, network).is_published


def test_a_quorum_of_rows_is_published_even_when_nobody_has_to_be_asked(
    log: Log, network: Network
) -> None:
    # Two publishers at once may each store the half of a quorum that the other does not see.
    network.witnesses["https://one.example.com"].is_reachable = False
    publish(log, network)
    assert publish(log, network, ANY).is_published


def test_those_who_are_left_alone_for_a_while_are_not_asked(log: Log, network: Network) -> None:
    done = publishing.publish(
        log,
        policy=network.policy(ANY),
        authority="",
        send=network.send,
        may_ask=lambda url: "two" in url,
    )
    assert [key.name for key in done.cosigners] == ["two.example.com"]
    assert not done.troubles


def test_a_witness_that_was_restored_is_led_on_from_where_it_is(
    log: Log, network: Network, grow: Grow
) -> None:
    publish(log, network)
    one = network.witnesses["https://one.example.com"]
    before = one.seen
    grow(4)
    publish(log, network)
    one.seen = before
    grow(2)
    done = publish(log, network)
    assert len(done.cosigners) == 2 and not done.troubles
    assert [body.split(b"\n")[0] for body in one.asked[-2:]] == [b"old 7", b"old 3"]
    assert one.seen.size == 9


def test_a_publisher_that_forgot_is_told_where_the_witness_is(
    log: Log, network: Network, grow: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(log, network)
    for _ in range(3):
        grow(1)
    monkeypatch.setattr(publishing, "LOOKED_BACK", 2)
    done = publish(log, network)
    assert len(done.cosigners) == 2 and not done.troubles
    for witness in network.witnesses.values():
        heads = [body.split(b"\n")[0] for body in witness.asked[1:]]
        assert heads == [b"old 0", b"old 3"]


def test_a_faster_publisher_is_no_contradiction(log: Log, network: Network, grow: Grow) -> None:
    # Between the reading of the newest checkpoint and the asking another one was published.
    older = last_checkpoint(log)
    grow(2)
    publish(log, network)
    assert older is not None
    done = late(log, network, older)
    assert not done.contradictions and not Contradiction.objects.exists()
    assert {trouble.reason for trouble in done.troubles} == {"Another publisher was faster."}


def late(log: Log, network: Network, older: Checkpoint) -> Round:
    """Publish as somebody does who has read the newest checkpoint a moment ago."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "last_checkpoint", lambda log: older)
        return publish(log, network)
