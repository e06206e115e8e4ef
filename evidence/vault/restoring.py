"""Puts good bytes in the place of damaged ones. The one exception to "written once".

Threat. What may replace bytes could replace evidence. So nothing but `repairing` calls this, with
bytes whose digest is the name they get; and the damaged ones are kept, because they may be evidence
themselves, of who damaged them and how.
"""

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

from boto3.exceptions import S3UploadFailedError
from django.utils import timezone
from uuid_utils.compat import uuid7

from evidence.errors import Corrupt, VaultUnavailable
from evidence.vault import s3_put
from evidence.vault.copies import DAMAGED, address
from evidence.vault.local import WriteOnceFileSystemStorage, sync_directory
from evidence.vault.s3 import WriteOnceS3Storage
from evidence.vault.s3_client import answering
from evidence.vault.staging import Staged


def restore(storage: Any, sha256: str, staged: Staged) -> str:
    """Give staged bytes their name in a vault that holds others there, or none.

    Returns where what was there is kept, empty if nothing was. The bytes are durable on return.
    """
    if staged.digest.sha256 != sha256:
        raise Corrupt(f"These are not the bytes of {sha256}, but of {staged.digest.sha256}.")
    if isinstance(storage, WriteOnceFileSystemStorage):
        return _in_folder(storage, sha256, staged)
    if isinstance(storage, WriteOnceS3Storage):
        return _in_bucket(storage, sha256, staged)
    raise TypeError(f"{storage!r} is no vault.")


def _kept_as(sha256: str) -> str:
    return f"{DAMAGED}/{sha256}.{timezone.now():%Y%m%dT%H%M%S.%fZ}"


def _in_folder(storage: WriteOnceFileSystemStorage, sha256: str, staged: Staged) -> str:
    target = Path(storage.path(address(sha256)))
    _make(target.parent)
    # 1. The good bytes, durable beside the damaged ones.
    partial = target.with_name(f".{sha256}.{os.getpid()}.{uuid7()}")
    try:
        with staged.path.open("rb") as source, partial.open("xb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
            copy.flush()
            os.fchmod(copy.fileno(), 0o444)
            os.fsync(copy.fileno())
        # 2. A second name for the damaged ones; a folder or a link in their place is moved away.
        kept_as = ""
        if os.path.lexists(target):
            kept_as = _kept_as(sha256)
            kept = Path(storage.path(kept_as))
            _make(kept.parent)
            if target.is_file() and not target.is_symlink():
                os.link(target, kept)
            else:
                target.rename(kept)
            sync_directory(str(kept.parent))
        # 3. In one step: who reads finds the damaged bytes or the good ones.
        partial.replace(target)
        sync_directory(str(target.parent))
    finally:
        partial.unlink(missing_ok=True)
    return kept_as


def _make(folder: Path) -> None:
    """Make a folder and its parents, with durable entries."""
    if folder.is_dir():
        return
    _make(folder.parent)
    folder.mkdir(mode=0o750, exist_ok=True)
    sync_directory(str(folder.parent))


def _in_bucket(storage: WriteOnceS3Storage, sha256: str, staged: Staged) -> str:
    """A bucket with versions keeps the damaged object as an older one; elsewhere a copy is made."""
    client, bucket, key = storage.client, storage.bucket, storage.key(address(sha256))
    kept_as = ""
    with contextlib.suppress(FileNotFoundError), answering(key):
        head = client.head_object(Bucket=bucket, Key=key)
        if client.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
            kept_as = f"{address(sha256)}?versionId={head['VersionId']}"
        else:
            kept_as = _kept_as(sha256)
            client.copy({"Bucket": bucket, "Key": key}, bucket, storage.key(kept_as))
    # With the lock of any other object, and over what is there: `s3_put` never does that.
    said = {"ChecksumAlgorithm": "SHA256", **s3_put.options(storage.place)}
    try:
        with answering(key):
            client.upload_file(str(staged.path), bucket, key, ExtraArgs=said)
    except S3UploadFailedError as error:
        raise VaultUnavailable(f"{sha256} is not restored: {error}") from error
    return kept_as
