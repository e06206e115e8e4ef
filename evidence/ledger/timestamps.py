"""Timestamps of checkpoints (RFC 3161): what to ask an authority for, and what its answer proves.

No Django and no network here: a verifier uses it offline. Asking and keeping is `publishing`'s.

Trusted is the authority, for one thing: that the text existed at the time it names. An answer that
is not verified with roots from somewhere else proves nothing; whoever asked checks only that it is
the answer to the question.
"""

import datetime
import hashlib
from collections.abc import Collection

import rfc3161_client
from cryptography.x509 import Certificate
from rfc3161_client import TimeStampRequest, TimeStampResponse

from evidence.errors import BadProof

LIMIT = 1 << 18
"""Bytes of an answer: a signature and a few certificates."""
QUESTION_TYPE = "application/timestamp-query"
ANSWER_TYPE = "application/timestamp-reply"

_SHA256 = "2.16.840.1.101.3.4.2.1"


def question(text: str) -> TimeStampRequest:
    """Return a request over the SHA-256 of a checkpoint's text, with a nonce, for certificates."""
    builder = rfc3161_client.TimestampRequestBuilder(
        data=text.encode(),
        hash_algorithm=rfc3161_client.HashAlgorithm.SHA256,
        nonce=True,
        cert_req=True,
    )
    return builder.build()


def answered(token: bytes, text: str, asked: TimeStampRequest) -> datetime.datetime:
    """Return the time of an answer, if it is a granted one to this request. `BadProof` otherwise.

    It does not check who signed: that takes the authority's roots, and `verify`.
    """
    response = _decode(token)
    if response.status != rfc3161_client.PKIStatus.GRANTED:
        said = "; ".join(response.status_string) or "no reason given"
        raise BadProof(f"The authority did not grant it: status {response.status}, {said[:200]!r}.")
    _refuse_other_text(response, text)
    if _told(response).nonce != asked.nonce:
        raise BadProof("The timestamp answers another request: its nonce is not the one sent.")
    return _told(response).gen_time


def verify(token: bytes, text: str, roots: Collection[Certificate]) -> datetime.datetime:
    """Return when an authority below one of the roots saw the text, else `BadProof`.

    `token` is the DER answer as it was kept. Certificates count as of that time, not of today.
    """
    if not roots:
        raise BadProof("There are no root certificates to check the timestamp with.")
    response = _decode(token)
    _refuse_other_text(response, text)
    verifier = rfc3161_client.VerifierBuilder(roots=list(roots)).build()
    try:
        verifier.verify(response, hashlib.sha256(text.encode()).digest())
    except (ValueError, TypeError, rfc3161_client.VerificationError) as error:
        raise BadProof(f"The timestamp is not valid: {error}") from error
    return _told(response).gen_time


def _decode(token: bytes) -> TimeStampResponse:
    if len(token) > LIMIT:
        raise BadProof(f"A timestamp has at most {LIMIT} bytes.")
    try:
        return rfc3161_client.decode_timestamp_response(token)
    except (ValueError, TypeError) as error:
        raise BadProof(f"This is no answer of a timestamp authority (RFC 3161): {error}") from error


def _told(response: TimeStampResponse) -> rfc3161_client.TimeStampTokenInfo:
    try:
        return response.tst_info
    except (ValueError, TypeError) as error:
        raise BadProof("The authority's answer holds no timestamp.") from error


def _refuse_other_text(response: TimeStampResponse, text: str) -> None:
    imprint = _told(response).message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256:
        raise BadProof("The timestamp is over another hash than SHA-256.")
    if imprint.message != hashlib.sha256(text.encode()).digest():
        raise BadProof("The timestamp is over another text than this checkpoint.")
