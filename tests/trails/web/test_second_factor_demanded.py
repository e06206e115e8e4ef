"""Where an instance demands a second factor: who is led to set one up, and what stays open."""

import pytest
from django.db import connection
from django.test import override_settings

from tests.plugins.roles import owning
from tests.plugins.world import World
from tests.second_factors import INDEX, set_up_app
from trails.models import ApiKey


@pytest.mark.parametrize(
    ("demanded", "led"),
    [("none", set()), ("admins", {"owner"}), ("all", {"owner", "writer", "auditor"})],
)
def test_people_are_led_to_set_one_up(world: World, demanded: str, led: set[str]) -> None:
    with override_settings(REQUIRE_SECOND_FACTOR=demanded):
        for who in ("owner", "writer", "auditor"):
            response = world.client(who).get("/acme/case-worker-access/")
            assert response.status_code == (302 if who in led else 200), who
            if who in led:
                assert response["Location"] == INDEX


@override_settings(REQUIRE_SECOND_FACTOR="admins")
def test_an_operator_counts_as_an_admin(world: World) -> None:
    world.writer.is_staff = True
    world.writer.save()
    assert world.client("writer").get("/admin/")["Location"] == INDEX


@override_settings(REQUIRE_SECOND_FACTOR="all")
def test_with_one_they_go_on(world: World) -> None:
    client = world.client("owner")
    text = client.get("/acme/", follow=True).content.decode()
    assert "This instance asks for a second factor." in text
    set_up_app(client)
    assert client.get("/acme/").status_code == 200


@override_settings(REQUIRE_SECOND_FACTOR="all")
def test_a_form_is_not_taken_either(world: World) -> None:
    form = {"act": "add", "email": "x@example.com", "role": "admin"}
    assert world.client("owner").post("/acme/settings/members", form)["Location"] == INDEX
    assert not type(world.owner).objects.filter(email="x@example.com").exists()


@override_settings(REQUIRE_SECOND_FACTOR="all")
def test_keys_strangers_and_probes_are_not_asked(world: World) -> None:
    trails = "/api/v1/organizations/acme/trails"
    assert world.client().get(trails, headers=world.bearer("owner")).status_code == 200
    assert world.client().get("/acme/prod-server-access/").status_code == 200
    for path in ("/healthz", "/ready", "//ready", "/account/"):
        assert world.client("owner").get("/", PATH_INFO=path).status_code == 200, path
    assert world.client("owner").post("/account/logout/").status_code == 302


@override_settings(REQUIRE_SECOND_FACTOR="all")
def test_nobody_issues_themselves_a_key_to_go_around_it(world: World) -> None:
    client = world.client("owner")
    before = ApiKey.objects.count()
    for path in ("/account/keys/", "//account/keys/"):
        answer = client.post("/", {"act": "issue", "description": "round"}, PATH_INFO=path)
        assert answer.status_code in {302, 404}, path
    assert client.get("/account/keys/")["Location"] == INDEX
    assert ApiKey.objects.count() == before


@override_settings(REQUIRE_SECOND_FACTOR="all")
@pytest.mark.parametrize("name", ["readymade", "ready.bank", "healthz-corp"])
def test_an_organization_named_like_a_probe_is_not_left_out(world: World, name: str) -> None:
    world.acme.name = name
    with owning(connection):
        world.acme.save()
    for path in (f"/{name}/", f"/{name}/settings/members", f"/{name}/case-worker-access/"):
        assert world.client("owner").get(path)["Location"] == INDEX, path
