"""Who signed in, who signed out, and where somebody failed to: each leaves an activity."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.plugins.world import PASSWORD, World
from trails import sign_ins
from trails.models import Activity

LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _no_attempts_yet(db: None) -> None:
    cache.clear()


def sessions() -> list[Any]:
    return list(Activity.objects.filter(verb__startswith="session.").order_by("pk"))


def test_signing_in_and_out_is_noted(world: World) -> None:
    client = world.client()
    client.post(LOGIN, {"login": "Auditor@example.com", "password": PASSWORD})
    client.post("/account/logout/")
    noted = [(a.verb, a.subject, a.by_id, a.organization, a.record) for a in sessions()]
    who = ("auditor@example.com", str(world.auditor.pk), None, None)
    assert noted == [("session.opened", *who), ("session.closed", *who)]


def test_a_failure_is_noted_as_nobodys_and_without_what_was_typed(world: World) -> None:
    world.client().post(LOGIN, {"login": "Auditor@example.com", "password": "guess"})
    [noted] = sessions()
    assert (noted.verb, noted.subject) == ("session.refused", "auditor@example.com")
    assert noted.by_kind == "system"
    assert noted.details == {"user": str(world.auditor.pk), "reason": "password"}


@pytest.mark.parametrize("login", ["nobody@example.com", "x", "a\x00b@example.com", "\ud800"])
def test_who_is_not_here_leaves_nothing(world: World, login: str) -> None:
    sign_ins.refused(login, "password")
    assert sessions() == []


def test_a_flood_of_failures_is_one_note_for_each_person(world: World) -> None:
    for _ in range(50):
        sign_ins.refused("auditor@example.com", "password")
        sign_ins.refused("AUDITOR@example.com", "password")
    sign_ins.refused("owner@example.com", "password")
    assert [a.subject for a in sessions()] == ["auditor@example.com", "owner@example.com"]


def test_a_failure_costs_the_same_whether_somebody_is_here_or_not(world: World) -> None:
    """But for the first in ten minutes, which writes a row."""
    counts = []
    for address in ("auditor@example.com", "nobody@example.com"):
        sign_ins.refused(address, "password")
        with CaptureQueriesContext(connection) as queries:
            sign_ins.refused(address, "password")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_sign_out_of_nobody_is_nothing(world: World) -> None:
    world.client().post("/account/logout/")
    assert sessions() == []
