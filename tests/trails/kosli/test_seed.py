"""`manage.py seed`: everything goes, what the file says comes, or nothing changes."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from evidence import append_only
from evidence.models import Blob, Record
from tests.plugins.roles import owning
from tests.plugins.server import Server
from tests.plugins.world import World
from trails.actions.organizations import create_organization
from trails.models import Activity, Attestation, Evidence, Organization, User

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6.e8i_lA-QrEhFnc"
FLAG = "--i-know-this-deletes-everything"


def run(tmp_path: Path, content: Any, *flags: str) -> str:
    file, out = tmp_path / "seed.json", io.StringIO()
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    with owning(connection):
        call_command("seed", str(file), *flags, stdout=out)
    return out.getvalue()


def test_everything_there_was_is_gone(shared_world: World, tmp_path: Path) -> None:
    shared_world.attest(shared_world.begin(), files={"a.txt": b"x"}, user_data="{}")
    shared_world.client("owner")  # who has a session
    out = run(tmp_path, {"users": [{"name": "alice", "token": TOKEN}]}, FLAG)
    assert "1 users and 1 organizations" in out
    assert [user.email for user in User.objects.all()] == ["alice@example.com"]
    assert [organization.name for organization in Organization.objects.all()] == ["alice"]
    for model in (Attestation, Evidence, Blob, Session):
        assert not model.objects.exists(), model
    assert append_only.missing(connection) == []
    with (
        owning(connection),
        pytest.raises(Exception, match="append-only"),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM evidence_record")


def test_people_and_organizations_are_as_the_file_says(
    transactional_db: None, tmp_path: Path
) -> None:
    seed = {
        "users": [
            {"name": "alice", "email": "A@example.org", "tokens": [TOKEN, TOKEN + "2"]},
            {"name": "bob", "personal_organization": False, "password": "correct horse battery"},
        ],
        "organizations": [
            {"name": "alice", "beta_enabled": False},
            {"name": "alice-shared", "members": {"alice": "admin", "bob": "auditor"}},
        ],
    }
    run(tmp_path, seed, FLAG)
    members = {
        o.name: {m.user.name: m.role for m in o.memberships.all()}
        for o in Organization.objects.all()
    }
    assert members == {
        "alice": {"alice": "admin"},
        "alice-shared": {"alice": "admin", "bob": "auditor"},
    }
    assert not Organization.objects.get(name="alice").beta_enabled
    assert User.objects.get(email="bob@example.com").check_password("correct horse battery")
    assert not User.objects.get(email="a@example.org").has_usable_password()
    for token in (TOKEN, TOKEN + "2"):
        headers = {"Authorization": f"Bearer {token}"}
        answer = Client().get("/api/v2/audit_trails/alice-shared", headers=headers)
        assert (answer.status_code, answer.content) == (200, b"[]\n")
    assert Record.objects.count() == Activity.objects.exclude(record=None).count() > 0


def test_without_the_flag_it_refuses_outside_debug(db: None, tmp_path: Path) -> None:
    create_organization(name="acme")
    with pytest.raises(CommandError, match=r"DEBUG is off.* add --i-know"):
        run(tmp_path, {"users": []})
    assert Organization.objects.get().name == "acme"


def test_in_debug_the_flag_is_not_needed(
    transactional_db: None, tmp_path: Path, settings: Any
) -> None:
    settings.DEBUG = True
    assert "0 users" in run(tmp_path, {})


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "not valid JSON"),
        ([], "must be a JSON object"),
        ({"user": []}, "'user' is not known"),
        ({"users": {}}, "users must be a list"),
        ({"users": [{"name": "api"}]}, "'api' is reserved"),
        ({"users": [{"name": "a b"}]}, "'a b' is not a valid name"),
        ({"users": [{}]}, "name must be text"),
        ({"users": [{"name": ""}]}, "the name is empty"),
        ({"users": [{"name": "a"}, {"name": "A"}]}, "'A' is there twice as user"),
        ({"users": [{"name": "a", "email": 5}]}, "5 is not an e-mail address"),
        ({"users": [{"name": "a", "token": "short"}]}, "22 characters or more"),
        ({"users": [{"name": "a", "token": "x" * 21 + ":" + "x"}]}, "22 characters or more"),
        ({"users": [{"name": "a", "tokens": [TOKEN, TOKEN]}]}, "this token is there twice"),
        ({"organizations": [{"name": "o", "members": {"x": "admin"}}]}, "no user 'x'"),
        ({"organizations": [{"name": "o", "beta_enabled": "no"}]}, "true or false"),
        (
            {"users": [{"name": "a"}], "organizations": [{"name": "o", "members": {"a": "boss"}}]},
            "'boss'",
        ),
    ],
)
def test_a_bad_file_changes_nothing(db: None, tmp_path: Path, content: Any, problem: str) -> None:
    create_organization(name="acme")
    with pytest.raises(CommandError, match="Nothing was changed") as refusal:
        run(tmp_path, content, FLAG)
    assert problem in str(refusal.value)
    assert Organization.objects.get().name == "acme"


def test_a_file_with_several_problems_tells_them_all(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, {"users": [{"name": "api"}, {"name": "b", "token": "x", "age": 5}]}, FLAG)
    assert len(str(refusal.value).splitlines()) == 4


def test_a_failure_in_the_middle_leaves_what_there_was(
    shared_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attestation = shared_world.attest(shared_world.begin(), files={"a.txt": b"x"})

    def fail(*args: object, **kwargs: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    # The one fake here: a database that fails after everything is deleted.
    monkeypatch.setattr("trails.management.commands.seed.create_user", fail)
    with pytest.raises(Exception, match="nowhere"):
        run(tmp_path, {"users": [{"name": "alice"}]}, FLAG)
    attestation.refresh_from_db()
    assert User.objects.count() == 4
    assert append_only.missing(connection) == []


def test_a_running_server_serves_the_new_seed(server: Server) -> None:
    for name in ("alice", "bob"):
        done = server.manage(
            "seed", "-", FLAG, input=json.dumps({"users": [{"name": name, "token": TOKEN}]})
        )
        assert done.returncode == 0, done.stderr
        assert server.sql("SELECT name FROM trails_organization") == [(name,)]


def test_only_the_owner_of_the_tables_seeds(server_with_roles: Server, tmp_path: Path) -> None:
    file = tmp_path / "seed.json"
    file.write_text("{}")
    server_with_roles.owner = {}
    done = server_with_roles.manage("seed", str(file), FLAG)
    assert done.returncode == 1
    assert "Nothing was changed" in done.stderr and "DATABASE_OWNER_URL" in done.stderr
    assert "Traceback" not in done.stderr
