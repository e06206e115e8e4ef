"""A page that shows a new key issues no second one when it is reloaded."""

import re

from django.test import Client

from tests.plugins.world import World
from trails.models import ApiKey


def signed_in(world: World, name: str) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(getattr(world, name))
    return client


def token_of(client: Client, path: str) -> str:
    found = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(path).content.decode()
    )
    assert found is not None
    return found[1]


def test_a_reload_issues_no_second_key(world: World) -> None:
    client, path = signed_in(world, "writer"), "/account/keys/"
    form = {"act": "issue", "description": "x", "csrfmiddlewaretoken": token_of(client, path)}
    before = ApiKey.objects.count()
    assert "tk_" in client.post(path, form).content.decode()
    again = client.post(path, form, follow=True).content.decode()
    assert "has issued its key already" in again
    assert ApiKey.objects.count() == before + 1


def test_a_reload_rotates_no_second_time(world: World) -> None:
    client, path = signed_in(world, "owner"), "/acme/settings/keys"
    key = ApiKey.objects.get(service_account__name="robot")
    form = {"act": "rotate", "key": str(key.pk), "grace": "24h"}
    form["csrfmiddlewaretoken"] = token_of(client, path)
    before = ApiKey.objects.count()
    client.post(path, form)
    client.post(path, form)
    assert ApiKey.objects.count() == before + 1


def test_the_form_of_a_new_page_issues_another(world: World) -> None:
    client, path = signed_in(world, "writer"), "/account/keys/"
    before = ApiKey.objects.count()
    for _ in range(2):
        client.post(path, {"act": "issue", "csrfmiddlewaretoken": token_of(client, path)})
    assert ApiKey.objects.count() == before + 2
