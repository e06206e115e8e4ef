"""Writes staged bytes to S3 once: a conditional create whose SHA-256 the store itself checks.

Threat. A second writer, a crash or a store that retries must never put other bytes under a content
address, nor put them there without the lock that was asked for. So lock, encryption and checksum
are in the very request that creates the object, a name that is taken is never written again, and
what is there already counts only if its checksum is ours.

A large file goes in parts. Its own SHA-256 is not what a store computes over parts, so it is taken
again while the parts are read, and a mismatch is never completed.
"""

import base64
import datetime
import hashlib
import logging
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from django.utils import timezone

from evidence.errors import Corrupt, VaultUnavailable
from evidence.vault.direct import FOLDER
from evidence.vault.places import Place
from evidence.vault.s3_client import answering, code_of, is_taken, pool, status_of
from evidence.vault.staging import Staged

logger = logging.getLogger(__name__)

SINGLE = 64 << 20  # bytes up to which one request carries a file
PART = 8 << 20
_MOST_PARTS = 9_000  # S3 takes 10,000
_IN_MEMORY = 40 << 20  # bytes of parts of one file
_CONFLICTS = 5  # times that two writers may meet before we give up
# A lock that ends less than this before it should is left: each dedupe would move it.
_SLACK = datetime.timedelta(days=1)


def options(place: Place) -> dict[str, Any]:
    """Return what each request that creates an object says besides its bytes."""
    said: dict[str, Any] = {}
    if place.lock != "none":
        until = timezone.now() + datetime.timedelta(days=place.retain_days)
        said |= {"ObjectLockMode": place.lock, "ObjectLockRetainUntilDate": until}
    if place.sse:
        said["ServerSideEncryption"] = place.sse
    if place.kms_key:
        said["SSEKMSKeyId"] = place.kms_key
    if place.storage_class:
        said["StorageClass"] = place.storage_class
    return said


def put(client: Any, place: Place, key: str, staged: Staged) -> bool:
    """Write staged bytes under a key. Returns whether this write made it; False: it was there.

    `Corrupt` when other bytes are there, or the staged bytes are not what was hashed.
    """
    where = {"Bucket": place.bucket, "Key": key}
    write = _whole if staged.digest.size <= SINGLE else _in_parts
    for attempt in range(_CONFLICTS):
        try:
            with answering(key):
                try:
                    write(client, place, where, staged)
                    return True
                except ClientError as error:
                    if code_of(error) == "BadDigest":
                        raise VaultUnavailable(
                            f"The bytes of {key} did not arrive as they were sent. Send them again."
                        ) from error
                    if not is_taken(error) and status_of(error) != 409:
                        raise
            check(client, place, key, staged)
            return False
        except FileNotFoundError:
            # Two writers met and neither is done (409), or it was removed since: once more.
            time.sleep(0.05 * 2**attempt)
    raise VaultUnavailable(f"Others keep writing {key}. Try again.")


def _whole(client: Any, place: Place, where: dict[str, str], staged: Staged) -> None:
    checksum = base64.b64encode(bytes.fromhex(staged.digest.sha256)).decode()
    with staged.path.open("rb") as body:
        client.put_object(
            **where,
            Body=body,
            ContentLength=staged.digest.size,
            ContentType="application/octet-stream",
            IfNoneMatch="*",
            ChecksumSHA256=checksum,
            **options(place),
        )


