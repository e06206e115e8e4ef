"""The rules of what callers may write: names, steps, texts, links. Each raises `Invalid`.

Returned values are NFC, as the record holds them, so that rows and records say the same.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from evidence import names
from evidence.package import disposals
from trails.errors import Invalid
from trails.words import (
    DESCRIPTION_LIMIT,
    NAME,
    NAME_LIMIT,
    REASON_LIMIT,
    RESERVED_ORGANIZATIONS,
    RESERVED_STEPS,
    RESERVED_TRAILS,
    RESERVED_WORKFLOWS,
    RETENTION_DAYS_LIMIT,
    STEP_LIMIT,
    STEPS_LIMIT,
    WORKFLOW_ID,
    WORKFLOW_ID_LIMIT,
)

SHA256 = re.compile(r"[0-9a-f]{64}")
# As many characters may become one in NFC: a Greek letter with three marks, or `\r\n`.
_COMPOSED = 4
# No language needs more (UAX #15, Stream-Safe Text Format), and composing takes the square of it.
_COMBINING_LIMIT = 30
_NAME_RULE = "Use letters, digits and - _ . ~, beginning with a letter or a digit"


def text(value: Any, field: str, *, limit: int = DESCRIPTION_LIMIT) -> str:
    """Return a text in NFC without NUL and other control characters but line breaks and tabs."""
    if not isinstance(value, str):
        raise Invalid(f"{field} must be text.", field=field)
    if len(value) > _COMPOSED * limit:
        raise Invalid(f"{field} has {len(value)} characters; at most {limit} fit.", field=field)
    value = value.replace("\r\n", "\n")
    _refuse_what_no_text_holds(value, field)
    normal = unicodedata.normalize("NFC", value)
    if len(normal) > limit:
        raise Invalid(f"{field} has {len(normal)} characters; at most {limit} fit.", field=field)
    return normal


def _refuse_what_no_text_holds(value: str, field: str) -> None:
    run = 0
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t":
            raise Invalid(
                f"{field} holds the control character U+{ord(character):04X}. Remove it.",
                field=field,
            )
        run = run + 1 if not character.isascii() and _is_mark(character) else 0
        if run > _COMBINING_LIMIT:
            raise Invalid(
                f"{field} holds more than {_COMBINING_LIMIT} combining marks in a row.",
                field=field,
            )


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    """Tell whether a character combines. Some do so only once they are taken apart: U+0F73."""
    return unicodedata.combining(unicodedata.normalize("NFD", character)[0]) > 0


def line(value: Any, field: str, *, limit: int = NAME_LIMIT) -> str:
    """Return a text of one line, stripped, without invisible characters."""
    stripped = text(value, field, limit=limit).strip()
    if any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Co", "Cn"} for c in stripped):
        raise Invalid(f"{field} must be one line without invisible characters.", field=field)
    return stripped


def reason(value: Any) -> str:
    """Return why something is done that people will ask about; `Invalid` where nothing is said."""
    given = text(value, "reason", limit=REASON_LIMIT).strip()
    if not given:
        raise Invalid("Say why: the reason is recorded and cannot be added later.", field="reason")
    return given


def refuse_unless_typed(typed: Any, name: str, what: str) -> None:
    """Return if a name was typed as it is; `Invalid` if not. `what` is as in `the trail`."""
    if typed != name:
        raise Invalid(f"Type the name of {what}, {name}, to confirm.", field="confirm")


def retention_days(value: Any) -> int | None:
    """Return for how many days evidence is kept, None for ever."""
    if value is None:
        return None
    if type(value) is not int:  # a bool is an int as well
        raise Invalid("retention_days must be a whole number, or null.", field="retention_days")
    if not 1 <= value <= RETENTION_DAYS_LIMIT:
        raise Invalid(
            f"{value} days are no retention. Give 1 to {RETENTION_DAYS_LIMIT}, or none to keep "
            "evidence for ever.",
            field="retention_days",
        )
    return value


def organization_name(value: Any) -> str:
    """Return a name for an organization."""
    name = _matching(value, NAME, NAME_LIMIT, "name", _NAME_RULE)
    if name.lower() in RESERVED_ORGANIZATIONS:
        raise Invalid(f"'{name}' is reserved. Choose another name.", field="name")
    return name


def trail_name(value: Any) -> str:
    """Return a name for a trail."""
    name = _matching(value, NAME, NAME_LIMIT, "name", _NAME_RULE)
    if name.lower() in RESERVED_TRAILS:
        raise Invalid(f"'{name}' is reserved. Choose another name.", field="name")
    return name


def workflow_id(value: Any) -> str:
    """Return an id for a workflow."""
    rule = "Use letters, digits and - _ . ~ : @ +, beginning with a letter or a digit"
    id = _matching(value, WORKFLOW_ID, WORKFLOW_ID_LIMIT, "id", rule)
    if id in RESERVED_WORKFLOWS:
        raise Invalid(f"'{id}' is reserved. Choose another id.", field="id")
    return id


def _matching(value: Any, pattern: re.Pattern[str], limit: int, field: str, rule: str) -> str:
    if not isinstance(value, str):
        raise Invalid(f"The {field} must be text.", field=field)
    if len(value) > limit:
        raise Invalid(f"The {field} has {len(value)} characters; at most {limit} fit.", field=field)
    if not pattern.fullmatch(value):
        raise Invalid(f"{value!r} is not a valid {field}. {rule}.", field=field)
    return value


def step_name(value: Any, field: str = "step") -> str:
    """Return the name of a step: one line, no path separators, not empty."""
    name = line(value, field, limit=STEP_LIMIT)
    if not name:
        raise Invalid("A step needs a name.", field=field)
    if "/" in name or "\\" in name or name.startswith("."):
        raise Invalid(
            f"'{name}' is not a valid step name. Leave out / and \\ and a leading dot.",
            field=field,
        )
    # As a package will call its files: cleaning drops a dot at the end, for one.
    directory = names.clean(name)
    if directory.casefold() in RESERVED_STEPS or disposals.is_taken(directory):
        raise Invalid(f"'{name}' is reserved. Choose another step name.", field=field)
    return name


def steps(value: Any) -> list[dict[str, Any]]:
    """Return ordered steps as `{"name", "required"}`; plain texts are required steps."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise Invalid("steps must be a list.", field="steps")
    if len(value) > STEPS_LIMIT:
        raise Invalid(f"{len(value)} steps are too many; {STEPS_LIMIT} fit.", field="steps")
    found: list[dict[str, Any]] = []
    for item in value:
        name, required = item, True
        if isinstance(item, dict):
            name, required = item.get("name"), item.get("required", True)
        if not isinstance(required, bool):
            raise Invalid("'required' of a step must be true or false.", field="steps")
        name = step_name(name, "steps")
        if any(name.casefold() == step["name"].casefold() for step in found):
            raise Invalid(f"The step '{name}' is there twice.", field="steps")
        found.append({"name": name, "required": required})
    return found


