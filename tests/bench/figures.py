"""What a measurement gives: a value, its yardstick, their ratio, and whether a bound was missed.

Knows nothing of servers; `table` and `as_json` are the only two ways in which figures leave.
"""

import statistics
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

WIDTH = 118
_NAME, _NUMBER, _RATIO = 56, 16, 20


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

    @classmethod
    def of_ratios(cls, ours: Sequence[float], others: Sequence[float]) -> Self:
        """Give the spread of the ratios of neighbours, which saw the same noise."""
        return cls.of([one / other for one, other in zip(ours, others, strict=True)])

    def __str__(self) -> str:
        if self.least == self.most:
            return _short(self.median)
        return f"{_short(self.median)} ({_short(self.least)} to {_short(self.most)})"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    `at_least` bounds the ratio from below, `at_most` from above, `above` the value from below and
    `below` from above; a figure has one of them, or none when it is only to be known. `because`
    says what bounds the value, `unmeasured` why there is none.
    """

    name: str
    value: Spread | None
    unit: str
    because: str
    yardstick: str = ""
    yardstick_value: Spread | None = None
    ratio: Spread | None = None
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    unmeasured: str = ""

    @property
    def missed(self) -> bool:
        """Tell whether the figure has a bound and does not keep it."""
        if self.unmeasured:
            return False
        if self.at_least is not None:
            return self.ratio is None or self.ratio.median < self.at_least
        if self.at_most is not None:
            return self.ratio is None or self.ratio.median > self.at_most
        if self.above is not None:
            return self.value is None or self.value.median < self.above
        return self.below is not None and (self.value is None or self.value.median >= self.below)

    @property
    def bound(self) -> str:
        """Say which bound there is; empty without one."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}×"
        if self.at_most is not None:
            return f"≤ {self.at_most:g}×"
        if self.above is not None:
            return f"≥ {self.above:,.10g} {self.unit}"
        return f"< {self.below:,.10g} {self.unit}" if self.below is not None else ""

    @property
    def verdict(self) -> str:
        """Say in one word whether the bound is kept."""
        if self.unmeasured:
            return "not measured"
        return "MISSED" if self.missed else "kept" if self.bound else ""


def table(figures: Sequence[Figure]) -> str:
    """Give the figures as text for a terminal: medians in columns, what they mean below each."""
    head = _row("", "figure", "measured", "yardstick", "ratio", "bound")
    lines = [head, "─" * WIDTH]
    for figure in figures:
        ratio = str(figure.ratio) if figure.ratio else ""
        names = textwrap.wrap(figure.name, _NAME, break_on_hyphens=False) or [""]
        mark = "✗" if figure.missed else "–" if figure.unmeasured else "✓" if figure.bound else "·"
        value, other = (
            f"{_short(one.median)} {figure.unit}" if one else ""
            for one in (figure.value, figure.yardstick_value)
        )
        bound = " ".join(part for part in (figure.bound, figure.verdict) if part)
        lines.append(_row(mark, names[0], value, other, ratio, bound))
        lines += [f"  {rest}" for rest in names[1:]]
        against = [f"Yardstick: {figure.yardstick}."] if figure.yardstick else []
        reason = f"Not measured: {figure.unmeasured}" if figure.unmeasured else figure.because
        said = " ".join([*against, f"{reason[:1].upper()}{reason[1:]}."])
        indent = "    "
        lines += textwrap.wrap(
            said, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
        )
    return "\n".join(lines)


def as_json(
    figures: Sequence[Figure], machine: dict[str, Any], failed: Sequence[str] = ()
) -> dict[str, Any]:
    """Give the figures and the machine they belong to as values for a JSON file."""
    return {
        "machine": machine,
        "figures": [
            asdict(figure) | {"bound": figure.bound, "verdict": figure.verdict}
            for figure in figures
        ],
        "missed": [figure.name for figure in figures if figure.missed],
        "failed": list(failed),
    }


def _row(mark: str, name: str, value: str, other: str, ratio: str, bound: str) -> str:
    cells = f"{mark:1} {name:{_NAME}} {value:>{_NUMBER}} {other:>{_NUMBER}} {ratio:>{_RATIO}}"
    return f"{cells}  {bound}".rstrip()


def _short(number: float) -> str:
    """Give three significant digits, without an exponent."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if abs(number) >= 10 else f"{number:.2f}"
