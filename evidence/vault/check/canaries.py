"""Canaries in a bucket: written, locked for minutes, looked at by fresh reads, and taken away.

Every attempt of a check has a canary of its own, so that what one breaks hides nothing of another.
All of them are under `checks/<uuid>/` and nothing else is ever touched. Not for the attempts
themselves: see `attempts`.

Threat. The store's answer is not what is so. `Bucket.objection` therefore asks anew, for the bytes
and for the lock. What cannot be read back is no finding: it is `VaultUnavailable`, and there is no
verdict.
"""

import base64
import datetime
import hashlib
import re
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from evidence.errors import VaultUnavailable
from evidence.vault.check.asking import Answer, ask, clock_ahead

FOLDER = "checks"
_OURS = re.compile(rf"{FOLDER}/[0-9a-f-]{{36}}/[a-z-]{{1,40}}")
# Those of a check that is under way are younger; locks last minutes.
_OLD = datetime.timedelta(hours=1)
# A store may keep the end of a lock without its fraction of a second.
_ROUNDING = datetime.timedelta(seconds=1)
# What a store says of an object that is not there, or that a delete marker hides.
_GONE = {404, 405}


@dataclass(frozen=True, slots=True)
class Canary:
    """An object of ours: its bytes, and how it was locked. `version` is None without versions."""

    key: str
    version: str | None
    data: bytes
    mode: str = ""
    until: datetime.datetime | None = None

    @property
    def which(self) -> dict[str, str]:
        """Return what names this very version to the store."""
        return {"Key": self.key} | ({"VersionId": self.version} if self.version else {})


