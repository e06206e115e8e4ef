"""`manage.py publish`: real requests to witnesses and an authority, and what is said of them."""

import io
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evidence.errors import NotSealed
from evidence.ledger import cosigned, note, timestamps
from evidence.ledger import log as ledger
from evidence.ledger.note import Key
from evidence.ledger.policy import parse
from evidence.models import Cosignature, Published, Timestamp
from evidence.witness.judge import Seen
from tests.answering import answering, reply
from tests.authority import Authority
from tests.plugins.world import World
from tests.witnesses import Witness


def publish(*arguments: str) -> str:
    """Runs the command; gives what it printed."""
    out = io.StringIO()
    call_command("publish", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def witnesses(shared_world: World, settings: Any) -> Iterator[dict[str, Witness]]:
    """Two witnesses behind HTTP that know acme's log and not rival's, and a policy for both."""
    newest = ledger.last_checkpoint(shared_world.acme.log)
    assert newest is not None
    made, lines = {}, ""
    with ExitStack() as stack:
        for number, name in enumerate(("one", "two"), start=201):
            witness = Witness(name, number, shared_world.acme.log.origin)
            witness.log_keys = [Key.parse(newest.key.vkey)]

            def answer(
                handler: BaseHTTPRequestHandler, body: bytes, witness: Witness = witness
            ) -> None:
                assert handler.path == "/deep/add-checkpoint"
                said = witness.answer(body)
                reply(handler, said.status, said.body, said.content_type)

            witness.url = stack.enter_context(answering(answer)) + "/deep/"
            lines += f"witness {name} {witness.key.key.vkey} {witness.url}\n"
            made[name] = witness
        settings.WITNESS_POLICY = parse(f"{lines}group both all one two\nquorum both\n".encode())
        yield made


def test_without_anybody_to_ask_it_says_what_to_set(db: None) -> None:
    with pytest.raises(CommandError, match="Set WITNESS_POLICY_FILE, TIMESTAMP_URL or both"):
        publish()


def test_the_newest_checkpoint_is_cosigned_and_published(
    shared_world: World, witnesses: dict[str, Witness]
) -> None:
    log = shared_world.acme.log
    with pytest.raises(CommandError) as caught:  # they do not know rival's log
        publish()
    assert all("rival" in line and "404" in line for line in str(caught.value).split("\n"))
    assert set(Cosignature.objects.values_list("checkpoint__log", flat=True)) == {log.pk}
    newest = ledger.last_checkpoint(log)
    assert newest is not None
    assert Published.objects.get().checkpoint == newest
    signed = note.parse(cosigned.signed_note(newest))
    keys = [witness.key.key for witness in witnesses.values()]
    assert [key for key, _ in note.verify(signed, keys)] == keys
    assert all(witness.seen.size == newest.size for witness in witnesses.values())


def test_a_new_record_is_published_by_the_next_run(
    shared_world: World, witnesses: dict[str, Witness]
) -> None:
    with pytest.raises(CommandError, match="404"):
        publish()
    shared_world.begin("run-1")
    with pytest.raises(CommandError, match="404"):
        publish()
    first, second = Published.objects.order_by("size")
    assert first.size < second.size == witnesses["one"].seen.size


def test_a_witness_that_has_seen_more_fails_the_run_and_stops_the_log(
    shared_world: World, witnesses: dict[str, Witness]
) -> None:
    witnesses["one"].seen = Seen(1000, bytes(32))
    log = shared_world.acme.log
    with pytest.raises(CommandError, match="has cosigned 1000 records, here are only"):
        publish()
    shared_world.begin("run-1")  # is recorded, and stays pending
    with pytest.raises(NotSealed, match="has cosigned 1000 records"):
        ledger.seal(log)
    with pytest.raises(CommandError, match="acme: The witness has cosigned 1000 records"):
        call_command("seal")


def test_a_timestamp_is_asked_for_kept_and_verifies_offline(
    shared_world: World, settings: Any, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "authority")
    with authority.serving() as url:
        settings.TIMESTAMP_URL = url
        out = publish()
        assert out.count(f"by {url}") == 2
        publish()  # asks no second time
    log = shared_world.acme.log
    newest = ledger.last_checkpoint(log)
    row = Timestamp.objects.get(checkpoint=newest)
    assert Timestamp.objects.count() == 2
    assert newest is not None
    text = note.parse(bytes(newest.note)).text
    time = timestamps.verify(bytes(row.token), text, authority.roots)
    assert abs((time - row.at).total_seconds()) < 60
    packaged = cosigned.package_checkpoint(log, 0)
    assert packaged is not None
    assert (packaged.checkpoint, packaged.timestamp) == (newest, bytes(row.token))


def test_an_authority_that_is_away_keeps_no_witness(
    shared_world: World, witnesses: dict[str, Witness], settings: Any
) -> None:
    settings.TIMESTAMP_URL = "http://127.0.0.1:9/tsr"
    with pytest.raises(CommandError, match=r"127\.0\.0\.1:9/tsr: No answer"):
        publish()
    assert Published.objects.get().timestamp is None
    assert not Timestamp.objects.exists()
