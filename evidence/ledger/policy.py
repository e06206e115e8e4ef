"""Policies: which logs are believed, and whose cosignatures it takes (C2SP tlog-policy). Pure.

A policy is written by whoever verifies, never by the log. Names are opaque text; a file that is not
UTF-8 is read byte for byte as Latin-1 would, so that names stay what they were.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from evidence.errors import BadNote
from evidence.ledger.note import Algorithm, Key

LIMIT = 1 << 20
"""Bytes in a policy file."""
NONE = "none"
_LINE = re.compile(r"[\t\x20-\x7e\x80-\U0010ffff]*")
_DECIMAL = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Member:
    """A witness that a policy knows, with the address where it takes checkpoints, if given."""

    name: str
    key: Key
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Counts as having witnessed a checkpoint when `threshold` of its members have."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(slots=True)
class Policy:
    """The logs, the witnesses and the quorum of one policy file."""

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Member] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    def missing(self, cosigners: Collection[Key]) -> list[str]:
        """Return what keeps these cosigners from being the quorum, a sentence each; or nothing."""
        have = self._witnessed(cosigners)
        if self.quorum == NONE or self.quorum in have:
            return []
        if self.quorum in self.witnesses:
            return [f"Witness {self.quorum} has not cosigned the checkpoint."]
        group = self.groups[self.quorum]
        cosigned = [member for member in group.members if member in have]
        return [
            f"Group {group.name} takes {group.threshold} of {', '.join(group.members)}; "
            f"{', '.join(cosigned) or 'none'} cosigned."
        ]

    def _witnessed(self, cosigners: Collection[Key]) -> set[str]:
        """Return the names of the witnesses and groups that count as having witnessed."""
        names = {name for name, member in self.witnesses.items() if member.key in cosigners}
        for group in self.groups.values():  # each stands below all its members
            if sum(member in names for member in group.members) >= group.threshold:
                names.add(group.name)
        return names


def parse(data: bytes) -> Policy:
    """Return the policy of its file. `BadNote` says which line is wrong, and why."""
    if len(data) > LIMIT:
        raise BadNote(f"A policy has at most {LIMIT} bytes.")
    encoding = "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = data.decode(encoding)
    policy = Policy()
    quorum: str | None = None
    listed: set[str] = set()
    for number, words in lines(text, "policy"):
        try:
            match words:
                case ["log", vkey, *url] if len(url) <= 1:
                    _add_log(policy, _key(vkey, encoding))
                case ["witness", name, vkey, *url] if len(url) <= 1:
                    _add_witness(policy, name, _key(vkey, encoding), *url)
                case ["group", name, threshold, _, *_]:
                    _add_group(policy, name, threshold, words[3:], listed)
                case ["quorum", name] if quorum is None:
                    if name != NONE:
                        _refuse_unknown(policy, name)
                    quorum = name
                case ["quorum", _]:
                    raise BadNote("a second quorum")
                case _:
                    raise BadNote("not a log, witness, group or quorum with what belongs to it")
        except BadNote as error:
            raise BadNote(f"Line {number} of the policy: {error}") from error
    if quorum is None:
        raise BadNote("The policy has no quorum. Write 'quorum none' if it takes no witness.")
    policy.quorum = quorum
    return policy


def lines(text: str, what: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the words of each line of such a file that says something.

    `BadNote` for a control character, and where the last line has no end. `what` the file is called
    in it.
    """
    if text and not text.endswith("\n"):
        raise BadNote(f"The last line of the {what} has no end: it may have been cut off.")
    for number, line in enumerate(text.split("\n"), start=1):
        if not _LINE.fullmatch(line):
            raise BadNote(f"Line {number} of the {what}: a control character")
        words = re.split(r"[ \t]+", line.strip(" \t"))
        if words != [""] and not words[0].startswith("#"):
            yield number, words


def refuse_unless_of_a_log(key: Key) -> None:
    """Return if a log can sign with the key, else `BadNote`."""
    if key.algorithm is not Algorithm.ED25519:
        raise BadNote("a log signs with a plain Ed25519 key (type 1)")


def _key(word: str, encoding: str) -> Key:
    """Return the key of a word. A key's name is UTF-8, whatever the rest of the file is."""
    try:
        return Key.parse(word.encode(encoding).decode("utf-8"))
    except UnicodeDecodeError as error:
        raise BadNote("the name of the key is not UTF-8") from error


def _add_log(policy: Policy, key: Key) -> None:
    refuse_unless_of_a_log(key)
    if any(key.public == other.public for other in policy.logs):
        raise BadNote("this log's key is there already")
    policy.logs.append(key)


def _add_witness(policy: Policy, name: str, key: Key, url: str = "") -> None:
    if key.algorithm is not Algorithm.COSIGNATURE:
        raise BadNote("a witness signs with a cosignature key (type 4)")
    if any(key.public == other.key.public for other in policy.witnesses.values()):
        raise BadNote("this witness's key is there already")
    _refuse_taken(policy, name)
    policy.witnesses[name] = Member(name, key, url)


def _add_group(
    policy: Policy, name: str, threshold: str, members: list[str], listed: set[str]
) -> None:
    _refuse_taken(policy, name)
    for member in members:
        _refuse_unknown(policy, member)
        if member in listed:
            raise BadNote(f"{member} is a member of a group already")
        listed.add(member)
    count = {"any": 1, "all": len(members)}.get(threshold, 0)
    if not count and _DECIMAL.fullmatch(threshold):
        count = int(threshold)
    if not 1 <= count <= len(members):
        raise BadNote(f"write any, all or a number from 1 to {len(members)}, not {threshold}")
    policy.groups[name] = Group(name, count, tuple(members))


def _refuse_taken(policy: Policy, name: str) -> None:
    if name == NONE or name in policy.witnesses or name in policy.groups:
        raise BadNote(f"the name {name} is taken")


def _refuse_unknown(policy: Policy, name: str) -> None:
    if name not in policy.witnesses and name not in policy.groups:
        raise BadNote(f"no witness or group above is called {name}")
