"""The cached state of a workflow is what `judge` says over all its attestations, at all times."""

import random

import pytest

from tests.plugins.world import STEPS, World
from trails.actions.trails import configure_trail
from trails.models import Workflow
from trails.state import Attested, judge


def reckoned_anew(workflow: Workflow) -> tuple[str, list[str]]:
    attested = [
        Attested(row.step, row.number, row.is_compliant)
        for row in workflow.attestations.order_by("?")
    ]
    verdict = judge(workflow.version.template, attested)
    return verdict.state, list(verdict.reasons)


@pytest.mark.parametrize("seed", range(4))
def test_after_any_sequence(seed: int, world: World) -> None:
    chance = random.Random(seed)  # noqa: S311
    steps = [{"name": step, "required": chance.random() < 0.7} for step in STEPS]
    configure_trail(
        actor=world.actor("owner"), organization=world.acme, name=world.public.name, steps=steps
    )
    workflow = world.begin()
    for number in range(1, 16):
        world.attest(
            workflow,
            chance.choice([*STEPS, "unexpected"]),
            chance.choice([True, True, False, None]),
        )
        workflow.status.refresh_from_db()
        status = workflow.status
        assert (status.state, status.reasons) == reckoned_anew(workflow)
        assert status.attestations == number
        assert status.last_at == workflow.attestations.get(number=number).at
    numbers = workflow.attestations.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 16))
    for step, (number, is_compliant, id) in status.latest.items():
        row = workflow.attestations.filter(step=step).latest("number")
        assert (row.number, row.is_compliant, str(row.pk)) == (number, is_compliant, id)


def test_before_the_first_attestation(world: World) -> None:
    workflow = world.begin()
    assert (workflow.status.state, workflow.status.reasons) == reckoned_anew(workflow)
    assert workflow.status.attestations == 0
