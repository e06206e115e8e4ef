"""Packages out of a vault on S3: a SeaweedFS on loopback holds the bytes, the server streams them.

The yardstick is boto3 reading the same objects with `get_object`, one after the other, and throwing
them away. It sends them to nobody, while ours go on to curl.
"""

import json
import os

from tests.bench import wire
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, Ground, run
from tests.bench.package import growth_of

SPEED_BOUND = 0.7
MEMORY_BOUND = 100


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Stream 900 MB of mixed files, and one large file by itself."""
    huge, scale, rounds = (30_000_000, 3, 2) if quick else (300_000_000, 50, 7)
    store = ground.s3
    bucket = store.make_bucket(lock=False)
    found: list[Figure] = []
    with ground.server(**store.environment(store.url(bucket))) as server:
        made = ground.fill(server, "mixed", huge=huge, scale=scale, times=1)
        server.start()
        for what, address, objects, size in (
            ("mixed files", made["address"], made["objects"], made["bytes"]),
            ("one file", made["huge"], made["objects"][:1], huge),
        ):
            path = f"{address}/package"
            wire.download(server.url + path)  # the layout, and the store's own caches
            grown = growth_of(server, path) / MEGABYTE
            ours, boto = [], []
            for _ in range(rounds):
                boto.append(read_by_boto3(ground, bucket, objects))
                ours.append(wire.download(server.url + path, least=size))
            megabytes = size / MEGABYTE
            files = f"{len(objects):,} {what}" if len(objects) > 1 else what
            found += [
                Figure(
                    name=f"package from S3: {megabytes:,.0f} MB in {files}, streamed to curl",
                    value=Spread.of([megabytes / one for one in ours]),
                    unit="MB/s",
                    yardstick="boto3 get_object of the same objects, one after the other",
                    yardstick_value=Spread.of([megabytes / one for one in boto]),
                    ratio=Spread.of_ratios(boto, ours),
                    at_least=SPEED_BOUND,
                    because="bounded by two sockets, that of the store and that of the client, and "
                    "by the store, which shares the processors; small files cost a request each, "
                    "several of which are under way",
                ),
                Figure(
                    name=f"package from S3: memory that the server gains over {megabytes:,.0f} MB",
                    value=Spread.of([grown]),
                    unit="MB",
                    yardstick="the bytes that it streams meanwhile",
                    yardstick_value=Spread.of([megabytes]),
                    ratio=Spread.of([grown / megabytes]),
                    below=MEMORY_BOUND,
                    because="bounded by the pieces under way from the store; not by the bytes",
                ),
            ]
    return found


def read_by_boto3(ground: Ground, bucket: str, keys: list[str]) -> float:
    """Read objects as boto3 does; give the seconds."""
    told = run(
        "tests.bench.boto", "get", bucket, environment=with_store(ground), stdin="\n".join(keys)
    )
    return float(told["seconds"])


def with_store(ground: Ground) -> dict[str, str]:
    """Give the environment of a program that moves bytes with boto3."""
    store = ground.s3
    facts = {name: getattr(store, name) for name in ("endpoint", "access_key", "secret_key")}
    return os.environ | {"BENCH_S3": json.dumps(facts)}
