"""Beginning a workflow in the browser: an id of one's own or the suggested one, once."""

import re

from tests.plugins.world import World
from trails.models import Workflow

NEW = "/acme/prod-server-access/new"
PRIVATE = "/acme/case-worker-access/new"


def test_the_form_suggests_an_id_that_works_as_it_is(world: World) -> None:
    client = world.client("writer")
    page = client.get(NEW).content.decode()
    suggested = re.search(r'name="id" value="([^"]+)"', page)
    assert suggested and re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{6}", suggested[1])
    response = client.post(NEW, {"id": suggested[1], "description": "Shell for OPS-4711"})
    assert response["Location"] == f"/acme/prod-server-access/{suggested[1]}/"
    assert Workflow.objects.get(name=suggested[1]).description == "Shell for OPS-4711"


def test_what_comes_next_is_the_first_step(world: World) -> None:
    page = world.client("writer").post(NEW, {"id": "run-7"}, follow=True).content.decode()
    link = '<a href="/acme/prod-server-access/run-7/attest?step=user-identity">'
    assert f"The workflow has begun. {link}Attest the first step</a>" in page


def test_an_id_that_is_taken_is_refused_at_the_field_with_a_link(world: World) -> None:
    workflow = world.begin(id="run-1", description="The first")
    world.attest(workflow)
    for typed in ("The first", "Another"):
        response = world.client("owner").post(NEW, {"id": "run-1", "description": typed})
        page = response.content.decode()
        assert response.status_code == 200
        assert 'id="id_id_error"' in page
        assert '<a href="/acme/prod-server-access/run-1/">run-1</a>' in page
        assert f"\n{typed}</textarea>" in page
    assert Workflow.objects.count() == 1


def test_a_double_click_begins_one_workflow_and_is_no_error(world: World) -> None:
    client = world.client("writer")
    first, second = (client.post(NEW, {"id": "run-1", "description": "x"}) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Workflow.objects.count() == 1


def test_a_bad_id_says_the_rule_and_keeps_what_was_typed(world: World) -> None:
    response = world.client("writer").post(NEW, {"id": "no spaces", "description": "Kept"})
    page = response.content.decode()
    assert "Use letters, digits and - _ . ~ : @ +" in page
    assert 'href="#id_id"' in page and 'aria-invalid="true"' in page
    assert 'value="no spaces"' in page and "\nKept</textarea>" in page


def test_auditors_and_strangers_begin_nothing(world: World) -> None:
    for name in ("auditor", "outsider", None):
        assert world.client(name).post(NEW, {"id": "run-9"}).status_code == 403
        expected = 403 if name == "auditor" else 404
        assert world.client(name).post(PRIVATE, {"id": "run-9"}).status_code == expected
    assert Workflow.objects.count() == 0


def test_an_archived_trail_says_so_and_begins_nothing(world: World) -> None:
    from trails.actions.archive import archive_trail

    archive_trail(trail=world.public, actor=world.actor("owner"), confirm=world.public.name)
    page = world.client("writer").post(NEW, {"id": "run-9"}).content.decode()
    assert "is archived since" in page and 'value="run-9"' in page
    assert Workflow.objects.count() == 0
