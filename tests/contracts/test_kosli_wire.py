"""A recorded conversation of the Kosli CLI, replayed byte by byte against the real server.

The conversation is `tests/vectors/kosli/era-a.http`; contract sections 0 and A.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.trails.kosli.wire import TOKENS, Wire, basic, bearer, seed, wire

__all__ = ["wire"]  # a fixture
VECTORS = Path(__file__).parents[1] / "vectors" / "kosli" / "era-a.http"


class Exchange(NamedTuple):
    title: str
    head: str
    body: bytes
    status: int
    is_whole: bool
    answer: Any


def conversation() -> Iterator[Exchange]:
    for text in VECTORS.read_text().split("\n### ")[1:]:
        title, _, rest = text.partition("\n")
        request, _, answer = rest.partition("\n--- ")
        head, _, body = request.partition("\n\n")
        if "multipart/" in head:
            body = body.replace("\n", "\r\n")
        verdict, _, expected = answer.partition("\n")
        status, how = verdict.split()
        yield Exchange(title, head, body.encode(), int(status), how == "is", json.loads(expected))


def holds(found: Any, expected: Any) -> bool:
    """Whether what was found has all that is expected: keys may be more, entries may not."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            key in found and holds(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(holds, found, expected))
    return bool(found == expected and type(found) is type(expected))


@pytest.mark.parametrize("scheme", [basic, bearer])
def test_the_cli_is_answered_as_it_expects(
    wire: Wire, tmp_path: Path, scheme: Callable[[str], str]
) -> None:
    seed(wire.server, tmp_path / "seed.json")
    filled = {
        "{host}": f"{wire.server.host}:{wire.server.port}",
        "{authorization}": scheme(TOKENS["owner"]),
    }
    for call in conversation():
        head = call.head.replace("{length}", str(len(call.body)))
        for placeholder, value in filled.items():
            head = head.replace(placeholder, value)
        request = head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + call.body
        got = wire.exchange(request)
        assert got.status == call.status, (call.title, got)
        if call.is_whole:
            assert got.json == call.answer, call.title
        else:
            assert holds(got.json, call.answer), (call.title, got.json)


def test_the_conversation_has_every_call() -> None:
    titles = {call.title.partition(":")[0] for call in conversation()}
    assert titles >= {"A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"}


def test_an_empty_list_is_two_brackets_and_a_newline(wire: Wire) -> None:
    assert wire.call("GET", "/api/v2/audit_trails/owner").body == b"[]\n"


@pytest.mark.parametrize("key", [None, bearer("made-up"), basic("made-up")])
def test_ready_says_two_letters_whatever_key_is_sent(wire: Wire, key: str | None) -> None:
    got = wire.send("GET", "//ready", b"null", by=None, Authorization=key or "")
    assert (got.status, got.body) == (200, b"OK")
