"""Check `timestamp`: an RFC 3161 authority saw the checkpoint, at the time that it says.

Trusted for one thing: that the checkpoint, and so every record under it, existed at that time. The
authority's answer brings its certificate; the root above it must come from the verifier.
"""

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING

from evidence.package import proofs
from evidence.package.contents import Contents
from evidence.package.report import Check

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_LIMIT = 1 << 20  # bytes of an answer: a few certificates
_SHA256 = "2.16.840.1.101.3.4.2.1"


def check(
    contents: Contents, text: str, roots: "Collection[Certificate] | None", found: Check
) -> str | None:
    """Check the answer over the SHA-256 of the checkpoint's text; return its time, RFC 3339."""
    answer = contents.tag(proofs.TIMESTAMP, _LIMIT)
    if answer is None:
        found.skip("no-timestamp", proofs.TIMESTAMP, "The package holds no timestamp.")
        return None
    if not roots:
        found.skip(
            "no-tsa-roots",
            proofs.TIMESTAMP,
            "The package holds a timestamp, and no roots were brought to check it with.",
        )
        return None
    # Only here: whoever brings no roots needs no such library.
    import rfc3161_client
    from rfc3161_client.errors import VerificationError

    try:
        response = rfc3161_client.decode_timestamp_response(answer)
        verifier = rfc3161_client.VerifierBuilder(roots=list(roots)).build()
        told = response.tst_info
        if told.message_imprint.hash_algorithm.dotted_string != _SHA256:
            raise VerificationError("The timestamp is over another hash than SHA-256.")
        verifier.verify(response, hashlib.sha256(text.encode()).digest())
    except (ValueError, VerificationError) as error:
        found.fail("timestamp-invalid", proofs.TIMESTAMP, f"The timestamp is not valid: {error}")
        return None
    return told.gen_time.isoformat().replace("+00:00", "Z")
