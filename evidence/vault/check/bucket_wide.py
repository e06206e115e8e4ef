"""What is tried against the settings of a whole bucket, and put back at once if it goes through.

Threat. Whoever suspends versions, or takes away the bucket's lock, makes every later write of a
production bucket unprotected. The test must not be that somebody: it tries only where the bucket
says that it locks, so that a true store must refuse; it notes what was before, and restores it
whatever happens. Where the state cannot be read it could not be restored, and nothing is tried.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from evidence.errors import VaultUnavailable
from evidence.vault.check.canaries import Bucket
from evidence.vault.check.verdict import Attempt, Outcome

NAMES = ("suspend-versions", "remove-lock")
_TRIED = {
    "suspend-versions": "Suspension of the bucket's versions.",
    "remove-lock": "An empty lock configuration in place of the bucket's.",
}


def left_out(why: str) -> list[Attempt]:
    """Return both attempts as not made."""
    return [Attempt(n, _TRIED[n], "", why, Outcome.NOT_TRIED, counts=False) for n in NAMES]


def on_settings(bucket: Bucket) -> tuple[list[Attempt], list[str]]:
    """Return the attempts on the bucket's settings, and what could not be restored."""
    if bucket.can_lock is None:
        return left_out("These credentials may not read the bucket's lock configuration."), []
    if not bucket.can_lock:
        return left_out("The bucket locks nothing, so it would really have changed."), []
    remarks: list[str] = []
    return [_suspend_versions(bucket, remarks), _remove_lock(bucket, remarks)], remarks


@contextmanager
def _warning(words: str) -> Iterator[None]:
    """Say what may be left undone when the store goes away just as it should be put back."""
    try:
        yield
    except VaultUnavailable as error:
        raise VaultUnavailable(f"{words} The store went away: {error}") from error


def _suspend_versions(bucket: Bucket, remarks: list[str]) -> Attempt:
    name, tried = "suspend-versions", _TRIED["suspend-versions"]
    before = _versions(bucket)
    if before is None:
        found = "These credentials may not read whether the bucket keeps versions."
        return Attempt(name, tried, "", found, Outcome.NOT_TRIED, counts=False)
    if before != "Enabled":
        # Nothing more to break, and a bucket that never had versions could not be put back.
        found = f"The bucket keeps no versions: {before or 'they were never enabled'}."
        return Attempt(name, tried, "none: it was not asked", found, Outcome.BROKEN)
    try:
        answer = bucket.ask("put_bucket_versioning", VersioningConfiguration=_status("Suspended"))
        after = _versions(bucket)
    finally:
        # Also when the store gave no answer: it may have done it.
        with _warning("Versions of the bucket may be suspended. Enable them."):
            if _versions(bucket) != "Enabled":
                bucket.ask("put_bucket_versioning", VersioningConfiguration=_status("Enabled"))
    if after == "Enabled":
        return Attempt(name, tried, answer.said, "Versions are enabled.", Outcome.HELD)
    if _versions(bucket) != "Enabled":
        remarks.append("VERSIONS OF THE BUCKET ARE SUSPENDED. Enable them at once: we could not.")
    found = "Versions were suspended. They were enabled again at once."
    return Attempt(name, tried, answer.said, found, Outcome.BROKEN)


def _status(word: str) -> dict[str, str]:
    return {"Status": word}


def _versions(bucket: Bucket) -> str | None:
    answer = bucket.ask("get_bucket_versioning")
    return str(answer.body.get("Status", "")) if answer.agreed else None


def _remove_lock(bucket: Bucket, remarks: list[str]) -> Attempt:
    name, tried = "remove-lock", _TRIED["remove-lock"]
    before = _configuration(bucket)
    try:
        answer = bucket.ask("put_object_lock_configuration", ObjectLockConfiguration={})
        after = _configuration(bucket)
    finally:
        with _warning(f"The bucket's lock may be gone. Put it back, it was: {before}."):
            if _configuration(bucket) != before:
                bucket.ask("put_object_lock_configuration", ObjectLockConfiguration=before)
    if after == before:
        found = "The bucket's lock is as it was."
        return Attempt(name, tried, answer.said, found, Outcome.HELD)
    if _configuration(bucket) != before:
        remarks.append(f"THE BUCKET'S LOCK IS GONE. Put it back at once, it was: {before}.")
    found = "The bucket's lock was taken away. It was put back at once."
    return Attempt(name, tried, answer.said, found, Outcome.BROKEN)


def _configuration(bucket: Bucket) -> dict[str, Any]:
    answer = bucket.ask("get_object_lock_configuration")
    return dict(answer.body.get("ObjectLockConfiguration", {})) if answer.agreed else {}
