"""Every answer of a witness has one meaning; whatever is not a cosignature changes nothing."""

import pytest

from evidence.ledger import note
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.submission import (
    Contradicts,
    Cosigned,
    Declined,
    Elsewhere,
    Meaning,
    Reply,
    meaning,
)
from tests.logs import Stranger, witness_key

LOG, ONE, TWO = Stranger(), witness_key(), witness_key("witness.example.com/w2", 102)
UNKNOWN = witness_key("witness.example.com/w3", 103)
CHECKPOINT = Checkpoint(LOG.origin, 7, LOG.root(7))
TEXT = CHECKPOINT.text
SIZE = "text/x.tlog.size"
KEYS = [ONE.key, TWO.key]


def of(status: int, body: bytes = b"", content_type: str = "text/plain", old: int = 3) -> Meaning:
    return meaning(Reply(status, content_type, body), old=old, checkpoint=CHECKPOINT, keys=KEYS)


def lines(*signers: note.SigningKey, text: str = TEXT) -> bytes:
    return "".join(signer.sign(text, time=1_700_000_000).line for signer in signers).encode()


def test_valid_cosignatures_of_known_witnesses_are_taken() -> None:
    found = of(200, lines(ONE, TWO))
    assert isinstance(found, Cosigned)
    assert [key for key, _ in found.signatures] == KEYS


def test_lines_of_unknown_witnesses_are_ignored() -> None:
    found = of(200, lines(UNKNOWN, ONE))
    assert isinstance(found, Cosigned)
    assert [key for key, _ in found.signatures] == [ONE.key]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"<html>",
        b"\xff\xfe",
        lines(UNKNOWN),
        lines(ONE)[:-1],
        lines(ONE) + b"\n",
        b"\n" + lines(ONE),
        LOG.key.sign(TEXT).line.encode(),
        lines(ONE, text=TEXT.replace("\n7\n", "\n8\n")),
        lines(ONE, text=Checkpoint(LOG.origin, 7, LOG.root(7, 1)).text),
        lines(TWO) + lines(ONE, text=TEXT.replace("\n7\n", "\n8\n")),
        lines(ONE).replace(b"witness.example.com/w1", b"witness.example.com/w2"),
        lines(ONE) * 101,
    ],
    ids=range(14),
)
def test_anything_else_with_200_is_no_cosignature(body: bytes) -> None:
    assert isinstance(of(200, body), Declined)


@pytest.mark.parametrize("content_type", [SIZE, f"{SIZE}; charset=utf-8", SIZE.upper()])
@pytest.mark.parametrize("size", [0, 2, 7])
def test_409_with_a_size_of_ours_says_where_the_witness_stands(
    content_type: str, size: int
) -> None:
    assert of(409, f"{size}\n".encode(), content_type) == Elsewhere(size)


def test_409_with_a_larger_size_is_another_history() -> None:
    found = of(409, b"8\n", SIZE)
    assert isinstance(found, Contradicts)
    assert found.size == 8
    assert "has cosigned 8 records, here are only 7" in found.reason


@pytest.mark.parametrize("answer", [(b"another root\n", "text/plain"), (b"7\n", SIZE)])
def test_409_to_the_size_it_has_is_another_root(answer: tuple[bytes, str]) -> None:
    found = of(409, *answer, old=7)
    assert isinstance(found, Contradicts)
    assert "another root over the same 7 records" in found.reason


def test_422_is_another_history() -> None:
    found = of(422, b"bad proof")
    assert isinstance(found, Contradicts)
    assert "The first 3 records here are not those" in found.reason


@pytest.mark.parametrize(
    ("status", "body", "content_type", "old"),
    [
        (409, b"", "text/plain", 3),
        (409, b"3\n", SIZE, 3),
        (409, b"03\n", SIZE, 3),
        (409, b"-1\n", SIZE, 3),
        (409, b"9" * 30, SIZE, 3),
        (409, b"\xb2\n", SIZE, 3),
        (409, b"eight", SIZE, 3),
        (422, b"", "text/plain", 0),
    ],
)
def test_nonsense_is_not_taken_for_another_history(
    status: int, body: bytes, content_type: str, old: int
) -> None:
    assert isinstance(of(status, body, content_type, old), Declined)


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_witness_may_decline_this_log(status: int) -> None:
    found = of(status, b"no \x1b[31m thanks \xff" + b"x" * 1000)
    assert isinstance(found, Declined)
    assert found.is_about_log
    assert "\x1b" not in found.reason and len(found.reason) < 400


@pytest.mark.parametrize("status", [204, 301, 302, 307, 308, 418, 429, 500, 502, 503])
def test_other_answers_are_about_the_witness(status: int) -> None:
    found = of(status, lines(ONE))
    assert isinstance(found, Declined)
    assert not found.is_about_log
    assert str(status) in found.reason
