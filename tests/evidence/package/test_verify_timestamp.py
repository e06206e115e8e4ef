"""Timestamps of an RFC 3161 authority over a checkpoint, made here by OpenSSL."""

import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from evidence.ledger.note import Key
from evidence.package.report import Check, Name, Outcome, Report
from evidence.package.told import told
from evidence.package.verify import verify
from tests.packages import Example, example

CONFIGURATION = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """A timestamp authority with a root of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        (folder / "authority.cnf").write_text(CONFIGURATION)
        for name in ("root", "signer"):
            self._openssl("genpkey", "-algorithm", "RSA", "-out", f"{name}.key")
            self._openssl(
                *("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}"),
                *("-config", "authority.cnf", "-out", f"{name}.csr"),
            )
        sign = ("x509", "-req", "-days", "30", "-extfile", "authority.cnf")
        self._openssl(
            *(*sign, "-in", "root.csr", "-signkey", "root.key", "-extensions", "root"),
            *("-out", "root.pem"),
        )
        self._openssl(
            *(*sign, "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key"),
            *("-CAcreateserial", "-extensions", "signer", "-out", "signer.pem"),
        )
        self.root = folder / "root.pem"
        self.roots = x509.load_pem_x509_certificates(self.root.read_bytes())

    def stamp(self, text: str, digest: str = "sha256") -> bytes:
        """Return the authority's answer over a text."""
        (self._folder / "text").write_bytes(text.encode())
        self._openssl(
            *("ts", "-query", "-data", "text", f"-{digest}", "-cert", "-out", "query"),
        )
        self._openssl(
            *("ts", "-reply", "-config", "authority.cnf", "-section", "tsa"),
            *("-queryfile", "query", "-signer", "signer.pem", "-inkey", "signer.key"),
            *("-out", "answer"),
        )
        return (self._folder / "answer").read_bytes()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self._folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one")


def judged(given: Example, folder: Path, authority: Authority | None) -> Report:
    path = folder / "package.zip"
    path.write_bytes(given.data)
    roots = authority.roots if authority else None
    return verify(path, [Key.parse(given.vkey)], tsa_roots=roots)


def timestamp_of(report: Report) -> Check:
    return report.checks[Name.TIMESTAMP]


def test_a_timestamp_is_verified_and_its_time_is_told(authority: Authority, tmp_path: Path) -> None:
    report = judged(example(timestamp=authority.stamp), tmp_path, authority)

    assert report.verdict == "verified", report.as_json()
    assert timestamp_of(report).outcome == "passed"
    assert report.timestamp is not None and report.timestamp.endswith("Z")
    assert f"timestamp     {report.timestamp}" in told(report)
    assert report.as_json()["timestamp"] == report.timestamp


def test_without_roots_a_timestamp_is_skipped_and_it_says_so(
    authority: Authority, tmp_path: Path
) -> None:
    report = judged(example(timestamp=authority.stamp), tmp_path, None)

    assert report.verdict == "verified", report.as_json()
    assert timestamp_of(report).findings[0].code == "no-tsa-roots"


def test_a_timestamp_under_another_root_is_rejected(authority: Authority, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")

    report = judged(example(timestamp=other.stamp), tmp_path, authority)

    assert report.verdict == "rejected"
    assert timestamp_of(report).findings[0].code == "timestamp-invalid"


@pytest.mark.parametrize("text", ["", "trails.example.com/acme\n15\nAAAA\n"])
def test_a_timestamp_over_another_text_is_rejected(
    text: str, authority: Authority, tmp_path: Path
) -> None:
    given = example(timestamp=lambda _: authority.stamp(text))

    assert timestamp_of(judged(given, tmp_path, authority)).findings[0].code == "timestamp-invalid"


def test_a_timestamp_over_another_hash_is_rejected(authority: Authority, tmp_path: Path) -> None:
    given = example(timestamp=lambda text: authority.stamp(text, "sha512"))

    assert timestamp_of(judged(given, tmp_path, authority)).findings[0].code == "timestamp-invalid"


def test_no_broken_answer_breaks_the_verifier(authority: Authority, tmp_path: Path) -> None:
    whole = example(timestamp=authority.stamp).get("proof/checkpoint.tsr")
    broken = [b"", b"\x30\x80", b"x" * 5000, whole[:-1], whole + b"\x00", b"\x30\x03\x02\x01\x02"]
    for place in range(0, len(whole), len(whole) // 60):
        broken.append(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
    outcomes = []
    for answer in broken:
        given = example(timestamp=lambda _, answer=answer: answer)
        outcomes.append(timestamp_of(judged(given, tmp_path, authority)).outcome)

    # Certificates that are not needed, and fields outside of the signature, may change.
    assert outcomes[:6] == [Outcome.FAILED] * 6
    assert outcomes.count(Outcome.FAILED) > 40
