"""`manage.py create_organization`: the first organization of a fresh instance, and its first admin.

Everybody else is invited from the members page. Not for changing an organization that exists.
"""

import getpass
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from trails.actions.organizations import create_organization, create_user
from trails.errors import TrailsError
from trails.models import Organization, User


class Command(BaseCommand):
    """Makes an organization and, where needed, the account of its admin: both or neither."""

    help = "Create an organization and its first admin."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whom and what."""
        parser.add_argument("organization", metavar="NAME", help="as it stands in addresses")
        parser.add_argument("--admin", metavar="EMAIL", required=True, help="the first admin")
        parser.add_argument(
            "--name", metavar="FULL-NAME", help="what the admin is called in records"
        )
        parser.add_argument(
            "--password-file",
            metavar="PATH",
            type=Path,
            help="a file with the admin's password; without it you are asked on a terminal, "
            "and elsewhere the admin sets one by e-mail",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create both, and say what to do next."""
        email = _email(options["admin"])
        user = User.objects.filter(email=email).first()
        # Asked before the password is: nobody likes to type one for nothing.
        if Organization.objects.filter(name__iexact=options["organization"]).exists():
            raise CommandError(
                f"There is an organization called '{options['organization']}' already."
            )
        if user is not None:
            _refuse_to_change(user, options)
        password = (
            None if user else self._password(User(email=email, name=options["name"] or ""), options)
        )
        try:
            with transaction.atomic():
                admin = user or create_user(
                    email=email, name=options["name"] or "", password=password
                )
                organization = create_organization(name=options["organization"], admin=admin)
        except TrailsError as error:
            raise CommandError(error.message) from error
        self._print(organization, admin, new=user is None)

    def _password(self, user: User, options: dict[str, Any]) -> str | None:
        """Return the password of the new account; None where the person sets one by e-mail."""
        file: Path | None = options["password_file"]
        if file is not None:
            try:
                password = file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise CommandError(f"The password file cannot be read: {error}") from error
            _refuse_weak(password, user)
            return password
        if not sys.stdin.isatty():
            return None
        self.stdout.write(
            f"{user.email} gets an account. Leave the password empty to set it by e-mail."
        )
        password = getpass.getpass("Password: ")
        if not password:
            return None
        _refuse_weak(password, user)
        if getpass.getpass("Password again: ") != password:
            raise CommandError("The passwords differ. Nothing was created; run the command again.")
        return password

    def _print(self, organization: Organization, admin: User, *, new: bool) -> None:
        at = settings.PUBLIC_URL
        lines = [f"Organization '{organization.name}' is there, with {admin.email} as its admin."]
        if admin.has_usable_password():
            lines.append(f"1. Sign in at {at}{reverse('account_login')}")
        else:
            lines.append(
                "1. The account has no password yet. Choose 'Forgot password' at "
                f"{at}{reverse('account_reset_password')} and follow the link in the e-mail."
            )
            if not settings.EMAIL_HOST:
                lines.append("   EMAIL_HOST is not set, so the server prints the e-mail.")
        if not new:
            lines.append(
                "   The account was there already; its name and password stay as they are."
            )
        lines += [
            f"2. Create an audit trail, add members and keys: {at}/{organization.name}/",
            "3. Report to it: see 'Record a process with curl' in the README.",
        ]
        self.stdout.write("\n".join(lines))


def _email(value: str) -> str:
    email = value.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"'{value}' is not an e-mail address.") from None
    return email


def _refuse_weak(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError("Choose another password. " + " ".join(error.messages)) from error


def _refuse_to_change(user: User, options: dict[str, Any]) -> None:
    """Say that an account which exists is taken as it is, before anything is done."""
    if not user.is_active:
        raise CommandError(f"The account of {user.email} is not active. Choose another admin.")
    if options["password_file"] is not None or (options["name"] and options["name"] != user.name):
        raise CommandError(
            f"There is an account for {user.email} already, whose name and password this command "
            "does not change. Leave out --name and --password-file."
        )
