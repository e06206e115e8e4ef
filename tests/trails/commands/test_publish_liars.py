"""A witness or an authority that lies, breaks or dawdles changes nothing but the log's lines."""

import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evidence.ledger import log as ledger
from evidence.ledger import note, timestamps
from evidence.ledger.checkpoint import Checkpoint as Said
from evidence.ledger.policy import parse
from evidence.ledger.proof_file import Consistency
from evidence.models import Contradiction, Cosignature, Published, Timestamp
from tests.answering import Answer, answering, reply
from tests.authority import Authority
from tests.logs import witness_key
from tests.plugins.world import World
from trails.http import outgoing

KEY, OTHER = witness_key(), witness_key("other.example.com", 102)


def said(body: bytes) -> Said:
    """Return the checkpoint of a request."""
    return Said.parse(note.parse(Consistency.parse(body).checkpoint).text)


def line(text: str, key: note.SigningKey = KEY) -> bytes:
    return key.sign(text, time=int(time.time())).line.encode()


def broken(body: bytes) -> bytes:
    good = line(said(body).text)
    return good[:-10] + (b"A" if good[-10:-9] != b"A" else b"B") + good[-9:]


def smaller(body: bytes) -> bytes:
    checkpoint = said(body)
    return line(Said(checkpoint.origin, 1, checkpoint.root).text)


def elsewhere(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(307)
    handler.send_header("Location", "http://127.0.0.1:9/add-checkpoint")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def huge(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(line(said(body).text) * 100)


def slow(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    threading.Event().wait(3)
    reply(handler, 200, line(said(body).text))


def says(make: Callable[[bytes], bytes], status: int = 200, type: str = "text/plain") -> Answer:
    return lambda handler, body: reply(handler, status, make(body), type)


LIARS: dict[str, Answer] = {
    "nothing": says(lambda body: b""),
    "garbage": says(lambda body: bytes(range(256))),
    "a page": says(lambda body: b"<html>Welcome!</html>", type="text/html"),
    "its request": says(lambda body: body),
    "the checkpoint": says(lambda body: Consistency.parse(body).checkpoint),
    "a broken signature": says(broken),
    "a signature of another checkpoint": says(smaller),
    "somebody else's signature": says(lambda body: line(said(body).text, OTHER)),
    "its own and a broken one": says(lambda body: line(said(body).text) + broken(body)),
    "a plain signature": says(
        lambda body: note.SigningKey(KEY.key.name, KEY._private).sign(said(body).text).line.encode()
    ),
    "huge": huge,
    "elsewhere": elsewhere,
    "slow": slow,
    "a size that is none": says(lambda body: b"many", 409, "text/x.tlog.size"),
    "the size that was sent": says(lambda body: b"0\n", 409, "text/x.tlog.size"),
    "a proof from nothing is bad": says(lambda body: b"", 422),
    "too many requests": says(lambda body: b"", 429),
    "an error": says(lambda body: line(said(body).text), 500),
    "hidden in a 404": says(lambda body: line(said(body).text), 404),
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than a second here."""
    monkeypatch.setattr(outgoing, "SECONDS", 1.0)


@pytest.mark.parametrize("liar", LIARS)
def test_a_lying_witness_changes_nothing(liar: str, shared_world: World, settings: Any) -> None:
    honest = says(lambda body: line(said(body).text, OTHER))
    with answering(LIARS[liar]) as url, answering(honest) as other:
        policy = (
            f"witness liar {KEY.key.vkey} {url}\nwitness honest {OTHER.key.vkey} {other}\n"
            "group any any liar honest\nquorum any\n"
        )
        if liar == "somebody else's signature":  # whose key the policy does not know
            policy = f"witness liar {KEY.key.vkey} {url}\nquorum liar\n"
        settings.WITNESS_POLICY = parse(policy.encode())
        with pytest.raises(CommandError) as caught:
            call_command("publish")
    assert all(url in text for text in str(caught.value).split("\n"))
    assert not Cosignature.objects.filter(vkey=KEY.key.vkey).exists()
    assert not Contradiction.objects.exists()
    assert Published.objects.exists() == ("honest" in policy)
    shared_world.begin("run-1")
    assert ledger.seal(shared_world.acme.log)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("liars") / "authority")


@pytest.mark.parametrize("lie", ["garbage", "refused", "another text", "replayed", "500", "slow"])
def test_a_lying_authority_changes_nothing(
    lie: str, authority: Authority, shared_world: World, settings: Any, tmp_path: Path
) -> None:
    log = shared_world.acme.log
    newest = ledger.last_checkpoint(log)
    assert newest is not None
    text = note.parse(bytes(newest.note)).text

    def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
        if lie == "slow":
            threading.Event().wait(3)
        answers: dict[str, Callable[[], bytes]] = {
            "garbage": lambda: b"0" * 5000,
            "refused": lambda: authority.answer(b"nonsense"),
            "another text": lambda: authority.answer(timestamps.question("other").as_bytes()),
            "replayed": lambda: authority.answer(timestamps.question(text).as_bytes()),
        }
        made = answers.get(lie, lambda: authority.answer(body))()
        reply(handler, 500 if lie == "500" else 200, made, "application/timestamp-reply")

    with answering(answer) as url:
        settings.TIMESTAMP_URL = url
        with pytest.raises(CommandError, match=url):
            call_command("publish")
    assert not Timestamp.objects.exists() and not Published.objects.exists()
