"""A1, A2, A3: create or update, get and list audit trails."""

import re
from typing import Any

from django.http import HttpResponse

from trails.actions import inputs
from trails.actions.trails import configure_trail
from trails.errors import Invalid
from trails.kosli import payloads, shapes
from trails.kosli.answers import answer
from trails.kosli.calls import Call
from trails.models import Trail
from trails.permissions import Act

# Narrower than our own rule of names. The text of the error shows it, backslashes doubled (A.3).
NAME_PATTERN = r"^[a-zA-Z0-9\-]+$"
_REQUIRED = frozenset({"name", "steps"})
_OPTIONAL = frozenset({"description"})


def configure(call: Call) -> HttpResponse:
    """Create an audit trail, or give it another description or other steps (A.3).

    The order is the contract's: a bad payload is named before the beta gate. A new trail is
    private; an old one stays as visible as it is, and a step that stays stays as optional.
    """
    wanted = _validated(payloads.json_body(call.request))
    call.require_beta()
    call.require(Act.CONFIGURE_TRAIL)
    done = configure_trail(
        actor=call.actor,
        organization=call.organization,
        name=wanted["name"],
        description=wanted["description"],
        steps=_as_optional_as_before(call, wanted["name"], wanted["steps"]),
    )
    return answer(shapes.trail(done.trail), 201 if done.created else 200)


def show(call: Call, trail: str) -> HttpResponse:
    """Answer one audit trail (A.4)."""
    call.require_beta()
    return answer(shapes.trail(call.trail(trail)))


def list_all(call: Call) -> HttpResponse:
    """Answer all audit trails of the organization by name, in a bare array (A.5)."""
    call.require_beta()
    found = Trail.objects.visible_to(call.actor).filter(organization=call.organization)
    rows = found.select_related("organization", "current").order_by("name")
    return answer([shapes.trail(row) for row in rows])


def _validated(body: Any) -> dict[str, Any]:
    """Return name, description (None where none came) and steps, or say what is wrong first.

    A bad name alone is named, whatever else is wrong: so do the goldens of the CLI.
    """
    body = payloads.record(body, required=_REQUIRED, optional=_OPTIONAL)
    return {
        "name": _name(body["name"]),
        "description": _description(body.get("description")),
        "steps": _steps(body["steps"]),
    }


def _name(value: Any) -> str:
    value = payloads.text(value, "name")
    if not re.fullmatch(NAME_PATTERN, value):
        raise Invalid(f"{payloads.shown(value)} does not match {NAME_PATTERN!r}", field="name")
    return inputs.trail_name(value)


def _description(value: Any) -> str | None:
    return None if value is None else inputs.text(value, "description")


def _steps(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise Invalid(f"{payloads.shown(value)} is not of type 'array'", field="steps")
    if not value or value == [""]:  # what the CLI sends when nobody named any
        raise Invalid("Name at least one step, as in --steps one,two.", field="steps")
    return inputs.steps([payloads.text(step, "steps") for step in value])


def _as_optional_as_before(
    call: Call, name: str, steps: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the steps, those that the trail has already as required or optional as they are.

    The CLI cannot say that a step is optional; repeating its call must not undo that.
    """
    row = Trail.objects.filter(organization=call.organization, name=name)
    before = row.select_related("current").first()
    known = {step["name"]: step["required"] for step in before.version.steps} if before else {}
    return [step | {"required": known.get(step["name"], True)} for step in steps]
