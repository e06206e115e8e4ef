"""JSON as a tree that can be folded, without turning it into values. Pure.

Numbers and texts stay as they were written: a parser would make 1.0 of 1.00, infinity of 1E400,
and of two members with one name only the last. There is no recursion, so a hundred thousand nested
arrays are only long.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

BYTES = 1 << 19
NODES = 4000
DEPTH = 40
TEXT = 4000  # characters of one text or number that are shown
_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<mark>[{}\[\],:])'
    r"|(?P<word>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|true\b|false\b|null\b))"
)


class Part(Enum):
    """What a node is."""

    OPEN = "open"
    CLOSE = "close"
    TEXT = "text"
    NUMBER = "number"
    WORD = "word"


@dataclass(slots=True)
class Node:
    """A value, or where an object or array begins or ends."""

    part: Part
    text: str  # as written; the bracket of an object or array
    key: str | None = None  # as written, in its quotes
    count: int = 0  # members or items of an object or array
    hidden: bool = False  # an object or array too deep to be opened: `text` is all of it


@dataclass(slots=True)
class Tree:
    """The nodes of one text in their order, and what there is to tell of it."""

    nodes: list[Node]
    doubled: list[str]  # names that an object has twice
    is_cut: bool  # there were more nodes than are held


class NotJson(ValueError):
    """The text is no JSON. Says at which character."""


def tree(text: str, *, nodes: int = NODES) -> Tree:
    """Return the tree of a JSON text. `NotJson` where it breaks the grammar (RFC 8259)."""
    return _Builder(nodes).build(text)


class _Builder:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tree = Tree([], [], False)
        # Open objects and arrays: their node, and the names an object has had.
        self._open: list[tuple[Node, set[str] | None]] = []
        self._too_deep: tuple[Node, int] | None = None

    def build(self, text: str) -> Tree:
        key: str | None = None
        wants = "value"
        for word, at in _tokens(text):
            inner = self._open[-1][0].text if self._open else ""
            lone = word[0] if word else ""
            if wants == "key" and lone == '"':
                key, wants = word, "colon"
                self._note_key(word)
            elif wants == "colon" and word == ":":
                wants = "value"
            elif wants in ("value", "value or end") and lone in "{[":
                self._push(Node(Part.OPEN, word, key), at)
                key, wants = None, "key or end" if word == "{" else "value or end"
            elif wants in ("value", "value or end") and lone not in "}],:":
                self._leaf(word, key)
                key, wants = None, "comma" if self._open else "nothing"
            elif wants == "key or end" and lone == '"':
                key, wants = word, "colon"
                self._note_key(word)
            elif _closes(wants, word, inner):
                self._pop(text, at)
                wants = "comma" if self._open else "nothing"
            elif wants == "comma" and word == ",":
                wants = "key" if inner == "{" else "value"
            else:
                raise NotJson(f"at character {at + 1}")
        if wants != "nothing":
            raise NotJson("it ends too early")
        return self._tree

    def _note_key(self, key: str) -> None:
        node, names = self._open[-1]
        node.count += 1
        if names is not None:
            if key in names and len(self._tree.doubled) < 20:
                self._tree.doubled.append(key[:100])
            names.add(key)

    def _add(self, node: Node) -> None:
        if self._too_deep is not None:
            return
        # Ends are always held, so that what was opened is closed.
        if node.part is not Part.CLOSE and len(self._tree.nodes) >= self._limit:
            self._tree.is_cut = True
            return
        self._tree.nodes.append(node)

    def _leaf(self, word: str, key: str | None) -> None:
        if self._open and self._open[-1][0].text == "[":
            self._open[-1][0].count += 1
        part = Part.TEXT if word[0] == '"' else Part.WORD if word[0] in "tfn" else Part.NUMBER
        shown = word if len(word) <= TEXT else f"{word[:TEXT]}…"
        self._add(Node(part, shown, key))

    def _push(self, node: Node, at: int) -> None:
        if self._open and self._open[-1][0].text == "[":
            self._open[-1][0].count += 1
        before = len(self._tree.nodes)
        self._add(node)
        if len(self._tree.nodes) == before and self._too_deep is None:
            node.hidden = True  # past the limit: its end is not held either
        if len(self._open) >= DEPTH and self._too_deep is None:
            self._too_deep = (node, at)
        self._open.append((node, set() if node.text == "{" else None))

    def _pop(self, text: str, at: int) -> None:
        node, _ = self._open.pop()
        if self._too_deep is not None and self._too_deep[0] is node:
            begin = self._too_deep[1]
            self._too_deep = None
            if not node.hidden:
                node.hidden = True
                whole = text[begin : at + 1]
                node.text = whole if len(whole) <= TEXT else f"{whole[:TEXT]}…"
        elif not node.hidden:
            self._add(Node(Part.CLOSE, "}" if node.text == "{" else "]"))


def _closes(wants: str, word: str, inner: str) -> bool:
    if wants not in ("comma", "key or end", "value or end"):
        return False
    return (inner, word) in (("{", "}"), ("[", "]"))


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    at, end = 0, len(text.rstrip(" \t\r\n"))
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotJson(f"at character {at + 1}")
        at = match.end()
        word = match[match.lastgroup or 0]
        yield word, at - len(word)
