"""What a measurement gives: a value, its yardstick, their ratio, and whether a bound was missed.

Knows nothing of servers; `table` and `as_json` are the only two ways in which figures leave.
"""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one thing. A shared machine is noisy: the median is what counts."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Give the spread of at least one value."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        if self.least == self.most:
            return _short(self.median)
        return f"{_short(self.median)} ({_short(self.least)} to {_short(self.most)})"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `at_least` bounds the ratio from below, `at_most` from above, `below` the value from above; a
    figure has one of them, or none when it is only to be known. `because` says what bounds the
    value.
    """

    name: str
    value: Spread
    unit: str
    because: str
    yardstick: str = ""
    yardstick_value: Spread | None = None
    ratio: Spread | None = None
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None

    @property
    def missed(self) -> bool:
        """Tell whether the figure has a bound and does not keep it."""
        if self.at_least is not None:
            return self.ratio is None or self.ratio.median < self.at_least
        if self.at_most is not None:
            return self.ratio is None or self.ratio.median > self.at_most
        return self.below is not None and self.value.median >= self.below

    @property
    def verdict(self) -> str:
        """Say which bound there is and whether it is kept."""
        word = "MISSED" if self.missed else "kept"
        if self.at_least is not None:
            return f"at least {self.at_least:g}×: {word}"
        if self.at_most is not None:
            return f"at most {self.at_most:g}×: {word}"
        if self.below is not None:
            return f"below {self.below:g} {self.unit}: {word}"
        return "no bound"


def table(figures: Sequence[Figure]) -> str:
    """Give the figures as text for a terminal, three lines each."""
    lines = []
    for figure in figures:
        mark = "✗" if figure.missed else "✓" if figure.verdict != "no bound" else "·"
        lines.append(f"{mark} {figure.name}")
        measured = f"    {figure.value} {figure.unit}"
        if figure.yardstick_value is not None:
            measured += f"   |   {figure.yardstick}: {figure.yardstick_value} {figure.unit}"
        if figure.ratio is not None:
            measured += f"   |   ratio {figure.ratio}"
        lines += [f"{measured}   |   {figure.verdict}", f"    {figure.because}"]
    return "\n".join(lines)


def as_json(figures: Sequence[Figure], machine: dict[str, Any]) -> dict[str, Any]:
    """Give the figures and the machine they belong to as values for a JSON file."""
    return {
        "machine": machine,
        "figures": [asdict(figure) | {"missed": figure.missed} for figure in figures],
    }


def _short(number: float) -> str:
    """Give three significant digits, without an exponent."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"
