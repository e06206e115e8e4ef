"""The file of logs says exactly whom a witness knows, or which line is wrong."""

import pytest

from evidence.errors import BadNote
from evidence.witness import logs
from tests.logs import Stranger, witness_key

ONE, TWO = Stranger("trails.example.com/acme", 5), Stranger("trails.example.com/rival", 5)
NEW = Stranger("trails.example.com/acme", 6)


def test_a_line_names_a_log_by_its_key_and_perhaps_its_address() -> None:
    data = f"# whom we know\n\n \tlog {ONE.vkey}\t https://trails.example.com/acme/log/ \n".encode()
    assert logs.parse(data) == {ONE.origin: [ONE.key.key]}


def test_one_key_may_sign_for_several_logs_and_several_keys_for_one() -> None:
    data = f"log {ONE.vkey}\nlog {TWO.vkey}\nlog {NEW.vkey}\n".encode()
    assert logs.parse(data) == {
        ONE.origin: [ONE.key.key, NEW.key.key],
        TWO.origin: [TWO.key.key],
    }


def test_an_empty_file_knows_nobody() -> None:
    assert logs.parse(b"") == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("log", "not 'log', its key"),
        (f"log {ONE.vkey} https://a https://b", "not 'log', its key"),
        ("quorum none", "not 'log', its key"),
        (f"LOG {ONE.vkey}", "not 'log', its key"),
        ("log nonsense", "not a verification key"),
        (f"log {witness_key().key.vkey}", "plain Ed25519 key"),
        (f"log {ONE.vkey}\r", "control character"),
        ("# a comment\x00", "control character"),
        (f"log {TWO.vkey}", "there already"),
        (f"log {Stranger('x' * 401).vkey}", "at most 400 characters"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(line: str, words: str) -> None:
    with pytest.raises(BadNote, match=f"^Line 3 of the file of logs: .*{words}"):
        logs.parse(f"log {ONE.vkey}\nlog {TWO.vkey}\n{line}\n".encode())


def test_a_file_that_was_cut_off_is_refused() -> None:
    with pytest.raises(BadNote, match="cut off"):
        logs.parse(f"log {ONE.vkey}".encode())


def test_a_file_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(BadNote, match="UTF-8"):
        logs.parse(b"log \xff\n")
