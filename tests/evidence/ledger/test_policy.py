"""A policy says which logs are believed, and whose cosignatures it takes (C2SP tlog-policy)."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.errors import BadNote
from evidence.ledger import policy
from evidence.ledger.note import Algorithm, Key, SigningKey

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
GOLDEN: dict[str, Any] = json.loads((VECTORS / "golden.json").read_text(encoding="utf-8"))
LOG = Key.parse(GOLDEN["log_vkey"])


def witness(name: str, number: int) -> Key:
    private = Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
    return SigningKey(name, private, Algorithm.COSIGNATURE).key


NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
KEYS = {name: witness(f"witness.example/{name}", 40 + at) for at, name in enumerate(NAMES)}
W = "".join(f"witness {name} {key.vkey}\n" for name, key in KEYS.items())
# The example of the standard.
EXAMPLE = f"""\
# Two of the one organization, and any of the other.
log {LOG.vkey}

{W}
group X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def parsed(text: str) -> policy.Policy:
    return policy.parse(text.encode())


def missing(text: str, *names: str) -> list[str]:
    return parsed(text).missing([KEYS[name] for name in names])


def test_the_standards_example_takes_what_it_says() -> None:
    found = parsed(EXAMPLE)
    assert found.logs == [LOG]
    assert list(found.witnesses) == NAMES
    for count in range(len(NAMES) + 1):
        for names in itertools.combinations(NAMES, count):
            ones = [sum(name.startswith(first) for name in names) for first in "XY"]
            assert (found.missing([KEYS[name] for name in names]) == []) == (
                ones[0] >= 2 and ones[1] >= 1
            )


def test_what_is_missing_is_said() -> None:
    assert missing(EXAMPLE, "X1", "X2") == [
        "Group X-and-Y takes 2 of X-witnesses, Y-witnesses; X-witnesses cosigned."
    ]
    assert missing(f"{W}quorum X1\n", "X2") == ["Witness X1 has not cosigned the checkpoint."]
    assert missing(f"{W}group g 2 X1 X2 X3\nquorum g\n") == [
        "Group g takes 2 of X1, X2, X3; none cosigned."
    ]


def test_no_quorum_has_to_be_asked_for() -> None:
    assert missing("quorum none\n") == []
    assert missing(f"{W}quorum none\n") == []
    for text in ("", "\n", f"log {LOG.vkey}\n", W):
        with pytest.raises(BadNote, match="has no quorum"):
            parsed(text)


def test_a_cosignature_of_a_key_with_another_name_does_not_count() -> None:
    found = parsed(f"{W}quorum X1\n")
    assert found.missing([KEYS["X1"]]) == []
    assert found.missing([witness("other.example", 40)])
    assert found.missing([Key(KEYS["X1"].name, KEYS["X1"].public, Algorithm.ED25519)])


def test_the_same_witness_counts_once_however_often_it_cosigned() -> None:
    assert missing(f"{W}group g 2 X1 X2 X3\nquorum g\n", "X1", "X1", "X1")


@pytest.mark.parametrize(
    "text",
    [
        f"  log \t {LOG.vkey}  \n\n \t \n   # comment\n\tquorum\tnone\t\n",
        f"log {LOG.vkey} https://log.example.com/\nquorum none # comment\n".replace(
            " # comment", ""
        ),
        f"quorum none\nlog {LOG.vkey}\n{W}",
        f"#\n##\n#quorum\nlog {LOG.vkey}\nquorum none\n",
    ],
)
def test_spaces_tabs_comments_and_urls_may_be_there(text: str) -> None:
    assert parsed(text).logs == [LOG]


def test_a_witness_may_have_an_address() -> None:
    found = parsed(f"witness w {KEYS['X1'].vkey} https://witness.example/\nquorum w\n")
    assert found.witnesses["w"].url == "https://witness.example/"
    assert parsed(W + "quorum none\n").witnesses["X1"].url == ""


