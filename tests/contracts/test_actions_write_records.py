"""Every act is permitted by a role, leaves its record or activity, and is all or nothing.

An act that is not listed here fails: whoever adds one says who may do it and what it writes.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import transaction

import trails.actions
from evidence import writing
from evidence.ledger import log as ledger
from evidence.models import Blob, Record
from evidence.vault import store
from tests.disposing import retain
from tests.past import days_ago
from tests.plugins.world import World
from tests.trails.test_permissions import MAY, actor_called
from trails.actions import (
    archive,
    attestations,
    disposals,
    downloads,
    holds,
    keys,
    members,
    organizations,
    second_factors,
    trail_packages,
    workflows,
)
from trails.actions import (
    trails as trail_acts,
)
from trails.actors import SYSTEM, Actor
from trails.errors import Forbidden
from trails.models import Activity, Evidence, Hold, ServiceAccount, Trail, TrailPackage, User

# What acts are made of: rules of what may be written, how it is written, and what is derived.
PARTS = {"attesting", "counting", "indexing", "inputs", "records", "reports"}
# Functions beside the acts that write nothing.
PURE = {"archive.require_in_use", "keys.hash_token"}


def attest_all(world: World, actor: Actor) -> Any:
    item = attestations.Item(world.begin().name, attestations.Report("user-identity", True))
    return attestations.attest_all(actor=actor, trail=world.public, items=[item, item])


def attest(world: World, actor: Actor) -> Any:
    staged = store.stage([b"whoami"])
    try:
        return attestations.attest(
            actor=actor,
            workflow=world.begin(),
            report=attestations.Report("user-identity", True, user_data="{}"),
            uploads=[attestations.Upload("whoami.txt", staged)],
        )
    finally:
        staged.discard()


def archived(world: World) -> Trail:
    return Trail.objects.get(organization=world.acme, name="retired")


def robot() -> ServiceAccount:
    return ServiceAccount.objects.get(name="robot")


def protected(world: World) -> User:
    """Return somebody with a second factor."""
    app = {"user": world.auditor, "type": Authenticator.Type.TOTP}
    Authenticator.objects.get_or_create(**app, defaults={"data": {}})
    return world.auditor


def superuser(world: World) -> User:
    User.objects.filter(pk=world.owner.pk).update(is_superuser=True)
    return world.auditor


def packed(world: World) -> TrailPackage:
    return TrailPackage.objects.get(trail=world.private)


@dataclass(frozen=True)
class Entry:
    """An act: how it is done, who may do it (None: the caller decides), what it leaves behind."""

    do: Callable[[World, Actor], Any]
    may: set[str] | None
    records: int
    activities: int


MEMBERS = {"owner", "writer", "robot", "auditor", "system"}
ADMINS, REPORTERS = {"owner", "system"}, {"owner", "writer", "robot", "system"}
ACTS: dict[str, Entry] = {
    "attestations.attest": Entry(attest, REPORTERS, 1, 0),
    "attestations.attest_all": Entry(attest_all, REPORTERS, 2, 0),
    "workflows.begin_workflow": Entry(
        lambda w, a: workflows.begin_workflow(actor=a, trail=w.private, id="run-2"), REPORTERS, 1, 0
    ),
    "trails.configure_trail": Entry(
        lambda w, a: trail_acts.configure_trail(actor=a, organization=w.acme, name="new-one"),
        ADMINS, 1, 0,
    ),
    "archive.archive_trail": Entry(
        lambda w, a: archive.archive_trail(trail=w.private, actor=a, confirm=w.private.name),
        ADMINS, 1, 1,
    ),
    "archive.restore_trail": Entry(
        lambda w, a: archive.restore_trail(trail=archived(w), actor=a, confirm="retired"),
        ADMINS, 1, 1,
    ),
    "downloads.note_download": Entry(
        lambda w, a: downloads.note_download(
            actor=a, workflow=w.begin(), what=downloads.Download.PACKAGE, details={}
        ),
        None, 0, 1,
    ),
    "downloads.note_evidence": Entry(
        lambda w, a: downloads.note_evidence(
            actor=a, workflow=w.begin(), file=Evidence(name="a.txt", blob=Blob(sha256="0" * 64))
        ),
        None, 0, 1,
    ),
    "downloads.note_export": Entry(
        lambda w, a: downloads.note_export(actor=a, trail=w.private, details={}), None, 0, 1
    ),
    "downloads.note_trail_package": Entry(
        lambda w, a: downloads.note_trail_package(actor=a, package=packed(w), range=None),
        None, 0, 1,
    ),
    "trail_packages.prepare_trail_package": Entry(
        lambda w, a: trail_packages.prepare_trail_package(actor=a, trail=w.public),
        MEMBERS, 0, 1,
    ),
    "trail_packages.discard_trail_package": Entry(
        lambda w, a: trail_packages.discard_trail_package(actor=a, package=packed(w)),
        MEMBERS, 0, 1,
    ),
    "holds.place_hold": Entry(
        lambda w, a: holds.place_hold(actor=a, trail=w.public, workflow=None, reason="Case 1."),
        ADMINS, 1, 1,
    ),
    "holds.release_hold": Entry(
        lambda w, a: holds.release_hold(
            actor=a, hold=Hold.objects.get(), reason="Closed.", confirm=w.private.name
        ),
        ADMINS, 1, 1,
    ),
    "disposals.dispose_of_evidence": Entry(
        lambda w, a: disposals.dispose_of_evidence(
            actor=a, workflow=w.public.workflows.get(name="old"), up_to=1, reason="It is time.",
            confirm="old",
        ),
        ADMINS, 1, 1,
    ),
    "organizations.create_organization": Entry(
        lambda w, a: organizations.create_organization(name="third", actor=a), None, 1, 1
    ),
    "organizations.create_user": Entry(
        lambda w, a: organizations.create_user(email="new@example.com"), None, 0, 1
    ),
    "organizations.set_role": Entry(
        lambda w, a: organizations.set_role(
            organization=w.acme, user=w.auditor, role="writer", actor=a
        ),
        ADMINS, 1, 1,
    ),
    "organizations.remove_member": Entry(
        lambda w, a: organizations.remove_member(organization=w.acme, user=w.auditor, actor=a),
        ADMINS, 1, 1,
    ),
    "organizations.switch_beta": Entry(
        lambda w, a: organizations.switch_beta(
            organization=w.acme, enabled=not w.acme.beta_enabled, actor=a
        ),
        REPORTERS, 1, 1,
    ),
    "members.add_member": Entry(
        lambda w, a: members.add_member(
            organization=w.acme, email="new@example.com", role="writer", actor=a
        ),
        ADMINS, 1, 2,
    ),
    "members.set_standing": Entry(
        lambda w, a: members.set_standing(
            user=superuser(w), is_active=False, is_staff=False, actor=a
        ),
        set(), 0, 1,
    ),
    "second_factors.forget_second_factors": Entry(
        lambda w, a: second_factors.forget_second_factors(user=protected(w), actor=a),
        {"system"}, 0, 1,
    ),
    "keys.create_service_account": Entry(
        lambda w, a: keys.create_service_account(
            organization=w.acme, name="second", role="writer", actor=a
        ),
        ADMINS, 1, 1,
    ),
    "keys.issue_service_key": Entry(
        lambda w, a: keys.issue_service_key(account=robot(), actor=a), ADMINS, 1, 1
    ),
    "keys.issue_user_key": Entry(
        lambda w, a: keys.issue_user_key(user=w.writer, actor=a), {"writer", "system"}, 0, 1
    ),
    "keys.revoke_key": Entry(
        lambda w, a: keys.revoke_key(key=robot().api_keys.get(), actor=a), ADMINS, 1, 1
    ),
    "keys.rotate_key": Entry(
        lambda w, a: keys.rotate_key(key=robot().api_keys.get(), actor=a, grace=timedelta(hours=1)),
        ADMINS, 1, 1,
    ),
    "keys.set_service_role": Entry(
        lambda w, a: keys.set_service_role(account=robot(), role="auditor", actor=a), ADMINS, 1, 1
    ),
}  # fmt: skip


def doer(name: str, world: World) -> Actor:
    """Return somebody who may do an act."""
    if name == "members.set_standing":
        User.objects.filter(pk=world.owner.pk).update(is_superuser=True)
        world.owner.refresh_from_db()
        return world.actor("owner")
    if name.startswith("second_factors."):
        return SYSTEM
    return actor_called("writer" if name == "keys.issue_user_key" else "owner", world)


def rows() -> dict[str, list[Any]]:
    """Return every row of ours, to see that nothing at all has changed."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label in {"evidence", "trails"}
    }


