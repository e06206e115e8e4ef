"""The vault as somebody reaches it who comes past the application: to look, to damage, to add.

    vault = vaults.of_settings()       that of this process
    vault = server.vault               that of a server
    vault = vaults.empty(settings, tmp_path)    a new one, which this process uses from here on

Folder or bucket, whichever the engine says. What only a file system can do (modes, links, times)
stays with the tests of the local vault.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from evidence.vault import places
from tests.plugins.seaweed import S3


class Vault(Protocol):
    """Objects by their names, such as `blobs/sha256/ab/cd/<hex>`."""

    @property
    def url(self) -> str:
        """The address of the vault, without a key."""
        ...

    def read(self, name: str) -> bytes:
        """Return the bytes of an object. `FileNotFoundError` where there is none."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Put bytes under a name, whether there are some or not."""
        ...

    def remove(self, name: str) -> None:
        """Remove an object."""
        ...

    def names(self) -> list[str]:
        """Return the names of all evidence in order; nothing that is only staged."""
        ...


@dataclass(frozen=True)
class Folder:
    """A vault on the file system."""

    root: Path

    @property
    def url(self) -> str:
        return places.Place(folder=str(self.root)).url

    def read(self, name: str) -> bytes:
        return (self.root / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)  # it is read-only, and may be a link
        path.write_bytes(data)

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def names(self) -> list[str]:
        files = (path for path in (self.root / "blobs").rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.root)) for path in files)


@dataclass(frozen=True)
class Bucket:
    """A vault on the S3 store of the run."""

    place: places.Place
    client: Any

    @property
    def url(self) -> str:
        return self.place.url

    def _key(self, name: str) -> str:
        return f"{self.place.prefix}/{name}" if self.place.prefix else name

    def read(self, name: str) -> bytes:
        try:
            got = self.client.get_object(Bucket=self.place.bucket, Key=self._key(name))
        except self.client.exceptions.NoSuchKey:
            raise FileNotFoundError(name) from None
        data: bytes = got["Body"].read()
        return data

    def write(self, name: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.place.bucket, Key=self._key(name), Body=data)

    def remove(self, name: str) -> None:
        self.read(name)
        self.client.delete_object(Bucket=self.place.bucket, Key=self._key(name))

    def names(self) -> list[str]:
        start = self._key("")
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.place.bucket, Prefix=f"{start}blobs/"
        )
        rows = [row["Key"] for page in pages for row in page.get("Contents", ())]
        return sorted(key[len(start) :] for key in rows)


def of_settings() -> Vault:
    """Return the vault that this process uses at the moment."""
    from django.conf import settings

    return _of(settings.STORAGES["vault"])


def of_environment(environment: Mapping[str, str]) -> Vault:
    """Return the vault of a process with this environment."""
    url = environment.get("VAULT_URL") or f"file://{environment['VAULT_ROOT']}"
    key = environment.get("VAULT_ACCESS_KEY_ID", "")
    secret = environment.get("VAULT_SECRET_ACCESS_KEY", "")
    return _of(places.parse(url).storage(places.Credentials(key, secret)))


def empty(settings: Any, folder: Path) -> Vault:
    """Give this process a new vault: in `folder`, or in a new corner of the bucket."""
    settings.STORAGES = settings.STORAGES | {"vault": new_backend(settings.STORAGES, folder)}
    return of_settings()


def corner(settings: Any, s3: S3, *, lock: bool) -> Vault:
    """Give this process an empty vault in a bucket on every engine, whose objects lock for a day.

    Without a lock the bucket keeps no versions. Buckets are few: a store has no room for many.
    """
    bucket = _locking_bucket(s3) if lock else s3.shared_bucket
    options = {"lock": "COMPLIANCE", "retain_days": "1"} if lock else {}
    prefix = f"corner-{secrets.token_hex(6)}"
    place = places.parse(s3.url(bucket, prefix, **options))
    backend = place.storage(places.Credentials(s3.access_key, s3.secret_key))
    settings.STORAGES = settings.STORAGES | {"vault": backend}
    return of_settings()


@cache
def _locking_bucket(s3: S3) -> str:
    return s3.make_bucket(lock=True)


def local(settings: Any, folder: Path) -> Folder:
    """Give this process a vault in a folder on every engine, for what only a file system has."""
    backend = places.Place(folder=str(folder)).storage()
    settings.STORAGES = settings.STORAGES | {"vault": backend}
    return Folder(folder)


def new_backend(storages: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return an entry of `STORAGES` for a new vault of the kind that there is."""
    backend: dict[str, Any] = storages["vault"]
    options = backend["OPTIONS"]
    if "place" in options:
        place = replace(options["place"], prefix=f"corner-{secrets.token_hex(6)}")
        options = options | {"place": place}
    else:
        options = {"location": str(folder)}
    return backend | {"OPTIONS": options}


def _of(backend: Mapping[str, Any]) -> Vault:
    options = backend["OPTIONS"]
    if "place" not in options:
        return Folder(Path(options["location"]))
    from evidence.vault.s3_client import client_of

    place: places.Place = options["place"]
    return Bucket(place, client_of(place, options["credentials"]))
