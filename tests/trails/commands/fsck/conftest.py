"""One world for the tests of a file; each test changes it and takes that back."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.trails.commands.fsck.checked import Everything, everything, taken_back


@pytest.fixture(scope="module")
def made(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Everything]:
    """Everything there can be, sealed and in order. The tests of its file are `django_db`."""
    with django_db_blocker.unblock(), everything(tmp_path_factory.mktemp("vault")) as made:
        yield made


@pytest.fixture
def changes_are_taken_back(made: Everything) -> Iterator[None]:
    """Give the world to a test, and take back what it changes."""
    with taken_back():
        yield
