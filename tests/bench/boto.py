"""The yardstick of a vault on S3: boto3 moving the same bytes, and doing nothing else with them.

    python -m tests.bench.boto get BUCKET < keys, one a line
    python -m tests.bench.boto put BUCKET SIZE SALT

A program of its own, so that it shares no process with what it is compared to; the store is named
by BENCH_S3, a JSON object. Prints the seconds that the bytes took, without starting Python.
"""

import json
import os
import sys
import time
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from tests.bench import wire

BLOCK = 1 << 20


def main(client: Any, what: str, bucket: str, *sizes: str) -> float:
    """Move the bytes; give the seconds."""
    if what == "get":
        keys = sys.stdin.read().split()
        begun = time.monotonic()
        for key in keys:
            for _ in client.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(BLOCK):
                pass
        return time.monotonic() - begun
    size, salt = map(int, sizes)
    begun = time.monotonic()
    client.upload_fileobj(
        Streamed(size, salt),
        bucket,
        f"uploaded-{salt}",
        ExtraArgs={"ChecksumAlgorithm": "SHA256"},
        Config=TransferConfig(),  # its own: parts of 8 MB, ten in flight
    )
    return time.monotonic() - begun


class Streamed:
    """Bytes as a file that is read once, from a socket so to speak."""

    def __init__(self, size: int, salt: int) -> None:
        self._chunks = wire.stream(size, salt)
        self._held = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Give the next `size` bytes, fewer only at the end."""
        parts: list[bytes] = []
        while size:
            if not self._held:
                # Copied, for the next block is made in the same place.
                self._held = memoryview(bytes(next(self._chunks, b"")))
            part = self._held[:size] if size > 0 else self._held
            if not part:
                break
            parts.append(bytes(part))
            self._held = self._held[len(part) :]
            size -= len(part) if size > 0 else 0
        return b"".join(parts)


if __name__ == "__main__":
    store = json.loads(os.environ["BENCH_S3"])
    client = boto3.client(
        "s3",
        endpoint_url=store["endpoint"],
        region_name="us-east-1",
        aws_access_key_id=store["access_key"],
        aws_secret_access_key=store["secret_key"],
        config=Config(s3={"addressing_style": "path"}, max_pool_connections=16),
    )
    json.dump({"seconds": main(client, *sys.argv[1:])}, sys.stdout)
