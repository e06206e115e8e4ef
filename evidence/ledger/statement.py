"""The canonical bytes of a fact: an in-toto Statement v1 in restricted RFC 8785 JSON. Pure.

FORMATS §1 freezes them. The restriction (ASCII keys, no floats, integers below 2^53) makes Python's
own `json.dumps` exact, so there is no canonicalizer to trust.
"""

import datetime
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from evidence.errors import NotCanonical

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
TRAIL = "urn:trailkeeper:trail:1"
# The same with `retention_days`: for how long evidence is kept.
TRAIL_RETAINED = "urn:trailkeeper:trail:2"
WORKFLOW = "urn:trailkeeper:workflow:1"
ATTESTATION = "urn:trailkeeper:attestation:1"
ACTIVITY = "urn:trailkeeper:activity:1"
PREDICATES = frozenset({TRAIL, TRAIL_RETAINED, WORKFLOW, ATTESTATION, ACTIVITY})

BODY_LIMIT = 65_535  # bytes: what a tlog-tiles entry can hold
_INTEGER_LIMIT = 1 << 53
_HEX_SHA256 = re.compile(r"[0-9a-f]{64}")

# An attestation's evidence is listed in its statement; a list too long for BODY_LIMIT becomes a
# file of its own, and the statement holds the one descriptor of that list.
EVIDENCE_LIST_MEDIA_TYPE = "application/vnd.trailkeeper.evidence-list+json"
EVIDENCE_LIST_NAME = "evidence-list.json"


def timestamp(moment: datetime.datetime) -> str:
    """Return RFC 3339 in UTC with microseconds: `2026-11-24T04:05:40.123456Z`."""
    if moment.utcoffset() is None:
        raise NotCanonical("A time without a zone cannot be recorded. Give it one.")
    try:
        utc = moment.astimezone(datetime.UTC)
    except OverflowError as error:
        raise NotCanonical(f"The time {moment} is outside the years 1 to 9999 in UTC.") from error
    # Not strftime: what it makes of years before 1000 depends on the platform.
    return utc.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def descriptor(name: str, sha256: str, size: int, media_type: str) -> dict[str, Any]:
    """Return the in-toto ResourceDescriptor of a file. The size travels as text."""
    return {
        "name": name,
        "digest": {"sha256": sha256},
        "mediaType": media_type,
        "annotations": {"size": str(size)},
    }


def sha256(body: bytes) -> str:
    """Return the hex SHA-256 of a body: what a later statement's subject points at."""
    return hashlib.sha256(body).hexdigest()


def build(
    *, subject: str, subject_sha256: str, predicate_type: str, predicate: Mapping[str, Any]
) -> bytes:
    """Return the canonical body of a statement. `NotCanonical` says what does not fit."""
    if predicate_type not in PREDICATES:
        raise NotCanonical(f"{predicate_type} is not a predicate type of FORMATS §1.")
    body = canonical(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": subject, "digest": {"sha256": subject_sha256}}],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
    )
    if len(body) > BODY_LIMIT:
        raise NotCanonical(
            f"The statement has {len(body)} bytes; at most {BODY_LIMIT} can be recorded. "
            "Shorten its texts, list fewer links, or attach what is long as evidence."
        )
    return body


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a value, in NFC. `NotCanonical` when it is not allowed."""
    return _written(_normalized(value))


def _written(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("The text holds half of a surrogate pair, which is not text.") from error


def is_canonical(value: Any, body: bytes) -> bool:
    """Tell whether these are the canonical bytes of a value that came out of them.

    Threat. To compose takes the square of the marks that stand in a row in another order than NFC
    puts them in: hours, for a list of evidence in a package. To see that it is so does not.
    """
    if not _is_composed(value):
        return False
    _require_recordable(value)
    return _written(value) == body


def _is_composed(value: Any) -> bool:
    if isinstance(value, str):
        return unicodedata.is_normalized("NFC", value)
    if isinstance(value, dict):
        return all(map(_is_composed, value.values()))
    return not isinstance(value, list) or all(map(_is_composed, value))


def _require_recordable(value: Any) -> None:
    """Refuse what `_normalized` refuses, of a value that JSON gave, without making another one."""
    if isinstance(value, dict):
        for key, item in value.items():
            _require_key(key)
            _require_recordable(item)
    elif isinstance(value, list):
        for item in value:
            _require_recordable(item)
    else:
        _require_plain(value)


def _normalized(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        for key in value:
            _require_key(key)
        return {key: _normalized(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_normalized(item) for item in value]
    _require_plain(value)
    return value


def _require_key(key: Any) -> None:
    if not isinstance(key, str) or not key.isascii():
        raise NotCanonical(f"{key!r} cannot be a key: keys are ASCII text.")


def _require_plain(value: Any) -> None:
    """Return if a value is text, true, false, null, or an integer that every reader keeps."""
    if value is None or isinstance(value, str | bool):
        return
    if not isinstance(value, int):
        raise NotCanonical(f"{value!r} cannot be recorded: write it as text.")
    if abs(value) >= _INTEGER_LIMIT:
        raise NotCanonical(f"{value} is too large for a statement: write it as text.")


def parse(body: bytes) -> dict[str, Any]:
    """Return the statement of a body, only if these are exactly its canonical bytes."""
    refusal = "The body is not a canonical statement"
    if len(body) > BODY_LIMIT:
        raise NotCanonical(f"{refusal}: it has more than {BODY_LIMIT} bytes.")
    try:
        value = json.loads(body.decode("utf-8"))
        same = is_canonical(value, body)
    # RecursionError: brackets within brackets, tens of thousands deep, fit into the limit.
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"{refusal}: it is not JSON that we write.") from error
    except NotCanonical as error:
        raise NotCanonical(f"{refusal}. {error}") from error
    if not same:
        raise NotCanonical(f"{refusal}: the same facts are written in other bytes.")
    if not _is_statement(value):
        raise NotCanonical(f"{refusal}: its fields are not those of FORMATS §1.")
    return dict(value)


def _is_statement(value: Any) -> bool:
    match value:
        case {
            "_type": str(kind),
            "subject": [{"name": str(), "digest": {"sha256": str(sha256), **more}, **others}],
            "predicateType": str(predicate_type),
            "predicate": dict(),
            **rest,
        }:
            plain = not (more or others or rest) and kind == STATEMENT_TYPE
            return plain and predicate_type in PREDICATES and bool(_HEX_SHA256.fullmatch(sha256))
    return False
