"""The copy outside the database, or the key, keeps the log from signing, and no report away."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa, x25519
from django.conf import LazySettings

from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import log as ledger
from evidence.ledger import published
from evidence.ledger.keys import signing_key
from evidence.ledger.note import Note
from evidence.models import Log
from tests.evidence.ledger.refusing import SIZE, refuses, seals_again


def copy_of(log: Log) -> Path:
    return published.path(log.pk)


@pytest.mark.parametrize("data", [b"", b"\xff\0", b"nonsense\n"], ids=["empty", "bytes", "text"])
def test_a_copy_outside_that_is_damaged(
    sealed: Log, report: Callable[[], None], data: bytes
) -> None:
    path = copy_of(sealed)
    right = path.read_bytes()
    path.write_bytes(data)
    refuses(sealed, report, str(path), "does not hold a checkpoint")
    assert path.read_bytes() == data, "What was found there is evidence of something."
    path.write_bytes(right)
    seals_again(sealed, report)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_copy_outside_that_was_cut_off(
    sealed: Log, report: Callable[[], None], keep: float
) -> None:
    path = copy_of(sealed)
    right = path.read_bytes()
    path.write_bytes(right[: int(len(right) * keep)])
    refuses(sealed, report, str(path), "does not hold a checkpoint")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (SIZE, f"another root over the same {SIZE} records"),
        (900, f"covers 900 records of trails.example.com/acme, the database only {SIZE}"),
    ],
    ids=["of the same size", "of a larger tree"],
)
def test_a_copy_outside_of_another_history(
    sealed: Log, report: Callable[[], None], size: int, words: str
) -> None:
    path = copy_of(sealed)
    right = path.read_bytes()
    text = checkpoints.Checkpoint(sealed.origin, size, b"\1" * 32).text
    path.write_bytes(bytes(Note(text, [signing_key(sealed.origin).sign(text)])))
    refuses(sealed, report, str(path), words)
    path.write_bytes(right)
    seals_again(sealed, report)


def test_a_copy_outside_that_cannot_be_read(
    sealed: Log, report: Callable[[], None], settings: LazySettings, tmp_path: Path
) -> None:
    """Nobody knows what it would say."""
    right = settings.CHECKPOINTS_DIR
    (tmp_path / "file").touch()
    settings.CHECKPOINTS_DIR = tmp_path / "file" / "checkpoints"
    refuses(sealed, report, "cannot be read", str(tmp_path), "CHECKPOINTS_DIR")
    settings.CHECKPOINTS_DIR = right
    seals_again(sealed, report)


def test_a_copy_outside_that_cannot_be_written_is_told_aloud(
    sealed: Log, report: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The checkpoint stands all the same: it is signed and committed."""
    in_the_way = copy_of(sealed).with_suffix(".new")
    in_the_way.mkdir()
    report()
    newest = ledger.last_checkpoint(sealed)
    assert newest is not None
    assert newest.size == SIZE + 1
    assert f"Checkpoint {SIZE + 1} of {sealed.origin} is signed, but its copy" in caplog.text
    in_the_way.rmdir()
    report()
    kept = published.read(sealed.pk)
    assert kept is not None
    assert kept.size == SIZE + 2


def pem(key: Any) -> str:
    return str(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "LOG_KEY is not set"),
        ("nonsense", "not a private key in PEM"),
        (pem(rsa.generate_private_key(65537, 2048)), "not an Ed25519 key"),
        (pem(x25519.X25519PrivateKey.generate()), "not an Ed25519 key"),
    ],
    ids=["none", "nonsense", "RSA", "X25519"],
)
def test_a_key_that_cannot_sign(
    sealed: Log,
    report: Callable[[], None],
    settings: LazySettings,
    caplog: pytest.LogCaptureFixture,
    key: str,
    words: str,
) -> None:
    right, settings.LOG_KEY = settings.LOG_KEY, key
    refuses(sealed, report, words)
    assert words in caplog.text
    settings.LOG_KEY = right
    seals_again(sealed, report)
