"""Prepares what the page of a file shows: which views there are, and the one that was asked for."""

import shlex
from collections.abc import Callable
from typing import Any

from trails.errors import NotFound
from trails.preview import archives, hexdump, images, json_tree, pdf, tables, windows
from trails.preview.archives import NotAnArchive
from trails.preview.images import NotAnImage
from trails.preview.json_tree import NotJson
from trails.preview.kinds import ARCHIVES, IMAGES, Kind
from trails.preview.pdf import NotDrawn
from trails.preview.tables import NotATable
from trails.web import preview_texts
from trails.web.preview_asked import Asked, Looked
from trails.web.preview_marks import tree_html
from trails.web.preview_words import BOMBS, KINDS, MEMBERS, VIEWS

_CONTEXT = 5  # lines above the one that was asked for
_TREES = 200  # lines of JSON Lines


def shown(looked: Looked, wish: Asked) -> dict[str, Any]:
    """Return what the template needs. `NotFound` for a view that there is not."""
    choices = _choices(looked)
    if wish.view and wish.view not in choices:
        raise NotFound(
            f"There is no view '{wish.view}' of this file. There are: {', '.join(choices)}."
        )
    view = wish.view or choices[0]
    if wish.words and not wish.view and view not in ("text", "transcript") and "text" in choices:
        view = "text"
    said = _VIEWS[view](looked, wish)
    if "trouble" in said:
        # It is not what it begins as: what can be shown is, beside why the other cannot.
        view = "text" if "text" in choices else "hex"
        said |= _VIEWS[view](looked, wish)
    return {
        "view": view,
        "template": f"preview/{view}.html",
        "kind": KINDS[looked.what.kind],
        "also": [KINDS[kind] for kind in looked.what.also],
        "choices": [
            {"name": name, "label": VIEWS[name], "link": _view_link(wish, name)} for name in choices
        ],
        "whole_link": Asked().link(),
        "clean_link": wish.link(view="clean", at=None, words="", page=1),
        "picture_query": wish.link(view="", at=None, words="", page=1),
        **said,
    }


def place_of_line(looked: Looked, wish: Asked) -> str | None:
    """Return where a line is that was asked for; None if none was, or it is not to be found."""
    encoding = looked.what.encoding
    if wish.line is None or encoding is None:
        return None
    at = windows.place_of(looked.source, encoding, max(1, wish.line - _CONTEXT))
    if at is None or windows.place_of(looked.source, encoding, wish.line) is None:
        raise NotFound(
            f"Line {wish.line} is not among the lines that are counted here: the text is shorter, "
            f"or the line lies beyond its first {windows.COUNTED >> 20} MB. Page to it by bytes."
        )
    return wish.link(view="text", at=at, words="") + f"#L{max(1, wish.line)}"


def _view_link(wish: Asked, view: str) -> str:
    keeps = view in ("text", "transcript")
    return wish.link(view=view, at=None, words=wish.words if keeps else "", page=1)


def _choices(looked: Looked) -> list[str]:
    """Return the views of a file, the one it is shown in first."""
    kind, what = looked.what.kind, looked.what
    if kind is Kind.EMPTY:
        return ["nothing"]
    found = []
    if kind in (Kind.JSON, Kind.JSON_LINES):
        found.append("tree")
    elif kind in (Kind.CSV, Kind.TSV):
        found.append("table")
    elif kind in IMAGES and looked.is_whole:
        found.append("image")
    elif kind is Kind.PDF and looked.is_whole:
        found.append("pdf")
    elif kind in ARCHIVES:
        found.append("archive")
    elif kind is Kind.AGE:
        found.append("sealed")
    if what.is_text and kind is not Kind.PDF:
        plain = kind in (Kind.TEXT, Kind.ANSI, Kind.ASCIICAST, Kind.TYPESCRIPT)
        found += ["transcript"] if plain and what.has_commands else []
        found.append("text")
        found += ["transcript"] if plain and not what.has_commands else []
    return [*found, "hex"]


