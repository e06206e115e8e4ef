"""Archiving and restoring a trail by its page: for admins, by its name."""

import pytest

from tests.plugins.world import World
from trails.models import Activity, Trail

ARCHIVE = "/acme/case-worker-access/archive"


def is_archived() -> bool:
    return Trail.objects.get(name="case-worker-access").is_archived


def test_a_trail_is_archived_and_restored_by_its_name(world: World) -> None:
    client = world.client("owner")
    page = client.get(ARCHIVE).content.decode()
    assert "Archive the trail" in page and 'name="act" value="archive"' in page
    done = client.post(ARCHIVE, {"act": "archive", "confirm": "case-worker-access"})
    assert done["Location"] == "/acme/case-worker-access/" and is_archived()
    page = client.get(ARCHIVE).content.decode()
    assert "<bdi>Owner</bdi> archived this trail" in page and "Restore the trail" in page
    client.post(ARCHIVE, {"act": "restore", "confirm": "case-worker-access"})
    assert not is_archived()
    verbs = list(Activity.objects.values_list("verb", flat=True).order_by("id"))
    assert verbs[-2:] == ["trail.archived", "trail.restored"]


@pytest.mark.parametrize("work", ["new", "run-1/attest"])
def test_forms_of_work_say_that_the_trail_is_archived(world: World, work: str) -> None:
    world.begin(trail=world.private)
    said, form = "The trail is archived and takes nothing new.", f"/acme/case-worker-access/{work}"
    assert said not in world.client("owner").get(form).content.decode()
    world.client("owner").post(ARCHIVE, {"act": "archive", "confirm": "case-worker-access"})
    assert said in world.client("owner").get(form).content.decode()


@pytest.mark.parametrize("typed", ["", "case-worker", "CASE-WORKER-ACCESS", "prod-server-access"])
def test_another_name_changes_nothing_and_says_so(world: World, typed: str) -> None:
    response = world.client("owner").post(ARCHIVE, {"act": "archive", "confirm": typed})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Nothing has changed." in page and 'id="id_confirm_error"' in page
    assert f'value="{typed}"' in page or not typed
    assert not is_archived()


def test_only_admins_archive(world: World) -> None:
    typed = {"act": "archive", "confirm": "case-worker-access"}
    for name, status in (("writer", 403), ("auditor", 403), ("outsider", 404), (None, 404)):
        assert world.client(name).get(ARCHIVE).status_code == status
        assert world.client(name).post(ARCHIVE, typed).status_code == status
    assert not is_archived()


def test_the_form_of_an_archived_trail_says_so_before_its_fields(world: World) -> None:
    client = world.client("owner")
    client.post(ARCHIVE, {"act": "archive", "confirm": "case-worker-access"})
    page = client.get("/acme/case-worker-access/configure").content.decode()
    assert page.index("This trail is archived.") < page.index("Restore the trail…")
    assert page.index("Restore the trail…") < page.index('<form class="form"')
