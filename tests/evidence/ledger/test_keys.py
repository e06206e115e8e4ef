"""Keys as people pass them on: one spelling each, and the id finds a damaged one."""

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import BadNote
from evidence.ledger import note
from evidence.ledger.note import Algorithm, Key, SigningKey
from tests.mutations import mutations

VECTORS = Path(__file__).resolve().parents[2] / "vectors/ledger"
GOLDEN: dict[str, Any] = json.loads((VECTORS / "golden.json").read_text(encoding="utf-8"))
VKEY: str = GOLDEN["log_vkey"]
# golang.org/x/mod, sumdb/note/note_test.go.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def with_true_id(name: str, material: bytes) -> str:
    """Return a vkey whose id is right, whatever it is the key of."""
    id = hashlib.sha256(name.encode() + b"\n" + material).hexdigest()[:8]
    return f"{name}+{id}+{base64.b64encode(material).decode()}"


@pytest.mark.parametrize("who", ["log", "witness"])
def test_a_seed_and_a_name_have_their_frozen_vkey(who: str) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(GOLDEN[f"{who}_seed"]))
    algorithm = Algorithm.ED25519 if who == "log" else Algorithm.COSIGNATURE
    key = SigningKey(GOLDEN[f"{who}_name"], private, algorithm).key
    assert key.vkey == GOLDEN[f"{who}_vkey"]
    assert Key.parse(key.vkey) == key


def test_the_id_is_the_hash_of_name_kind_and_key() -> None:
    assert Key.parse(PETER).id.hex() == "c74f20a3"
    material = base64.b64decode(PETER.split("+", 2)[2])
    assert with_true_id("PeterNeumann", material) == PETER


def test_no_part_of_a_key_is_a_key() -> None:
    for start in range(len(PETER)):
        for stop in range(start + 1, len(PETER) + 1):
            if (start, stop) == (0, len(PETER)):
                continue
            with pytest.raises(BadNote):
                Key.parse(PETER[start:stop])


def test_no_key_with_another_character_is_a_key() -> None:
    for at, character in enumerate(PETER):
        for other in (chr(ord(character) + 1), chr(ord(character) ^ 32), "", character * 2):
            with pytest.raises(BadNote):
                Key.parse(PETER[:at] + other + PETER[at + 1 :])


PUBLIC = base64.b64decode(PETER.split("+", 2)[2])[1:]


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "+",
        "++",
        f" {PETER}",
        f"{PETER} ",
        f"{PETER}\n",
        f"{PETER}+",
        f"+{PETER}",
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("c74f20a3", "00000000"),
        PETER.replace("c74f20a3", ""),
        PETER.replace("/", "_"),
        with_true_id("PeterNeumann", b""),
        with_true_id("PeterNeumann", b"\x01"),
        with_true_id("PeterNeumann", b"\x01" + PUBLIC[:-1]),
        with_true_id("PeterNeumann", b"\x01" + PUBLIC + b"\x00"),
        with_true_id("PeterNeumann", b"\x00" + PUBLIC),
        with_true_id("PeterNeumann", b"\x02" + PUBLIC),  # ECDSA
        with_true_id("PeterNeumann", b"\x05" + PUBLIC),  # RFC 6962
        with_true_id("PeterNeumann", b"\x06" + bytes(1312)),  # ML-DSA-44
        with_true_id("PeterNeumann", b"\xff" + PUBLIC),
        with_true_id("", b"\x01" + PUBLIC),
        with_true_id("Peter Neumann", b"\x01" + PUBLIC),
        with_true_id("Peter\u00a0Neumann", b"\x01" + PUBLIC),
        with_true_id("Peter\u2028Neumann", b"\x01" + PUBLIC),
        with_true_id("Peter\nNeumann", b"\x01" + PUBLIC),
        with_true_id("Peter\x00Neumann", b"\x01" + PUBLIC),
        "\ud800+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # of a command line
        "a" * 10_000_000,
    ],
)  # fmt: skip
def test_what_is_not_a_key_is_refused(vkey: str) -> None:
    with pytest.raises(BadNote):
        Key.parse(vkey)


