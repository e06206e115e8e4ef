"""`manage.py demo`: fills an instance with a fictional bank's processes and prints the way in.

May be run again at any time: nothing doubles, and what an interruption left out is completed.
"""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse

from evidence.ledger import log as ledger
from evidence.ledger.keys import signing_key
from trails.demo import processes, sign_ins
from trails.demo.bank import ORGANIZATION
from trails.demo.cast import Cast, assemble
from trails.demo.play import Played, play
from trails.demo.processes.server_access import FAMOUS
from trails.errors import TrailsError

_TRAIL = "prod-server-access"


class Command(BaseCommand):
    """Makes the demo's data and says where to look and how to sign in."""

    help = "Fill this instance with a fictional bank's processes. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the one option."""
        parser.add_argument(
            "--yes-on-this-host",
            action="store_true",
            help="make the demo although PUBLIC_URL is not on this machine",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the demo, or explain why not."""
        _refuse_a_real_instance(agreed=options["yes_on_this_host"])
        _refuse_an_old_database()
        try:
            with sign_ins.kept_in(settings.DATA_DIR) as kept:
                cast = assemble(kept)
                played = play(cast, processes.trails())
            # A report does this by itself, but the demo may be older than sealing is.
            ledger.seal(cast.organization.log)
        except TrailsError as error:
            raise CommandError(error.message) from error
        self._print(cast, played, kept)

    def _print(self, cast: Cast, played: Played, kept: sign_ins.SignIns) -> None:
        at = settings.PUBLIC_URL
        public = f"{at}/{ORGANIZATION}/{_TRAIL}/"
        made = f"{played.new} attestations made now" if played.new else "all there already"
        lines = [
            f"{ORGANIZATION}: {played.trails} audit trails, {played.workflows} workflows, "
            f"{played.attestations} attestations, {played.files} evidence files ({made})",
            "",
            "A public trail, for everybody",
            f"  {public}",
            "A workflow with its evidence package",
            f"  {public}{FAMOUS}/",
            f"Sign in at {at}{reverse('account_login')}",
            *(f"  {who.role:<8} {who.email:<34} {_shown(who.password)}" for who in cast.sign_ins),
            "The key that the demo made for itself, and that signs its log",
            f"  {signing_key(cast.organization.log.origin).key.vkey}",
            "Report with curl: the admin's key to configure, the automation's to report",
            f"  export ADMIN_KEY={cast.admin_key}",
            f"  export KEY={cast.automation_key}",
            "Next",
            "  Open the public trail, choose a workflow, press Download evidence package.",
            f"  Drop the package on {at}/verify/ with the key above: nothing is uploaded.",
            "  Sign in as admin, writer and auditor: each may do other things.",
            "  Record a process of your own: README, 'Record a process with curl'.",
            f"Passwords and keys are kept in {kept.path}, for you alone to read.",
        ]
        self.stdout.write("\n".join(lines))


def _shown(password: str | None) -> str:
    return password or "(changed since; set one with: manage.py changepassword E-MAIL)"


def _refuse_a_real_instance(*, agreed: bool) -> None:
    """Keep made-up accounts, whose passwords lie in a file, off instances that others reach."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if agreed or _is_this_machine(host):
        return
    raise CommandError(
        f"This does not look like a demo: PUBLIC_URL is {settings.PUBLIC_URL}, which others can "
        f"reach. The demo adds an organization with made-up records, which nobody can ever remove, "
        f"and three accounts whose passwords lie in {settings.DATA_DIR / sign_ins.FILE}. "
        "If that is what you want here, add --yes-on-this-host."
    )


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name, which may lead anywhere


def _refuse_an_old_database() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not up to date. Run first: manage.py migrate")
