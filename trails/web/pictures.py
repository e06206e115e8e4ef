"""Draws the card that other sites show beside a link, and the mark as an icon. Pure.

Drawn at a multiple of their size and made smaller, shapes have smooth edges; text is set without
shaping libraries. So the same words give the same bytes wherever the same release draws them.

Threat. Words come from strangers. Each is cut at the edge, so that a picture does not grow. Names
and ids are ASCII, which the typeface has; what it does not have is looked for nowhere else on the
machine. Letters lose their accents, and a description with other letters is left out as a whole:
half of one could say the opposite.
"""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
RELEASE = "1"
"""Of the drawing: a part of the tag of every card, changed with what is drawn."""

# As the light side of static/css/tokens.css.
_PAPER, _INK, _SOFT = "#fdfcfa", "#1c1f23", "#5a6067"
_HAIRLINE, _ACCENT = "#e4e2dc", "#1a56c4"
TONES = {"compliant": "#146c3b", "non-compliant": "#b0241c", "incomplete": "#855600"}
_MARGIN = 80
_COLOURS = 64
_READ = 400  # characters of a text that are looked at: more than fit
_SCALE = 4
_PLAIN = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014", "''\"\"--")
_NO_CHARACTER = "\uffff"
_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Fact:
    """What stands in the last row of a card: a state as a word with its icon, or a word alone."""

    word: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The words of a card: where it is, what it is, what is said of it, how it stands."""

    place: str
    title: str
    about: str
    facts: Sequence[Fact]
    foot: str


@lru_cache(maxsize=256)
def card(words: Card) -> bytes:
    """Return the card as a PNG of 1200 × 630."""
    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 12), fill=_ACCENT)
    image.paste(mark(64), (_MARGIN, 72))
    _write(draw, (_MARGIN + 88, 104), words.place, 36, _SOFT)
    size = next((s for s in (84, 68, 54) if _width(words.title, s) <= _room()), 44)
    _write(draw, (_MARGIN, 226), words.title, size, _INK, bold=True)
    for place, line in enumerate(_lines(_written(words.about), 34)):
        _write(draw, (_MARGIN, 316 + 46 * place), line, 34, _SOFT)
    _facts(image, draw, words.facts)
    draw.line((_MARGIN, 524, WIDTH - _MARGIN, 524), fill=_HAIRLINE, width=2)
    _write(draw, (_MARGIN, 568), words.foot, 28, _SOFT)
    return _png(image.quantize(_COLOURS, dither=Image.Dither.NONE))


@lru_cache(maxsize=8)
def icon(size: int, kind: str = "PNG") -> bytes:
    """Return the mark on its own as a square PNG or ICO."""
    if kind == "PNG":
        return _png(mark(size))
    written = io.BytesIO()
    mark(size).save(written, kind, sizes=[(16, 16), (size, size)])
    return written.getvalue()


def mark(size: int) -> Image.Image:
    """Return the mark of static/favicon.svg, whose square has 32 units."""
    side = size * _SCALE
    unit = side / 32
    image = Image.new("RGB", (side, side), _PAPER)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, side - 1, side - 1), 7 * unit, fill=_ACCENT)
    _path(draw, [(10, 9), (10, 23)], unit, 2.5, _PAPER)
    for y in (9, 23):
        draw.ellipse([(v - 3 * s) * unit for s in (1, -1) for v in (10, y)], fill=_PAPER)
    _path(draw, [(15.5, 16.5), (18.5, 19.5), (24.5, 12.5)], unit, 2.75, _PAPER)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _facts(image: Image.Image, draw: ImageDraw.ImageDraw, facts: Sequence[Fact]) -> None:
    x = float(_MARGIN)
    widths = {s: sum(_width(f.word, s) + 106 * bool(f.state) for f in facts) for s in (36, 30, 26)}
    size = next((s for s, width in widths.items() if width <= _room()), 22)
    for fact in facts:
        if x > WIDTH - 2 * _MARGIN:
            break  # no room is left for a word
        tone = TONES.get(fact.state, _SOFT)
        if fact.state:
            image.paste(tone, (int(x), 426), _state(fact.state, 44))
            x += 58
        x += _write(draw, (x, 449), fact.word, size, tone, bold=bool(fact.state)) + 48


def _state(state: str, size: int) -> Image.Image:
    """Return the icon of a state as a mask, as in templates/components/sprite.html."""
    side = size * _SCALE
    unit = side / 16
    mask = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)
    ring: _Box = (unit, unit, side - unit, side - unit)
    width = int(1.2 * unit)
    if state == "compliant":
        draw.ellipse(ring, fill=40, outline=255, width=width)
        _path(draw, [(5, 8.3), (7, 10.3), (11, 5.9)], unit, 1.6, 255)
    elif state == "non-compliant":
        corners = [(5.2, 1.5), (10.8, 1.5), (14.5, 5.2), (14.5, 10.8)]
        corners += [(10.8, 14.5), (5.2, 14.5), (1.5, 10.8), (1.5, 5.2)]
        draw.polygon([(x * unit, y * unit) for x, y in corners], fill=40)
        _path(draw, [*corners, corners[0]], unit, 1.2, 255)
        _path(draw, [(5.8, 5.8), (10.2, 10.2)], unit, 1.6, 255)
        _path(draw, [(10.2, 5.8), (5.8, 10.2)], unit, 1.6, 255)
    else:
        draw.pieslice(ring, 90, 270, fill=140)
        draw.ellipse(ring, outline=255, width=width)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


def _path(
    draw: ImageDraw.ImageDraw,
    points: Sequence[tuple[float, float]],
    unit: float,
    width: float,
    fill: str | int,
) -> None:
    """Draw a line with round ends and corners, in units of its icon."""
    placed = [(x * unit, y * unit) for x, y in points]
    draw.line(placed, fill=fill, width=round(width * unit))
    half = width * unit / 2
    for x, y in placed:
        draw.ellipse((x - half, y - half, x + half, y + half), fill=fill)


def _room() -> float:
    return WIDTH - 2 * _MARGIN


def _write(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    size: int,
    fill: str,
    *,
    bold: bool = False,
) -> float:
    """Write a line, `at` its left and middle, cut at the margin. Return its width."""
    written = _fitted(text, size, WIDTH - _MARGIN - at[0])
    stroke = size / 60 if bold else 0
    font = _font(size)
    draw.text(at, written, fill, font, "lm", stroke_width=stroke, stroke_fill=fill)
    return _width(written, size)


def _written(text: str) -> str:
    """Return a text in letters that can be drawn, empty where some cannot."""
    plain = text.translate(_PLAIN)
    bare = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return bare if all(map(_is_drawn, bare)) else ""


def _lines(text: str, size: int) -> list[str]:
    """Return a text as two lines at most, of which the second may be too wide."""
    words = text[:_READ].split(" ")
    fit = next((n for n in range(len(words)) if not _is_short(words[: n + 1], size)), len(words))
    # A text without a space in a line's width has one line, which is cut.
    return [" ".join(words[:fit]), " ".join(words[fit:])] if 0 < fit < len(words) else [text]


def _is_short(words: Sequence[str], size: int) -> bool:
    return _width(" ".join(words), size) <= _room()


def _fitted(text: str, size: int, room: float) -> str:
    """Return the text, cut where it is too wide."""
    safe = text[:_READ]
    if _width(safe, size) <= room:
        return safe
    low, high = 0, len(safe)
    while low < high:
        middle = (low + high + 1) // 2
        fits = _width(safe[:middle] + "…", size) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return safe[:low].rstrip() + "…"


def _width(text: str, size: int) -> float:
    return float(_font(size).getlength(text))


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the typeface that comes with Pillow."""
    found = cast(ImageFont.FreeTypeFont, ImageFont.load_default(size))
    return found.font_variant(layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _is_drawn(character: str) -> bool:
    """Tell whether the typeface has the character: what it has not, all looks alike."""
    if character == " ":
        return True
    font = _font(36)
    drawn = font.getmask(character)
    nothing = font.getmask(_NO_CHARACTER)
    return drawn.size != nothing.size or bytes(drawn) != bytes(nothing)


def _png(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()
