"""Where a vault is, as one address: `file:///folder` or `s3://bucket/prefix?option=value`. Pure.

Reads the address and says what is wrong with it; opens nothing. Secrets are never in an address,
because addresses are shown, logged and written into checks: credentials come beside it.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

LOCKS = ("COMPLIANCE", "GOVERNANCE", "none")
ADDRESSINGS = ("path", "virtual")
ENCRYPTIONS = ("AES256", "aws:kms")
# What S3 calls its classes: those that answer a read at once.
STORAGE_CLASSES = (
    *("STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"),
    *("REDUCED_REDUNDANCY", "EXPRESS_ONEZONE"),
)
EXAMPLE = "s3://bucket/prefix?endpoint=https://s3.example.com&lock=COMPLIANCE&retain_days=3650"

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9._\-/]*")
_REGION = re.compile(r"[a-z0-9\-]{2,40}")
_LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Credentials:
    """The two halves of an S3 key. Both empty: boto3 looks where it always looks."""

    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """An address that was read: a folder, or a bucket with what is asked of its store."""

    folder: str = ""
    bucket: str = ""
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    addressing: str = "path"
    lock: str = "none"
    retain_days: int = 0
    sse: str = ""
    kms_key: str = ""
    storage_class: str = ""

    @property
    def is_remote(self) -> bool:
        """Tell whether the bytes are in a bucket and not in a folder."""
        return bool(self.bucket)

    @property
    def url(self) -> str:
        """Return the address in its one canonical spelling, which `parse` reads back."""
        if not self.is_remote:
            return f"file://{quote(self.folder)}"
        said = {name: str(getattr(self, name)) for name in _OPTIONS}
        usual = {name: str(getattr(_USUAL, name)) for name in _OPTIONS}
        options = {name: value for name, value in said.items() if value != usual[name]}
        place = f"s3://{self.bucket}" + (f"/{self.prefix}" if self.prefix else "")
        return place + (f"?{urlencode(options, safe=':/')}" if options else "")

    def storage(self, credentials: Credentials | None = None) -> dict[str, Any]:
        """Return the storage of this place, as an entry of Django's `STORAGES`."""
        if not self.is_remote:
            return {
                "BACKEND": "evidence.vault.local.WriteOnceFileSystemStorage",
                "OPTIONS": {"location": self.folder},
            }
        return {
            "BACKEND": "evidence.vault.s3.WriteOnceS3Storage",
            "OPTIONS": {"place": self, "credentials": credentials or Credentials()},
        }


_OPTIONS = (
    *("endpoint", "region", "addressing", "lock", "retain_days", "sse", "kms_key"),
    "storage_class",
)
_USUAL = Place(bucket="usual")


def parse(url: str) -> Place:
    """Return the place that an address names; `ValueError` says what to write instead."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        has_more = parts.username is not None or parts.port is not None
    except ValueError as error:
        raise ValueError(f"{url!r} is no address: {error}. Write {EXAMPLE}.") from None
    if has_more:
        raise ValueError(
            "The address holds a name, a password or a port before its path. Give credentials by "
            "VAULT_ACCESS_KEY_ID and VAULT_SECRET_ACCESS_KEY, and a server by endpoint=."
        )
    if parts.scheme == "file":
        return _folder(url, host, parts.path, parts.query or parts.fragment)
    if parts.scheme == "s3":
        if parts.fragment:
            raise ValueError(f"{url!r} has a part after #. Write {EXAMPLE}.")
        return _bucket(parts.netloc, unquote(parts.path), parts.query)
    raise ValueError(f"{url!r} is neither file:// nor s3://. Write file:///folder or {EXAMPLE}.")


def _folder(url: str, host: str, path: str, more: str) -> Place:
    folder = unquote(path).rstrip("/")
    if host or more or not folder.startswith("/") or ".." in folder.split("/"):
        raise ValueError(f"{url!r} names no folder. Write three slashes: file:///var/lib/vault.")
    return Place(folder=folder)


def _bucket(bucket: str, path: str, query: str) -> Place:
    prefix = path.strip("/")
    if not _BUCKET.fullmatch(bucket):
        raise ValueError(f"{bucket!r} is no name of a bucket. Write {EXAMPLE}.")
    if prefix and (not _PREFIX.fullmatch(prefix) or {"", ".", ".."} & set(prefix.split("/"))):
        raise ValueError(
            f"The prefix {prefix!r} may hold letters, digits, dots, dashes, and slashes between "
            "names."
        )
    options: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OPTIONS:
            raise ValueError(f"The option {name!r} is not known. Known: {', '.join(_OPTIONS)}.")
        if name in options:
            raise ValueError(f"The option {name!r} is there twice. Keep one of them.")
        options[name] = value
    days = options.pop("retain_days", "0")
    if not (days.isascii() and days.isdigit() and int(days[:9]) <= _LONGEST_DAYS):
        raise ValueError(f"retain_days is {days!r}. Write days, at most {_LONGEST_DAYS}.")
    place = Place(bucket=bucket, prefix=prefix, retain_days=int(days), **options)
    _check(place)
    return place


def _check(place: Place) -> None:
    """Refuse what no store takes, or what would lock nothing while it looks as if it did."""
    for name, allowed in (
        ("lock", LOCKS),
        ("addressing", ADDRESSINGS),
        ("sse", ("", *ENCRYPTIONS)),
        ("storage_class", ("", *STORAGE_CLASSES)),
    ):
        value = getattr(place, name)
        if value not in allowed:
            words = ", ".join(word for word in allowed if word)
            raise ValueError(f"{name} is {value!r}. Write one of: {words}.")
    if not _REGION.fullmatch(place.region):
        raise ValueError(f"region is {place.region!r}. Write one such as eu-central-1.")
    if place.endpoint:
        server = urlsplit(place.endpoint)
        whole = server.scheme in {"http", "https"} and server.hostname and not server.username
        if not whole or server.query or server.fragment:
            raise ValueError(
                f"endpoint is {place.endpoint!r}. Write one such as https://s3.example.com."
            )
    if place.lock == "none" and place.retain_days:
        raise ValueError(
            "retain_days has no effect with lock=none. Write lock=COMPLIANCE or lock=GOVERNANCE."
        )
    if place.lock != "none" and not place.retain_days:
        raise ValueError(f"lock={place.lock} needs a time. Write retain_days=, such as 3650.")
    if place.kms_key and place.sse != "aws:kms":
        raise ValueError("kms_key has no effect without sse=aws:kms. Write both or none.")
