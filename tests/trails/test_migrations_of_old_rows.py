"""A database from before there were searches and counts has both after it is migrated."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.plugins.world import STEPS, World
from tests.trails.search.finding import found
from trails.actions.indexing import index_missing
from trails.counts import counts_of
from trails.models import SearchText, WorkflowStatus

BEFORE = "0003_held_files"


@pytest.fixture(autouse=True)
def _as_the_owner(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("engine") == "scale":
        pytest.skip("The application's role does not migrate: tests/trails/commands/test_migrate.")


@pytest.fixture
def _everything_is_migrated_afterwards() -> Iterator[None]:
    """Other tests use the same database, whatever becomes of this one."""
    yield
    call_command("migrate", verbosity=0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_everything_is_migrated_afterwards")
def test_old_rows_are_judged_counted_and_indexed(shared_world: World) -> None:
    workflow = shared_world.begin("run", description="zebra")
    shared_world.attest(workflow, STEPS[0], files={"transcript.log": b"x"}, user_data='{"n":4711}')
    shared_world.attest(shared_world.begin("other", shared_world.private), is_compliant=False)
    texts = list(SearchText.objects.order_by("pk").values_list("attestation", "text"))
    call_command("migrate", "trails", BEFORE, verbosity=0)
    call_command("migrate", verbosity=0)
    assert list(SearchText.objects.order_by("pk").values_list("attestation", "text")) == texts
    assert WorkflowStatus.objects.get(pk=workflow.pk).missing == 2
    counts = counts_of([shared_world.public, shared_world.private])
    assert counts[shared_world.public.pk]["incomplete"] == 1
    assert counts[shared_world.private.pk]["non-compliant"] == 1
    assert index_missing() == 0
    # And what is recorded from now on is found too.
    shared_world.attest(workflow, STEPS[1], description="giraffe")
    assert found(shared_world, "writer", "giraffe") == ["run/2"]
    assert found(shared_world, "writer", "4711") == ["run/1"]