class Bucket:
    """A bucket as one check sees it.

    `lock` is the mode that the application locks with, empty without one; `extra` is what it gives
    with each object besides. Locks last `seconds` by the store's own clock; those that an attempt
    shortens, or that are in the way, end after `soon` seconds.
    """

    def __init__(
        self,
        client: Any,
        name: str,
        prefix: str,
        lock: str,
        *,
        extra: Mapping[str, str] | None = None,
        seconds: int = 120,
        soon: float = 5,
    ) -> None:
        self.client, self.name, self.lock = client, name, lock
        self._prefix = f"{prefix}/" if prefix else ""
        self._extra = dict(extra or {})
        self._folder = f"{self._prefix}{FOLDER}/{uuid.uuid4()}/"
        self._without_versions: list[str] = []
        settings = self.ask("get_object_lock_configuration")
        if settings.said.endswith("NoSuchBucket"):
            raise VaultUnavailable(f"There is no bucket {name!r} in this store. Make it first.")
        conf = settings.body.get("ObjectLockConfiguration", {}) if settings.agreed else {}
        # None: these credentials may not know.
        self.can_lock = (
            conf.get("ObjectLockEnabled") == "Enabled"
            if settings.agreed or settings.status != 403
            else None
        )
        rule = conf.get("Rule", {}).get("DefaultRetention", {})
        self.locks_all = bool(rule)
        # What the bucket locks of itself would be locked for years: ours says for how long.
        self.mode = lock or str(rule.get("Mode", ""))
        self._skew = clock_ahead(settings)
        self._soon = datetime.timedelta(seconds=soon)
        self.until = self.now() + datetime.timedelta(seconds=seconds)
        self.until = self.until.replace(microsecond=0)

    def now(self) -> datetime.datetime:
        """Return the time by the store's clock."""
        return datetime.datetime.now(datetime.UTC) + self._skew

    def soon(self) -> datetime.datetime:
        """Return an end for a lock that is about to end."""
        return self.now() + self._soon

    def wait_until_soon_is_over(self) -> None:
        """Return when every lock is over that was to end soon."""
        time.sleep(1.5 * self._soon.total_seconds())

    def refuse_if_over(self, until: datetime.datetime | None) -> None:
        """Raise `VaultUnavailable` if a lock is over: what it kept then tells nothing."""
        if until and self.now() >= until:
            raise VaultUnavailable(
                "The store took so long that a lock ended before the attempts. Nothing is known. "
                "Run the check again with a longer lock: --seconds 900."
            )

    def ask(self, operation: str, **parameters: Any) -> Answer:
        """Ask the store something about the bucket; `VaultUnavailable` if it does not answer."""
        return ask(self.client, operation, Bucket=self.name, **parameters)

    def put(
        self, key: str, data: bytes, *, until: datetime.datetime | None = None, **more: str
    ) -> Answer:
        """Write an object, locked until a time if one is given."""
        lock = {"ObjectLockMode": self.mode, "ObjectLockRetainUntilDate": until} if until else {}
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        return self.ask(
            "put_object",
            **{"Key": key, "Body": data, "ChecksumSHA256": digest, **self._extra, **lock, **more},
        )

    def overwrite(self, key: str, data: bytes, **more: str) -> Answer:
        """Write other bytes over an object, locked no longer than it, whatever the bucket says."""
        return self.put(key, data, until=self.until if self.locks_all else None, **more)

    def release(self, name: str, *, locked_until: datetime.datetime | None) -> Canary:
        """Write a canary for the attempt of this name; `VaultUnavailable` if it is refused."""
        canary, answer = self.offer(name, locked_until=locked_until)
        if canary is None:
            raise VaultUnavailable(
                f"The store took no object under {self._folder}: {answer.said}. Give these "
                "credentials the right to write there (s3:PutObject, s3:PutObjectRetention)."
            )
        return canary

    def offer(
        self, name: str, *, locked_until: datetime.datetime | None
    ) -> tuple[Canary | None, Answer]:
        """Write a canary as the application writes evidence; None with the answer if refused."""
        key, data = f"{self._folder}{name}", f"canary {secrets.token_hex(16)}".encode()
        answer = self.put(key, data, until=locked_until, IfNoneMatch="*")
        if not answer.agreed:
            self.refuse_if_over(locked_until)  # a lock in the past is refused by every store
            return None, answer
        mode = self.mode if locked_until else ""
        version = answer.body.get("VersionId")
        if version is None:
            self._without_versions.append(key)
        return Canary(key, version, data, mode, locked_until), answer

    def objection(self, canary: Canary) -> str:
        """Return what is wrong with a canary by fresh reads; empty if bytes and lock are whole."""
        found = self._bytes(canary.which)
        if found is None:
            return "Its bytes are gone."
        if found != canary.data:
            return "Other bytes are in its place."
        if not canary.until:
            return ""
        answer = self.ask("get_object_retention", **canary.which)
        if answer.status == 403:
            raise VaultUnavailable(
                "The lock of an object could not be read: 403. Give these credentials the right "
                "to read it (s3:GetObjectRetention)."
            )
        kept = answer.body.get("Retention", {}) if answer.agreed else {}
        until = kept.get("RetainUntilDate")
        if not until:
            return f"The store knows of no lock on it: {answer.said}."
        if kept.get("Mode") != canary.mode:
            return f"Its lock is {kept.get('Mode')} and was {canary.mode}."
        if until < canary.until - _ROUNDING:
            return f"Its lock ends at {until:%H:%M:%S} and was to end at {canary.until:%H:%M:%S}."
        return ""

    def leads_to(self, canary: Canary) -> str:
        """Return where the name leads who asks without a version: `it`, `other` or `nothing`."""
        found = self._bytes({"Key": canary.key})
        return "nothing" if found is None else "it" if found == canary.data else "other"

    def _bytes(self, which: dict[str, str]) -> bytes | None:
        answer = self.ask("get_object", **which)
        if answer.agreed:
            try:
                return bytes(answer.body["Body"].read(1 << 16))
            except (BotoCoreError, HTTPError, OSError) as error:
                raise VaultUnavailable(f"An answer broke off: {error}. Try again.") from error
        if answer.status in _GONE or answer.said.endswith("NoSuchVersion"):
            return None
        raise VaultUnavailable(
            f"A canary could not be read back: {answer.said}. Nothing is known. The check needs "
            "s3:GetObject, s3:GetObjectVersion and s3:ListBucket."
        )

    def clean(self) -> int:
        """Take our own canaries away, and old ones of earlier checks; return how many stay.

        Those that are locked stay until a later check; nothing here goes past a lock.
        """
        left = 0
        for key in self._without_versions:
            left += not self.ask("delete_object", Key=key).agreed
        markers: dict[str, str] = {}
        while True:
            where = f"{self._prefix}{FOLDER}/"
            listed = self.ask("list_object_versions", Prefix=where, **markers)
            if not listed.agreed:
                return left
            objects = [*listed.body.get("Versions", []), *listed.body.get("DeleteMarkers", [])]
            for found in filter(self._may_go, objects):
                which = {"Key": found["Key"], "VersionId": found["VersionId"]}
                if found["Key"].endswith("/hold"):  # a check that was killed may have left it on
                    self.ask("put_object_legal_hold", **which, LegalHold={"Status": "OFF"})
                left += not self.ask("delete_object", **which).agreed
            if not listed.body.get("IsTruncated"):
                return left
            markers = {
                "KeyMarker": listed.body["NextKeyMarker"],
                "VersionIdMarker": listed.body["NextVersionIdMarker"],
            }

    def _may_go(self, found: Mapping[str, Any]) -> bool:
        if not _OURS.fullmatch(str(found["Key"]).removeprefix(self._prefix)):
            return False
        is_of_this_check = str(found["Key"]).startswith(self._folder)
        return is_of_this_check or bool(found["LastModified"] < self.now() - _OLD)
