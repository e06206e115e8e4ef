"""The form of the statements in a package: every field of FORMATS §1, and no other. Pure.

`evidence.ledger.statement` sees to the bytes; this file sees to what they say. A field that is not
known here would be signed and never judged, so it is refused: a new field means a new version.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from evidence.errors import NotCanonical
from evidence.ledger import statement
from evidence.ledger.statement import ACTIVITY, ATTESTATION, WORKFLOW

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
DISPOSED = "evidence-disposed"
"""The only verb of an activity that has a place in a package."""
_KINDS = ("user", "service-account", "system")
_STEP_LIMIT = (
    400  # bytes of UTF-8: the longest that is recorded. It is made a name, which takes time
)

Rule = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a package: what it is about, what it says, and the hash of its bytes."""

    subject: str
    subject_sha256: str
    predicate: dict[str, Any]
    sha256: str

    @classmethod
    def parse(cls, body: bytes, predicate_type: str) -> Self:
        """Return the statement of its canonical body, else `NotCanonical` with the reason."""
        value = statement.parse(body)
        if value["predicateType"] != predicate_type:
            raise NotCanonical(
                f"The statement is a {value['predicateType']}; a {predicate_type} belongs here."
            )
        _check(value["predicate"], _FIELDS[predicate_type])
        [subject] = value["subject"]
        digest = statement.sha256(body)
        return cls(subject["name"], subject["digest"]["sha256"], value["predicate"], digest)


def is_descriptor(value: Any) -> bool:
    """Tell whether a value is a descriptor of a file, as `statement.descriptor` makes it."""
    match value:
        case {
            "name": str(name),
            "digest": {"sha256": str(sha256), **more},
            "mediaType": str(),
            "annotations": {"size": str(size), **others},
            **rest,
        }:
            plain = bool(name) and not (more or others or rest)
            return plain and bool(_SHA256.fullmatch(sha256) and _SIZE.fullmatch(size))
    return False


def _check(predicate: Mapping[str, Any], rules: Mapping[str, Rule]) -> None:
    for name in predicate:
        if name not in rules:
            raise NotCanonical(f"The predicate has a field {name!r}, which is not of this version.")
    for name, rule in rules.items():
        if name not in predicate or not rule(predicate[name]):
            raise NotCanonical(f"The predicate's field '{name}' is missing or of another form.")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _step(value: Any) -> bool:
    return isinstance(value, str) and len(value.encode()) <= _STEP_LIMIT


def _count(value: Any) -> bool:
    return type(value) is int and value > 0  # not a bool, which is an int as well


def _uuid(value: Any) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None


def _or_none(rule: Rule) -> Rule:
    return lambda value: value is None or rule(value)


def _each(rule: Rule) -> Rule:
    return lambda value: isinstance(value, list) and all(map(rule, value))


def _verdict(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _digest(value: Any) -> bool:
    match value:
        case {"sha256": str(sha256), **more}:
            return not more and _SHA256.fullmatch(sha256) is not None
    return False


def _user_data(value: Any) -> bool:
    match value:
        case {"digest": digest, **more}:
            return not more and _digest(digest)
    return False


def _link(value: Any) -> bool:
    match value:
        case {"name": str(), "uri": str(), **more}:
            return not more or (set(more) == {"digest"} and _digest(more["digest"]))
    return False


def _disposal(value: Any) -> bool:
    match value:
        case {
            "reason": str(),
            "up_to": up_to,
            "part": part,
            "parts": parts,
            "digests": digests,
            **more,
        }:
            plain = not more and all(map(_count, (up_to, part, parts))) and part <= parts
            return plain and _each(_sha256)(digests)
    return False


def _sha256(value: Any) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


def _actor(value: Any) -> bool:
    match value:
        case {"kind": kind, "id": id, "name": str(), **more}:
            return not more and kind in _KINDS and _uuid(id)
    return False


_FIELDS: dict[str, dict[str, Rule]] = {
    ACTIVITY: {
        "verb": lambda value: value == DISPOSED,
        "details": _disposal,
        "by": _actor,
        "at": _time,
    },
    WORKFLOW: {
        "id": _text,
        "description": _text,
        "trail_version": _count,
        "by": _actor,
        "at": _time,
    },
    ATTESTATION: {
        "id": _uuid,
        "step": _step,
        "number": _count,
        "is_compliant": _verdict,
        "description": _text,
        "evidence": _each(is_descriptor),
        "user_data": _or_none(_user_data),
        "external": _each(_link),
        "occurred_at": _or_none(_time),
        "overrides": _or_none(_text),
        "reason": _or_none(_text),
        "by": _actor,
        "at": _time,
    },
}
