"""A timestamp proves when a checkpoint existed, offline, to whoever has the authority's root."""

import datetime
from pathlib import Path

import pytest
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

from evidence.errors import BadProof
from evidence.ledger import timestamps
from tests.authority import Authority

TEXT = "log.example.com\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
OTHER = TEXT.replace("\n3\n", "\n4\n")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "one")


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    return authority.answer(timestamps.question(TEXT).as_bytes())


def test_an_answer_to_our_question_tells_its_time(authority: Authority) -> None:
    asked = timestamps.question(TEXT)
    answer = authority.answer(asked.as_bytes())
    now = datetime.datetime.now(datetime.UTC)
    assert abs(timestamps.answered(answer, TEXT, asked) - now) < datetime.timedelta(seconds=60)


def test_it_is_verified_with_the_root_alone(authority: Authority, token: bytes) -> None:
    now = datetime.datetime.now(datetime.UTC)
    time = timestamps.verify(token, TEXT, authority.roots)
    assert abs(time - now) < datetime.timedelta(seconds=60)


def test_another_root_does_not_verify_it(token: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadProof, match="not valid"):
        timestamps.verify(token, TEXT, Authority(tmp_path / "two").roots)


def test_without_roots_nothing_is_verified(token: bytes) -> None:
    with pytest.raises(BadProof, match="no root certificates"):
        timestamps.verify(token, TEXT, [])


def test_it_is_of_one_text_only(authority: Authority, token: bytes) -> None:
    with pytest.raises(BadProof, match="another text"):
        timestamps.verify(token, OTHER, authority.roots)
    asked = timestamps.question(OTHER)
    with pytest.raises(BadProof, match="another text"):
        timestamps.answered(token, OTHER, asked)


def test_an_answer_to_an_earlier_question_is_refused(authority: Authority, token: bytes) -> None:
    # Replayed, it would make a checkpoint look older than it is.
    with pytest.raises(BadProof, match="nonce"):
        timestamps.answered(token, TEXT, timestamps.question(TEXT))


def test_an_answer_over_another_hash_is_refused(authority: Authority) -> None:
    asked = TimestampRequestBuilder(TEXT.encode(), HashAlgorithm.SHA512).build()
    answer = authority.answer(asked.as_bytes())
    with pytest.raises(BadProof, match="another hash"):
        timestamps.answered(answer, TEXT, asked)
    with pytest.raises(BadProof, match="another hash"):
        timestamps.verify(answer, TEXT, authority.roots)


def test_a_refusal_of_the_authority_says_why(authority: Authority) -> None:
    answer = authority.answer(b"not a question")
    with pytest.raises(BadProof, match="did not grant it: status 2, 'Bad request format"):
        timestamps.answered(answer, TEXT, timestamps.question(TEXT))
    with pytest.raises(BadProof):
        timestamps.verify(answer, TEXT, authority.roots)


@pytest.mark.parametrize("junk", [b"", b"0", b"\x30\x80", b"<html>", bytes(300_000)])
def test_junk_is_refused(authority: Authority, junk: bytes) -> None:
    with pytest.raises(BadProof):
        timestamps.answered(junk, TEXT, timestamps.question(TEXT))
    with pytest.raises(BadProof):
        timestamps.verify(junk, TEXT, authority.roots)


def test_cut_or_lengthened_it_is_refused(authority: Authority, token: bytes) -> None:
    for changed in (*(token[:end] for end in range(0, len(token), 37)), token + b"0"):
        with pytest.raises(BadProof):
            timestamps.verify(changed, TEXT, authority.roots)


def test_no_changed_bit_changes_what_it_says(authority: Authority, token: bytes) -> None:
    # Versions and the name of the signature's algorithm are read by nobody, and not signed.
    time, accepted = timestamps.verify(token, TEXT, authority.roots), 0
    for bit in range(0, len(token) * 8, 3):
        changed = bytearray(token)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            assert timestamps.verify(bytes(changed), TEXT, authority.roots) == time
        except BadProof:
            continue
        accepted += 1
    assert accepted < len(token) * 8 / 3 / 50