def part_size(size: int) -> int:
    """Return how large the parts of a file are: always the same for the same size."""
    least = -(-size // _MOST_PARTS)
    return max(PART, -(-least // (1 << 20)) << 20)


def _in_parts(client: Any, place: Place, where: dict[str, str], staged: Staged) -> None:
    upload = {
        **where,
        "UploadId": client.create_multipart_upload(
            **where,
            ChecksumAlgorithm="SHA256",
            ChecksumType="COMPOSITE",
            ContentType="application/octet-stream",
            **options(place),
        )["UploadId"],
    }
    try:
        parts = _send_parts(client, upload, staged)
        _complete(client, upload, parts, where)
    except BaseException:
        abort(client, upload)
        raise


def _send_parts(client: Any, upload: dict[str, str], staged: Staged) -> list[dict[str, Any]]:
    """Send the parts, several at a time; return what completing them has to say."""
    size = part_size(staged.digest.size)
    at_once = max(1, _IN_MEMORY // size - 1)
    whole = hashlib.sha256()
    waiting: deque[Future[dict[str, Any]]] = deque()
    parts: list[dict[str, Any]] = []
    try:
        for number, data in enumerate(_read_parts(staged.path, size), 1):
            whole.update(data)
            waiting.append(pool("parts").submit(_send_part, client, upload, number, data))
            del data
            if len(waiting) >= at_once:
                parts.append(waiting.popleft().result())
        parts += [future.result() for future in waiting]
    finally:
        for future in waiting:
            future.cancel()
    if whole.hexdigest() != staged.digest.sha256:
        raise Corrupt(
            f"The staged bytes of {staged.digest.sha256} have changed on the disk. Nothing was "
            "saved; send the file again."
        )
    return parts


def _send_part(client: Any, upload: dict[str, str], number: int, data: bytes) -> dict[str, Any]:
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    sent = client.upload_part(**upload, PartNumber=number, Body=data, ChecksumSHA256=checksum)
    return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum}


def _complete(
    client: Any, upload: dict[str, str], parts: list[dict[str, Any]], where: dict[str, str]
) -> None:
    try:
        client.complete_multipart_upload(
            **upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
        )
    except ClientError as error:
        # An answer that was lost is asked for again, and then there is no such upload any more.
        if code_of(error) != "NoSuchUpload":
            raise
    found = client.head_object(**where, ChecksumMode="ENABLED").get("ChecksumSHA256")
    expected = composite(part["ChecksumSHA256"] for part in parts)
    if found not in {None, expected}:
        raise Corrupt(f"{where['Key']} has the checksum {found} where {expected} was sent.")


def composite(checksums: Iterator[str]) -> str:
    """Return the checksum that S3 gives an object of parts, from those of its parts in base64."""
    digests = [base64.b64decode(checksum) for checksum in checksums]
    whole = hashlib.sha256(b"".join(digests)).digest()
    return f"{base64.b64encode(whole).decode()}-{len(digests)}"


def abort(client: Any, upload: dict[str, str]) -> None:
    """Give the parts of an upload back. If that fails too, a sweep finds them later."""
    try:
        client.abort_multipart_upload(**upload)
    except Exception:
        logger.warning("Parts of %s stay until the next sweep.", upload["Key"], exc_info=True)


def _read_parts(path: Path, size: int) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while True:
            piece = bytearray()
            while len(piece) < size and (some := file.read(size - len(piece))):
                if not piece and len(some) == size:
                    yield some
                    break
                piece += some
            else:
                if not piece:
                    return
                yield bytes(piece)


# --- What is there already ------------------------------------------------------------------------


def check(client: Any, place: Place, key: str, staged: Staged) -> None:
    """Return if a key holds the staged bytes, locked as long as new ones; `Corrupt` if not."""
    where = {"Bucket": place.bucket, "Key": key}
    with answering(key):
        head = client.head_object(**where, ChecksumMode="ENABLED")
        if head["ContentLength"] != staged.digest.size or not _is_same(client, where, head, staged):
            raise Corrupt(
                f"{key} in the vault holds other bytes than its name says. Restore it from a copy."
            )
        lock_as_new(client, place, where, head)


def _is_same(client: Any, where: dict[str, str], head: dict[str, Any], staged: Staged) -> bool:
    found = head.get("ChecksumSHA256")
    if found and "-" not in found:
        return base64.b64decode(found).hex() == staged.digest.sha256
    size = part_size(staged.digest.size)
    if found and found.endswith(f"-{-(-staged.digest.size // size)}"):
        digests = (hashlib.sha256(part).digest() for part in _read_parts(staged.path, size))
        if composite(base64.b64encode(digest).decode() for digest in digests) == found:
            return True
    # Written by other means, or by a store that keeps no checksums: read it.
    whole = hashlib.sha256()
    for chunk in client.get_object(**where)["Body"].iter_chunks(1 << 20):
        whole.update(chunk)
    return whole.hexdigest() == staged.digest.sha256


def lock_as_new(client: Any, place: Place, where: dict[str, str], head: dict[str, Any]) -> None:
    """Extend the lock of an object to what a new one would have: it is evidence once more."""
    if place.lock == "none":
        return
    until = timezone.now() + datetime.timedelta(days=place.retain_days)
    locked = head.get("ObjectLockRetainUntilDate")
    if locked is not None and locked >= until - _SLACK:
        return
    mode = head.get("ObjectLockMode") or place.lock
    retention = {"Mode": mode, "RetainUntilDate": until}
    client.put_object_retention(**where, Retention=retention)


# --- Sweeping -----------------------------------------------------------------------------------


def sweep(client: Any, place: Place, older_than: datetime.timedelta) -> int:
    """Give back the parts of uploads that were begun before that and never completed.

    Those of clients are not ours: `s3_direct` knows for how long they are waited for.
    """
    horizon = timezone.now() - older_than
    given_back = 0
    theirs = f"{place.prefix}/{FOLDER}/".lstrip("/")
    with answering("The list of uploads"):
        pages = client.get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=place.bucket, Prefix=place.prefix):
            for row in page.get("Uploads", ()):
                if row["Initiated"] < horizon and not row["Key"].startswith(theirs):
                    where = {"Bucket": place.bucket, "Key": row["Key"]}
                    client.abort_multipart_upload(**where, UploadId=row["UploadId"])
                    given_back += 1
    return given_back
