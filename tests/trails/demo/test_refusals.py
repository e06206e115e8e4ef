"""Where the demo does not run, and what it says there."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from tests.plugins.template import manage
from tests.trails.demo.conftest import RunDemo
from tests.trails.demo.counting import rows
from trails.actions.organizations import create_organization, create_user
from trails.demo.bank import ORGANIZATION
from trails.models import Organization, User


@pytest.mark.parametrize(
    "address",
    [
        "https://trails.example.com",
        "http://192.0.2.7:8000",
        "http://0.0.0.0:8000",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ],
)
def test_an_address_that_others_reach_is_refused(
    run_demo: RunDemo, settings: Any, tmp_path: Path, address: str
) -> None:
    settings.PUBLIC_URL = address
    with pytest.raises(CommandError) as refusal:
        run_demo()
    assert address in str(refusal.value)
    assert "--yes-on-this-host" in str(refusal.value)
    assert not Organization.objects.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8000", "http://127.8.9.1", "http://[::1]:8000", "http://demo.localhost"],
)
def test_an_address_on_this_machine_will_do(run_demo: RunDemo, settings: Any, address: str) -> None:
    settings.PUBLIC_URL = address
    assert f"{address}/{ORGANIZATION}/prod-server-access/" in run_demo()


def test_who_insists_gets_the_demo_anywhere(run_demo: RunDemo, settings: Any) -> None:
    settings.PUBLIC_URL = "https://trails.example.com"
    assert "https://trails.example.com/account/login/" in run_demo(yes_on_this_host=True)


def test_an_organization_of_that_name_that_is_somebody_elses_is_left_alone(
    run_demo: RunDemo,
) -> None:
    owner = create_user(email="owner@example.com")
    create_organization(name=ORGANIZATION.title(), admin=owner)
    before = rows()
    with pytest.raises(CommandError, match="that the demo did not make"):
        run_demo()
    assert rows() == before
    assert User.objects.get() == owner


def test_a_database_without_tables_is_explained(tmp_path: Path) -> None:
    environment = os.environ | {
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
        "PUBLIC_URL": "http://127.0.0.1:8000",
    }
    done = manage(environment, "demo")
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "CommandError: The database is not up to date. Run first: manage.py migrate"
    )
