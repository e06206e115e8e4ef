"""Rows as the objects of the dialect (contract A.4 to A.8), with further fields that help.

What the CLI prints as text is never null; times are Unix seconds with fractions. What is long is
cut to a bounded number of entries beside the true total, and the address of the page that has all.
"""

import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import Count, Prefetch, Q

from trails.models import Attestation, Evidence, Trail, Workflow
from trails.words import StepState

# Of the attestations of a workflow, and of the files of an attestation, how many are listed.
RECORDS = 100
FILES = 100

_STATES = {None: StepState.RECORDED, True: StepState.COMPLIANT, False: StepState.NON_COMPLIANT}


def page(*names: object) -> str:
    """Return the address of the page of a trail, a workflow, an attestation or a file."""
    path = "/".join(quote(str(name), safe=":@+~") for name in names)
    return f"{settings.PUBLIC_URL}/{path}/"


def _seconds(moment: datetime.datetime) -> float:
    return moment.timestamp()


def trail(row: Trail) -> dict[str, Any]:
    """Return an audit trail (A.4)."""
    version = row.version
    return {
        "name": row.name,
        "description": version.description,
        "steps": version.step_names,
        "required_steps": [step["name"] for step in version.steps if step["required"]],
        "created_at": _seconds(row.created_at),
        "last_modified_at": _seconds(version.at),
        "last_modified_by": version.by_name,
        "organization": row.organization.name,
        "version": version.number,
        "visibility": version.visibility,
        "url": page(row.organization.name, row.name),
    }


def workflow(row: Workflow) -> dict[str, Any]:
    """Return a workflow as lists show it (A.8): under each step the attestation that counts."""
    status = row.status
    return {
        "id": row.name,
        "audit_trail_name": row.trail.name,
        "description": row.description,
        "steps": row.version.step_names,
        "evidence": {
            step: [{"attestation_id": id, "number": number, "state": _STATES[is_compliant]}]
            for step, (number, is_compliant, id) in status.latest.items()
        },
        "evidence_total": status.attestations,
        "created_at": _seconds(row.at),
        "created_by": row.by_name,
        "last_modified_at": _seconds(status.last_at),
        "state": status.state,
        "reasons": status.reasons,
        "url": page(row.trail.organization.name, row.trail.name, row.name),
    }


def workflow_with_evidence(row: Workflow) -> dict[str, Any]:
    """Return a workflow with its newest attestations under their steps, oldest first (A.7)."""
    # Numbers have no gaps, so that the newest are found without counting.
    newest = Q(number__gt=row.status.attestations - RECORDS)
    counting = Q(pk__in=[id for _number, _verdict, id in row.status.latest.values()])
    found: dict[str, list[dict[str, Any]]] = {}
    for record in _records(row, newest | counting):
        found.setdefault(record["step"], []).append(record)
    return workflow(row) | {"evidence": found}


def evidence(row: Workflow, attestation: Attestation) -> dict[str, Any]:
    """Return an attestation of a workflow as the record of evidence that the CLI reported."""
    return _records(row, Q(pk=attestation.pk))[0]


def _records(row: Workflow, chosen: Q) -> list[dict[str, Any]]:
    files = Evidence.objects.filter(position__lte=FILES).select_related("blob").order_by("position")
    found = list(
        row.attestations.filter(chosen)
        .select_related("record", "user_data")
        .defer("record__body", "user_data__text")  # megabytes that nobody asked for
        .prefetch_related(Prefetch("evidence", queryset=files))
        .order_by("number")
    )
    counted = Evidence.objects.filter(attestation__in=found).values_list("attestation_id")
    totals = dict(counted.annotate(Count("pk")).order_by())
    return [_record(row, attestation, totals.get(attestation.pk, 0)) for attestation in found]


def _record(row: Workflow, attestation: Attestation, files_total: int) -> dict[str, Any]:
    names = (row.trail.organization.name, row.trail.name, row.name, attestation.pk)
    user_data = getattr(attestation, "user_data", None)
    link = attestation.external[0] if attestation.external else {}
    return {
        "attestation_id": str(attestation.pk),
        "number": attestation.number,
        "step": attestation.step,
        "state": attestation.state,
        "description": attestation.description,
        "created_at": _seconds(attestation.at),
        "created_by": attestation.by_name,
        "files": [
            {
                "name": file.name,
                "size": file.blob.size,
                "sha256": file.blob_id,
                "media_type": file.media_type,
                "url": page(*names, "evidence", file.pk) + "raw",
            }
            for file in attestation.evidence.all()
        ],
        "files_total": files_total,
        "evidence_url": link.get("uri", ""),
        "evidence_fingerprint": link.get("digest", {}).get("sha256", ""),
        "external": attestation.external,
        "user_data_sha256": user_data.sha256 if user_data else "",
        "record_sha256": attestation.record.sha256,
        "url": page(*names),
    }
