"""The table of who may do what, written a second time: two hands make fewer mistakes than one."""

import pytest

from tests.plugins.world import World
from trails import actors
from trails.actions.organizations import set_role
from trails.actors import STRANGER, SYSTEM, Actor
from trails.errors import Forbidden
from trails.models import ServiceAccount
from trails.permissions import Act, can, require

REPORTING = {Act.BEGIN_WORKFLOW, Act.ATTEST, Act.SWITCH_BETA, Act.PREPARE_PACKAGES}
MAY: dict[str, set[Act]] = {
    "owner": set(Act),
    "writer": REPORTING,
    "robot": REPORTING,
    "auditor": {Act.READ_ACTIVITY, Act.PREPARE_PACKAGES},
    "outsider": set(),
    "stranger": set(),
    "system": set(Act),
}


def actor_called(name: str, world: World) -> Actor:
    if name == "robot":
        return actors.for_service_account(ServiceAccount.objects.get(name="robot"))
    return {"stranger": STRANGER, "system": SYSTEM}.get(name) or world.actor(name)


@pytest.mark.parametrize("name", MAY)
def test_everybody_may_do_what_their_role_allows_and_nothing_else(name: str, world: World) -> None:
    actor = actor_called(name, world)
    assert {act for act in Act if can(actor, act, world.acme)} == MAY[name]
    for act in Act:
        if act in MAY[name]:
            require(actor, act, world.acme)
        else:
            with pytest.raises(Forbidden):
                require(actor, act, world.acme)


def test_a_role_means_nothing_in_another_organization(world: World) -> None:
    for name in ("owner", "writer", "auditor", "robot"):
        assert not any(can(actor_called(name, world), act, world.rival) for act in Act)


def test_a_refusal_says_what_it_takes(world: World) -> None:
    with pytest.raises(Forbidden) as refused:
        require(world.actor("auditor"), Act.ATTEST, world.acme)
    assert refused.value.message == (
        "Auditor may not attest in organization 'acme'. It takes the role admin or writer; ask an "
        "admin of the organization."
    )
    with pytest.raises(Forbidden, match="sign in or send an API key"):
        require(STRANGER, Act.ATTEST, world.acme)


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(world: World) -> None:
    set_role(organization=world.acme, user=world.writer, role="auditor", actor=SYSTEM)
    assert not can(world.actor("writer"), Act.ATTEST, world.acme)


def test_no_refusal_breaks_a_client_that_formats_it(world: World) -> None:
    """The Kosli CLI takes messages for format strings (contract 0.5)."""
    for act in Act:
        for name in ("auditor", "stranger", "outsider"):
            if act not in MAY[name]:
                with pytest.raises(Forbidden) as refused:
                    require(actor_called(name, world), act, world.acme)
                assert "%" not in refused.value.message
