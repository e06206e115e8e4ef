"""Colours and weights of a terminal (SGR, ECMA-48 §8.3.117) as a few names. Pure.

Of 16 million colours the page knows eight: it has a light and a dark look, and in both every
colour must be readable on every ground. Concealed text is shown, and a text in the colour of its
ground too.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_RGB = {
    "black": (0, 0, 0), "red": (205, 49, 49), "green": (13, 188, 121), "yellow": (229, 229, 16),
    "blue": (36, 114, 200), "magenta": (188, 63, 188), "cyan": (17, 168, 205),
    "white": (229, 229, 229),
}  # fmt: skip
_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "reverse", 9: "strike", 21: "underline"}
_OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}, 27: {"reverse"}, 29: {"strike"}}


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: names of weights, and of the colours of ink and ground."""

    flags: frozenset[str] = frozenset()
    ink: str = ""
    ground: str = ""

    @property
    def names(self) -> str:
        """Return the names, apart by blanks; nothing for plain text."""
        return _names(self)


PLAIN = Style()


@lru_cache(maxsize=1024)
def _names(style: Style) -> str:
    names = sorted(style.flags)
    names += [f"ink-{style.ink}"] if style.ink else []
    names += [f"ground-{style.ground}"] if style.ground else []
    return " ".join(names)


def styled(style: Style, numbers: tuple[int, ...]) -> Style:
    """Return the style after a sequence with these numbers."""
    at = 0
    while at < len(numbers):
        number = numbers[at]
        at += 1
        if number == 0:
            style = PLAIN
        elif number in _ON:
            style = replace(style, flags=style.flags | {_ON[number]})
        elif number in _OFF:
            style = replace(style, flags=style.flags - _OFF[number])
        elif number in (38, 48):
            hue, used = _extended(numbers[at:])
            at += used
            style = replace(style, ink=hue) if number == 38 else replace(style, ground=hue)
        elif 30 <= number <= 37 or 90 <= number <= 97:
            style = replace(style, ink=_HUES[number % 10])
        elif 40 <= number <= 47 or 100 <= number <= 107:
            style = replace(style, ground=_HUES[number % 10])
        elif number == 39:
            style = replace(style, ink="")
        elif number == 49:
            style = replace(style, ground="")
    return style


def _extended(numbers: tuple[int, ...]) -> tuple[str, int]:
    """Return the colour that `5;n` or `2;r;g;b` names, and how many numbers it took."""
    if numbers[:1] == (5,) and len(numbers) > 1:
        return _of_256(min(numbers[1], 255)), 2
    if numbers[:1] == (2,) and len(numbers) > 3:
        return _nearest((numbers[1], numbers[2], numbers[3])), 4
    return "", 1 if numbers else 0


def _of_256(number: int) -> str:
    if number < 16:
        return _HUES[number % 8]
    if number >= 232:
        return "black" if number < 244 else "white"
    number -= 16
    return _nearest((number // 36 * 51, number // 6 % 6 * 51, number % 6 * 51))


def _nearest(rgb: tuple[int, int, int]) -> str:
    return min(
        _HUES, key=lambda hue: sum((a - b) ** 2 for a, b in zip(_RGB[hue], rgb, strict=True))
    )
