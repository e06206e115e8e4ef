"""Leaves out, on each engine, what asks nothing of it and runs on another one of them.

Pages as a browser shows them, the browser's verifier, the readers of evidence, and whatever is pure
are the same on every engine. `make test` runs three of them, so each of these runs once.
"""

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
ONCE = (
    *("journeys/test_accessibility.py", "journeys/test_every_page.py", "journeys/test_keyboard.py"),
    *("journeys/test_print.py", "journeys/test_styleguide.py", "journeys/test_hostile_gallery.py"),
    *("journeys/test_verify_matrix.py", "journeys/test_verify_parts.py"),
    *("journeys/test_steps_editor.py", "journeys/test_without_javascript.py"),
    *("journeys/test_attest_by_browser.py", "journeys/test_live.py", "journeys/test_matrix.py"),
    *("journeys/test_settings.py", "journeys/test_workflow_page.py"),
    *("journeys/test_reading_without_javascript.py", "evidence/package", "trails/preview"),
    *("contracts/test_gallery.py", "contracts/test_templates.py", "contracts/test_translations.py"),
    "contracts/test_walls.py",
)
# Faults of an S3 store, each with a server of its own: where the vault is such a store.
ON_SCALE = ("anomalies/test_s3_faults.py",)
# By these a test comes to a database, or to a server that has one.
ASKING = {"db", "transactional_db", "server_template", "s3"}
# What asks without them: for the vault, or for the engine itself.
ALWAYS = ("contracts/test_engines.py", "evidence/vault", "anomalies")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect them, which the last line of the run counts."""
    engine = config.getoption("engine")
    left_out = [item for item in items if not _runs(item, engine)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if _runs(item, engine)]


def _runs(item: pytest.Item, engine: str) -> bool:
    if _is_among(item.path, ON_SCALE):
        return engine == "scale"
    return engine == "sqlite" or not _is_once(item)


def _is_once(item: pytest.Item) -> bool:
    if _is_among(item.path, ONCE):
        return True
    asks = ASKING & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("django_db")
    return not asks and not _is_among(item.path, ALWAYS)


def _is_among(path: Path, names: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(TESTS / name) for name in names)