def test_the_error_says_that_a_key_is_damaged_and_which_id_it_should_have() -> None:
    with pytest.raises(BadNote, match="is damaged: its id should be c74f20a3"):
        Key.parse(PETER.replace("c74f20a3", "c74f20a4"))


@given(mutations(PETER.encode()))
def test_a_changed_key_is_refused_or_is_the_same(data: bytes) -> None:
    try:
        key = Key.parse(data.decode())
    except (BadNote, UnicodeDecodeError):
        return
    assert (key.vkey, data.decode()) == (PETER, PETER)


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1
    ),
    st.binary(min_size=32, max_size=32),
    st.sampled_from(Algorithm),
)
def test_every_key_is_read_as_it_is_written(name: str, public: bytes, kind: Algorithm) -> None:
    key = Key(name, public, kind)
    assert Key.parse(key.vkey) == key


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_public_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(BadNote, match="32 bytes"):
        Key("name", bytes(length))


def test_a_new_private_key_is_read_back_and_is_another_each_time() -> None:
    one, two = note.new_private_key(), note.new_private_key()
    assert one != two
    assert SigningKey("name", note.private_key(one)).key.public not in (
        SigningKey("name", note.private_key(two)).key.public,
        bytes(32),
    )


def openssl(*command: str, input: bytes = b"") -> bytes:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    done = subprocess.run(["openssl", *command], input=input, capture_output=True, check=True)
    return done.stdout


def test_openssl_and_the_product_read_each_others_keys(tmp_path: Path) -> None:
    theirs = note.private_key(openssl("genpkey", "-algorithm", "ed25519").decode())
    assert SigningKey("name", theirs).key.public
    ours = note.new_private_key()
    der = openssl("pkey", "-pubout", "-outform", "DER", input=ours.encode())
    assert der[-32:] == SigningKey("name", note.private_key(ours)).key.public


def test_openssl_finds_the_signature_of_a_note_valid(tmp_path: Path) -> None:
    # An auditor with stock tools can do the same.
    pem = note.new_private_key()
    key, text = SigningKey("name", note.private_key(pem)), "first\n\nlast\n"
    (tmp_path / "text").write_bytes(text.encode())
    (tmp_path / "signature").write_bytes(key.sign(text).data)
    (tmp_path / "key").write_bytes(openssl("pkey", "-pubout", input=pem.encode()))
    said = openssl(
        "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", str(tmp_path / "key"),
        "-sigfile", str(tmp_path / "signature"), "-in", str(tmp_path / "text"),
    )  # fmt: skip
    assert b"Signature Verified Successfully" in said


def pem_of(key: Any, password: bytes = b"") -> str:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    how = serialization.BestAvailableEncryption(password) if password else plain
    return str(key.private_bytes(encoding, form, how), "ascii")


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "secret",
        "\ud800",
        note.new_private_key().replace("PRIVATE", "PUBLIC"),
        note.new_private_key()[:-40],
        pem_of(ec.generate_private_key(ec.SECP256R1())),
        pem_of(ed448.Ed448PrivateKey.generate()),
        pem_of(rsa.generate_private_key(65537, 2048)),
        # An Ed25519 key that somebody gave a password: there is nobody to ask for it.
        pem_of(Ed25519PrivateKey.generate(), b"secret"),
        # A key of a kind that does not exist (object identifier 1.3.101.99).
        "-----BEGIN PRIVATE KEY-----\n"
        + base64.b64encode(
            bytes.fromhex("302e020100300506032b6563042204" + "20" + "00" * 32)
        ).decode()
        + "\n-----END PRIVATE KEY-----\n",
    ],
    ids=[
        "empty",
        "text",
        "surrogate",
        "public",
        "cut",
        "ec",
        "ed448",
        "rsa",
        "password",
        "unknown",
    ],
)
def test_another_private_key_is_refused_and_not_shown(pem: str) -> None:
    with pytest.raises(BadNote, match="newkey") as refused:
        note.private_key(pem)
    assert not pem or pem not in str(refused.value)
