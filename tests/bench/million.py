"""Fills a database with trails of up to a million workflows, each with four attestations.

    python -m tests.bench.million '{"large": 1000000, "small": 1000}'

A program of its own, run with the server's environment. Each name becomes an organization with a
member and one private trail. Their workflows began over the last 60 days, those of one trail among
those of the others. Records are in a real tree under real checkpoints; evidence is rows only, since
no page that is measured reads the bytes. Prints one JSON object: sizes, sign-ins, and some
workflows of each trail to ask for. Knows nothing of how pages are measured.
"""

import datetime
import json
import os
import random
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from tests.bench.million_rows import Filling

TRAIL = "shell-access"
STEPS = (
    *({"name": name, "required": True} for name in ("identity", "service", "approval", "log")),
    {"name": "review", "required": False},
)
DAYS = 60
AT_ONCE = 4_000
SAMPLES = 400


def main(sizes: Mapping[str, int]) -> dict[str, Any]:
    """Make the organizations, fill their trails side by side, and let the product check them."""
    from tests.bench import bulk
    from tests.bench.million_rows import COLUMNS, Filling

    fillings = [Filling(name, size, *_trail(name)) for name, size in sizes.items()]
    end = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=1)
    begin = end - datetime.timedelta(days=DAYS)
    most = max(sizes.values())
    with bulk.bare(list(COLUMNS)) as write:
        rows: dict[str, list[Any]] = {table: [] for table in COLUMNS}
        for number in range(most):
            at = begin + (end - begin) * ((number + 1) / most)
            for filling in fillings:
                # As many as there should be by now: the smaller trail among the larger one.
                if filling.begun * most < (number + 1) * filling.size:
                    filling.begin(rows, at)
            if (number + 1) % AT_ONCE == 0 or number + 1 == most:
                for filling in fillings:
                    filling.sign(rows, at)
                for table, columns in COLUMNS.items():
                    write(table, columns, rows[table])
                    rows[table].clear()
    return {"trails": {filling.name: _told(filling) for filling in fillings}}


def _trail(name: str) -> tuple[Any, Any]:
    """Return the trail of a new organization with its member."""
    from trails.actions.organizations import create_organization, create_user
    from trails.actions.trails import configure_trail
    from trails.actors import SYSTEM

    member = create_user(email=f"{name}@example.com", name=f"Morgan {name.title()}")
    organization = create_organization(name=name, admin=member)
    made = configure_trail(
        actor=SYSTEM,
        organization=organization,
        name=TRAIL,
        description="Every shell session on a production host.",
        visibility="private",
        steps=STEPS,
    )
    return made.trail, member


def _told(filling: "Filling") -> dict[str, Any]:
    """Check a trail by going on with it, count it, and tell what there is to ask for."""
    from django.test import Client

    from trails.actions.counting import recount
    from trails.actions.keys import create_service_account, issue_service_key
    from trails.actors import SYSTEM

    _go_on(filling)
    recount()
    client = Client()
    client.force_login(filling.member)
    organization = filling.trail.organization
    robot = create_service_account(
        organization=organization, name="robot", role="auditor", actor=SYSTEM
    )
    chance = random.Random(1_000_000)  # noqa: S311  which workflows, not a secret
    numbers = chance.sample(range(filling.begun), min(SAMPLES, filling.begun))
    return {
        "path": f"/{filling.name}/{TRAIL}/",
        "api": f"/api/v1/organizations/{filling.name}",
        "api_trail": f"/api/v1/organizations/{filling.name}/trails/{TRAIL}",
        "token": issue_service_key(account=robot, actor=SYSTEM)[1],
        "cookie": client.cookies["sessionid"].value,
        "shared": filling.shared_sha256,
        "workflows": [filling.told(number) for number in numbers],
    }


def _go_on(filling: "Filling") -> None:
    """Begin one more workflow and attest in it: the product must agree with all that was made.

    Sealing holds the whole tree against the last checkpoint; the words are those of `indexing`.
    """
    from evidence.ledger import log as ledger
    from trails.actions import indexing
    from trails.actions.attestations import Report, attest
    from trails.actions.workflows import begin_workflow
    from trails.actors import SYSTEM
    from trails.models import Attestation, SearchText, Trail, UserData

    trail = Trail.objects.select_related("organization__log", "current").get(pk=filling.trail.pk)
    for row in Attestation.objects.filter(workflow__trail=trail).order_by("-pk")[:20]:
        row.workflow.trail = trail
        data = UserData.objects.filter(attestation=row).first()
        expected = indexing.of_attestation(row, list(row.evidence.all()), data).text
        [there] = SearchText.objects.filter(workflow=row.workflow_id, attestation=row)
        assert there.text == expected, (there.text, expected)
    begun = begin_workflow(actor=SYSTEM, trail=trail, id="the-last-one").workflow
    begun.trail = trail
    attest(actor=SYSTEM, workflow=begun, report=Report(step="identity", is_compliant=True))
    sealed = ledger.seal(trail.organization.log)
    assert sealed is not None and sealed.size == filling.edge.size + 2, (sealed, filling.edge.size)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    json.dump(main(json.loads(sys.argv[1])), sys.stdout)
