"""A checkpoint has one spelling, and is believed only of the log whose key signed it."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadNote
from evidence.ledger import checkpoint, note
from evidence.ledger.checkpoint import Checkpoint, opened
from evidence.ledger.note import Key, Note, Signature, SigningKey
from tests.mutations import mutations

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


GOLDEN: dict[str, Any] = vectors("golden.json")
ROOT = bytes.fromhex(vectors("rfc6962.json")["roots"][8])
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN["log_seed"]))
LOG = SigningKey(GOLDEN["log_name"], PRIVATE)
TEXT: str = GOLDEN["checkpoint_text"]
ORIGIN, SIZE, HASH, _ = TEXT.split("\n")


def test_a_size_and_a_root_have_their_frozen_text_and_signature() -> None:
    said = Checkpoint(GOLDEN["log_name"], 8, ROOT)
    assert said.text == GOLDEN["checkpoint_text"]
    assert bytes(Note(said.text, [LOG.sign(said.text)])).decode() == GOLDEN["checkpoint"]


def test_the_frozen_checkpoint_is_read_and_its_signature_valid() -> None:
    said, signed, [(key, _)] = opened(GOLDEN["checkpoint"].encode(), [LOG.key])
    assert said == Checkpoint(GOLDEN["log_name"], 8, ROOT)
    assert key == Key.parse(GOLDEN["log_vkey"])
    assert signed.text == said.text


def test_a_checkpoint_of_another_implementation_is_read_with_the_key_of_its_log() -> None:
    foreign = vectors("foreign-notes.json")[2]
    said, _, [(key, _)] = opened(foreign["note"].encode(), [Key.parse(foreign["vkeys"][0])])
    assert said.size == 1_432_088_532
    assert said.origin == key.name == "arche2025h1.staging.ct.transparency.dev"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n\n",
        f"{ORIGIN}\n",
        f"{ORIGIN}\n{SIZE}\n",
        f"{ORIGIN}\n{SIZE}\n{HASH}",  # no last newline
        f"\n{SIZE}\n{HASH}\n",
        f"{ORIGIN}\n\n{HASH}\n",
        f"{ORIGIN}\n{SIZE}\n\n",
        f"{ORIGIN}\n\n{SIZE}\n{HASH}\n",
        f"{TEXT}\n",
        f"{TEXT}\nextension\n",
        f"{TEXT}extension\n\n",
        f"{TEXT}extension",
        f"{SIZE}\n{HASH}\n{ORIGIN}\n",
        f"{ORIGIN}\n{HASH}\n{SIZE}\n",
        f"{ORIGIN}\n{SIZE} {HASH}\n",
        TEXT.replace("\n", "\r\n"),
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote):
        Checkpoint.parse(text)


NOT_NUMBERS = [
    "", " ", "08", "00", "+8", "-8", "-0", "8 ", " 8", "8.0", "8e0", "0x8", "8_0", "8,000", "eight",
    "\u0668", "8\u0668", "\uff18", "8\u00a0", "\u00b2", "8\x00",
    str(1 << 63), str(1 << 64), "9" * 19, "9" * 20, "9" * 10_000, "1" + "0" * 4_301,
]  # fmt: skip


@pytest.mark.parametrize("size", NOT_NUMBERS)
def test_a_size_in_another_spelling_or_too_large_is_refused(size: str) -> None:
    with pytest.raises(BadNote):
        checkpoint.number(size)
    with pytest.raises(BadNote):
        Checkpoint.parse(f"{ORIGIN}\n{size}\n{HASH}\n")


@pytest.mark.parametrize("size", [0, 1, 9, 10, (1 << 53) + 1, (1 << 63) - 1])
def test_any_size_below_the_limit_is_read_exactly(size: int) -> None:
    said = Checkpoint(ORIGIN, size, ROOT)
    assert Checkpoint.parse(said.text) == said
    assert said.text.split("\n")[1] == str(size)


@pytest.mark.parametrize(
    "hash",
    [
        "", "=", "AAAA", HASH[:-1], HASH + "=", HASH[:-2] + "h=", HASH.replace("/", "_"),
        HASH.replace("+", "-"), HASH[:20] + " " + HASH[20:], f" {HASH}", f"{HASH} ", HASH + HASH,
        "AA" * 21 + "==", "AAAA" * 11, ROOT.hex(),
    ],
)  # fmt: skip
def test_a_root_in_another_spelling_or_length_is_refused(hash: str) -> None:
    with pytest.raises(BadNote):
        checkpoint.hash(hash)
    with pytest.raises(BadNote):
        Checkpoint.parse(f"{ORIGIN}\n{SIZE}\n{hash}\n")


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": ""},
        {"origin": f"{ORIGIN}\n9\n{HASH}"},  # would say 9 to whoever reads it
        {"origin": f"{ORIGIN}\n"},
        {"size": -1},
        {"size": 1 << 63},
        {"root": ROOT[:-1]},
        {"root": b""},
        {"extensions": ("",)},
        {"extensions": ("a\nb",)},
    ],
)
def test_what_would_be_read_as_another_checkpoint_is_never_written(wrong: dict[str, Any]) -> None:
    facts: dict[str, Any] = {"origin": ORIGIN, "size": 8, "root": ROOT, **wrong}
    with pytest.raises(BadNote):
        Checkpoint(**facts)


lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1)


@given(lines, st.integers(0, (1 << 63) - 1), st.binary(min_size=32, max_size=32), st.lists(lines))
def test_what_is_written_is_read_as_the_same(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    said = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(said.text) == said


@given(mutations(TEXT.encode()))
def test_a_changed_text_is_refused_or_is_another_checkpoint(data: bytes) -> None:
    try:
        said = Checkpoint.parse(data.decode())
    except (BadNote, UnicodeDecodeError):
        return
    assert said.text.encode() == data
    assert (said == Checkpoint.parse(TEXT)) == (data == TEXT.encode())


@given(mutations(GOLDEN["checkpoint"].encode()))
def test_changed_bytes_are_never_believed_to_say_something_else(data: bytes) -> None:
    try:
        said, signed, _ = opened(data, [LOG.key])
    except BadNote:
        return
    assert said == Checkpoint.parse(TEXT)
    assert bytes(signed) == data


def test_the_checkpoint_of_one_log_does_not_pass_as_that_of_another_with_the_same_key() -> None:
    # The name in a signature's line is not signed. What is signed, the origin, has to agree.
    other = SigningKey("trails.example.com/other", PRIVATE)
    relabelled = Signature(other.key.name, other.key.id, LOG.sign(TEXT).data)
    forged = bytes(Note(TEXT, [relabelled]))
    assert note.verify(note.parse(forged), [other.key])  # the signature as such is valid
    with pytest.raises(
        BadNote, match=f"The key is of {other.key.name}, the checkpoint of {ORIGIN}"
    ):
        opened(forged, [other.key])
    with pytest.raises(BadNote, match="The key is of"):
        opened(bytes(Note(TEXT, [LOG.sign(TEXT), relabelled])), [LOG.key, other.key])


def test_a_checkpoint_that_nobody_known_signed_is_refused() -> None:
    stranger = SigningKey(ORIGIN, Ed25519PrivateKey.generate())
    with pytest.raises(BadNote, match="not signed by any key"):
        opened(GOLDEN["checkpoint"].encode(), [stranger.key])
    with pytest.raises(BadNote, match="not signed by any key"):
        opened(GOLDEN["checkpoint"].encode(), [])


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    text = "If you think cryptography is the answer to your problem,\n"
    with pytest.raises(BadNote, match="a line each for origin, size and root"):
        opened(bytes(Note(text, [LOG.sign(text)])), [LOG.key])
