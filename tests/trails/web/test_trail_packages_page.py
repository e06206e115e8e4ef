"""The page of a trail's packages: asking for one, watching it, downloading it."""

import re

import pytest

from evidence.ledger import log as ledger
from tests.plugins.world import World
from tests.trails.preparing import asked, ready, whole
from trails.models import TrailPackage

PATH = "/acme/prod-server-access/packages"


@pytest.fixture
def filled(world: World) -> World:
    for number in range(3):
        world.attest(world.begin(f"run-{number}"), files={"a.log": b"%d" % number * 400})
    ledger.seal(world.acme.log)
    return world


def test_an_auditor_asks_for_one_and_downloads_it(filled: World) -> None:
    client = filled.client("auditor")
    assert "curl -fsS -X POST" in client.get(PATH).content.decode()
    answer = client.post(PATH, {"act": "prepare", "first": "2020-01-31", "last": ""}, follow=True)
    page = answer.content.decode()
    assert "The package is ready." in page and "from 2020-01-31" in page
    [address] = re.findall(rf'href="({PATH}/[0-9a-f-]+)"', page)
    package = TrailPackage.objects.get()
    response = client.get(address)
    assert b"".join(response.streaming_content) == whole(package)  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == (
        'attachment; filename="prod-server-access_2020-01-31_open.zip"'
    )


def test_a_day_without_workflows_is_refused_beside_its_field(filled: World) -> None:
    answer = filled.client("owner").post(PATH, {"act": "prepare", "last": "2020-01-31"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "No workflow that began in this range" in page and 'href="#id_first"' in page


def test_a_page_that_is_open_takes_the_work_further(filled: World) -> None:
    package = asked(filled)
    page = filled.client("writer").get(PATH).content.decode()
    package.refresh_from_db()
    assert package.is_ready and "Download" in page and 'id="live"' not in page


def test_while_it_is_prepared_the_page_asks_again_and_says_how_far_it_is(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trails.web.trail_packages.TURN_SECONDS", 0.0)
    asked(filled)
    client = filled.client("owner")
    page = client.get(PATH).content.decode()
    assert "0 of 3 workflows" in page and 'id="live" hx-get="?live=1"' in page
    part = client.get(f"{PATH}?live=1", headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in part and "0 of 3 workflows" in part


def test_a_stranger_costs_nothing_and_sees_what_is_ready(filled: World) -> None:
    package = asked(filled)
    page = filled.client().get(PATH).content.decode()
    package.refresh_from_db()
    assert package.turns == 0 and "No package of this trail is prepared" in page
    assert filled.client().post(PATH, {"act": "prepare"}).status_code == 403
    ready(filled)
    page = filled.client().get(PATH).content.decode()
    assert f"{PATH}/{package.pk}" in page and "Discard" not in page


def test_it_is_discarded(filled: World) -> None:
    package = ready(filled)
    asks = {"act": "discard", "package": str(package.pk)}
    assert filled.client("outsider").post(PATH, asks).status_code == 403
    answer = filled.client("auditor").post(PATH, asks, follow=True)
    assert "The package is discarded." in answer.content.decode()
    assert not TrailPackage.objects.exists()
