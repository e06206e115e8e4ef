"""A signed note has one spelling, and counts only with a valid signature of a key one brought."""

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
from evidence.ledger.note import Algorithm, Key, Note, Signature, SigningKey
from tests.mutations import mutations

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
FOREIGN: list[dict[str, Any]] = json.loads(
    (VECTORS / "foreign-notes.json").read_text(encoding="utf-8")
)
PETER = FOREIGN[0]
NOTE = PETER["note"].encode()
TEXT, _, LINES = PETER["note"].partition("\n\n")
TEXT += "\n"
LINE, ENOCHS_LINE = LINES.splitlines(keepends=True)
peter, enoch = (Key.parse(vkey) for vkey in PETER["vkeys"])


def signer(name: str, seed: int) -> SigningKey:
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)))


@pytest.mark.parametrize("foreign", FOREIGN, ids=lambda foreign: str(foreign["name"]))
def test_notes_of_other_implementations_are_read_and_their_signatures_valid(
    foreign: dict[str, Any],
) -> None:
    found = note.parse(foreign["note"].encode())
    keys = [Key.parse(vkey) for vkey in foreign["vkeys"]]
    assert [key for key, _ in note.verify(found, keys)] == keys
    for key in keys:
        [(verified, _)] = note.verify(found, [key])
        assert verified == key
    assert bytes(found) == foreign["note"].encode()


def test_the_same_key_and_text_give_the_signature_of_another_implementation() -> None:
    key = SigningKey(
        "PeterNeumann", Ed25519PrivateKey.from_private_bytes(bytes.fromhex(PETER["seed"]))
    )
    assert key.key == peter
    assert key.sign(TEXT).line == LINE
    assert bytes(Note(TEXT, [key.sign(TEXT)])).decode() == f"{TEXT}\n{LINE}"


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
    assert note.parse(b"a" * (note.LIMIT - len(rest)) + rest)
    with pytest.raises(BadNote, match="at most 1048576 bytes"):
        note.parse(b"a" * (note.LIMIT - len(rest) + 1) + rest)


def test_a_signature_of_an_unknown_key_is_ignored() -> None:
    [(key, signature)] = note.verify(note.parse(NOTE), [enoch])
    assert (key, signature.line) == (enoch, ENOCHS_LINE)


def test_a_note_that_nobody_known_signed_is_refused() -> None:
    with pytest.raises(BadNote, match=r"not signed by any key that was asked for \(key\)"):
        note.verify(note.parse(NOTE), [signer("key", 1).key])
    with pytest.raises(BadNote, match="nobody"):
        note.verify(note.parse(NOTE), [])


def test_one_bad_signature_of_a_known_key_spoils_the_note() -> None:
    bad = Signature(enoch.name, enoch.id, bytes(64))
    found = note.parse(f"{TEXT}\n{LINE}{bad.line}".encode())
    assert note.verify(found, [peter])
    with pytest.raises(BadNote, match="The signature of EnochRoot is not valid"):
        note.verify(found, [peter, enoch])
    # Nor does a good one of the same key, before or after it, make up for it.
    for lines in (ENOCHS_LINE + bad.line, bad.line + ENOCHS_LINE):
        with pytest.raises(BadNote, match="not valid"):
            note.verify(note.parse(f"{TEXT}\n{lines}".encode()), [enoch])


@pytest.mark.parametrize("length", [1, 63, 65, 72, 128])
def test_a_signature_of_another_length_is_not_valid(length: int) -> None:
    true = base64.b64decode(ENCODED)[4:]
    line = Signature(peter.name, peter.id, (true * 2)[:length]).line
    with pytest.raises(BadNote, match="not valid"):
        note.verify(note.parse(f"{TEXT}\n{line}".encode()), [peter])


def test_a_signature_counts_once_however_often_it_stands_there() -> None:
    found = note.parse(f"{TEXT}\n{LINE}{ENOCHS_LINE}{LINE}".encode())
    assert [key for key, _ in note.verify(found, [peter, enoch, peter])] == [peter, enoch]


def test_a_signature_under_the_same_name_with_another_id_is_of_an_unknown_key() -> None:
    other = Signature(peter.name, bytes(4), bytes(64))
    found = note.parse(f"{TEXT}\n{other.line}{LINE}".encode())
    [(_, signature)] = note.verify(found, [peter])
    assert signature.line == LINE
    with pytest.raises(BadNote, match="not signed by any key"):
        note.verify(note.parse(f"{TEXT}\n{other.line}".encode()), [peter])


def test_a_signature_with_the_same_id_under_another_name_is_of_an_unknown_key() -> None:
    other = Signature("CarmenSandiego", peter.id, base64.b64decode(ENCODED)[4:])
    with pytest.raises(BadNote, match="not signed by any key"):
        note.verify(note.parse(f"{TEXT}\n{other.line}".encode()), [peter])


def test_a_key_whose_id_collides_gains_nothing_but_a_refusal() -> None:
    # Ids have 32 bits. It took two seconds to find these two keys of the same name and id.
    one, two = (
        SigningKey("a", Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big")))
        for number in (77213, 80252)
    )
    assert (one.key.name, one.key.id) == (two.key.name, two.key.id)
    assert one.key.public != two.key.public
    signed = note.parse(bytes(Note(TEXT, [two.sign(TEXT)])))
    assert note.verify(signed, [two.key])
    with pytest.raises(BadNote, match="not valid"):
        note.verify(signed, [one.key])
    with pytest.raises(BadNote, match="not valid"):
        note.verify(signed, [one.key, two.key])


def test_a_changed_signature_that_means_the_same_is_not_valid() -> None:
    # RFC 8032 §5.1.7: S is below the order of the group. S + L would be a second signature.
    order = (1 << 252) + 27742317777372353535851937790883648493
    true = base64.b64decode(ENCODED)[4:]
    higher = int.from_bytes(true[32:], "little") + order
    twin = Signature(peter.name, peter.id, true[:32] + higher.to_bytes(32, "little"))
    with pytest.raises(BadNote, match="not valid"):
        note.verify(note.parse(f"{TEXT}\n{twin.line}".encode()), [peter])


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


def test_a_plain_key_does_not_sign_for_a_witness_nor_a_witness_for_it() -> None:
    seed = Ed25519PrivateKey.from_private_bytes(bytes(32))
    plain, witness = (SigningKey("both", seed, algorithm) for algorithm in Algorithm)
    assert plain.key.id != witness.key.id
    by_plain = note.parse(bytes(Note(TEXT, [plain.sign(TEXT)])))
    with pytest.raises(BadNote, match="not signed by any key"):
        note.verify(by_plain, [witness.key])
    # Even where the id is forged, what is signed differs.
    for key, signature in ((plain, witness.sign(TEXT)), (witness, plain.sign(TEXT))):
        forged = Signature("both", key.key.id, signature.data)
        with pytest.raises(BadNote, match="not valid"):
            note.verify(Note(TEXT, [forged]), [key.key])
