"""A timestamp that is over another text than its checkpoint's is named."""

import datetime
import shutil
import subprocess
from pathlib import Path

import pytest

from evidence import raw_rows
from evidence.findings import Finding
from evidence.ledger import log as ledger
from evidence.ledger.fsck.others import timestamps
from evidence.models import Checkpoint, Log, Timestamp
from tests.evidence.ledger.conftest import Append

NOW = datetime.datetime(2026, 11, 24, tzinfo=datetime.UTC)
CONFIGURATION = """
[tsa]
default_tsa = ours
[ours]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
[req]
distinguished_name = name
x509_extensions = v3
prompt = no
[name]
CN = Some authority
[v3]
extendedKeyUsage = critical, timeStamping
keyUsage = digitalSignature
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A timestamp authority of our own: a folder in which `openssl ts` finds all it needs."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command")
    folder = tmp_path_factory.mktemp("authority")
    (folder / "conf").write_text(CONFIGURATION)
    (folder / "serial").write_text("01\n")
    openssl(
        folder,
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-config", "conf"),
        *("-keyout", "key.pem", "-out", "cert.pem", "-days", "2"),
    )
    return folder


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


def stamped(authority: Path, text: bytes, hash: str = "sha256") -> bytes:
    """Return the authority's answer about a text."""
    (authority / "text").write_bytes(text)
    openssl(authority, "ts", "-query", "-data", "text", f"-{hash}", "-cert", "-out", "question")
    openssl(
        authority,
        *("ts", "-reply", "-config", "conf", "-queryfile", "question", "-out", "answer"),
        *("-signer", "cert.pem", "-inkey", "key.pem"),
    )
    return (authority / "answer").read_bytes()


@pytest.fixture
def sealed(log: Log, append: Append) -> Checkpoint:
    append(3)
    sealed = ledger.seal(log)
    assert sealed is not None
    return sealed


def text_of(checkpoint: Checkpoint) -> bytes:
    return bytes(checkpoint.note).partition(b"\n\n")[0] + b"\n"


def check(checkpoint: Checkpoint, token: bytes) -> list[Finding]:
    row = Timestamp.objects.create(checkpoint=checkpoint, authority="a", token=token, at=NOW)
    with raw_rows.lenient():
        found = [f for step in timestamps(None).steps(None) for f in step.findings]
    assert all((f.table, f.id) == ("evidence_timestamp", str(row.pk)) for f in found)
    return found


@pytest.mark.parametrize("hash", ["sha256", "sha512"])
def test_a_timestamp_over_the_checkpoint_is_right(
    authority: Path, sealed: Checkpoint, hash: str
) -> None:
    assert check(sealed, stamped(authority, text_of(sealed), hash)) == []


def test_a_timestamp_over_another_text_is_named(authority: Path, sealed: Checkpoint) -> None:
    [found] = check(sealed, stamped(authority, text_of(sealed) + b"more\n"))
    assert found.kind == "signature"


@pytest.mark.parametrize("token", [b"", b"0", b"\x30\x00", b"\x30\x03\x02\x01\x02", b"x" * 10_000])
def test_what_is_no_timestamp_is_named(sealed: Checkpoint, token: bytes) -> None:
    [found] = check(sealed, token)
    assert found.kind == "malformed"


def test_a_refusal_of_the_authority_is_no_timestamp(sealed: Checkpoint) -> None:
    refused = b"\x30\x05\x30\x03\x02\x01\x02"  # a status, rejection, and no token
    [found] = check(sealed, refused)
    assert found.kind == "malformed"
