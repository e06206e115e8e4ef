"""Pages cost a fixed number of queries, whatever the number of rows. The file beside has them.

A page that needs another number changes the file, where a reader sees it. On PostgreSQL a search
has a time limit, which takes a few statements more. Signing in is counted, too.
"""

import json
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evidence.ledger import log as ledger
from tests.plugins.world import World
from trails import lookups

BUDGETS: dict[str, dict[str, dict[str, int]]] = json.loads(
    Path(__file__).with_name("query_budgets.json").read_text(encoding="utf-8")
)
_TRAIL = "/acme/prod-server-access/"
ADDRESSES = {
    "home": "/",
    "organization": "/acme/",
    "trail": _TRAIL,
    "trail, filtered": _TRAIL + "?q=shell&by=writer&state=incomplete&since=2020-01-01",
    "workflow": _TRAIL + "run-0/",
    "attestation": _TRAIL + "run-0/{attestation}/",
    "search": "/search?q=shell",
}
PEOPLE = ("stranger", "owner")


def make(world: World, numbers: range) -> str:
    """Make workflows of every state in both trails; return the first attestation of run-0."""
    for number in numbers:
        for trail in (world.public, world.private):
            run = world.begin(f"run-{number}", trail, description="A shell")
            for step in ("user-identity", "service-identity")[: 1 + number % 2]:
                world.attest(
                    run,
                    step,
                    is_compliant=number % 3 != 1,
                    files={"shell.log": b"a", "b": b"b"},
                    user_data='{"shell":1}',
                    description="A shell",
                )
    ledger.seal(world.acme.log)
    first = world.public.workflows.get(name="run-0").attestations.order_by("number")[0]
    return str(first.pk)


def queries(world: World, who: str, address: str) -> int:
    """Return the number of queries of a page that was looked at before: the day is counted once."""
    client = world.client(None if who == "stranger" else who)
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_page_costs_what_its_budget_says_with_few_and_with_many_rows(
    world: World, who: str
) -> None:
    cache.clear()
    attestation = make(world, range(4))
    filled = {name: address.format(attestation=attestation) for name, address in ADDRESSES.items()}
    few = {name: queries(world, who, address) for name, address in filled.items()}
    run = lookups.workflow(world.actor("writer"), "acme", world.public.name, "run-0")
    make(world, range(4, 14))
    for number in range(6):
        world.attest(run, f"step-{number}", files={"shell.log": b"c"})
    ledger.seal(world.acme.log)
    many = {name: queries(world, who, address) for name, address in filled.items()}
    assert few == many == BUDGETS[connection.vendor][who]
