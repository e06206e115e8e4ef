"""A policy file that is malformed, or asks for what cannot be, stops the start with its reason."""

import os
from pathlib import Path

import pytest

from evidence.errors import BadNote
from evidence.ledger import witnesses
from evidence.ledger.policy import Policy
from tests.logs import witness_key
from tests.plugins.template import manage

ONE, TWO = witness_key().key.vkey, witness_key("witness.example.com/w2", 102).key.vkey
URL = "https://witness.example.com/api"


def read(tmp_path: Path, text: str) -> Policy:
    file = tmp_path / "policy"
    file.write_text(text)
    return witnesses.read(file)


def test_a_policy_says_who_is_asked_and_what_suffices(tmp_path: Path) -> None:
    text = f"witness a {ONE} {URL}\nwitness b {TWO}\ngroup g any a b\nquorum g\n"
    found = read(tmp_path, text)
    assert found.witnesses["a"].url == URL
    assert found.missing([found.witnesses["a"].key]) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("quorum\n", "Line 1 of the policy"),
        (f"witness a {ONE} {URL}\nquorum b\n", "Line 2 of the policy: no witness or group above"),
        (f"witness a {ONE}\nquorum a\n", "can never be met"),
        (f"witness a {ONE} {URL}\nwitness b {TWO}\ngroup g all a b\nquorum g\n", "can never"),
        (f"witness a {ONE} ftp://a\nquorum a\n", "not an address"),
        (f"witness a {ONE} https://\nquorum a\n", "not an address"),
        (f"witness a {ONE} https://a:b\nquorum a\n", "not an address"),
        (f"witness a {ONE} https://ä.example\nquorum a\n", "not an address"),
        (f"witness a {ONE} https://me:pw@a\nquorum a\n", "a name or a password"),
        (f"witness a {ONE} https://a?b=c\nquorum a\n", "a query"),
    ],
)
def test_another_one_is_refused_with_the_reason(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadNote, match=words):
        read(tmp_path, text)


def test_a_password_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(BadNote) as caught:
        read(tmp_path, f"witness a {ONE} https://me:hunter2@a\nquorum a\n")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WITNESS_POLICY_FILE", "{folder}/policy", "WITNESS_POLICY_FILE: Line 1 of the policy"),
        ("WITNESS_POLICY_FILE", "/nowhere", "WITNESS_POLICY_FILE: /nowhere cannot be read"),
        ("TIMESTAMP_URL", "tsa.example.com", "TIMESTAMP_URL: 'tsa.example.com' is not an address"),
    ],
)
def test_the_start_is_stopped(tmp_path: Path, name: str, value: str, words: str) -> None:
    (tmp_path / "policy").write_text("nonsense\n")
    done = manage(os.environ | {name: value.format(folder=tmp_path)}, "check")
    assert done.returncode != 0
    assert words in done.stderr
