"""A signed note has one spelling, and what is none is refused."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadNote
from evidence.ledger import note
from evidence.ledger.note import Key, Note, Signature, SigningKey
from tests.mutations import mutations

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
PETER: dict[str, Any] = json.loads((VECTORS / "foreign-notes.json").read_text(encoding="utf-8"))[0]
NOTE = PETER["note"].encode()
TEXT, _, LINES = PETER["note"].partition("\n\n")
TEXT += "\n"
LINE, ENOCHS_LINE = LINES.splitlines(keepends=True)
peter, enoch = (Key.parse(vkey) for vkey in PETER["vkeys"])


def signer(name: str, seed: int) -> SigningKey:
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n",
        b"\n\n\n",
        TEXT.encode(),
        f"{TEXT}\n".encode(),
        f"{TEXT}{LINE}".encode(),  # no empty line
        f"\n{LINE}".encode(),  # no text: not even its last newline
        LINE.encode(),
        f"{TEXT}\n{LINE[:-1]}".encode(),  # cut off
        f"{TEXT}\n{LINE}\n".encode(),  # an empty line more
        f"{TEXT}\n{LINE}\n\n".encode(),
        f"{TEXT}\n{LINE}Unexpected line.\n".encode(),
        f"{TEXT}\n{LINE}{LINE[:-1]}".encode(),
        f"{TEXT}\nUnexpected line.\n{LINE}".encode(),
        f"\x01{TEXT}\n{LINE}".encode(),
        f"{TEXT}\x00\n\n{LINE}".encode(),
        f"{TEXT}\t\n\n{LINE}".encode(),
        f"{TEXT}\x1f\n\n{LINE}".encode(),
        f"{TEXT}\n{LINE}".replace("\n", "\r\n").encode(),
        f"{TEXT}\r\n\n{LINE}".encode(),
        f"{TEXT}\n{LINE[:-1]}\r\n".encode(),
        b"\xff" + NOTE,
        NOTE[:-3] + b"\xff\n",
        b"\xed\xa0\x80" + NOTE,  # a lone surrogate
        b"\xc0\x8a" + NOTE,  # a newline, spelt in two bytes
        NOTE.decode().encode("utf-16"),
        f"{TEXT}\n{LINE.replace('PeterNeumann', 'Bad Name')}".encode(),
        f"{TEXT}\n{LINE.replace('PeterNeumann', '')}".encode(),
        f"{TEXT}\n{LINE.replace('PeterNeumann', 'Peter+Neumann')}".encode(),
        f"{TEXT}\n-{LINE[1:]}".encode(),  # a hyphen
        f"{TEXT}\n\u2013{LINE[1:]}".encode(),  # an en dash
        f"{TEXT}\n\u2014{LINE[2:]}".encode(),  # no space
        f"{TEXT}\n {LINE}".encode(),
        f"{TEXT}\n\u2014 PeterNeumann\n".encode(),
        f"{TEXT}\n\u2014 PeterNeumann \n".encode(),
        f"{TEXT}\n\u2014 PeterNeumann x08goA==\n".encode(),  # an id and nothing else
        f"{TEXT}\n\u2014 PeterNeumann x08g\n".encode(),
        f"{TEXT}\n{LINE.replace(' x08g', '  x08g')}".encode(),
        f"{TEXT}\n{LINE[:-1]} \n".encode(),
    ],
)
def test_what_is_not_a_note_is_refused(data: bytes) -> None:
    with pytest.raises(BadNote):
        note.parse(data)


# Every space of Unicode, and what some programs take for the end of a line.
SPACES = [
    " ", "\t", "\u0085", "\u00a0", "\u1680", "\u2000", "\u2009", "\u200a", "\u2028", "\u2029",
    "\u202f", "\u205f", "\u3000",
]  # fmt: skip


@pytest.mark.parametrize("space", SPACES)
def test_a_name_with_a_space_of_any_kind_is_refused(space: str) -> None:
    for name in (f"Peter{space}Neumann", f"{space}PeterNeumann", f"PeterNeumann{space}"):
        with pytest.raises(BadNote):
            note.parse(f"{TEXT}\n{LINE.replace('PeterNeumann', name)}".encode())
        with pytest.raises(BadNote, match="cannot name a key"):
            Key(name, bytes(32))


@pytest.mark.parametrize("space", SPACES[2:])
def test_a_space_that_ends_no_line_is_part_of_the_text(space: str) -> None:
    text = f"one{space}two\n"
    key = signer("key", 1)
    signed = bytes(Note(text, [key.sign(text)]))
    assert note.parse(signed).text == text
    note.verify(note.parse(signed), [key.key])


ENCODED = LINE.split(" ")[2].strip()


@pytest.mark.parametrize(
    "encoded",
    [
        ENCODED.rstrip("="),
        ENCODED + "=",
        ENCODED[:8] + "=" + ENCODED[8:],
        ENCODED.replace("+", "-").replace("/", "_"),
        ENCODED[:40] + " " + ENCODED[40:],
        ENCODED[:40] + "\u00a0" + ENCODED[40:],
        ENCODED[:40] + "!" + ENCODED[40:],
        ENCODED[:40] + "\x7f" + ENCODED[40:],
        ENCODED[:-2] + "N=",  # other bits in the last digit, which decode to the same bytes
        ENCODED[:-2] + "P=",
        "\uff38" + ENCODED[1:],
        base64.b85encode(base64.b64decode(ENCODED)).decode(),
    ],
)
def test_base64_has_one_spelling(encoded: str) -> None:
    assert encoded != ENCODED
    with pytest.raises(BadNote):
        note.decode(encoded)
    with pytest.raises(BadNote):
        note.parse(f"{TEXT}\n\u2014 PeterNeumann {encoded}\n".encode())


@given(mutations(NOTE))
def test_changed_bytes_are_refused_or_are_read_as_what_they_are(data: bytes) -> None:
    try:
        found = note.parse(data)
    except BadNote:
        return
    assert bytes(found) == data
    try:
        note.verify(found, [peter, enoch])
    except BadNote:
        return
    assert found.text == TEXT


names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1
)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")).map(
    lambda text: text + "\n"
)
signatures = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1))


@given(texts, st.lists(signatures, min_size=1, max_size=5))
def test_what_is_written_is_read_as_the_same(text: str, signed: list[Signature]) -> None:
    found = note.parse(bytes(Note(text, signed)))
    assert found == Note(text, tuple(signed))


@pytest.mark.parametrize("text", ["\n", "\n\n\n", "a\n\nb\n", "a\n\n", "\n\na\n", f"a\n\n{LINE}"])
def test_a_text_may_have_empty_lines_and_even_signatures_of_its_own(text: str) -> None:
    key = signer("key", 1)
    found = note.parse(bytes(Note(text, [key.sign(text)])))
    assert found.text == text
    assert [s.name for s in found.signatures] == ["key"]
    note.verify(found, [key.key])


def test_a_note_has_a_hundred_signatures_and_not_one_more() -> None:
    assert len(note.parse(f"{TEXT}\n{LINE * 100}".encode()).signatures) == 100
    with pytest.raises(BadNote, match="at most 100"):
        note.parse(f"{TEXT}\n{LINE * 101}".encode())


def test_a_note_has_a_mebibyte_and_not_one_byte_more() -> None:
    rest = f"\n\n{LINE}".encode()
    assert note.parse(b"a" * (note.LIMIT - len(rest)) + rest).signatures
    with pytest.raises(BadNote, match="at most 1048576 bytes"):
        note.parse(b"a" * (note.LIMIT - len(rest) + 1) + rest)


def test_lines_without_their_text_are_read_as_a_witness_sends_them() -> None:
    assert [s.line for s in note.signatures(LINES.encode())] == [LINE, ENOCHS_LINE]


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "\n",
        LINE[:-1],
        f"\n{LINE}",
        f"{LINE}\n",
        f"{LINE}\n{LINE}",
        f"text\n\n{LINE}",
        f"text\n{LINE}",
    ],
)
def test_anything_else_among_the_lines_is_refused(lines: str) -> None:
    with pytest.raises(BadNote):
        note.signatures(lines.encode())
