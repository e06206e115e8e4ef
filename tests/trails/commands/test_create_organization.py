"""`manage.py create_organization`: the first organization and its admin, both or neither."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from trails.actions.organizations import create_organization, create_user
from trails.models import Activity, Membership, Organization, User

PASSWORD = "a ceremony of lanterns"


def run(*arguments: str) -> str:
    """Runs the command; gives what it printed."""
    out = io.StringIO()
    call_command("create_organization", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def password_file(tmp_path: Path) -> str:
    """A file with a good password and the line break that editors add."""
    (tmp_path / "password").write_text(PASSWORD + "\n")
    return str(tmp_path / "password")


@pytest.mark.django_db
def test_it_makes_both_and_the_admin_can_sign_in(password_file: str) -> None:
    out = run(
        "fjord", "--admin", "Ann@Example.com", "--name", "Ann", "--password-file", password_file
    )
    membership = Membership.objects.get()
    assert (membership.organization.name, membership.role) == ("fjord", "admin")
    assert (membership.user.email, membership.user.name) == ("ann@example.com", "Ann")
    form = {"login": "ann@example.com", "password": PASSWORD}
    assert Client().post("/account/login/", form).status_code == 302
    assert "http://testserver/account/login/" in out
    assert "http://testserver/fjord/" in out
    assert PASSWORD not in out
    assert Activity.objects.filter(verb="organization.created", record__isnull=False).exists()


@pytest.mark.django_db
def test_an_account_that_exists_is_taken_as_it_is() -> None:
    user = create_user(email="ann@example.com", name="Ann", password=PASSWORD)
    out = run("fjord", "--admin", "ANN@example.com", "--name", "Ann")
    assert Membership.objects.get().user == user
    assert "stay as they are" in out
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
@pytest.mark.parametrize("extra", [["--name", "Another"], ["--password-file", "anything"]])
def test_an_account_that_exists_is_not_changed_silently(extra: list[str]) -> None:
    create_user(email="ann@example.com", name="Ann")
    with pytest.raises(CommandError, match="Leave out --name and --password-file"):
        run("fjord", "--admin", "ann@example.com", *extra)
    assert not Organization.objects.exists()


@pytest.mark.django_db
def test_an_account_that_is_switched_off_is_refused() -> None:
    user = create_user(email="ann@example.com")
    user.is_active = False
    user.save()
    with pytest.raises(CommandError, match="not active"):
        run("fjord", "--admin", "ann@example.com")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "email", "reason"),
    [
        ("fjord", "ann", "'ann' is not an e-mail address"),
        ("fjord", "ann@example.com\nbcc: x", "is not an e-mail address"),
        ("admin", "ann@example.com", "'admin' is reserved"),
        ("a/b", "ann@example.com", "is not a valid name"),
        ("", "ann@example.com", "is not a valid name"),
        ("x" * 101, "ann@example.com", "at most 100 fit"),
    ],
)
def test_a_refusal_says_why_and_leaves_nothing(name: str, email: str, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(name, "--admin", email)
    assert not Organization.objects.exists()
    assert not User.objects.exists(), "no account without its organization"


@pytest.mark.django_db
def test_a_name_that_is_taken_is_refused_whatever_its_case() -> None:
    create_organization(name="Fjord")
    with pytest.raises(CommandError, match="called 'fjord' already"):
        run("fjord", "--admin", "ann@example.com")
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"brief", "at least 12 characters"),
        (b"", "at least 12 characters"),
        (b"ann@example.com", "too similar"),
        (b"\xff\xfe password in utf-16", "cannot be read"),
    ],
)
def test_a_weak_or_unreadable_password_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    with pytest.raises(CommandError, match=reason) as refusal:
        run("fjord", "--admin", "ann@example.com", "--password-file", str(file))
    assert not content or content.decode("latin-1") not in str(refusal.value)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_missing_password_file_is_named() -> None:
    with pytest.raises(CommandError, match="/nowhere/password"):
        run("fjord", "--admin", "a@example.com", "--password-file", "/nowhere/password")


@pytest.mark.django_db
def test_without_a_terminal_the_admin_sets_the_password_by_e_mail(
    mailoutbox: list[Any],
) -> None:
    out = run("fjord", "--admin", "ann@example.com")
    assert "http://testserver/account/password/reset/" in out
    assert "EMAIL_HOST is not set" in out
    assert not User.objects.get().has_usable_password()
    # The promise is kept: an account without a password does get the e-mail.
    answer = Client().post("/account/password/reset/", {"email": "ann@example.com"})
    assert answer.status_code == 302
    [mail] = mailoutbox
    assert mail.to == ["ann@example.com"]
    assert "http://testserver/account/password/reset/key/" in mail.body
