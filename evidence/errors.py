"""What can go wrong with bytes and records, as one tree of exceptions."""


class EvidenceError(Exception):
    """The base of every error of this app. Its text says what was wrong and what to do."""


class TooLarge(EvidenceError):
    """A stream went past its limit. `limit` is in bytes."""

    def __init__(self, limit: int, what: str = "A file") -> None:
        self.limit = limit
        super().__init__(f"{what} is larger than the limit of {limit} bytes.")


class Incomplete(EvidenceError):
    """A stream ended before the bytes that were announced had arrived."""


class NotAnnounced(EvidenceError):
    """What a client put into the store itself is not what it had announced."""


class Corrupt(EvidenceError):
    """Stored bytes are not the bytes that were recorded."""


class Retained(EvidenceError):
    """The store of the vault keeps an object, because of a retention or a hold on it."""


class VaultUnavailable(EvidenceError):
    """The store of the vault gave no answer, or none that counts. The same may work later.

    `retry_after` is in seconds.
    """

    retry_after = 10


class NotCanonical(EvidenceError):
    """A statement is not what FORMATS §1 allows: keys, numbers, size or text."""


class BadProof(EvidenceError):
    """A proof does not tie what it claims to tie: the text says at which point it breaks."""


class BadNote(EvidenceError):
    """A note, key, checkpoint or policy is malformed, or a signature is not valid."""


class NotSealed(EvidenceError):
    """The log refuses to sign: its rows contradict what was signed before, or it has no key."""
