"""The demo's passwords and keys: random, kept for the operator alone, and they work."""

import json
import re
import stat
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.test import Client, RequestFactory

from tests.trails.demo.conftest import RunDemo
from tests.trails.demo.counting import rows
from trails.actions.keys import revoke_key
from trails.actors import Actor, for_user
from trails.authentication import actor_of_key
from trails.demo.bank import ADMIN, AUDITOR, ORGANIZATION, WRITER
from trails.demo.sign_ins import FILE
from trails.models import ApiKey, Organization, User
from trails.words import ActorKind


def printed_passwords(output: str) -> dict[str, str]:
    """Gives the passwords by e-mail address, as a visitor reads them."""
    return dict(re.findall(r"^  \w+ +(\S+@\S+) +(\S+)$", output, re.MULTILINE))


def actor_by(token: str) -> Actor:
    """Gives whom the server takes for the sender of a key."""
    header = {"Authorization": f"Bearer {token}"}
    return actor_of_key(RequestFactory().get("/", headers=header))


def printed_key(output: str, name: str) -> str:
    """Gives the key that is exported under a name."""
    [token] = re.findall(rf"^  export {name}=(\S+)$", output, re.MULTILINE)
    return str(token)


def test_the_printed_passwords_sign_in(run_demo: RunDemo) -> None:
    passwords = printed_passwords(run_demo())
    assert set(passwords) == {ADMIN.email, WRITER.email, AUDITOR.email}
    for email, password in passwords.items():
        client = Client()
        form = {"login": email, "password": password}
        assert client.post("/account/login/", form).status_code == 302
        assert client.session["_auth_user_id"] == str(User.objects.get(email=email).pk)


def test_the_printed_keys_belong_to_the_admin_and_the_automation(run_demo: RunDemo) -> None:
    output = run_demo()
    admin, robot = (actor_by(printed_key(output, name)) for name in ("ADMIN_KEY", "KEY"))
    organization = Organization.objects.get(name=ORGANIZATION)
    assert (admin.kind, admin.roles[organization.pk]) == (ActorKind.USER, "admin")
    assert (robot.kind, robot.roles[organization.pk]) == (ActorKind.SERVICE_ACCOUNT, "writer")


def test_the_file_is_for_its_owner_alone(run_demo: RunDemo, tmp_path: Path) -> None:
    run_demo()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_passwords_are_drawn_anew_where_the_file_is_not(run_demo: RunDemo, tmp_path: Path) -> None:
    before = printed_passwords(run_demo())
    assert len(set(before.values())) == 3
    assert all(len(password) == 23 for password in before.values())
    (tmp_path / FILE).unlink()
    after = run_demo()
    # The accounts keep passwords that nobody knows any more: it says so and prints no false ones.
    assert printed_passwords(after) == {}
    assert after.count("manage.py changepassword") == 3
    assert actor_by(printed_key(after, "KEY")).name == "automation"


def test_a_changed_password_is_not_printed(run_demo: RunDemo) -> None:
    run_demo()
    user = User.objects.get(email=WRITER.email)
    user.set_password("another one, chosen by a visitor")
    user.save()
    assert set(printed_passwords(run_demo())) == {ADMIN.email, AUDITOR.email}


def test_a_revoked_key_is_replaced_and_a_working_one_is_not(run_demo: RunDemo) -> None:
    old = printed_key(run_demo(), "KEY")
    admin = for_user(User.objects.get(email=ADMIN.email))
    revoke_key(key=ApiKey.objects.get(service_account__name="automation"), actor=admin)
    new = printed_key(run_demo(), "KEY")
    assert new != old
    assert actor_by(new).name == "automation"
    before = rows()
    assert printed_key(run_demo(), "KEY") == new
    assert rows() == before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"passwords": []}', '{"passwords": {}}'])
def test_a_spoilt_file_is_named_and_left_alone(
    run_demo: RunDemo, tmp_path: Path, content: str
) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(CommandError, match="Move it away"):
        run_demo()
    assert (tmp_path / FILE).read_text() == content
    assert not User.objects.exists()


def test_no_password_is_in_the_code(run_demo: RunDemo, tmp_path: Path) -> None:
    run_demo()
    kept = json.loads((tmp_path / FILE).read_text())
    assert set(kept["passwords"]) == {ADMIN.email, WRITER.email, AUDITOR.email}
    code = "".join(path.read_text() for path in Path("trails/demo").rglob("*.py"))
    assert not any(
        secret in code for secret in [*kept["passwords"].values(), *kept["keys"].values()]
    )
