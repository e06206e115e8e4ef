"""What can go wrong with an act, as one tree of exceptions; each dialect maps it to HTTP once.

Every text says what was wrong, which value, and what to do next. No text holds a percent sign: the
Kosli CLI uses messages as format strings (contract 0.5).
"""

import datetime


class TrailsError(Exception):
    """The base of every refusal. `field` names the input at fault, where one is."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(TrailsError):
    """It does not exist, or the actor may not know that it does."""


class Unauthenticated(TrailsError):
    """A key was sent that does not work, or none where one is needed."""


class Forbidden(TrailsError):
    """The actor may see it but not do this."""


class Invalid(TrailsError):
    """The input does not fit. `field` says which."""


class Conflict(TrailsError):
    """It is there already, and different."""


class TooMuch(TrailsError):
    """A limit was passed. `limit` is in the unit that the text names."""

    def __init__(self, message: str, *, limit: int, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.limit = limit


class Disposed(TrailsError):
    """It was there, and somebody has disposed of it: who, when and why, and what it was."""

    def __init__(
        self, message: str, *, by: str, at: datetime.datetime, reason: str, sha256: str
    ) -> None:
        super().__init__(message)
        self.by, self.at, self.reason, self.sha256 = by, at, reason, sha256


class LengthRequired(TrailsError):
    """An upload did not announce its length."""


class Unavailable(TrailsError):
    """Not at the moment, and not the sender's fault. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


VALUE_SHOWN = 80  # characters of a wrong value that an answer repeats


def shown(value: object) -> str:
    """Return a value as an error may repeat it: quoted and not too long."""
    text = repr(value)
    return text if len(text) <= VALUE_SHOWN else text[: VALUE_SHOWN - 1] + "…"