def external(value: Any) -> list[dict[str, Any]]:
    """Return evidence kept elsewhere: `{"name", "uri", "digest": {"sha256"}}`, digest optional."""
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise Invalid("external must be a list.", field="external")
    if len(value) > 100:
        raise Invalid(f"{len(value)} links are too many; 100 fit.", field="external")
    return [_link(item) for item in value]


def _link(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or not set(item) <= {"name", "uri", "digest"}:
        raise Invalid("A link has the keys name, uri and digest.", field="external")
    uri = line(item.get("uri"), "external", limit=2000)
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise Invalid(f"'{uri}' is not a web address: {error}.", field="external") from error
    if parts.scheme.lower() not in {"http", "https", "s3", "gs"} or not parts.netloc:
        raise Invalid(
            f"'{uri}' must begin with https://, http://, s3:// or gs://.", field="external"
        )
    if any(character.isspace() for character in uri):
        raise Invalid(f"'{uri}' holds a space. Write it as the address needs it.", field="external")
    given = item.get("name")
    name = line(given, "external", limit=2000) if given is not None else ""
    link: dict[str, Any] = {"name": name or uri, "uri": uri}
    if item.get("digest") is not None:
        digest = item["digest"]
        sha256 = digest.get("sha256") if isinstance(digest, dict) and len(digest) == 1 else None
        if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
            raise Invalid(
                f"The digest of '{uri}' must be {{'sha256': 64 lower-case hex digits}}.",
                field="external",
            )
        link["digest"] = {"sha256": sha256}
    return link