OTHER = SigningKey("another.example", Ed25519PrivateKey.from_private_bytes(bytes(32))).key
SAME_LOG = Key("another.example", LOG.public)
SAME_WITNESS = Key("another.example", KEYS["X1"].public, Algorithm.COSIGNATURE)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("quorom none", "not a log, witness, group or quorum"),
        ("Quorum none", "not a log"),
        ("quorum", "not a log"),
        ("quorum X1 X2", "not a log"),
        ("quorum none # or so", "not a log"),
        ("quorum Z", "no witness or group above is called Z"),
        ("quorum later", "no witness or group above is called later"),
        ("log", "not a log"),
        ("log nonsense", "not a verification key"),
        (f"log {LOG.vkey}", "there already"),
        (f"log {SAME_LOG.vkey}", "there already"),
        (f"log {OTHER.vkey} https://a https://b", "not a log"),
        (f"log {KEYS['X1'].vkey}", "plain Ed25519"),
        (f"log {LOG.vkey[:-1]}", "not a verification key"),
        (f"log {LOG.vkey.replace('acme', 'acne')}", "is damaged"),
        ("witness w", "not a log"),
        (f"witness w {LOG.vkey}", "cosignature key"),
        (f"witness w {KEYS['X1'].vkey}", "there already"),
        (f"witness w {SAME_WITNESS.vkey}", "there already"),
        (f"witness none {witness('w', 1).vkey}", "the name none is taken"),
        (f"witness X1 {witness('w', 1).vkey}", "the name X1 is taken"),
        (f"witness G {witness('w', 1).vkey}", "the name G is taken"),
        ("group g", "not a log"),
        ("group g any", "not a log"),
        ("group g X1 X2", "write any, all or a number from 1 to 1"),
        ("group g 0 X1 X2", "from 1 to 2, not 0"),
        ("group g 3 X1 X2", "from 1 to 2, not 3"),
        ("group g -1 X1 X2", "from 1 to 2"),
        ("group g +1 X1 X2", "from 1 to 2"),
        ("group g 01 X1 X2", "from 1 to 2"),
        ("group g 1.0 X1 X2", "from 1 to 2"),
        ("group g \u0661 X1 X2", "from 1 to 2"),
        ("group g Any X1 X2", "from 1 to 2"),
        (f"group g {'9' * 5000} X1 X2", "from 1 to 2"),
        ("group X1 any X2", "the name X1 is taken"),
        ("group G any X2", "the name G is taken"),
        ("group none any X2", "the name none is taken"),
        ("group g any Z", "no witness or group above is called Z"),
        ("group g any g", "no witness or group above is called g"),
        ("group g any none", "no witness or group above is called none"),
        ("group g any X1 X1", "X1 is a member of a group already"),
        ("group g any Y1", "Y1 is a member of a group already"),
        ("group g any \u212a1", "no witness or group above is called \u212a1"),
        ("# a bell \x07", "a control character"),
        ("# \x00", "a control character"),
        ("# \x7f", "a control character"),
        ("quorum none\r", "a control character"),
        ("\u00a0quorum none", "not a log"),
    ],
)
def test_a_wrong_line_is_refused_with_its_number(line: str, why: str) -> None:
    text = f"log {LOG.vkey}\n{W}group G any Y1\n{line}\nquorum none\n"
    with pytest.raises(BadNote, match=r"^Line 9 of the policy: ") as refused:
        parsed(text)
    assert why in str(refused.value)


def test_a_threshold_of_two_digits_is_decimal_and_ascii() -> None:
    names = [f"w{number}" for number in range(12)]
    lines = [f"witness {name} {witness(name, at + 1).vkey}\n" for at, name in enumerate(names)]
    group = "group g {} " + " ".join(names) + "\nquorum g\n"
    assert parsed("".join(lines) + group.format("11")).groups["g"].threshold == 11
    for other in ("1\u0661", "1\uff11", "1\u00b9", "011", "1 1"):
        with pytest.raises(BadNote, match="Line 13 of the policy"):
            parsed("".join(lines) + group.format(other))


def test_a_second_quorum_is_refused() -> None:
    for second in ("none", "X1"):
        with pytest.raises(BadNote, match="Line 8 of the policy: a second quorum"):
            parsed(f"{W}quorum none\nquorum {second}\n")


def test_a_policy_that_was_cut_off_is_refused() -> None:
    text = EXAMPLE.encode()
    for stop in range(len(text)):
        with pytest.raises(BadNote):
            policy.parse(text[:stop])


def test_names_are_octets_in_a_file_that_is_not_utf_8() -> None:
    # Nothing here is UTF-8 but the key's own name, which always is.
    key = witness("zeuge.example/größe", 1)
    text = b"# Gr\xf6\xdfe\nwitness gr\xf6\xdfe " + key.vkey.encode() + b"\nquorum gr\xf6\xdfe\n"
    found = policy.parse(text)
    assert found.missing([key]) == []
    assert found.missing([]) == ["Witness größe has not cosigned the checkpoint."]
    with pytest.raises(BadNote, match="Line 1 of the policy: the name of the key is not UTF-8"):
        policy.parse(b"log gr\xf6\xdfe+00000000+AAAA\nquorum none\n")


def test_a_name_in_other_octets_is_another_name() -> None:
    one, two = (witness(f"w{number}", number) for number in (1, 2))
    composed, decomposed = "gr\u00f6\u00dfe", "gro\u0308\u00dfe"
    found = parsed(
        f"witness {composed} {one.vkey}\nwitness {decomposed} {two.vkey}\nquorum {decomposed}\n"
    )
    assert found.missing([two]) == []
    assert found.missing([one])


def test_groups_within_groups_by_the_thousand_are_counted() -> None:
    groups = "".join(f"group g{n} any {f'g{n - 1}' if n else 'X1'}\n" for n in range(20_000))
    text = f"{W}{groups}quorum g19999\n"
    assert missing(text, "X1") == []
    assert missing(text, "X2")


def test_a_policy_has_a_mebibyte_and_not_one_byte_more() -> None:
    rest = b"\nquorum none\n"
    assert policy.parse(b"#" * (policy.LIMIT - len(rest)) + rest).quorum == "none"
    with pytest.raises(BadNote, match="at most 1048576 bytes"):
        policy.parse(b"#" * (policy.LIMIT - len(rest) + 1) + rest)
