"""The commands that empty pages show: real host, organization and trail, ready to be copied.

Names come from people, and a command that is pasted runs: every part is quoted for the shell.
"""

import json
import shlex
from urllib.parse import quote

from django.conf import settings

from trails.models import Organization, Trail, Workflow


def begin_command(trail: Trail) -> str:
    """Return the command that begins a workflow."""
    return " \\\n  ".join(
        [
            f"curl -fsS -X PUT {shlex.quote(address(trail, 'run-1'))}",
            '-H "Authorization: Bearer $KEY" -H "Content-Type: application/json"',
            f"-d {_json({'description': 'The first run'})}",
        ]
    )


def retention_command(trail: Trail) -> str:
    """Return the command that sets the retention of a trail."""
    return " \\\n  ".join(
        [
            f"curl -fsS -X PUT {shlex.quote(_trail_address(trail))}",
            '-H "Authorization: Bearer $KEY" -H "Content-Type: application/json"',
            f"-d {_json({'retention_days': 3650})}",
        ]
    )


def attest_command(workflow: Workflow, step: str) -> str:
    """Return the command that attests a step of a workflow with a file."""
    said = _json({"step": step, "is_compliant": True}, "attestation=", ";type=application/json")
    return " \\\n  ".join(
        [
            f"curl -fsS {shlex.quote(address(workflow.trail, workflow.name) + '/attestations')}",
            '-H "Authorization: Bearer $KEY"',
            # Of what every machine has: not all have uuidgen or openssl.
            '-H "Idempotency-Key: $(head -c 12 /dev/urandom | base64)"',
            f"-F {said}",
            "-F evidence=@session.log",
        ]
    )


def prepare_command(trail: Trail) -> str:
    """Return the command that asks for the package of a trail, for a year of it."""
    said: dict[str, object] = {
        "begun_after": "2026-01-01T00:00:00Z",
        "begun_before": "2027-01-01T00:00:00Z",
    }
    return " \\\n  ".join(
        [
            f"curl -fsS -X POST {shlex.quote(f'{_trail_address(trail)}/packages')}",
            '-H "Authorization: Bearer $KEY" -H "Content-Type: application/json"',
            f"-d {_json(said)}",
        ]
    )


def address(trail: Trail, workflow: str) -> str:
    """Return the API's address of a workflow: the one that takes keys."""
    return f"{_trail_address(trail)}/workflows/{quote(workflow, safe=':@+')}"


def _trail_address(trail: Trail) -> str:
    organization, name = quote(trail.organization.name), quote(trail.name)
    return f"{settings.PUBLIC_URL}/api/v1/organizations/{organization}/trails/{name}"


def _json(value: dict[str, object], before: str = "", after: str = "") -> str:
    return shlex.quote(before + json.dumps(value, ensure_ascii=False) + after)


def key_commands(token: str, organization: Organization | None) -> dict[str, str]:
    """Return the commands that try a new key out, by the tool they are for."""
    found = {"shell": f"export KEY={shlex.quote(token)}"}
    trails = f"/{quote(organization.name)}/trails" if organization else ""
    found["curl"] = (
        'curl -fsS -H "Authorization: Bearer $KEY" \\\n'
        f"  {shlex.quote(f'{settings.PUBLIC_URL}/api/v1/organizations{trails}')}"
    )
    if organization:
        found["kosli"] = (
            f"export KOSLI_HOST={shlex.quote(settings.PUBLIC_URL)} "
            f"KOSLI_ORG={shlex.quote(organization.name)} "
            'KOSLI_API_TOKEN="$KEY"\nkosli list audit-trails'
        )
    return found
