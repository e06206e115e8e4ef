"""Reads objects of S3 in ranges: several on their way at once, in order, in bounded memory.

A connection is held only as long as one piece takes, never as long as a slow client takes to read
what it asked for. A body that is cut is asked for again from where it broke.
"""

import io
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from evidence.errors import VaultUnavailable
from evidence.vault.digest import CHUNK
from evidence.vault.s3_client import answering, code_of, pool

PIECE = 4 << 20  # bytes of one request
WINDOW = 16 << 20  # bytes that are on their way, or have come and are not taken yet
AT_ONCE = 8  # requests on their way for one reader
TRIES = 4  # of a piece that comes no further
AHEAD = 64 << 10  # bytes that a seeking reader fetches at least
NOW = 64 << 10  # bytes that are sooner fetched than handed to another thread


def piece(client: Any, bucket: str, key: str, start: int, stop: int) -> list[bytes]:
    """Return the bytes [start, stop) of an object, or those there are where it ends earlier."""
    chunks: list[bytes] = []
    tries = 0
    with answering(key):
        while start < stop:
            before = start
            try:
                got = client.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{stop - 1}")
            except ClientError as error:
                if code_of(error) in {"InvalidRange", "416"}:
                    return chunks  # it ends here
                raise
            try:
                body, ends = got["Body"], start + int(got["ContentLength"])
                while start < ends:
                    chunk = body.read(min(CHUNK, ends - start))
                    if not chunk:
                        break
                    chunks.append(chunk)
                    start += len(chunk)
                if start == ends:
                    body.close()  # gives the connection back
                    return chunks
            except (BotoCoreError, HTTPError, OSError):
                # Of the body alone: the client has tried the request again by itself.
                if tries + 1 >= TRIES and before == start:
                    raise
            tries = 0 if start > before else tries + 1
            if tries >= TRIES:
                raise VaultUnavailable(
                    f"The store cuts {key} at byte {start} each time. Try again."
                )
            time.sleep(0.05 * 2**tries)
    return chunks


class Wanted(NamedTuple):
    """A range of an object, [start, stop)."""

    key: str
    start: int
    stop: int


class Pipeline:
    """The contents of several ranges in their order, of which the next ones are fetched ahead."""

    def __init__(self, client: Any, bucket: str, wanted: Iterable[Wanted]) -> None:
        self._client, self._bucket = client, bucket
        self._known = 0  # ranges that have been asked for so far
        self._pieces = self._cut(wanted)
        self._next: tuple[int, Wanted] | None = None
        self._coming: deque[tuple[int, int, Future[list[bytes]]]] = deque()
        self._bytes = 0

    def _cut(self, wanted: Iterable[Wanted]) -> Iterator[tuple[int, Wanted]]:
        for number, (key, start, stop) in enumerate(wanted):
            self._known = number + 1
            for at in range(start, stop, PIECE):
                yield number, Wanted(key, at, min(at + PIECE, stop))

    def _fill(self) -> None:
        """Send requests until the window is full or nothing more is wanted."""
        while len(self._coming) < AT_ONCE:
            if self._next is None:
                self._next = next(self._pieces, None)
                if self._next is None:
                    return
            number, range_ = self._next
            size = range_.stop - range_.start
            if self._coming and self._bytes + size > WINDOW:
                return
            task = pool("reads").submit(piece, self._client, self._bucket, *range_)
            self._coming.append((number, size, task))
            self._bytes += size
            self._next = None

    def has(self, number: int) -> bool:
        """Tell whether so many ranges are wanted, counted from 0, and look for more if need be."""
        while number >= self._known:
            self._next = next(self._pieces, None)
            if self._next is None:
                break
        return number < self._known

    def take(self, number: int) -> Iterator[bytes]:
        """Yield the contents of one range. What is left of those before it is let go."""
        while True:
            self._fill()
            if not self._coming or self._coming[0][0] > number:
                return
            found, size, task = self._coming.popleft()
            self._bytes -= size
            if found < number:
                task.cancel()
                continue
            yield from task.result()

    def close(self) -> None:
        """Send no more requests, and take back those that wait for a thread."""
        for _number, _size, task in self._coming:
            task.cancel()
        self._coming.clear()
        self._pieces, self._next = iter(()), None


def read(client: Any, bucket: str, key: str, start: int, stop: int) -> Iterator[bytes]:
    """Yield the bytes [start, stop) of an object, or those there are where it ends earlier."""
    if stop - start <= NOW:
        yield from piece(client, bucket, key, start, stop)
        return
    pipeline = Pipeline(client, bucket, [Wanted(key, start, stop)])
    try:
        yield from pipeline.take(0)
    finally:
        pipeline.close()


class Reader(io.RawIOBase):
    """An object as a seekable file, of which little more is fetched than is read.

    What is read on from where the last read ended comes in steps that grow.
    """

    def __init__(self, client: Any, bucket: str, key: str, size: int) -> None:
        self._client, self._bucket, self._key, self._size = client, bucket, key, size
        self._at = 0
        self._held, self._held_at, self._step = b"", 0, AHEAD

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true."""
        return True

    def tell(self) -> int:
        """Return where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Set where the next read begins; return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"{base + offset} lies before the beginning.")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        left = max(self._size - self._at, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        parts: list[bytes] = []
        while wanted:
            offset = self._at - self._held_at
            if not 0 <= offset < len(self._held):
                self._fetch(wanted)
                offset = 0
            part = self._held[offset : offset + wanted]
            if not part:
                break  # the object is shorter than it was
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def readinto(self, buffer: Any, /) -> int:
        """Read into a buffer; return how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _fetch(self, wanted: int) -> None:
        goes_on = self._held and self._at == self._held_at + len(self._held)
        self._step = min(2 * self._step, PIECE) if goes_on else AHEAD
        stop = min(self._at + max(min(wanted, PIECE), self._step), self._size)
        self._held = b"".join(piece(self._client, self._bucket, self._key, self._at, stop))
        self._held_at = self._at
