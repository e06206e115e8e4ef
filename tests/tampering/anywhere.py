"""Harm at any place of a package: cut off, or one bit turned. Every one must be rejected."""

import random
from collections.abc import Iterator


def truncations(data: bytes) -> Iterator[bytes]:
    """Yield the beginnings of a package: of every length near its ends, and many between."""
    near = [*range(200), *range(len(data) - 200, len(data))]
    between = random.Random(1).sample(range(200, len(data) - 200), 100)  # noqa: S311
    for length in near + between:
        yield data[:length]


def flips(data: bytes, count: int) -> Iterator[tuple[int, bytes]]:
    """Yield the package with one bit changed, at places that are the same in every run."""
    chance = random.Random(2)  # noqa: S311
    for place in chance.sample(range(len(data)), count):
        yield (
            place,
            data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :],
        )
