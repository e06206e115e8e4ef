"""Typed readers of environment variables, for `config.settings` alone.

Every reader either returns a value of its type or raises `ImproperlyConfigured` with the name of
the variable, what is wrong with it and what to write instead, so that a server with a missing or
malformed setting does not start. A secret has no default and may come from a file (`NAME_FILE`),
as container platforms hand them out.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}
_HOST = re.compile(r"[a-z0-9._\-]+|\[[0-9a-f:.]+\]")
_SIZE = re.compile(r"(\d+)\s*(B|KIB|MIB|GIB|TIB)?", re.IGNORECASE)
_SIZE_UNITS = {"B": 1, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30, "TIB": 1 << 40}


class Environment:
    """Reads typed values from a mapping of environment variables."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self.variables = variables

    def _raw(self, name: str) -> str | None:
        value = self.variables.get(name, "").strip()
        return value or None

    def text(self, name: str, default: str | None = None) -> str:
        """Return the variable as text. Without a default the variable is required."""
        value = self._raw(name)
        if value is None:
            if default is None:
                raise ImproperlyConfigured(f"{name} is not set. Set it in the environment.")
            return default
        return value

    def boolean(self, name: str, default: bool) -> bool:
        """Return true for 1/true/yes/on and false for 0/false/no/off, in any case."""
        value = self._raw(name)
        if value is None:
            return default
        if value.lower() in _TRUE:
            return True
        if value.lower() in _FALSE:
            return False
        raise ImproperlyConfigured(f"{name} is {value!r}. Write true or false.")

    def integer(self, name: str, default: int, *, minimum: int = 0) -> int:
        """Return a whole number that is at least `minimum`."""
        value = self._raw(name)
        if value is None:
            return default
        try:
            number = int(value)
        except ValueError:
            raise ImproperlyConfigured(f"{name} is {value!r}. Write a whole number.") from None
        if number < minimum:
            raise ImproperlyConfigured(f"{name} is {number}. It must be at least {minimum}.")
        return number

    def size(self, name: str, default: str) -> int:
        """Return a number of bytes from text such as `512`, `64 KiB`, `5 GiB`."""
        value = self._raw(name) or default
        match = _SIZE.fullmatch(value)
        if not match:
            raise ImproperlyConfigured(
                f"{name} is {value!r}. Write a size such as 512 MiB or 5 GiB."
            )
        return int(match[1]) * _SIZE_UNITS[(match[2] or "B").upper()]

    def words(self, name: str, default: list[str] | None = None) -> list[str]:
        """Return the items of a comma-separated list. Without a default it is required."""
        value = self._raw(name)
        if value is None:
            if default is None:
                raise ImproperlyConfigured(f"{name} is not set. Write a comma-separated list.")
            return default
        words = [word.strip() for word in value.split(",") if word.strip()]
        if not words:
            raise ImproperlyConfigured(f"{name} is {value!r}. Write a comma-separated list.")
        return words

    def choice(self, name: str, default: str, options: set[str]) -> str:
        """Return one of a closed set of words."""
        value = self._raw(name) or default
        if value not in options:
            raise ImproperlyConfigured(
                f"{name} is {value!r}. Write one of: {', '.join(sorted(options))}."
            )
        return value

    def path(self, name: str, default: Path) -> Path:
        """Return an absolute path."""
        value = self._raw(name)
        path = Path(value) if value else default
        if not path.is_absolute():
            raise ImproperlyConfigured(f"{name} is {value!r}. Write an absolute path.")
        return path

    def origin(self, name: str, default: str | None = None) -> str:
        """Return `scheme://host[:port]` without a path or a trailing slash."""
        value = self.text(name, default).rstrip("/")
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        host = parts.hostname or ""
        host = f"[{host}]" if ":" in host else host
        # Put together again, in small letters: cookies and logs depend on how it is written.
        origin = f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
        if (
            parts.scheme not in {"http", "https"}
            or not _HOST.fullmatch(host)
            or origin != value.lower()
        ):
            raise ImproperlyConfigured(
                f"{name} is {value!r}. Write an address such as https://trails.example.com."
            )
        return origin

    def secret(
        self, name: str, *, required: bool = True, minimum: int = 1, made_by: str = ""
    ) -> str:
        """Return a secret from `NAME`, or from the file that `NAME_FILE` names. Never a default.

        The value never appears in an error. `minimum` is its least length in characters, `made_by`
        the command that makes such a file.
        """
        value, file = self._raw(name), self._raw(f"{name}_FILE")
        if value and file:
            raise ImproperlyConfigured(f"Both {name} and {name}_FILE are set. Keep one of them.")
        if file:
            try:
                value = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                hint = f". Make it with `{made_by}`." if made_by else ""
                raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}{hint}") from error
            if not value:
                raise ImproperlyConfigured(f"{name}_FILE names an empty file: {file}")
        if not value:
            if required:
                raise ImproperlyConfigured(
                    f"{name} is not set. Set {name}, or {name}_FILE to a file that holds it."
                )
            return ""
        if len(value) < minimum:
            raise ImproperlyConfigured(f"{name} is too short: use at least {minimum} characters.")
        return value
