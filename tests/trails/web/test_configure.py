"""Creating and configuring a trail with a plain form: rows, order, refusals, publishing."""

import re
from typing import Any

from tests.plugins.world import World
from trails.actions.trails import configure_trail
from trails.models import Trail

PUBLIC = "/acme/prod-server-access/configure"
PRIVATE = "/acme/case-worker-access/configure"


def form(*steps: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    """Return a submitted form with rows of (number, name, required or optional)."""
    columns = list(zip(*steps, strict=True)) or [(), (), ()]
    rows = dict(zip(("step_order", "step_name", "step_needed"), columns, strict=True))
    return {"act": "save", "description": "", "visibility": "private", **rows, **fields}


def test_a_trail_is_created_with_steps_in_the_order_of_their_numbers(world: World) -> None:
    rows = [("2", "approve", "optional"), ("1", "ask", "required"), ("3", "", "required")]
    response = world.client("owner").post("/acme/new", form(*rows, name="drill"))
    assert response["Location"] == "/acme/drill/"
    version = Trail.objects.get(name="drill").version
    assert version.steps == [
        {"name": "ask", "required": True},
        {"name": "approve", "required": False},
    ]
    assert (version.by_name, version.visibility) == ("Owner", "private")


def test_adding_a_row_saves_nothing_and_keeps_what_was_typed(world: World) -> None:
    typed = form(("7", "ask", "optional"), name="drill", description="Why", act="add-row")
    text = world.client("owner").post("/acme/new", typed).content.decode()
    assert not Trail.objects.filter(name="drill").exists()
    assert text.partition("<template")[0].count('name="step_name"') == 2
    for kept in ('value="7"', 'value="8"', 'value="ask"', 'value="drill"', ">\nWhy</textarea>"):
        assert kept in text
    assert "errorlist" not in text


def test_refusals_stand_beside_their_field_with_the_input_kept(world: World) -> None:
    client = world.client("owner")
    cases = [
        (form(name="no/slash", description="Kept"), "id_name_error"),
        (form(name="settings", description="Kept"), "id_name_error"),
        (form(name="prod-server-access", description="Kept"), "id_name_error"),
        (form(("x", "ask", ""), name="drill", description="Kept"), "step_row_1_error"),
        (form(("1", "a/b", ""), name="drill", description="Kept"), "step_row_1_error"),
        (
            form(("1", "a", ""), ("2", "A", ""), name="drill", description="Kept"),
            "step_row_2_error",
        ),
        (form(name="drill", description="Kept\x07"), "id_description_error"),
        (form(name="drill", description="Kept", visibility="all"), "id_visibility_error"),
    ]
    for typed, beside in cases:
        response = client.post("/acme/new", typed)
        text = response.content.decode()
        assert response.status_code == 200
        assert f'id="{beside}"' in text, (typed, text)
        assert f'href="#{beside.removesuffix("_error")}"' in text, "the summary leads there"
        assert "Kept" in text
        assert f'value="{typed["name"]}"' in text
    assert Trail.objects.count() == 2


def test_making_a_trail_public_takes_its_name(world: World) -> None:
    client = world.client("owner")
    wanted = {"visibility": "public", "description": "Now for all"}
    for typed in ("", "case-worker", "CASE-WORKER-ACCESS"):
        text = client.post(PRIVATE, form(confirm_name=typed, **wanted)).content.decode()
        assert 'id="id_confirm_name_error"' in text
        assert "Now for all" in text
        assert not Trail.objects.get(name="case-worker-access").is_public
    response = client.post(PRIVATE, form(confirm_name="case-worker-access", **wanted))
    assert response["Location"] == "/acme/case-worker-access/"
    assert Trail.objects.get(name="case-worker-access").is_public
    # Closing it again asks for nothing.
    client.post(PRIVATE, form(visibility="private"))
    assert not Trail.objects.get(name="case-worker-access").is_public


def test_a_change_based_on_an_older_version_is_shown_the_newer_one(world: World) -> None:
    client = world.client("owner")
    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name="prod-server-access",
        description="Changed meanwhile",
    )
    stale = form(("1", "ask", ""), visibility="public", based_on="1")
    text = client.post(PUBLIC, stale).content.decode()
    assert "is at version 2 by now" in text
    assert "<ins><span" in text and "Changed meanwhile</ins>" in text
    assert "The trail prod-server-access</del>" in text
    assert 'value="ask"' in text
    assert 'name="based_on" value="2"' in text
    assert world.public.versions.count() == 2
    assert client.post(PUBLIC, stale | {"based_on": "2"}).status_code == 302
    assert world.public.versions.count() == 3


def test_saving_what_is_there_writes_no_version(world: World) -> None:
    rows = [(str(n), name, "required") for n, name in enumerate(world.public.version.step_names)]
    same = form(*rows, visibility="public", description=world.public.version.description)
    response = world.client("owner").post(PUBLIC, same, follow=True)
    assert "no new version was written" in response.content.decode()
    assert world.public.versions.count() == 1


def test_the_name_that_publishing_takes_is_not_called_optional(world: World) -> None:
    page = world.client("owner").get(PRIVATE).content.decode()
    [label] = re.findall(r'<label for="id_confirm_name">(.*?)</label>', page)
    assert label == "Only to make it public: type the name of the trail"
