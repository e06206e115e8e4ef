"""Uploads that clients put into a bucket by signed addresses: signed, waited for, swept.

Threat. A signed address is a right to write, for whoever has it, until it ends. So it names one
object below `incoming/`, where no evidence is, and signs the length too; where one request does it,
also the SHA-256, which the store compares, and that nothing is there yet. No address is ever signed
for a content address. What came by one is nobody's evidence before `s3_checking` has read it.

Addresses hold no secret but themselves: they are answered once, and never kept or logged.
"""

import base64
import contextlib
import datetime
from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError
from django.utils import timezone

from evidence.errors import Incomplete, NotAnnounced, Retained
from evidence.vault import copies, s3_checking, s3_locks, s3_put
from evidence.vault.digest import Digest
from evidence.vault.direct import FOLDER, Incoming, Part, Watch
from evidence.vault.places import Place
from evidence.vault.s3_client import answering, code_of

SINGLE = 5_000_000_000  # bytes up to which one request carries an upload; S3 takes no more
PART = 256 << 20
_MOST_PARTS = 9_000  # S3 takes 10,000
_AT_ONCE = 500  # names that are asked about in one go
Awaited = Callable[[Collection[str]], Collection[str]]
"""Gives those of some names below `incoming/` that somebody may still send or check."""


