"""What browsers and proxies may keep, and the policy that every answer carries."""

import pytest

from tests.plugins.world import World
from trails.http.middleware import CONTENT_SECURITY_POLICY

ADDRESSES = (
    *("/", "/acme/", "/acme/prod-server-access/", "/acme/prod-server-access/run-1/"),
    *("/acme/new", "/acme/log/", "/acme/settings/members", "/acme/settings/keys", "/account/keys/"),
    *("/acme/prod-server-access/configure", "/account/login/", "/account/logout/"),
    *("/account/password/change/", "/account/password/reset/", "/account/signup/"),
    *("/account/reauthenticate/", "/account/inactive/", "/nothing/", "/admin/"),
)


@pytest.mark.parametrize("who", [None, "owner", "outsider"])
def test_every_page_carries_the_policy_and_says_who_may_keep_it(
    world: World, who: str | None
) -> None:
    world.begin()
    client = world.client(who)
    for address in ADDRESSES:
        response = client.get(address)
        assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, address
        assert response["X-Frame-Options"] == "DENY", address
        # Nothing with a person's name on it may be in a cache that others share.
        keep = response["Cache-Control"]
        assert "no-store" in keep or ("private" in keep) == (who is not None), address


def test_a_public_page_is_asked_for_again_and_sent_once(world: World) -> None:
    world.begin()
    client = world.client()
    first = client.get("/acme/prod-server-access/")
    assert first["Cache-Control"] == "no-cache"
    assert "Cookie" in first["Vary"]
    again = client.get("/acme/prod-server-access/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    world.attest(world.public.workflows.get(), is_compliant=False)
    changed = client.get("/acme/prod-server-access/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_page_of_a_member_is_never_shared(world: World) -> None:
    response = world.client("owner").get("/acme/prod-server-access/")
    assert response["Cache-Control"] == "private, no-cache"
    assert world.client("owner").get("/acme/")["Cache-Control"] == "no-store"
