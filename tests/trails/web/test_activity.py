"""The activity page: who sees it, in which words, how it is filtered and paged, and its CSV."""

import csv
import io
import re
from typing import Any

import pytest
from django.utils import timezone

from evidence.ledger import log as ledger
from tests.plugins.world import World
from trails.actions import records
from trails.actions.downloads import Download, note_download
from trails.actions.keys import create_service_account
from trails.models import Activity

PAGE = "/acme/settings/activity"


def text_of(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode())


def table(world: World, query: str = "") -> list[dict[str, str]]:
    response = world.client("auditor").get(f"{PAGE}.csv{query}")
    return list(csv.DictReader(io.StringIO(text_of(response), newline="")))


@pytest.mark.parametrize("page", [PAGE, f"{PAGE}.csv"])
def test_admins_and_auditors_see_it_and_nobody_else(world: World, page: str) -> None:
    answers: dict[str | None, int] = {
        None: 404,
        "outsider": 404,
        "writer": 403,
        "auditor": 200,
        "owner": 200,
    }
    for who, status in answers.items():
        assert world.client(who).get(page).status_code == status, who


def test_it_says_in_plain_words_what_was_done_and_where_the_log_has_it(world: World) -> None:
    ledger.seal(world.acme.log)
    text = text_of(world.client("auditor").get(PAGE))
    assert "created a service account" in text
    assert "changed a member" not in text
    record = Activity.objects.get(verb="service-account.created").record
    assert record is not None
    index = record.leaf.index
    assert f"Entry {index} of" in text


def test_what_changed_nothing_is_in_no_log(world: World) -> None:
    workflow = world.begin()
    note_download(
        actor=world.actor("auditor"), workflow=workflow, what=Download.PACKAGE, details={}
    )
    text = text_of(world.client("owner").get(f"{PAGE}?kind=downloads"))
    assert "downloaded an evidence package" in text
    assert "Not in the log: it changed nothing" in text


def test_the_newest_comes_first_and_pages_go_on_by_key(world: World) -> None:
    for number in range(60):
        name = f"machine-{number:02}"
        owner = world.actor("owner")
        create_service_account(organization=world.acme, name=name, role="writer", actor=owner)
    client = world.client("auditor")
    first = text_of(client.get(f"{PAGE}?kind=machines"))
    shown = re.findall(r"<bdi>(machine-\d\d)</bdi></div>", first)
    assert shown == [f"machine-{number:02}" for number in range(59, 9, -1)]
    [older] = re.findall(r'href="(\?[^"]*before=[^"]*)" rel="next"', first)
    second = text_of(client.get(PAGE + older.replace("&amp;", "&")))
    assert re.findall(r"<bdi>(machine-\d\d)</bdi></div>", second) == [
        f"machine-{number:02}" for number in range(9, -1, -1)
    ]
    assert "robot" in second


def test_it_is_filtered_by_kind_and_by_person(world: World) -> None:
    assert {row["verb"] for row in table(world, "?kind=members")} == {"member.added"}
    by = f"?by={world.owner.pk}"
    assert {row["by_name"] for row in table(world, by)} == {"Owner"}
    assert table(world, f"?by={world.outsider.pk}") == []
    client = world.client("auditor")
    for query in ("?kind=nonsense", "?by=nonsense", "?by=%00", "?before=x"):
        assert client.get(PAGE + query).status_code == 400, query


def test_the_activity_of_others_is_not_there(world: World) -> None:
    assert {row["subject"] for row in table(world)} == {"acme"}


def test_no_cell_of_the_table_is_a_formula(world: World) -> None:
    for name in ('=HYPERLINK("http://evil.example")', "+1", "-1", "@SUM(A1)", "a;=1", "\uff1d1"):
        records.activity(
            world.acme,
            actor=world.actor("owner"),
            verb="key.issued",
            details={},
            at=timezone.now(),
            subject=name,
        )
    subjects = [row["subject"] for row in table(world, "?kind=keys")][:6]
    wide = ["'\uff1d1", "a;'=1"]
    assert subjects[:2] == wide
    assert subjects[2:] == ["'@SUM(A1)", "'-1", "'+1", '\'=HYPERLINK("http://evil.example")']
    assert all(not cell.startswith(tuple("=+-@")) for row in table(world) for cell in row.values())


def test_the_settings_begin_where_one_may_look(world: World) -> None:
    ways = {"owner": "/acme/settings/members", "auditor": PAGE}
    for who, way in ways.items():
        assert world.client(who).get("/acme/settings/")["Location"] == way
    statuses: dict[str | None, int] = {None: 404, "outsider": 404, "writer": 403}
    for stranger, status in statuses.items():
        assert world.client(stranger).get("/acme/settings/").status_code == status
    # The auditor is shown no way to pages that are closed to them.
    assert "settings/keys" not in text_of(world.client("auditor").get(PAGE))


def test_the_organization_leads_there_whoever_may_open_it(world: World) -> None:
    leads: dict[str | None, str] = {"owner": "settings/", "auditor": "settings/activity"}
    for who in ("owner", "auditor", "writer", None):
        text = text_of(world.client(who).get("/acme/"))
        assert re.findall(r'href="/acme/(settings/[^"]*)"', text) == [
            way for someone, way in leads.items() if someone == who
        ], who
