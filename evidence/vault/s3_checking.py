"""Reads an upload that a client put into the bucket, and copies it to its content address.

Threat. Whoever has a signed address may put other bytes than announced, and put them again while
they are checked. The store's word about an upload is not enough either: of one in parts it knows no
SHA-256, and of none the CRC-32 that packages need. So everything is read once, whole, which gives
SHA-256, CRC-32 and the SHA-256 of each part of the copy; and reading and copying name the version
and the ETag that were found first. An ETag is an MD5, and of one MD5 somebody can make two
contents: so a copy counts only when the store's own SHA-256 of its parts are those that were read,
or else after it was read whole again.

The copy is made like any object of the vault: created once, locked and encrypted by the request
that makes it.
"""

import base64
import hashlib
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from evidence.errors import Corrupt, NotAnnounced, VaultUnavailable
from evidence.vault import s3_put, s3_read
from evidence.vault.digest import Digest, Digester
from evidence.vault.direct import Incoming, Watch
from evidence.vault.places import Place
from evidence.vault.s3_client import answering, code_of, is_taken, pool, status_of

_COPIES_AT_ONCE = 8
_CONFLICTS = 5  # times that two writers may meet before we give up
_REPLACED = "The upload was replaced while it was checked. Begin a new one, and send it once."


@dataclass(frozen=True, slots=True)
class Source:
    """An object exactly as it was found: `pin` is what makes a read of another one fail."""

    bucket: str
    key: str
    version: str
    etag: str

    @property
    def pin(self) -> dict[str, str]:
        """Return what a read says besides where."""
        return {"IfMatch": self.etag} | ({"VersionId": self.version} if self.version else {})


@dataclass(frozen=True, slots=True)
class Read:
    """What reading gave: the digest of all, and the SHA-256 of each part of its copy, in base64."""

    digest: Digest
    parts: Sequence[str]

    @property
    def composite(self) -> str:
        """Return the checksum that S3 gives an object of these parts."""
        return s3_put.composite(iter(self.parts))


class _Pinned:
    """A client whose reads are of one version of an object only."""

    def __init__(self, client: Any, pin: Mapping[str, str]) -> None:
        self._client, self._pin = client, pin

    def get_object(self, **asked: Any) -> Any:
        try:
            return self._client.get_object(**asked, **self._pin)
        except ClientError as error:
            if is_taken(error):  # the condition does not hold
                raise NotAnnounced(_REPLACED) from error
            raise


def found(client: Any, where: Mapping[str, str], incoming: Incoming) -> Source:
    """Return an upload as it is now. `NotAnnounced` if the store says that it is another one."""
    with answering(incoming.name):
        head = client.head_object(**where, ChecksumMode="ENABLED")
    if head["ContentLength"] != incoming.size:
        raise NotAnnounced(
            f"{head['ContentLength']} bytes have arrived where {incoming.size} were announced."
        )
    checksum = head.get("ChecksumSHA256") or ""
    # Of an object in parts, some stores give one over the whole, others over the checksums.
    if checksum and "-" not in checksum:
        _require(base64.b64decode(checksum).hex(), incoming.sha256)
    return _source(where, head)


def _source(where: Mapping[str, str], head: Mapping[str, Any]) -> Source:
    version = head.get("VersionId") or ""
    return Source(where["Bucket"], where["Key"], "" if version == "null" else version, head["ETag"])


def _require(sha256: str, announced: str) -> None:
    if sha256 != announced:
        raise NotAnnounced(
            f"What has arrived has the SHA-256 {sha256} where {announced} was announced."
        )


def read(client: Any, source: Source, incoming: Incoming, watch: Watch) -> Read:
    """Read all of an upload, once. `NotAnnounced` when it is not what was announced."""
    left = part = s3_put.part_size(incoming.size)
    whole, digests, hashed = Digester(), [], hashlib.sha256()
    for chunk in _chunks(client, source, incoming.size):
        watch(len(chunk))
        whole.update(chunk)
        view = memoryview(chunk)
        while view:
            hashed.update(view[:left])
            view, left = view[left:], left - len(view[:left])
            if not left:
                digests.append(base64.b64encode(hashed.digest()).decode())
                hashed, left = hashlib.sha256(), part
    if left < part:
        digests.append(base64.b64encode(hashed.digest()).decode())
    digest = whole.digest()
    if digest.size != incoming.size:
        raise NotAnnounced(f"The upload ends after {digest.size} of {incoming.size} bytes.")
    _require(digest.sha256, incoming.sha256)
    return Read(digest, digests)


def _chunks(client: Any, source: Source, size: int) -> Iterator[bytes]:
    return s3_read.read(_Pinned(client, source.pin), source.bucket, source.key, 0, size)


# --- The copy -------------------------------------------------------------------------------------


