"""The operators' admin: windows on every row, and no way to change one but who may sign in."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from evidence.ledger import log as ledger
from tests.anomalies.everything import (
    dispose_of_something,
    look_after_the_vault,
    seal_everything,
)
from tests.contracts.test_site_map import uploaded
from tests.plugins.world import World
from tests.trails.preparing import ready
from trails.models import Activity, ApiKey, Evidence, HeldFile, TrailPackageBlock, User

# Bytes of a package that only make sense one after the other.
PIECES = {TrailPackageBlock}
MODELS = [
    *(model for model in apps.get_app_config("trails").get_models() if model not in PIECES),
    *apps.get_app_config("evidence").get_models(),
]


@pytest.fixture
def operator(world: World) -> Client:
    """A superuser's browser, and a world with a row of every kind."""
    workflow = world.begin()
    world.attest(workflow, files={"a.txt": b"a"}, user_data='{"a":1}')
    HeldFile.objects.create(
        owner=world.writer,
        workflow=workflow,
        name="b",
        sha256="0" * 64,
        crc32=0,
        size=0,
        staged="b",
    )
    uploaded(world)
    dispose_of_something(world)
    seal_everything(world.rival.log)
    look_after_the_vault()
    ledger.seal(world.acme.log)
    ready(world, trail=workflow.trail)
    world.begin("run-pending")
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "x"))
    return client


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_row_can_be_looked_at_and_none_changed(operator: Client, model: type[Model]) -> None:
    row = model._default_manager.order_by("pk")[0]
    before = list(model._default_manager.order_by("pk").values())
    assert operator.get(address(model, "changelist")).status_code == 200
    assert operator.get(address(model, "change", row.pk)).status_code == 200
    every_field = {field.name: "changed" for field in model._meta.fields}
    refused = {
        address(model, "add"): every_field,
        address(model, "delete", row.pk): {"post": "yes"},
        address(model, "change", row.pk): every_field,
    }
    if model is User:  # has two switches; what else was sent is ignored, as tested below
        del refused[address(model, "change", row.pk)]
    for path, form in refused.items():
        assert operator.post(path, form).status_code == 403, path
    # There are no actions on many rows: the list is shown as if none had been asked for.
    many = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    operator.post(address(model, "changelist"), many)
    assert list(model._default_manager.order_by("pk").values()) == before


def test_a_superuser_decides_who_may_sign_in_and_it_is_noted(
    operator: Client, world: World
) -> None:
    path = address(User, "change", world.auditor.pk)
    forged = {"is_staff": "on", "email": "other@example.com", "is_superuser": "on"}
    assert operator.post(path, forged).status_code == 302
    world.auditor.refresh_from_db()
    assert (world.auditor.is_active, world.auditor.is_staff) == (False, True)
    assert world.auditor.email == "auditor@example.com"
    assert not world.auditor.is_superuser
    noted = Activity.objects.get(verb="user.standing-changed")
    assert (noted.subject, noted.by_name) == ("auditor@example.com", "root")


def test_nobody_changes_their_own_standing_nor_as_mere_staff(
    operator: Client, world: World
) -> None:
    root = User.objects.get(email="root@example.com")
    assert operator.post(address(User, "change", root.pk), {}).status_code == 403
    root.refresh_from_db()
    assert root.is_active and root.is_staff
    world.auditor.is_staff = True
    world.auditor.save()
    staff = world.client("auditor")
    assert staff.get(address(Evidence, "changelist")).status_code == 200
    assert staff.post(address(User, "change", world.writer.pk), {}).status_code == 403


def test_there_is_one_door_and_it_is_for_operators(world: World) -> None:
    response = world.client().get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/login/")
    assert world.client("owner").get("/admin/", follow=True).status_code == 403
    login = {"username": "owner@example.com", "password": "x"}
    assert world.client().post("/admin/login/", login).status_code == 302


def test_secrets_are_not_on_show(operator: Client, world: World) -> None:
    key = ApiKey.objects.get(user=world.owner)
    assert key.sha256 not in operator.get(address(ApiKey, "change", key.pk)).content.decode()
    page = operator.get(address(User, "change", world.owner.pk)).content.decode()
    assert world.owner.password not in page
    assert "argon2" not in page and "pbkdf2" not in page


def test_nothing_else_is_registered() -> None:
    assert set(admin.site._registry) == set(MODELS)
    assert LogEntry not in admin.site._registry


def test_no_operator_reads_or_removes_a_second_factor_by_a_page(operator: Client) -> None:
    """They would need no more than a password of theirs; `forget_second_factor` leaves a trace."""
    assert operator.get("/admin/mfa/authenticator/").status_code == 404
