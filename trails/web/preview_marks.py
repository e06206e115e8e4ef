"""Makes HTML of the lines and trees of a preview. All that strangers wrote is escaped here.

Threat. The lines are a stranger's: their text goes through `reveal`, their colours are names from
a fixed list, and nothing of them becomes an attribute. Marks of hidden characters have a budget for
the page, and what is long is folded, so that a file cannot make a page of many times its size.
"""

import re
from collections.abc import Iterable, Iterator

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from trails.preview.json_tree import Node, Part, Tree
from trails.preview.terminal import Runs
from trails.web.visible import HIDDEN, reveal

LONG = 2000  # characters of a line that are shown before the rest is folded
_NAMED = 200  # hidden characters of a page that are named one by one
_OPEN_DEPTH = 2
_SMALL = 200  # nodes; a smaller tree is open from the start


class Marks:
    """Turns runs of text into HTML, and highlights words in them."""

    def __init__(self, wanted: "re.Pattern[str] | None" = None) -> None:
        self._wanted = wanted
        self._named = _NAMED
        self.hits: list[int] = []  # numbers of the lines that hold the words

    def text(self, text: str) -> str:
        """Return a text as HTML, with hidden characters shown."""
        hidden = len(HIDDEN.findall(text))
        if not hidden:
            return escape(text)
        shown = reveal(text, named=self._named)
        self._named = max(0, self._named - hidden)
        return shown

    def runs(self, runs: Runs) -> str:
        """Return runs as HTML; the names of their styles become classes."""
        return "".join(
            f'<span class="{escape(names)}">{shown}</span>' if names else shown
            for shown, names in (
                (self._hit(text, hit), names) for text, names, hit in self._cut(runs)
            )
        )

    def line(self, number: int, runs: Runs, *, prefix: str = "L") -> str:
        """Return a line with its number, to which one can link."""
        if self.wants("".join(text for text, _ in runs)):
            self.hits.append(number)
        begin, rest = _split(runs)
        shown = self.runs(begin)
        if rest:
            more = sum(len(text) for text, _ in rest)
            words = ngettext("%d more character", "%d more characters", more) % more
            shown += f"<details><summary>{escape(words)}</summary>{self.runs(rest)}</details>"
        # Not a stop of the Tab key: two thousand of them would bar the way. Keyboards go to a line
        # by the field above.
        return (
            f'<div class="line" id="{prefix}{number}"><a href="#{prefix}{number}" tabindex="-1">'
            f"{number}</a><code>{shown}\n</code></div>"
        )

    def lines(self, lines: Iterable[Runs], first: int, *, prefix: str = "L") -> SafeString:
        """Return lines with their numbers."""
        html = [self.line(first + at, runs, prefix=prefix) for at, runs in enumerate(lines)]
        return mark_safe("".join(html))  # noqa: S308  every text went through `reveal`

    def screen(self, number: int, size: int) -> str:
        """Return the line that stands for a full-screen program."""
        words = ngettext(
            "full-screen program, %d character, not shown as text",
            "full-screen program, %d characters, not shown as text",
            size,
        )
        return (
            f'<div class="line" id="L{number}"><a href="#L{number}" tabindex="-1">{number}</a>'
            f"<em>{escape(words % size)}</em></div>"
        )

    def wants(self, text: str) -> bool:
        """Tell whether a text holds the words that are searched for."""
        return self._wanted is not None and self._wanted.search(text) is not None

    @staticmethod
    def safe(html: str) -> SafeString:
        """Return HTML that the methods of this class have made."""
        return mark_safe(html)  # noqa: S308  every text went through `reveal`

    def _hit(self, text: str, hit: bool) -> str:
        return f"<mark>{self.text(text)}</mark>" if hit else self.text(text)

    def _cut(self, runs: Runs) -> Iterator[tuple[str, str, bool]]:
        """Yield runs that are cut where the words begin and end."""
        spans: list[tuple[int, int]] = []
        if self._wanted:
            whole = "".join(text for text, _ in runs)
            spans = [match.span() for match in self._wanted.finditer(whole)]
        if not spans:
            yield from ((text, names, False) for text, names in runs)
            return
        # One walk along both: there may be as many spans as characters, and as many runs.
        at, place = 0, 0
        for text, names in runs:
            begin, end = at, at + len(text)
            while at < end:
                while place < len(spans) and spans[place][1] <= at:
                    place += 1
                start, stop = spans[place] if place < len(spans) else (end, end)
                hit = start <= at < stop
                there = min(end, stop if hit else start)
                yield text[at - begin : there - begin], names, hit
                at = there


def _split(runs: Runs) -> tuple[Runs, Runs]:
    """Return the beginning of a line and the rest of it, which is empty for most."""
    left = LONG
    for at, (text, names) in enumerate(runs):
        if len(text) > left:
            head, tail = text[:left], text[left:]
            return [*runs[:at], (head, names)], [(tail, names), *runs[at + 1 :]]
        left -= len(text)
    return runs, []


def tree_html(tree: Tree) -> SafeString:
    """Return a tree of JSON with its objects and arrays to be folded."""
    marks, depth = Marks(), 0
    out: list[str] = []
    for node in tree.nodes:
        key = f'<span class="json-key">{marks.text(node.key)}</span>: ' if node.key else ""
        if node.part is Part.CLOSE:
            depth -= 1
            out.append(f"</div>{node.text}</details>")
        elif node.part is Part.OPEN and not node.hidden:
            is_open = " open" if depth < _OPEN_DEPTH or len(tree.nodes) < _SMALL else ""
            depth += 1
            out.append(
                f"<details{is_open}><summary>{key}{node.text} "
                f"<span>{escape(_count(node))}</span></summary><div>"
            )
        else:
            out.append(
                f'<p>{key}<span class="json-{node.part.value}">{marks.text(node.text)}</span></p>'
            )
    out += ["</div></details>"] * depth
    return mark_safe("".join(out))  # noqa: S308  every text went through `reveal`


def _count(node: Node) -> str:
    if node.text == "{":
        return ngettext("%d member", "%d members", node.count) % node.count
    return ngettext("%d item", "%d items", node.count) % node.count


def sample(kind: str, text: str) -> SafeString:
    """Return what a sequence said that was not shown."""
    return format_html("<code>{}</code>", reveal(text))
