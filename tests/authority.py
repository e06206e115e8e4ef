"""A timestamp authority (RFC 3161) for tests: made and run with OpenSSL, served over HTTP."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography.x509 import Certificate, load_pem_x509_certificates

from tests.answering import answering, reply

CONFIGURATION = """\
[authority]
serial = serial
signer_cert = authority.pem
signer_key = authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""
PURPOSE = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"


class Authority:
    """An authority with a root of its own, in a folder. Skips the test where OpenSSL is missing."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("there is no openssl here to make a timestamp authority with")
        folder.mkdir(parents=True)
        self._folder = folder
        self._lock = threading.Lock()
        (folder / "configuration").write_text(CONFIGURATION)
        (folder / "purpose").write_text(PURPOSE)
        (folder / "serial").write_text("01\n")
        new = "-newkey rsa:2048 -nodes"
        self._openssl(f"req -x509 {new} -keyout root.key -out root.pem -days 30 -subj /CN=Root")
        self._openssl(f"req -new {new} -keyout authority.key -out request -subj /CN=Authority")
        self._openssl(
            "x509 -req -in request -CA root.pem -CAkey root.key -CAcreateserial -days 30 "
            "-extfile purpose -out authority.pem"
        )

    @property
    def roots(self) -> list[Certificate]:
        """What a verifier trusts."""
        return load_pem_x509_certificates((self._folder / "root.pem").read_bytes())

    def answer(self, question: bytes) -> bytes:
        """Answer a request, as DER; one that it cannot read with a refusal."""
        with self._lock:
            (self._folder / "question").write_bytes(question)
            self._openssl(
                "ts -reply -config configuration -section authority -queryfile question -out answer"
            )
            return (self._folder / "answer").read_bytes()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve over HTTP until the block ends; gives the address."""

        def answer(handler: BaseHTTPRequestHandler, body: bytes) -> None:
            reply(handler, 200, self.answer(body), "application/timestamp-reply")

        with answering(answer) as url:
            yield f"{url}/tsr"

    def _openssl(self, words: str) -> None:
        subprocess.run(
            ["openssl", *words.split()], cwd=self._folder, check=True, capture_output=True
        )
