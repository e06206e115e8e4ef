"""Retention, legal hold and erasure of one object of S3 by its Object Lock.

Threat. A store may say yes and do nothing. So each change is read back, and only what a fresh read
says is returned. Nothing here asks to bypass a lock, whatever the credentials allow.
"""

import datetime
from typing import Any

from botocore.exceptions import ClientError
from django.utils import timezone

from evidence.errors import Retained
from evidence.vault.places import Place
from evidence.vault.s3_client import answering, code_of, status_of


def _head(client: Any, place: Place, key: str, **version: str) -> dict[str, Any]:
    with answering(key):
        head: dict[str, Any] = client.head_object(Bucket=place.bucket, Key=key, **version)
        return head


def retained_until(client: Any, place: Place, key: str) -> datetime.datetime | None:
    """Return until when the store keeps an object; None when it has no such date."""
    until: datetime.datetime | None = _head(client, place, key).get("ObjectLockRetainUntilDate")
    return until.astimezone(datetime.UTC) if until else None


def retain(client: Any, place: Place, key: str, until: datetime.datetime) -> bool:
    """Keep an object until then at least. Returns whether the store confirms it.

    Never shortens, and never weakens a mode. False where the vault has no lock.
    """
    head = _head(client, place, key)
    if place.lock == "none":
        return False
    # Stores keep whole seconds: never one too few.
    wanted = (until + datetime.timedelta(seconds=1)).replace(microsecond=0)
    locked = head.get("ObjectLockRetainUntilDate")
    if locked is None or locked < until:
        mode = head.get("ObjectLockMode") or place.lock
        with answering(key):
            client.put_object_retention(
                Bucket=place.bucket,
                Key=key,
                Retention={"Mode": mode, "RetainUntilDate": wanted},
            )
    confirmed = retained_until(client, place, key)
    return confirmed is not None and confirmed >= until


def hold(client: Any, place: Place, key: str, on: bool) -> bool:
    """Set or lift the legal hold of an object. Returns whether the store confirms it."""
    if place.lock == "none":
        _head(client, place, key)
        return False
    status = "ON" if on else "OFF"
    with answering(key):
        client.put_object_legal_hold(Bucket=place.bucket, Key=key, LegalHold={"Status": status})
    return bool(_head(client, place, key).get("ObjectLockLegalHoldStatus", "OFF") == status)


def erase(client: Any, place: Place, key: str) -> None:
    """Remove every version of an object. `Retained` when the store keeps one, and then all stay.

    `FileNotFoundError` when there is none.
    """
    versions, markers = _versions(client, place, key)
    if not versions:
        raise FileNotFoundError(f"{key} is not in the vault.")
    for version in versions:
        _refuse_if_kept(client, place, key, version)
    for version in [*versions, *markers]:  # a marker first would bring its object back
        try:
            with answering(key):
                _delete(client, place, key, version)
        except FileNotFoundError:
            continue
    left, _markers = _versions(client, place, key)
    if left:
        raise Retained(
            f"The store says that {key} is removed, and still has it: version {', '.join(left)}. "
            "Try again after its retention."
        )


def _versions(client: Any, place: Place, key: str) -> tuple[list[str], list[str]]:
    """Return the ids of what is under a key: of its contents, and of its delete markers."""
    found: dict[str, list[str]] = {"Versions": [], "DeleteMarkers": []}
    with answering(key):
        pages = client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=place.bucket, Prefix=key):
            for kind, ids in found.items():
                ids += [row["VersionId"] for row in page.get(kind, ()) if row["Key"] == key]
            if any(row["Key"] > key for row in page.get("Versions", ())):
                break
    return found["Versions"], found["DeleteMarkers"]


def _refuse_if_kept(client: Any, place: Place, key: str, version: str) -> None:
    try:
        head = _head(client, place, key, **_named(version))
    except FileNotFoundError:
        return
    until = head.get("ObjectLockRetainUntilDate")
    if head.get("ObjectLockLegalHoldStatus") == "ON":
        raise Retained(f"The store keeps {key} under a legal hold. Lift the hold first.")
    if until is not None and until > timezone.now():
        raise Retained(
            f"The store keeps {key} until {until.astimezone(datetime.UTC).isoformat()}. "
            "Erase it after that day."
        )


def _delete(client: Any, place: Place, key: str, version: str) -> None:
    try:
        client.delete_object(Bucket=place.bucket, Key=key, **_named(version))
    except ClientError as error:
        if code_of(error) != "AccessDenied" and status_of(error) != 403:
            raise
        raise Retained(
            f"The store refuses to erase {key}: it is retained or held, or our credentials may not "
            "erase versions."
        ) from error


def _named(version: str) -> dict[str, str]:
    # A bucket without versions calls the only one "null", and some stores take no such name.
    return {} if version == "null" else {"VersionId": version}
