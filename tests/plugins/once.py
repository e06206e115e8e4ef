"""Leaves out, on PostgreSQL, what asks nothing of a database and has run on SQLite already.

Pages as a browser shows them, the browser's verifier, and the readers of evidence are the same on
every engine, and take minutes. `make test` runs both engines, so each of them runs once.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ONCE = (
    *("journeys/test_accessibility.py", "journeys/test_every_page.py", "journeys/test_keyboard.py"),
    *("journeys/test_print.py", "journeys/test_styleguide.py", "journeys/test_hostile_gallery.py"),
    *("journeys/test_verify_matrix.py", "journeys/test_verify_parts.py"),
    *("journeys/test_steps_editor.py", "journeys/test_without_javascript.py"),
    *("journeys/test_reading_without_javascript.py", "evidence/package", "trails/preview"),
    *("contracts/test_gallery.py", "contracts/test_templates.py", "contracts/test_translations.py"),
    "contracts/test_walls.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect them, which the last line of the run counts."""
    if config.getoption("engine") == "sqlite":
        return
    left_out = [item for item in items if _is_once(item.path)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not _is_once(item.path)]


def _is_once(path: Path) -> bool:
    return any(path.is_relative_to(TESTS / name) for name in ONCE)
