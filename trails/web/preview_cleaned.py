"""A terminal session as a download of plain text: no code, no colour, one line after the other."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from trails.errors import NotFound
from trails.models import Evidence
from trails.preview import sessions
from trails.preview.transcript import clean
from trails.preview.vaulted import opened
from trails.web.preview_asked import Asked, inside

CLEANED = 64 << 20  # bytes of the file; replaying is slow, and a download holds a thread


def cleaned(file: Evidence, wish: Asked) -> Iterator[str]:
    """Return the text in pieces. `NotFound` at once where the bytes are no text."""
    pieces = _pieces(file, wish)
    next(pieces)
    return pieces


def _pieces(file: Evidence, wish: Asked) -> Iterator[str]:
    """Yield nothing once, when it is certain that there is a text; then the text."""
    with opened(file.name, file.blob) as source:
        looked = inside(source, wish)
        encoding = looked.what.encoding
        if encoding is None:
            raise NotFound(f"{looked.source.name} is no text. Download it as it is.")
        yield ""
        cast = sessions.cast_of(looked.source, looked.what.kind)
        stop = min(looked.source.size, CLEANED)
        yield from clean(sessions.pieces(looked.source, encoding, cast, encoding.begins, stop))
        if stop < looked.source.size or not looked.is_whole:
            yield _("[The rest is not in this text: it was cut here.]") + "\n"
