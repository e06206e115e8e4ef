"""Runs a check of the vault and keeps its verdict.

What is attacked and how stands beside this file: objects of a bucket, its settings, files of a
folder. Not for repairing anything.
"""

from dataclasses import replace
from typing import Any

from django.core.files.storage import Storage

from evidence.models import VaultCheck
from evidence.vault.check import attempts, bucket_wide, folder
from evidence.vault.check.canaries import Bucket
from evidence.vault.check.standing import address
from evidence.vault.check.verdict import Report
from evidence.vault.local import WriteOnceFileSystemStorage
from evidence.vault.s3 import WriteOnceS3Storage
from evidence.vault.s3_put import options

SECONDS = 120
"""How long canaries are locked: longer than the attempts take, and no longer than need be."""

SOON = 5.0
"""Seconds until a lock ends that an attempt shortens: more than a request takes to the store."""


def check(
    storage: Storage, *, settings_too: bool = True, seconds: int = SECONDS, soon: float = SOON
) -> Report:
    """Attack objects of our own in a vault and return what came of it.

    `settings_too` is about the settings of a bucket. `VaultUnavailable`: there is no verdict.
    """
    if isinstance(storage, WriteOnceS3Storage):
        return _check_bucket(storage, settings_too, seconds=seconds, soon=soon)
    if isinstance(storage, WriteOnceFileSystemStorage):
        tried = tuple(folder.on_files(storage))
        left = folder.left(storage)
        return Report(address(storage), "", tried, folder.remarks(), left=left)
    raise TypeError(f"{type(storage).__name__} is no vault: see evidence.vault.places.")


def _check_bucket(storage: WriteOnceS3Storage, settings_too: bool, **times: Any) -> Report:
    place = storage.place
    extra = {k: v for k, v in options(place).items() if not k.startswith("ObjectLock")}
    lock = "" if place.lock == "none" else place.lock
    where = (storage.client, place.bucket, place.prefix)
    bucket = Bucket(*where, lock, extra=extra, **times)
    try:
        tried = attempts.on_objects(bucket)
        settings, remarks = (
            bucket_wide.on_settings(bucket)
            if settings_too
            else (bucket_wide.left_out("Left out, as --no-bucket-wide asks."), [])
        )
    finally:
        left = bucket.clean()
    report = Report(place.url, bucket.mode, (*tried, *settings), remarks)
    was_wide = all(attempt.counts for attempt in settings)
    said = [*remarks, *attempts.remarks(bucket, report)]
    return replace(report, remarks=said, bucket_wide=was_wide, left=_left(left, bucket))


def _left(left: int, bucket: Bucket) -> str:
    if not left:
        return ""
    return (
        f"{left} objects under checks/ stay, locked until {bucket.until:%Y-%m-%d %H:%M:%S} UTC. "
        "A check that runs an hour later takes them away."
    )


def keep(report: Report) -> VaultCheck:
    """Write a report down and return its row."""
    row = VaultCheck(vault=report.vault, verdict=report.verdict.value, findings=report.findings())
    row.save()
    return row
