"""Numbers that look random and are the same for ever: SHA-256 of a seed and a counter. Pure.

Not for secrets. `random` would do, but its methods may draw differently in a later Python, and
then the same demo would report other bytes.
"""

import hashlib
import uuid
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of numbers that its seed determines."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._rolls = 0

    def _roll(self) -> str:
        self._rolls += 1
        return hashlib.sha256(f"{self._seed}#{self._rolls}".encode()).hexdigest()

    def hex(self, length: int) -> str:
        """Return up to 64 hex digits."""
        return self._roll()[:length]

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._roll()[:16], 16) % (high - low + 1)

    def choice(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.between(0, len(options) - 1)]

    def uuid(self) -> str:
        """Return a version 4 UUID."""
        return str(uuid.UUID(self._roll()[:32], version=4))
