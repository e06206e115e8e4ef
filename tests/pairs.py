"""A vault with its replica, both folders or both buckets, and blobs in them to look after."""

import io
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.core.management import call_command

from evidence.models import Blob
from evidence.vault import copies, places, store
from evidence.vault.copies import Copy
from tests import vaults
from tests.plugins.s3 import S3
from tests.vaults import Vault


@dataclass(frozen=True)
class Pair:
    """The two copies, as somebody reaches them who comes past the application."""

    vault: Vault
    replica: Vault

    def of(self, copy: Copy) -> Vault:
        """Return one of them."""
        return self.vault if copy is Copy.VAULT else self.replica

    def damage(self, blob: Blob, data: bytes, copy: Copy = Copy.VAULT) -> None:
        """Put other bytes in the place of a blob's."""
        self.of(copy).write(copies.address(blob.sha256), data)

    def lose(self, blob: Blob, copy: Copy = Copy.VAULT) -> None:
        """Remove the bytes of a blob."""
        self.of(copy).remove(copies.address(blob.sha256))

    def bytes_of(self, blob: Blob, copy: Copy = Copy.VAULT) -> bytes:
        """Return what is under a blob's address."""
        return self.of(copy).read(copies.address(blob.sha256))


def run(command: str, *arguments: str) -> tuple[int, str]:
    """Run a command; return its exit status and what it printed."""
    out = io.StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except SystemExit as error:
        return int(str(error.code)), out.getvalue()
    return 0, out.getvalue()


def folders(settings: Any, root: Path) -> Pair:
    """Give this process a vault and a replica in two folders."""
    urls = [places.Place(folder=str(root / name)).url for name in ("first", "second")]
    return _pair(settings, urls, places.Credentials())


def buckets(settings: Any, s3: S3, *, lock: bool = False) -> Pair:
    """Give this process a vault and a replica in two corners of a bucket, locked or not."""
    options = {"lock": "COMPLIANCE", "retain_days": 1} if lock else {}
    bucket = _bucket(s3, lock)
    urls = [s3.url(bucket, f"corner-{secrets.token_hex(6)}", **options) for _ in range(2)]
    return _pair(settings, urls, places.Credentials(s3.access_key, s3.secret_key))


@cache
def _bucket(s3: S3, lock: bool) -> str:
    """Return the bucket of this run: a store has room for some dozens, and tests are more."""
    return s3.make_bucket(lock=lock)


def _pair(settings: Any, urls: list[str], key: places.Credentials) -> Pair:
    first, second = (places.parse(url).storage(key) for url in urls)
    settings.STORAGES = settings.STORAGES | {"vault": first, "replica": second}
    names = {"VAULT_ACCESS_KEY_ID": key.access_key_id}
    names |= {"VAULT_SECRET_ACCESS_KEY": key.secret_access_key}
    return Pair(*(vaults.of_environment({"VAULT_URL": url, **names}) for url in urls))


def blobs(count: int, size: int = 40) -> list[Blob]:
    """Take so many contents into the vault; return their blobs in the order of their digests."""
    made = [store.receive([secrets.token_bytes(size)]) for _ in range(count)]
    return sorted(made, key=lambda blob: blob.sha256)
