"""Asks the stores of the vault to keep bytes: until a day, or under a legal hold.

Only a store that enforces a lock is asked. A file system has none: there, that we keep our own
rules is all there is.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from evidence.vault import copies, store

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for some bytes: kept until then (None: nothing), held, not held, or neither."""

    sha256: str
    until: datetime.datetime | None = None
    held: bool | None = None


def enforcing() -> list[Any]:
    """Return the storages whose store enforces a lock. Asks nobody."""
    found = [copies.storage(copy) for copy in copies.kept()]
    return [storage for storage in found if getattr(storage, "lock", "none") != "none"]


def ask(wishes: Sequence[Wish]) -> list[str]:
    """Ask for all of it, several at a time. Returns in sentences what a store did not confirm."""
    stores = enforcing()
    if not stores or not wishes:
        return []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [
            said
            for refused in pool.map(lambda wish: _ask(stores, wish), wishes)
            for said in refused
        ]


def _ask(stores: Iterable[Any], wish: Wish) -> list[str]:
    return [said for storage in stores for said in _ask_one(storage, wish)]


def _ask_one(storage: Any, wish: Wish) -> Iterator[str]:
    name = store.address(wish.sha256)
    try:
        if wish.until is not None and not storage.retain(name, wish.until):
            yield f"{wish.sha256} is not retained until {wish.until.isoformat()}."
        if wish.held is not None and not storage.hold(name, wish.held):
            yield f"{wish.sha256} is not {'held' if wish.held else 'released'}."
    except FileNotFoundError:
        # The replica is filled later, and takes over what the vault's store keeps then.
        if storage is store.storage():
            yield f"{wish.sha256} is not there."
