"""What every test needs and no test asks for. People and their data live in the plugins."""

from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

import pytest

pytest_plugins = [
    "tests.plugins.once",
    "tests.plugins.s3",
    "tests.plugins.servers",
    "tests.plugins.application",  # which imports the one above
    "tests.plugins.static",
    "tests.plugins.world",
]


@pytest.fixture(scope="session", autouse=True)
def _append_only_tables_are_emptied_between_tests() -> Generator[None]:
    """Lets the flush after a transactional test, and nothing else, past the append-only triggers.

    Without it the flush is refused, as it should be, and one test's rows leak into the next.
    """
    from django.db import connections
    from django.test import TransactionTestCase

    from tests.plugins.roles import lifted

    # Not a public name, so the stubs do not know it.
    original = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def flush_with_triggers_lifted(case: Any) -> None:
        with ExitStack() as stack:
            for alias in case._databases_names(include_mirrors=False):
                stack.enter_context(lifted(connections[alias]))
            original(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_with_triggers_lifted)
        yield


@pytest.fixture(scope="session", autouse=True)
def _passwords_of_tests_are_hashed_quickly() -> Generator[None]:
    """Keeps the hundreds of worlds from spending most of their time on stretching passwords."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
