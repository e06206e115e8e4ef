"""The file that says whose checkpoints a witness cosigns. Pure.

Lines `log <vkey> [<url>]`, written as in a policy (C2SP tlog-policy): comments, empty lines, spaces
and tabs are the same. One thing is not: a policy refuses two logs with the same public key. Here
they are told apart by their names, because one instance signs for each of its organizations with
one key under each one's name. A log whose key changed has a line for each of its keys.
"""

import re
from collections.abc import Mapping, Sequence

from evidence.errors import BadNote
from evidence.ledger.note import Algorithm, Key

LIMIT = 1 << 24
"""Bytes in a file of logs: some hundred thousand of them."""

NAME_LIMIT = 400
"""Characters of an origin that a witness can remember."""

Known = Mapping[str, Sequence[Key]]
"""The keys that may sign for a log, by its origin."""

_LINE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*")


def parse(data: bytes) -> Known:
    """Return the keys of each log of a file. `BadNote` says which line is wrong, and why."""
    if len(data) > LIMIT:
        raise BadNote(f"A file of logs has at most {LIMIT} bytes.")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadNote("The file of logs is not UTF-8.") from error
    if text and not text.endswith("\n"):
        raise BadNote("The last line of the file of logs has no end: it may have been cut off.")
    known: dict[str, list[Key]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        words = re.split(r"[ \t]+", line.strip(" \t"))
        if words == [""] or (words[0].startswith("#") and _LINE.fullmatch(line)):
            continue
        try:
            key = _log(line, words)
            keys = known.setdefault(key.name, [])
            if key in keys:
                raise BadNote("this log is there already, with the same key")
            keys.append(key)
        except BadNote as error:
            raise BadNote(f"Line {number} of the file of logs: {error}") from error
    return known


def _log(line: str, words: Sequence[str]) -> Key:
    if not _LINE.fullmatch(line):
        raise BadNote("a control character")
    if words[0] != "log" or not 2 <= len(words) <= 3:
        raise BadNote("not 'log', its key and perhaps its address")
    key = Key.parse(words[1])
    if key.algorithm is not Algorithm.ED25519:
        raise BadNote("a log signs with a plain Ed25519 key (type 1)")
    if len(key.name) > NAME_LIMIT:
        raise BadNote(f"a log's name has at most {NAME_LIMIT} characters")
    return key