def part_size(size: int) -> int:
    """Return how large the parts of an upload are."""
    least = -(-size // _MOST_PARTS)
    return max(PART, -(-least // (1 << 20)) << 20)


class DirectPath:
    """What a bucket does with uploads that do not come through the server."""

    def __init__(self, client: Any, place: Place) -> None:
        self._client, self._place = client, place

    def _key(self, name: str) -> str:
        return f"{self._place.prefix}/{name}" if self._place.prefix else name

    def _where(self, name: str) -> dict[str, str]:
        return {"Bucket": self._place.bucket, "Key": self._key(name)}

    def begin(self, name: str, size: int) -> str:
        """Return the store's id for an upload in parts; empty where one request carries it."""
        if size <= SINGLE:
            return ""
        with answering(name):
            begun = self._client.create_multipart_upload(
                **self._where(name), ContentType="application/octet-stream", **self._encryption()
            )
        return str(begun["UploadId"])

    def sign(self, incoming: Incoming, seconds: int) -> list[Part]:
        """Return the requests that bring an upload, good for so many seconds."""
        where, size = self._where(incoming.name), incoming.size
        if not incoming.multipart:
            checksum = base64.b64encode(bytes.fromhex(incoming.sha256)).decode()
            # Whatever is signed has to be sent, so it is told; a client sends the length anyway.
            headers = {"If-None-Match": "*", "x-amz-checksum-sha256": checksum}
            encryption = self._encryption()
            for field, header in (
                ("ServerSideEncryption", "x-amz-server-side-encryption"),
                ("SSEKMSKeyId", "x-amz-server-side-encryption-aws-kms-key-id"),
            ):
                if field in encryption:
                    headers[header] = encryption[field]
            said = {"ChecksumSHA256": checksum, "IfNoneMatch": "*", **encryption}
            url = self._signed("put_object", seconds, **where, ContentLength=size, **said)
            return [Part(url, headers, 0, size)]
        upload = where | {"UploadId": incoming.multipart}
        return [
            Part(
                self._signed(
                    "upload_part", seconds, **upload, PartNumber=number, ContentLength=length
                ),
                {},
                offset,
                length,
            )
            for number, (offset, length) in _expected(incoming).items()
        ]

    def _signed(self, operation: str, seconds: int, **said: Any) -> str:
        url = self._client.generate_presigned_url(operation, Params=said, ExpiresIn=seconds)
        return str(url)

    def _encryption(self) -> dict[str, str]:
        said = s3_put.options(self._place)
        return {key: said[key] for key in ("ServerSideEncryption", "SSEKMSKeyId") if key in said}

    # --- What has come ----------------------------------------------------------------------------

    def complete(self, incoming: Incoming) -> None:
        """Return when all of an upload has arrived and is one object; `Incomplete` if not all has.

        `NotAnnounced` where the store has forgotten it.
        """
        if incoming.multipart and (parts := self._parts(incoming)) is not None:
            with answering(incoming.name):
                try:
                    self._client.complete_multipart_upload(
                        **self._where(incoming.name),
                        UploadId=incoming.multipart,
                        MultipartUpload={"Parts": parts},
                    )
                except ClientError as error:
                    # Completed before, and the answer was lost; or a part was sent once more.
                    if code_of(error) == "InvalidPart":
                        raise Incomplete("A part is still being sent. Say so when it is.") from None
                    if code_of(error) != "NoSuchUpload":
                        raise
        try:
            with answering(incoming.name):
                self._client.head_object(**self._where(incoming.name))
        except FileNotFoundError:
            if incoming.multipart:
                raise NotAnnounced(
                    "The store has forgotten the parts that were sent. Begin a new upload."
                ) from None
            raise Incomplete("Nothing has arrived yet. PUT the bytes first.") from None

    def _parts(self, incoming: Incoming) -> list[dict[str, Any]] | None:
        """Return all parts as completing them takes them; None where it was completed before."""
        asked = self._where(incoming.name) | {"UploadId": incoming.multipart}
        found: dict[int, dict[str, Any]] = {}
        with answering(incoming.name):
            try:
                for page in self._client.get_paginator("list_parts").paginate(**asked):
                    found |= {row["PartNumber"]: row for row in page.get("Parts", ())}
            except ClientError as error:
                if code_of(error) == "NoSuchUpload":
                    return None
                raise
        for number, (offset, length) in _expected(incoming).items():
            row = found.get(number)
            if row is None or row["Size"] != length:
                raise Incomplete(
                    f"The part at byte {offset} has not arrived whole. PUT it to its address."
                )
        return [
            {"PartNumber": number, "ETag": found[number]["ETag"]} for number in _expected(incoming)
        ]

    def check(self, incoming: Incoming, watch: Watch) -> Digest:
        """Read what has arrived and put it under its content address; return its digest.

        `NotAnnounced` when it is not what was announced, and then nothing is there. Safe to be
        done again, and by two at once. The upload itself stays: see `discard`.
        """
        self.complete(incoming)
        source = s3_checking.found(self._client, self._where(incoming.name), incoming)
        read = s3_checking.read(self._client, source, incoming, watch)
        target = self._where(copies.address(incoming.sha256))
        s3_checking.place(self._client, self._place, source, target, read, watch)
        return read.digest

    def renew(self, name: str, size: int) -> None:
        """Keep what was checked as long as new evidence. FileNotFoundError where it is gone."""
        s3_checking.renew(self._client, self._place, self._where(name), size)

    # --- Letting go -------------------------------------------------------------------------------

    def discard(self, name: str, multipart: str = "") -> None:
        """Remove an upload and its parts, as far as the store lets us."""
        if multipart:
            self._abort(self._where(name) | {"UploadId": multipart})
        key = self._key(name)
        with contextlib.suppress(FileNotFoundError):
            try:
                s3_locks.erase(self._client, self._place, key)
            except Retained:
                # Our credentials may not remove versions: a rule of the bucket has to.
                with answering(name):
                    self._client.delete_object(**self._where(name))

    def _abort(self, upload: dict[str, str]) -> None:
        with answering(upload["Key"]):
            try:
                self._client.abort_multipart_upload(**upload)
            except ClientError as error:
                if code_of(error) != "NoSuchUpload":
                    raise

    def sweep(self, older_than: datetime.timedelta, awaited: Awaited) -> int:
        """Remove what is older than that and nobody waits for; return how many there were.

        An address may be used after its upload was checked or given up, until it ends.
        """
        horizon, removed = timezone.now() - older_than, 0
        old = self._old(horizon)
        while some := list(islice(old, _AT_ONCE)):
            stay = set(awaited([name for name, _multipart in some]))
            for name, multipart in some:
                if name not in stay:
                    self.discard(name, multipart)
                    removed += 1
        return removed

    def _old(self, horizon: datetime.datetime) -> Iterator[tuple[str, str]]:
        """Yield the names, and the ids of uploads in parts, of what came before that."""
        root = f"{self._place.prefix}/" if self._place.prefix else ""
        asked = {"Bucket": self._place.bucket, "Prefix": f"{root}{FOLDER}/"}
        for method, rows, at in (
            ("list_multipart_uploads", "Uploads", "Initiated"),
            ("list_objects_v2", "Contents", "LastModified"),
        ):
            with answering("The list of uploads"):
                pages = iter(self._client.get_paginator(method).paginate(**asked))
            while True:
                with answering("The list of uploads"):
                    page = next(pages, None)
                if page is None:
                    break
                for row in page.get(rows, ()):
                    if row[at] < horizon:
                        yield row["Key"][len(root) :], row.get("UploadId", "")


def _expected(incoming: Incoming) -> dict[int, tuple[int, int]]:
    """Return the parts of an upload by their numbers: where each begins, and its length."""
    size = part_size(incoming.size)
    return {
        number: (offset, min(size, incoming.size - offset))
        for number, offset in enumerate(range(0, incoming.size, size), 1)
    }