def place(
    client: Any, place: Place, source: Source, target: dict[str, str], read: Read, watch: Watch
) -> None:
    """Have what was read under its content address, locked; what is there already stays.

    `NotAnnounced` when the upload was replaced, `Corrupt` when other bytes are at the address.
    """
    for attempt in range(_CONFLICTS):
        try:
            with answering(target["Key"]):
                try:
                    made = _copy(client, place, source, target, read, watch)
                except ClientError as error:
                    if not is_taken(error) and status_of(error) != 409:
                        raise
                    made = None
                head = client.head_object(**target, ChecksumMode="ENABLED")
                if not _is_same(client, target, head, read, watch):
                    if made is not None:
                        client.delete_object(**target, **made)
                        raise NotAnnounced(_REPLACED)
                    raise Corrupt(
                        f"{target['Key']} in the vault holds other bytes than its name says. "
                        "Restore it from a copy."
                    )
                s3_put.lock_as_new(client, place, target, head)
                return
        except FileNotFoundError:
            # Two writers met and neither is done (409), or it was removed since: once more.
            time.sleep(0.05 * 2**attempt)
    raise VaultUnavailable(f"Others keep writing {target['Key']}. Try again.")


def _is_same(
    client: Any, where: Mapping[str, str], head: Mapping[str, Any], read: Read, watch: Watch
) -> bool:
    if head["ContentLength"] != read.digest.size:
        return False
    if head.get("ChecksumSHA256") == read.composite:
        return True
    # Written by other means, or by a store that keeps no checksums of copies: read it.
    digester = Digester()
    for chunk in _chunks(client, _source(where, head), read.digest.size):
        watch(0)
        digester.update(chunk)
    return digester.digest() == read.digest


def _copy(
    client: Any, place: Place, source: Source, target: dict[str, str], read: Read, watch: Watch
) -> dict[str, str] | None:
    """Copy within the store, part by part. A `ClientError` 412 says that the address is taken.

    Returns how the store names what was made, None where it does not say whether it is ours.
    """
    begun = client.create_multipart_upload(
        **target,
        ChecksumAlgorithm="SHA256",
        ChecksumType="COMPOSITE",
        ContentType="application/octet-stream",
        **s3_put.options(place),
    )
    upload = target | {"UploadId": begun["UploadId"]}
    try:
        parts = _copy_parts(client, source, upload, read, watch)
        try:
            made = client.complete_multipart_upload(
                **upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
            )
        except ClientError as error:
            # An answer that was lost is asked for again, and then there is no such upload any more.
            if code_of(error) != "NoSuchUpload":
                raise
            return None
    except BaseException:
        s3_put.abort(client, upload)
        raise
    version = made.get("VersionId") or "null"
    return {} if version == "null" else {"VersionId": version}


def _copy_parts(
    client: Any, source: Source, upload: dict[str, str], read: Read, watch: Watch
) -> list[dict[str, Any]]:
    """Copy several parts at a time; return what completing them has to say."""
    waiting: deque[Future[dict[str, Any]]] = deque()
    parts: list[dict[str, Any]] = []
    try:
        for number in range(1, len(read.parts) + 1):
            waiting.append(pool("parts").submit(_copy_part, client, source, upload, read, number))
            if len(waiting) >= _COPIES_AT_ONCE:
                parts.append(waiting.popleft().result())
                watch(0)
        parts += [future.result() for future in waiting]
    finally:
        for future in waiting:
            future.cancel()
    return parts


def _copy_part(
    client: Any, source: Source, upload: dict[str, str], read: Read, number: int
) -> dict[str, Any]:
    size, step = read.digest.size, s3_put.part_size(read.digest.size)
    start = (number - 1) * step
    stop = min(start + step, size)
    asked = {"Bucket": source.bucket, "Key": source.key}
    if source.version:
        asked["VersionId"] = source.version
    # S3 takes no range of what is small.
    part = {} if stop - start == size else {"CopySourceRange": f"bytes={start}-{stop - 1}"}
    try:
        made = client.upload_part_copy(
            **upload, PartNumber=number, CopySource=asked, CopySourceIfMatch=source.etag, **part
        )["CopyPartResult"]
    except ClientError as error:
        if is_taken(error):
            raise NotAnnounced(_REPLACED) from error
        raise
    checksum = read.parts[number - 1]
    if made.get("ChecksumSHA256") not in {None, checksum}:
        raise NotAnnounced(_REPLACED)
    return {"PartNumber": number, "ETag": made["ETag"], "ChecksumSHA256": checksum}


def renew(client: Any, place: Place, where: dict[str, str], size: int) -> None:
    """Extend the lock of what was placed to that of new evidence. FileNotFoundError if gone."""
    with answering(where["Key"]):
        head = client.head_object(**where)
        if head["ContentLength"] != size:
            raise Corrupt(f"{where['Key']} has another size than was checked. Restore it.")
        s3_put.lock_as_new(client, place, where, head)
