"""The secrets of one demo instance: drawn once, kept in a file that its operator alone can read.

Threat. A demo with well-known passwords that ends up on a network is open to everybody. So nothing
here has a default: passwords are random per instance. The file holds them in plain text, which is
right for made-up data only; no real instance keeps such a file.
"""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from trails.errors import Invalid

FILE = "demo-sign-ins.json"
_NOTE = "Passwords and keys of the demo. `manage.py demo` prints them again."
# Without the letters and digits that people take for one another.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class SignIns:
    """Passwords by e-mail address and API keys by owner, in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._passwords: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        if path.exists():
            self._read()

    def _read(self) -> None:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            self._passwords = {str(k): str(v) for k, v in kept["passwords"].items()}
            self._keys = {str(k): str(v) for k, v in kept["keys"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Invalid(
                f"{self.path} is not what the demo wrote there. Move it away and run the demo "
                "again: it issues new keys, and says how to set new passwords."
            ) from error

    def password(self, email: str) -> str | None:
        """Return the password that was drawn for an account, None when there is none here."""
        return self._passwords.get(email)

    def draw_password(self, email: str) -> str:
        """Return a new password of 98 bits, in the file before the account can know it."""
        groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
        self._passwords[email] = "-".join(groups)
        self._write()
        return self._passwords[email]

    def key(self, owner: str) -> str | None:
        """Return the token of the API key that was issued to somebody."""
        return self._keys.get(owner)

    def keep_key(self, owner: str, token: str) -> None:
        """Keep a token; call it before the key's own transaction commits."""
        self._keys[owner] = token
        self._write()

    def _write(self) -> None:
        """Replace the file as a whole, durably: a crash leaves the old one or the new one."""
        new = self.path.with_name(f".{self.path.name}.new")
        new.unlink(missing_ok=True)  # of a run that was killed; the lock keeps others out
        kept = {"note": _NOTE, "passwords": self._passwords, "keys": self._keys}
        descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def kept_in(folder: Path) -> Iterator[SignIns]:
    """Give the sign-ins of a data folder, with every other demo run on it held out meanwhile."""
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield SignIns(folder / FILE)
    finally:
        os.close(descriptor)  # which also lets go of the lock
