"""A7: report evidence for a step of a workflow."""

import datetime
import re
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from trails.actions import inputs
from trails.actions.attestations import Report, attest, canonical_json
from trails.errors import Invalid
from trails.http import uploads
from trails.kosli import payloads, shapes
from trails.kosli.answers import InvalidPayload, answer
from trails.kosli.calls import Call
from trails.models import Trail, Workflow
from trails.permissions import Act

FIELD = "evidence_json"
FILE = "evidence_file"
# The CLI sends no key by which a repetition is told from news, and repeats what it did not see
# answered within seconds; a job that is run again comes within minutes.
RETRY_WINDOW = datetime.timedelta(minutes=15)

_REQUIRED = frozenset({"external_id", "step"})
_OPTIONAL = frozenset({"evidence_url", "evidence_fingerprint", "user_data"})
_FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}")


def report(call: Call, trail: str) -> HttpResponse:
    """Record evidence without a verdict, which this era cannot give (A.9).

    201 for a new attestation; 200 for the repetition of the step's newest one by the same caller
    within `RETRY_WINDOW`, which records nothing.
    """
    call.require_beta()
    call.require(Act.ATTEST)
    row = call.trail(trail)
    with uploads.receive(call.request, file_fields=frozenset({FILE})) as form:
        said = _said(form.fields)
        workflow = call.workflow(row, payloads.text(said["external_id"], "external_id"))
        made = attest(
            actor=call.actor,
            workflow=workflow,
            report=_report(said, _step(said["step"], workflow, row)),
            uploads=form.uploads,
            retry_window=RETRY_WINDOW,
        )
    return answer(shapes.evidence(workflow, made.attestation), 201 if made.created else 200)


def _said(fields: dict[str, str]) -> dict[str, Any]:
    """Return the JSON object that came in the one text field of the form."""
    errors = {
        name[:100]: f"This field is not known here; send {FIELD}."
        for name in fields.keys() - {FIELD}
    }
    if FIELD not in fields:
        errors[FIELD] = f"'{FIELD}' is a required property"
    if errors:
        raise InvalidPayload(errors)
    value = payloads.parse(fields[FIELD], FIELD)
    return payloads.record(value, required=_REQUIRED, optional=_OPTIONAL)


def _step(value: Any, workflow: Workflow, trail: Trail) -> str:
    """Return the step, which the workflow's template or the trail's newest one must have."""
    step = inputs.step_name(payloads.text(value, "step"))
    known = workflow.version.step_names
    if step not in known and step not in trail.version.step_names:
        steps = ", ".join(f"'{name}'" for name in known) or "none"
        raise Invalid(
            f"'{step}' is not a step of audit trail {trail.name}. Its steps are: {steps}.",
            field="step",
        )
    return step


def _report(said: dict[str, Any], step: str) -> Report:
    """Return what was said as a report; a fingerprint without a URL becomes its description."""
    url = payloads.text(said.get("evidence_url", ""), "evidence_url")
    fingerprint = payloads.text(said.get("evidence_fingerprint", ""), "evidence_fingerprint")
    if fingerprint and not _FINGERPRINT.fullmatch(fingerprint):
        raise Invalid(
            f"{payloads.shown(fingerprint)} is not a SHA-256 of 64 hex digits.",
            field="evidence_fingerprint",
        )
    fingerprint = fingerprint.lower()
    described = f"Fingerprint of the evidence: sha256:{fingerprint}" if fingerprint else ""
    return Report(
        step=step,
        is_compliant=None,
        description="" if url else described,
        user_data=_user_data(said.get("user_data")),
        external=_external(url, fingerprint) if url else (),
    )


def _user_data(value: Any) -> str | None:
    """Return the user data as it is stored; `{}` is what the CLI sends for none."""
    return None if value == {} else canonical_json(value, limit=settings.LIMIT_JSON_BYTES)


def _external(url: str, fingerprint: str) -> list[dict[str, Any]]:
    link: dict[str, Any] = {"uri": url}
    if fingerprint:
        link["digest"] = {"sha256": fingerprint}
    try:
        return inputs.external([link])
    except Invalid as error:
        raise Invalid(error.message, field="evidence_url") from error