def _tree(looked: Looked, wish: Asked) -> dict[str, Any]:
    encoding, source = looked.what.encoding, looked.source
    assert encoding is not None  # noqa: S101  JSON is recognised in text alone
    if source.size > json_tree.BYTES and looked.what.kind is Kind.JSON:
        return {"trouble": "large"}
    part = windows.window(source, encoding, encoding.begins, size=json_tree.BYTES)
    doubled: list[str] = []
    trees: list[dict[str, Any]] = []
    left = json_tree.NODES
    is_cut = part.stop < source.size
    try:
        texts = (
            [encoding.decode(source.read(encoding.begins, source.size))]
            if looked.what.kind is Kind.JSON
            else [line for line in part.lines if line.strip()]
        )
        for number, text in enumerate(texts, start=1):
            if left <= 0 or number > _TREES:
                is_cut = True
                break
            tree = json_tree.tree(text, nodes=left)
            left -= len(tree.nodes)
            is_cut |= tree.is_cut
            doubled += tree.doubled
            trees.append({"number": number, "html": tree_html(tree)})
    except NotJson as error:
        return {"trouble": "json", "trouble_at": str(error)}
    return {"trees": trees, "doubled": doubled[:20], "is_cut": is_cut}


def _table(looked: Looked, wish: Asked) -> dict[str, Any]:
    encoding, source = looked.what.encoding, looked.source
    assert encoding is not None  # noqa: S101  a table is recognised in text alone
    part = windows.window(source, encoding, encoding.begins, size=tables.BYTES)
    text = encoding.decode(source.read(part.start, part.stop))
    try:
        table = tables.table(text, tabs=looked.what.kind is Kind.TSV)
    except NotATable:
        return {"trouble": "table"}
    more = table.more_rows or part.stop < source.size
    return {"table": table, "more_rows": more, "shown_columns": len(table.heading)}


def _image(looked: Looked, wish: Asked) -> dict[str, Any]:
    try:
        return {"measured": images.measure(looked.source, looked.what.kind)}
    except NotAnImage as error:
        return {"trouble": "image", "trouble_at": str(error)}


def _pdf(looked: Looked, wish: Asked) -> dict[str, Any]:
    try:
        drawn = pdf.text(looked.source, wish.page)
    except NotDrawn as error:
        return {"trouble": "pdf", "trouble_at": str(error)}
    if wish.page > drawn.pages:
        raise NotFound(f"There is no page {wish.page}: the document has {drawn.pages}.")
    return {
        "drawn": drawn,
        "previous_link": wish.link(page=wish.page - 1) if wish.page > 1 else None,
        "next_link": wish.link(page=wish.page + 1) if wish.page < drawn.pages else None,
    }


def _archive(looked: Looked, wish: Asked) -> dict[str, Any]:
    try:
        listing = archives.listing(looked.source, looked.what.kind)
    except NotAnArchive as error:
        return {"trouble": "archive", "trouble_at": str(error)}
    # A member of a member is not unpacked: an archive that holds itself would have no end.
    linked = looked.member is None
    return {
        "listing": listing,
        "bomb": BOMBS.get(listing.bomb),
        "members": [
            {
                "member": member,
                "what": MEMBERS[member.what],
                "link": Asked(member=member.index).link() if linked else None,
            }
            for member in listing.members
        ],
    }


def _hex(looked: Looked, wish: Asked) -> dict[str, Any]:
    start, stop, rows = hexdump.rows(looked.source, wish.at or 0)
    return {
        "rows": rows,
        **preview_texts.part_of(looked, wish, start, stop),
        "previous_at": max(0, start - hexdump.WIDTH * hexdump.ROWS),
    }


def _about(looked: Looked, wish: Asked) -> dict[str, Any]:
    return {"shell_name": shlex.quote(looked.source.name.rpartition("/")[2])}


_VIEWS: dict[str, Callable[[Looked, Asked], dict[str, Any]]] = {
    "transcript": preview_texts.session,
    "text": preview_texts.text,
    "tree": _tree,
    "table": _table,
    "image": _image,
    "pdf": _pdf,
    "archive": _archive,
    "hex": _hex,
    "sealed": _about,
    "nothing": _about,
}