@pytest.fixture
def begun(world: World) -> World:
    # What some acts are about is there before they are watched.
    world.begin()
    trail_acts.configure_trail(actor=SYSTEM, organization=world.acme, name="retired")
    archive.archive_trail(trail=archived(world), actor=SYSTEM, confirm="retired")
    with days_ago(40):
        world.attest(world.begin("old"), files={"old.log": b"old"})
    retain(world, world.public, 30)
    holds.place_hold(actor=SYSTEM, trail=world.private, workflow=None, reason="Case 2.")
    world.begin("packed", world.private)
    ledger.seal(world.acme.log)
    trail_packages.prepare_trail_package(actor=SYSTEM, trail=world.private)
    return world


def test_every_public_function_of_the_actions_is_listed() -> None:
    found = set()
    for module_info in pkgutil.iter_modules(trails.actions.__path__):
        if module_info.name in PARTS:
            continue
        module = importlib.import_module(f"trails.actions.{module_info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                found.add(f"{module_info.name}.{name}")
    assert found - PURE == set(ACTS)


@pytest.mark.parametrize("name", ACTS)
def test_an_act_writes_what_it_did(name: str, begun: World) -> None:
    records, activities = Record.objects.count(), Activity.objects.count()
    ACTS[name].do(begun, doer(name, begun))
    assert Record.objects.count() - records == ACTS[name].records
    assert Activity.objects.count() - activities == ACTS[name].activities


@pytest.mark.parametrize("name", [name for name in ACTS if ACTS[name].may is not None])
def test_an_act_is_refused_to_whoever_may_not_do_it(name: str, begun: World) -> None:
    before = rows()
    allowed = ACTS[name].may or set()
    for person in MAY:
        actor = actor_called(person, begun)
        if person in allowed:
            with transaction.atomic():
                ACTS[name].do(begun, actor)
                transaction.set_rollback(True)
            begun.acme.refresh_from_db()
        else:
            with pytest.raises(Forbidden), transaction.atomic():
                ACTS[name].do(begun, actor)
        assert rows() == before, person


class HalfWay(Exception):
    """Something that nobody foresaw."""


# Of a single row there is no half.
NOTES = {name for name in ACTS if name.startswith("downloads.note_")}


@pytest.mark.parametrize("name", sorted(ACTS.keys() - NOTES))
def test_an_act_that_fails_after_its_last_row_leaves_nothing(
    name: str, begun: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails after each statement that writes rows in turn, the last one included."""
    actor, write = doer(name, begun), writing._write
    before, reached = rows(), 0
    for nth in range(1, 20):
        written = 0

        def fail(*args: Any, nth: int = nth) -> None:
            nonlocal written
            write(*args)
            written += 1
            if written == nth:
                raise HalfWay

        monkeypatch.setattr(writing, "_write", fail)
        outer = transaction.savepoint()
        try:
            ACTS[name].do(begun, actor)
        except HalfWay:
            reached += 1  # and the act itself has taken back what it had written
        else:
            transaction.savepoint_rollback(outer)
        begun.acme.refresh_from_db()
        assert rows() == before
    assert reached >= ACTS[name].records + ACTS[name].activities
