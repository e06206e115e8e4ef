"""`manage.py forget_second_factor`: lets a person in again who lost phone, passkeys and codes.

Also after SECRET_KEY was replaced, when no app of anybody can be read any more. Make sure that it
is really that person who asks, and not somebody who has learned their password.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from trails.actions.second_factors import forget_second_factors
from trails.actors import SYSTEM
from trails.models import User


class Command(BaseCommand):
    """Takes away a person's app, passkeys and recovery codes. The password stays."""

    help = "Take a person's second factors away, so that the password alone signs them in."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare whom."""
        parser.add_argument("email", metavar="EMAIL", help="the person's address")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take them away, and say how many there were."""
        user = User.objects.filter(email=options["email"].lower()).first()
        if user is None:
            raise CommandError(f"There is no account for '{options['email']}'.")
        count = forget_second_factors(user=user, actor=SYSTEM)
        self.stdout.write(
            f"{user.email}: {count} taken away. The password alone signs them in now; "
            "they set up a second factor anew at /account/second-factor/."
        )
