"""The file that says whose checkpoints a witness cosigns. Pure.

Lines `log <vkey> [<url>]`, written as in a policy (C2SP tlog-policy): comments, empty lines, spaces
and tabs are the same. One thing is not: a policy refuses two logs with the same public key. Here
they are told apart by their names, because one instance signs for each of its organizations with
one key under each one's name. A log whose key changed has a line for each of its keys.
"""

from collections.abc import Mapping, Sequence

from evidence.errors import BadNote
from evidence.ledger import policy
from evidence.ledger.note import Key

LIMIT = 1 << 24
"""Bytes in a file of logs: some hundred thousand of them."""

NAME_LIMIT = 400
"""Characters of an origin that a witness can remember."""

Known = Mapping[str, Sequence[Key]]
"""The keys that may sign for a log, by its origin."""


def parse(data: bytes) -> Known:
    """Return the keys of each log of a file. `BadNote` says which line is wrong, and why."""
    if len(data) > LIMIT:
        raise BadNote(f"A file of logs has at most {LIMIT} bytes.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadNote("The file of logs is not UTF-8.") from error
    known: dict[str, list[Key]] = {}
    for number, words in policy.lines(text, "file of logs"):
        try:
            key = _log(words)
            keys = known.setdefault(key.name, [])
            if key in keys:
                raise BadNote("this log is there already, with the same key")
            keys.append(key)
        except BadNote as error:
            raise BadNote(f"Line {number} of the file of logs: {error}") from error
    return known


def _log(words: Sequence[str]) -> Key:
    if words[0] != "log" or not 2 <= len(words) <= 3:
        raise BadNote("not 'log', its key and perhaps its address")
    key = Key.parse(words[1])
    policy.refuse_unless_of_a_log(key)
    if len(key.name) > NAME_LIMIT:
        raise BadNote(f"a log's name has at most {NAME_LIMIT} characters")
    return key
