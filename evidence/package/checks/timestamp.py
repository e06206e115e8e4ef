"""Check `timestamp`: an RFC 3161 authority saw the checkpoint, at the time that it says.

Trusted for one thing: that the checkpoint, and so every record under it, existed at that time. The
authority's answer brings its certificate; the root above it must come from the verifier.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING

from evidence.errors import BadProof
from evidence.package import proofs
from evidence.package.contents import Contents
from evidence.package.report import Check

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_LIMIT = 1 << 20  # bytes of an answer: a few certificates


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
    from evidence.ledger import timestamps

    try:
        time = timestamps.verify(answer, text, roots)
    except BadProof as error:
        found.fail("timestamp-invalid", proofs.TIMESTAMP, str(error))
        return None
    return time.isoformat().replace("+00:00", "Z")
