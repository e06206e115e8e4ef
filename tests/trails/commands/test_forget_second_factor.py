"""`manage.py forget_second_factor`: who has lost everything comes in again by password."""

import io

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command

from tests.plugins.world import PASSWORD, World
from tests.second_factors import set_up_app
from trails.actions.second_factors import forget_second_factors
from trails.errors import Forbidden
from trails.models import Activity


def test_the_password_suffices_again_and_the_act_is_noted(world: World) -> None:
    cache.clear()
    set_up_app(world.client("auditor"))
    set_up_app(world.client("owner"))
    said = io.StringIO()
    call_command("forget_second_factor", "Auditor@example.com", stdout=said)
    assert "auditor@example.com: 2 taken away." in said.getvalue()
    form = {"login": "auditor@example.com", "password": PASSWORD, "next": "/acme/"}
    assert world.client().post("/account/login/", form)["Location"] == "/acme/"
    noted = Activity.objects.get(verb="second-factor.forgotten")
    assert (noted.by_name, noted.subject) == ("Trailkeeper", "auditor@example.com")
    assert noted.details == {"types": ["recovery_codes", "totp"]}
    assert set(Authenticator.objects.values_list("user", flat=True)) == {world.owner.pk}


def test_where_there_is_none_nothing_is_noted(world: World) -> None:
    call_command("forget_second_factor", "auditor@example.com", stdout=io.StringIO())
    assert not Activity.objects.filter(verb="second-factor.forgotten").exists()


def test_a_stranger_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="no account for 'nobody"):
        call_command("forget_second_factor", "nobody@example.com")


def test_no_person_does_it_by_a_page(world: World) -> None:
    with pytest.raises(Forbidden):
        forget_second_factors(user=world.auditor, actor=world.actor("owner"))
