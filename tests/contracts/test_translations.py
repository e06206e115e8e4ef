"""Every word that a page says can be translated: templates and forms hold no literal words.

Templates are read as Django's lexer and an HTML parser see them. What stands inside `translate` and
`blocktranslate` is marked; code, and what is nobody's language, needs no mark.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
# What a package says is frozen with its bytes (FORMATS §3), and what proves is code.
FROZEN = ("package/", "proof/")
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*")
    if path.suffix in (".html", ".txt")
    and not path.relative_to(ROOT / "templates").as_posix().startswith(FROZEN)
)
VIEWS = sorted((ROOT / "trails" / "web").rglob("*.py"))

# Names, and short forms that are the same in every language.
ALLOWED = {"Trailkeeper", "SHA", "UTC", "CSV", "Atom", "JSON", "Kosli", "curl", "OpenAPI"}
CODE = {"code", "pre", "kbd", "script", "style", "svg", "samp"}
SPOKEN = {"title", "aria-label", "placeholder", "alt"}
VALUE_IS_SPOKEN = {"submit", "button", "reset"}

_WORD = re.compile(r"[^\W\d_]{2,}")
_LITERAL = re.compile(r""""([^"]*)"|'([^']*)'""")
_MARKED = re.compile(r"""_\((?:"[^"]*"|'[^']*')\)""")
# Tags whose texts are names of things, not words, or are marked by the tag itself.
_NAMING = {"translate", "trans", "blocktranslate", "blocktrans", "url", "static", "load", "extends"}


def words(text: str) -> list[str]:
    """Return the words of a text that would have to be translated."""
    return [word for word in _WORD.findall(text) if word not in ALLOWED]


class Spoken(HTMLParser):
    """Collects the words that a page without its template tags shows or reads out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in CODE
        given = {name: value or "" for name, value in attrs}
        spoken = SPOKEN | ({"value"} if given.get("type") in VALUE_IS_SPOKEN else set())
        # In a key, a command or an address there is code.
        for name in spoken & given.keys() - (
            {"placeholder"} if "mono" in given.get("class", "") else set()
        ):
            if words(given[name]):
                self.found.append((self.getpos()[0], f'{name}="{given[name]}"'))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._code -= tag in CODE

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in CODE and self._code > 0

    def handle_data(self, data: str) -> None:
        if not self._code and words(data):
            self.found.append((self.getpos()[0], " ".join(data.split())))


def unmarked(text: str, *, html: bool = True) -> list[str]:
    """Return the literal words of a template, each with its line."""
    page: list[str] = []
    found: list[tuple[int, str]] = []
    ends = ""
    for token in Lexer(text).tokenize():
        tag = token.contents.split(" ", 1)[0] if token.token_type is TokenType.BLOCK else ""
        if tag in ("blocktranslate", "blocktrans", "comment", "verbatim"):
            ends = f"end{tag}"
        # The lexer gives contents alone: the page keeps its lines, so that places can be named.
        kept = token.contents if token.token_type is TokenType.TEXT and not ends else ""
        page.append(kept or "\n" * token.contents.count("\n"))
        if ends:
            ends = "" if tag == ends else ends
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR) and tag not in _NAMING:
            found += [(token.lineno or 0, said) for said in _said_in_tag(token.contents)]
    if html:
        parser = Spoken()
        parser.feed("".join(page))
        parser.close()
        found += parser.found
    else:
        lines = "".join(page).splitlines()
        found += [(number, line) for number, line in enumerate(lines, 1) if words(line)]
    return [f"line {line}: {said}" for line, said in sorted(found)]


def _said_in_tag(contents: str) -> Iterator[str]:
    """Yield the texts inside a tag that are sentences, or endings of words."""
    if "|pluralize" in contents:
        yield f"{contents}: use blocktranslate count"
    for match in _LITERAL.finditer(_MARKED.sub("", contents)):
        literal = match[1] or match[2] or ""
        if re.search(r"[^\W\d_]{2,} [^\W\d_]{2,}|^[A-Z][a-z]+$", literal) and words(literal):
            yield literal


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix()
)
def test_a_template_says_nothing_that_cannot_be_translated(path: Path) -> None:
    assert unmarked(path.read_text(encoding="utf-8"), html=path.suffix == ".html") == []


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: path.name)
def test_messages_and_labels_are_marked(path: Path) -> None:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        said = [word.value for word in node.keywords if word.arg in ("label", "help_text")]
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "messages":
            said += node.args[1:2]
        found += [
            f"line {value.lineno}: {ast.unparse(value)}"
            for value in said
            if isinstance(value, ast.JoinedStr)
            or (isinstance(value, ast.Constant) and words(str(value.value or "")))
        ]
    assert found == []


@pytest.mark.parametrize(
    "bad",
    [
        "<p>Words</p>",
        '<a title="Some words">{{ x }}</a>',
        '<nav aria-label="Breadcrumb">',
        '<input type="submit" value="Save it">',
        "{% if x %}Never{% endif %}",
        "{% blocktranslate %}Marked{% endblocktranslate %} unmarked",
        '{{ x|default:"Never" }}',
        '{% include "a.html" with title="Two words" %}',
        "record{{ n|pluralize }}",
    ],
)
def test_literal_words_are_found(bad: str) -> None:
    assert unmarked(bad)


@pytest.mark.parametrize(
    "good",
    [
        '{% translate "Words" %}',
        "{% blocktranslate trimmed %}Words <b>and</b> more{% endblocktranslate %}",
        "<title>{{ x }} · Trailkeeper</title>",
        "<code>pip install .</code> {# A comment #}",
        "<a aria-label=\"{% translate 'Words' %}\" href=\"{% url 'home' %}\"></a>",
        '{% include "a.html" with title=_("Two words") %}',
    ],
)
def test_marked_words_and_code_are_let_through(good: str) -> None:
    assert unmarked(good) == []
