"""Packages of trails through the API: asking, waiting, and downloading a part after the other."""

import io
import zipfile
from typing import Any

import pytest

from evidence.ledger import log as ledger
from tests.plugins.world import World
from tests.trails.api.conftest import Answer, Api
from trails.actions.trail_packages import AT_ONCE
from trails.models import Activity, TrailPackage

PATH = "/organizations/acme/trails/prod-server-access/packages"
PRIVATE = "/organizations/acme/trails/case-worker-access/packages"


@pytest.fixture
def filled(world: World) -> World:
    for number in range(3):
        world.attest(world.begin(f"run-{number}"), files={"a.log": b"%d" % number * 4000})
    world.begin("secret", world.private)
    ledger.seal(world.acme.log)
    return world


def ask(api: Api, who: str = "auditor", body: bytes = b"{}", path: str = PATH) -> Answer:
    return api.call("POST", path, who, body)


def fields(package: TrailPackage) -> dict[str, Any]:
    """Return all of a package but its key."""
    every = (field.attname for field in package._meta.concrete_fields)
    return {name: getattr(package, name) for name in every if name != "id"}


def test_it_is_asked_for_and_downloaded(api: Api, filled: World) -> None:
    asked = ask(api)
    assert asked.status == 202
    assert asked.headers["Location"] == asked.json["url"]
    found = api.get(asked.json["url"], "auditor").json
    assert (found["state"], found["workflows"], found["workflows_done"]) == ("ready", 3, 3)
    answer = api.get(found["download_url"], "auditor")
    assert len(answer.content) == found["size"] == int(answer.headers["Content-Length"])
    assert answer.headers["ETag"] == f'"{found["etag"]}"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert archive.read("prod-server-access/data/run-2/user-identity/a.log") == b"2" * 4000
    verbs = Activity.objects.filter(subject="acme/prod-server-access").order_by("pk")
    assert list(verbs.values_list("verb", "by_name"))[-2:] == [
        ("package.prepared", "Auditor"),
        ("package.downloaded", "Auditor"),
    ]


def test_a_broken_download_goes_on_with_another_package_of_the_same_bytes(
    api: Api, filled: World
) -> None:
    first = api.get(ask(api).json["download_url"])
    half = first.content[:5000]
    TrailPackage.objects.all().delete()
    again = ask(api).json
    tag = first.headers["ETag"]
    rest = api.get(again["download_url"], Range="bytes=5000-", If_Range=tag)
    assert rest.status == 206
    assert half + rest.content == first.content
    head = api.call("HEAD", again["download_url"])
    assert (head.headers["ETag"], head.content) == (tag, b"")
    assert api.get(again["download_url"], Range="bytes=9999999-").status == 416


def test_a_range_of_days_is_packed_alone(api: Api, filled: World) -> None:
    body = b'{"begun_after":"2020-01-01T00:00:00Z","begun_before":"2021-01-01T00:00:00Z"}'
    nothing = ask(api, body=body)
    assert (nothing.status, nothing.json["field"]) == (400, "begun_after")
    backward = ask(
        api, body=b'{"begun_after":"2022-01-01T00:00:00Z","begun_before":"2021-01-01T00:00:00Z"}'
    )
    assert (backward.status, backward.json["field"]) == (400, "begun_before")
    found = ask(api, body=b'{"begun_after":"2020-01-01T00:00:00Z"}').json
    assert (found["workflows"], found["begun_before"]) == (3, None)


def test_strangers_download_what_is_ready_and_see_nothing_else(api: Api, filled: World) -> None:
    package = TrailPackage.objects.get(pk=ask(api).json["id"])
    assert [row["id"] for row in api.get(PATH).json["packages"]] == [str(package.pk)]
    assert api.get(f"{PATH}/{package.pk}/download").status == 200
    assert ask(api, who="outsider").status == 403
    assert api.call("POST", PATH, None, b"{}").status == 401
    TrailPackage.objects.update(state="preparing")
    assert api.get(PATH).json["packages"] == []
    assert api.get(f"{PATH}/{package.pk}/download").status == 404


def test_a_private_package_does_not_exist_for_others(api: Api, filled: World) -> None:
    package = ask(api, path=PRIVATE).json
    for who in (None, "outsider"):
        for path in (PRIVATE, package["url"], package["download_url"]):
            assert api.get(path, who).status == 404
        # Not through the public trail of the same organization either.
        assert api.get(f"{PATH}/{package['id']}/download", who).status == 404
    assert api.get(package["download_url"], "auditor").status == 200


def test_it_is_discarded_by_members_alone(api: Api, filled: World) -> None:
    url = ask(api).json["url"]
    assert api.call("DELETE", url, "outsider").status == 403
    assert api.call("DELETE", url, "writer").status == 204
    assert api.get(url, "writer").status == 404


def test_there_are_no_more_than_so_many(api: Api, filled: World, settings: Any) -> None:
    url = ask(api).json["url"]
    made = TrailPackage.objects.get()
    for _ in range(AT_ONCE):
        TrailPackage.objects.create(**fields(made) | {"state": "preparing"})
    refused = ask(api, path=PRIVATE)
    assert refused.status == 409
    assert str(AT_ONCE) in refused.json["detail"]
    TrailPackage.objects.filter(state="preparing").delete()
    settings.LIMIT_PACKAGES = 1
    assert ask(api, path=PRIVATE).status == 409
    assert ask(api).json["url"] == url


def test_what_has_ended_is_gone(api: Api, filled: World) -> None:
    url = ask(api).json["url"]
    made = TrailPackage.objects.get()
    TrailPackage.objects.update(expires_at=made.at)
    assert api.get(url, "auditor").status == 404
    assert api.get(f"{url}/download", "auditor").status == 404
    assert ask(api).json["url"] != url
