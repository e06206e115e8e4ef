"""The vault's page shows an organization what is wrong with its own files, and of nobody else's."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from evidence.models import Blob
from evidence.vault import places, replica, store
from evidence.vault.copies import Copy
from evidence.vault.rows import Closing, Round, ScrubFinding, ScrubRepair, Uncopied
from tests.plugins.world import World
from trails import lookups
from trails.actions.attestations import Report, Upload, attest
from trails.actions.trails import configure_trail
from trails.actions.workflows import begin_workflow
from trails.models import Evidence

PAGE = "/acme/settings/vault"
THROUGH = "~"


def text_of(world: World, page: str = PAGE, who: str = "owner") -> str:
    html = world.client(who).get(page).content.decode()
    return re.sub(r"\s+", " ", html)


def found(blob: Blob, kind: str = "altered", copy: Copy = Copy.VAULT) -> ScrubFinding:
    """Keep a finding, with a reason that tells a path of the server."""
    reason = "Its bytes cannot be read: [Errno 13] '/srv/secret/path'."
    finding: ScrubFinding = ScrubFinding.objects.create(
        blob=blob, vault=copy, kind=kind, reason=reason
    )
    return finding


@pytest.fixture
def blob(world: World) -> Blob:
    """The bytes of a private file of acme."""
    world.attest(world.begin(trail=world.private), files={"salaries.csv": b"secret"})
    return Evidence.objects.get(name="salaries.csv").blob


def test_a_finding_names_the_file_and_the_command(world: World, blob: Blob) -> None:
    found(blob)
    text = text_of(world)
    assert "salaries.csv" in text and "The vault: it holds other bytes" in text
    assert f"manage.py repair {blob.sha256}" in text
    assert "/srv/secret/path" not in text


def test_others_see_neither_the_file_nor_its_digest(world: World, blob: Blob) -> None:
    found(blob)
    text = text_of(world, "/rival/settings/vault", "outsider")
    assert "salaries.csv" not in text and blob.sha256 not in text
    assert "Nothing wrong is known" in text


def test_a_file_that_both_have_is_shown_to_each_under_its_own_name(
    world: World, blob: Blob
) -> None:
    trail = configure_trail(
        actor=world.actor("outsider"), organization=world.rival, name="their-trail", steps=("s",)
    ).trail
    actor = world.actor("outsider")
    begin_workflow(actor=actor, trail=trail, id="theirs")
    workflow = lookups.workflow(actor, "rival", "their-trail", "theirs")
    upload = Upload("theirs.csv", store.stage([b"secret"]))
    report = Report(step="s", is_compliant=True)
    attest(actor=actor, workflow=workflow, report=report, uploads=[upload])
    found(blob)
    ours, theirs = text_of(world), text_of(world, "/rival/settings/vault", "outsider")
    assert "salaries.csv" in ours and "theirs.csv" not in ours
    assert "theirs.csv" in theirs and "salaries.csv" not in theirs


def test_a_closed_finding_is_gone(world: World, blob: Blob) -> None:
    ScrubRepair.objects.create(finding=found(blob), how=Closing.RESTORED)
    assert "salaries.csv" not in text_of(world)


def test_it_says_when_everything_was_read_last(world: World) -> None:
    assert "Never read whole" in text_of(world)
    assert "manage.py scrub" in text_of(world)
    ended = timezone.now() - datetime.timedelta(days=2)
    Round.objects.create(work="scrub vault", number=1, after=THROUGH, ended_at=ended)
    Round.objects.create(work="scrub vault", number=2, after="80" + "0" * 62)
    text = text_of(world)
    assert "Read whole" in text and "the next round is 50 % through" in text


def test_it_says_how_far_the_replica_is(world: World, blob: Blob, settings: Settings) -> None:
    assert "VAULT_REPLICA_URL" in text_of(world)
    settings.STORAGES = settings.STORAGES | {
        "replica": places.Place(folder="/nonexistent/replica").storage()
    }
    assert "manage.py replicate" in text_of(world)
    Round.objects.create(work=replica.FILL, number=1, after=THROUGH, ended_at=timezone.now())
    assert "Has every file" in text_of(world)
    Uncopied.objects.create(blob=blob)
    assert "1 file waits for its copy" in text_of(world)


def test_many_findings_cost_no_query_each(world: World) -> None:
    workflow = world.begin()
    world.attest(workflow, files={f"{n}.txt": b"%d" % n for n in range(30)})
    client = world.client("owner")
    counts = []
    for number, evidence in enumerate(Evidence.objects.order_by("pk")):
        found(evidence.blob)
        if number in (1, 24):
            with CaptureQueriesContext(connection) as queries:
                text = client.get(PAGE).content.decode()
            counts.append(len(queries))
    assert counts[0] == counts[1]
    assert "There are more." in text
