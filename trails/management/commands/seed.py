"""`manage.py seed FILE`: an instance that holds what a file says and nothing else.

For conformance runs of API clients, which need known organizations and tokens. Everything there
was is deleted, in one transaction with the seeding: a failure leaves what was there. The bytes in
the vault stay until they are swept, without a name. Needs to own the tables, as `migrate` does. Not
for an instance whose log anybody follows: it begins anew under the same origin.
"""

import sys
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from evidence.append_only import lifted
from trails import granted
from trails.actions.keys import issue_user_key
from trails.actions.organizations import create_organization, create_user, set_role
from trails.actors import SYSTEM
from trails.errors import TrailsError
from trails.kosli import seeds
from trails.models import User

_FLAG = "--i-know-this-deletes-everything"
# What `migrate` writes and the code relies on; everything else is somebody's data.
_KEPT = {"contenttypes.contenttype", "auth.permission"}


class Command(BaseCommand):
    help = (
        "Delete EVERYTHING, then make the users, organizations, memberships and tokens of a JSON "
        'file: {"users": [{"name", "email", "password", "token" or "tokens", '
        '"personal_organization"}], "organizations": [{"name", "beta_enabled", "members": '
        '{"<user>": "admin" or "writer" or "auditor"}}]}. Only names are required. Each user gets '
        "a personal organization of the same name, unless personal_organization is false."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the JSON file, or - for standard input")
        parser.add_argument(
            _FLAG, action="store_true", dest="sure", help="required when DEBUG is off"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or options["sure"]):
            raise CommandError(
                "Refused: DEBUG is off, so this may be an instance that somebody relies on, and "
                "seeding deletes every user, organization, record and attestation of database "
                f"{connection.settings_dict['NAME']}. If that is what you want, add {_FLAG}."
            )
        try:
            seed = seeds.read(_text(options["file"]))
        except seeds.BadSeed as error:
            raise CommandError(f"Nothing was changed. {options['file']}:\n{error}") from error
        stranger = granted.stranger(connection)
        if stranger is not None:
            raise CommandError(
                "Nothing was changed. Only their owner can empty the tables, and this is "
                f"{stranger}. Put the owner's address into DATABASE_OWNER_URL for this command."
            )
        try:
            with transaction.atomic():
                _wipe()
                _make(seed)
        except TrailsError as error:
            raise CommandError(f"Nothing was changed. {error.message}") from error
        self.stdout.write(
            f"Deleted everything; made {len(seed.people)} users "
            f"and {len(seed.tenants)} organizations."
        )


def _text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"Nothing was changed. The file cannot be read: {error}") from error


def _wipe() -> None:
    """Empty every table but what `migrate` wrote. The triggers are back when this returns."""
    # The inner transaction: should the database refuse, the triggers are put back after a rollback
    # to here, because PostgreSQL does nothing more in a transaction that has failed.
    with lifted(connection), transaction.atomic(), connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if (
                model._meta.managed
                and not model._meta.proxy
                and model._meta.label_lower not in _KEPT
            ):
                table = connection.ops.quote_name(model._meta.db_table)
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608  a table's name, quoted
        # Foreign keys are checked now: PostgreSQL changes no triggers while checks are pending.
        connection.check_constraints()


def _make(seed: seeds.Seed) -> None:
    users: dict[str, User] = {}
    for person in seed.people:
        user = create_user(email=person.email, name=person.name, password=person.password)
        users[person.name] = user
        for token in person.tokens:
            issue_user_key(user=user, actor=SYSTEM, description="seeded", token=token)
    for tenant in seed.tenants:
        organization = create_organization(name=tenant.name, beta_enabled=tenant.beta_enabled)
        for name, role in tenant.members.items():
            set_role(organization=organization, user=users[name], role=role, actor=SYSTEM)
