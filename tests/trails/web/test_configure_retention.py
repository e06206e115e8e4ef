"""The retention of a trail in its form, on its page and among its versions."""

from tests.disposing import retain
from tests.plugins.world import World
from trails.models import TrailVersion

TRAIL = "/acme/prod-server-access/"
GIVEN = {"act": "save", "based_on": "1", "visibility": "public", "description": "Shell access"}


def test_it_is_typed_as_a_number_of_days(world: World) -> None:
    client = world.client("owner")
    assert client.post(f"{TRAIL}configure", GIVEN | {"retention_days": "365"}).status_code == 302
    assert TrailVersion.objects.get(trail=world.public, number=2).retention_days == 365
    assert "Evidence is kept for 365 days" in world.client().get(TRAIL).content.decode()
    form = client.get(f"{TRAIL}configure").content.decode()
    assert 'name="retention_days" value="365"' in form


def test_empty_means_for_ever(world: World) -> None:
    retain(world, world.public, 30)
    client = world.client("owner")
    given = GIVEN | {"based_on": "2", "retention_days": ""}
    assert client.post(f"{TRAIL}configure", given).status_code == 302
    assert TrailVersion.objects.get(trail=world.public, number=3).retention_days is None
    assert "Evidence is kept for ever" in world.client().get(TRAIL).content.decode()


def test_what_is_no_number_of_days_is_refused_beside_the_field(world: World) -> None:
    client = world.client("owner")
    for wrong in ("0", "36501", "ten", "1.5"):
        page = client.post(f"{TRAIL}configure", GIVEN | {"retention_days": wrong})
        assert "Nothing was saved." in page.content.decode(), wrong
        assert f'value="{wrong}"' in page.content.decode()
    assert world.public.versions.count() == 1


def test_versions_say_what_became_of_it(world: World) -> None:
    retain(world, world.public, 30)
    retain(world, world.public, None)
    page = world.client("auditor").get(f"{TRAIL}versions").content.decode()
    changes = page.partition('id="v2"')
    assert "Evidence is kept for ever" in changes[0]
    assert "Evidence is kept for 30 days" in changes[2]
