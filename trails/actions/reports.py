"""What a reporter says, made fit to be recorded: names that are safe, texts that every part keeps.

Nothing here touches the database; `trails.actions.attestations` records what comes out of it.
"""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from evidence import media_types, names
from evidence.errors import NotCanonical
from evidence.ledger import statement
from evidence.vault import store
from evidence.vault.digest import digest_of
from evidence.vault.staging import Staged
from trails.actions import inputs
from trails.errors import Invalid, TooMuch

# Names that a package writes beside the attested files (FORMATS §3).
PACKAGE_FILES = ("user-data.json", "external.txt", statement.EVIDENCE_LIST_NAME)
# In a statement, beside the evidence list; past this, the list becomes a file of its own.
EVIDENCE_LIST_BYTES = 40_000
# Of a statement, beside the list: what is free in length. All else, escaped, takes less than 5,000.
FREE_TEXT_BYTES = 20_000
# Of one file in that list at most: its name, every byte of it escaped, and what is around it.
DESCRIPTOR_BYTES = 6 * names.LIMIT + 400
# Of a name, before it is cleaned: to clean takes time, and far fewer characters are kept.
NAME_READ = 1000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has arrived in the vault's staging area, under the name its reporter gave."""

    name: str
    staged: Staged


@dataclass(frozen=True, slots=True)
class Report:
    """What a reporter says. `user_data` is canonical JSON text, or None."""

    step: str
    is_compliant: bool | None
    description: str = ""
    user_data: str | None = None
    external: Sequence[dict[str, Any]] = field(default_factory=tuple)
    occurred_at: datetime.datetime | None = None


def canonical_json(value: Any, *, limit: int) -> str | None:
    """Return free JSON as the text that is stored: sorted keys, no spaces; None for null."""
    if value is None:
        return None
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        size = len(text.encode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Invalid(
            f"user_data is not JSON that can be kept: {error}.", field="user_data"
        ) from error
    if size > limit:
        raise TooMuch(
            f"user_data has {size} bytes; the limit is {limit} bytes. Attach it as a file.",
            limit=limit,
            field="user_data",
        )
    return text


def checked(report: Report) -> Report:
    """Return the report with its texts as they are recorded. `Invalid` names what does not fit."""
    # By identity: 1 equals True, and would be recorded as the number that it is.
    if not any(report.is_compliant is verdict for verdict in (True, False, None)):
        raise Invalid("is_compliant must be true, false or null.", field="is_compliant")
    if report.occurred_at is not None:
        try:
            statement.timestamp(report.occurred_at)
        except NotCanonical as error:
            raise Invalid(f"occurred_at does not fit: {error}", field="occurred_at") from error
    return Report(
        step=inputs.step_name(report.step),
        is_compliant=report.is_compliant,
        description=inputs.text(report.description, "description"),
        user_data=_user_data(report.user_data),
        external=inputs.external(list(report.external)),
        occurred_at=report.occurred_at,
    )


def _user_data(text: str | None) -> str | None:
    """Return the text as it is: it is recorded byte for byte, not composed."""
    if text is not None and "\x00" in text:
        raise Invalid("user_data holds the character NUL. Remove it.", field="user_data")
    try:
        (text or "").encode()
    except UnicodeEncodeError as error:
        raise Invalid("user_data holds half of a surrogate pair.", field="user_data") from error
    return text


def idempotency_key(given: str | None) -> str | None:
    """Return the key of a report that may come again, or None when it came without."""
    if given is None:
        return None
    key = inputs.line(given, "Idempotency-Key", limit=255)
    if not key:
        raise Invalid(
            "The Idempotency-Key is empty. Leave it out or send one.", field="Idempotency-Key"
        )
    return key


def named(uploads: Sequence[Upload]) -> list[Upload]:
    """Return the uploads under names that are safe in a path and differ from one another."""
    namespace = names.Namespace(reserved=PACKAGE_FILES)
    return [Upload(namespace.claim(names.clean(u.name[-NAME_READ:])), u.staged) for u in uploads]


def descriptors(files: Sequence[Upload]) -> list[dict[str, Any]]:
    """Return how a statement lists files, in their order."""
    return [
        statement.descriptor(
            upload.name,
            upload.staged.digest.sha256,
            upload.staged.digest.size,
            statement.EVIDENCE_LIST_MEDIA_TYPE
            if upload.name == statement.EVIDENCE_LIST_NAME
            else media_types.guess(upload.name),
        )
        for upload in files
    ]


def evidence_list(files: Sequence[Upload]) -> Upload | None:
    """Stage the list of evidence as a file, if it is too long for the statement itself."""
    if len(files) * DESCRIPTOR_BYTES <= EVIDENCE_LIST_BYTES:
        return None  # as nearly every report
    body = statement.canonical(descriptors(files))
    if len(body) <= EVIDENCE_LIST_BYTES:
        return None
    return Upload(statement.EVIDENCE_LIST_NAME, store.stage([body]))


def may_be_too_long(report: Report) -> bool:
    """Tell whether the report's statement may be too long for a record; False is certain."""
    characters = len(report.description)
    characters += sum(len(link["name"]) + len(link["uri"]) + 100 for link in report.external)
    return 6 * characters > FREE_TEXT_BYTES  # JSON writes no character in more than six bytes


def content_sha256(report: Report, files: Sequence[Upload]) -> str:
    """Return the digest of everything a reporter said, by which a retry is told from news."""
    data = report.user_data
    return content_digest(
        step=report.step,
        is_compliant=report.is_compliant,
        description=report.description,
        user_data=digest_of(data.encode()).sha256 if data is not None else None,
        external=list(report.external),
        occurred_at=statement.timestamp(report.occurred_at) if report.occurred_at else None,
        evidence=[(upload.name, upload.staged.digest.sha256) for upload in files],
    )


def content_digest(
    *,
    step: Any,
    is_compliant: Any,
    description: Any,
    user_data: Any,
    external: Any,
    occurred_at: Any,
    evidence: Sequence[tuple[Any, Any]],
) -> str:
    """Return the digest of a report from what a statement keeps of it, as `content_sha256` has it.

    `user_data` is the digest of that, `evidence` are names and digests. `NotCanonical` where one of
    them is nothing that a statement can hold.
    """
    said = {
        "step": step,
        "is_compliant": is_compliant,
        "description": description,
        "user_data": user_data,
        "external": external,
        "occurred_at": occurred_at,
        "evidence": [list(file) for file in evidence],
    }
    return statement.sha256(statement.canonical(said))
