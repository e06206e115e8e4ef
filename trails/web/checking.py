"""The commands by which outsiders check a log and what is in it, ready to be copied and run.

They fetch from here and judge elsewhere. Every part that comes from people is quoted for the shell.
"""

import shlex
from urllib.parse import quote

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from evidence.ledger import tiles
from evidence.models import Checkpoint
from trails.models import Attestation, Organization, Workflow
from trails.web.commands import address

_AS_MEMBER = ' -H "Authorization: Bearer $KEY"'


def addresses(organization: Organization, size: int) -> list[tuple[str, str]]:
    """Return what programs may read of a log: a heading and an address each."""
    log = settings.PUBLIC_URL + reverse("log", args=[organization.name])
    api = f"{settings.PUBLIC_URL}/api/v1/organizations/{quote(organization.name)}/log"
    return [
        (_("Newest checkpoint"), f"{log}checkpoint"),
        (_("Keys"), f"{log}key"),
        (_("A tile"), log + _first_tile(size)),
        (_("Consistency"), f"{api}/consistency?old=1"),
    ]


def _first_tile(size: int) -> str:
    """Return the path of the first tile of the leaves, or its shape where there is none."""
    width = tiles.width(size, 0, 0)
    return tiles.Tile(0, 0, width).path if width else "tile/<level>/<index>"


def log_commands(organization: Organization, newest: Checkpoint | None, *, is_open: bool) -> str:
    """Return the commands that fetch what a witness or a monitor reads of a log."""
    key = "" if is_open else _AS_MEMBER
    size = newest.size if newest else 0
    quoted = [shlex.quote(address) for _what, address in addresses(organization, size)]
    return "\n".join(
        [
            f"curl -fsS{key} {quoted[0]}",
            f"curl -fsS{key} {quoted[1]}",
            f"curl -fsS{key} {quoted[2]} | od -An -v -tx1 -w32",
        ]
    )


def verify_command(package: str, vkey: str | None) -> str:
    """Return the command that verifies a package with a key."""
    key = shlex.quote(vkey) if vkey else "'name+id+base64'"
    return f"trailkeeper verify {shlex.quote(package)} --key {key}"


def package_commands(workflow: Workflow, vkey: str | None) -> str:
    """Return the commands that fetch the package of a workflow and verify it."""
    name = f"{workflow.name}.zip"
    fetched = _fetched(workflow, "/package", name)
    return f"{fetched}\n{verify_command(name, vkey)}"


def proof_commands(attestation: Attestation, vkey: str) -> str:
    """Return the commands that fetch statement and proof of an attestation and check them by hand.

    They take stock tools only: curl, sed, openssl.
    """
    workflow, path = attestation.workflow, f"/attestations/{attestation.pk}"
    return "\n".join(
        [
            _fetched(workflow, f"{path}/statement", "statement.json"),
            _fetched(workflow, f"{path}/proof", "statement.tlog-proof"),
            f"VKEY={shlex.quote(vkey)}",
            render_to_string("proof/check.sh").rstrip("\n"),
        ]
    )


def _fetched(workflow: Workflow, path: str, name: str) -> str:
    """Return the command that saves what the API has of a workflow, with a key where it takes one.

    The name is never an option of curl: ids begin with a letter or a digit.
    """
    key = "" if workflow.trail.is_public else _AS_MEMBER
    url = shlex.quote(address(workflow.trail, workflow.name) + path)
    return f"curl -fsS{key} -o {shlex.quote(name)} {url}"
