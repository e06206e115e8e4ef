"""Refuses JSON that would need many times its own size in memory.

Threat. Ten megabytes of `[[],[],…` become hundreds as Python's objects; sixteen such requests at a
time would end the server. Counted in the text, before it is parsed.
"""

from trails.errors import TooMuch

VALUES = 500_000  # members and items that a JSON text may have


def refuse_heavy(text: str, field: str | None = None) -> None:
    """Return if the text has few enough values; raise `TooMuch` if not."""
    if text.count(",") + text.count("[") + text.count("{") > VALUES:
        raise TooMuch(
            f"The JSON has more than {VALUES} values. Attach it as a file.",
            limit=VALUES,
            field=field,
        )
