"""The pages of a workflow's package that are for reading: README.txt and report.html.

They say what the rows say at that state of the workflow, and nothing looks at the clock: the same
workflow at the same checkpoint gives the same bytes. What proves anything is elsewhere.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string

from evidence.package.bag import directory_names
from trails.models import Disposal, Workflow
from trails.state import Attested, judge

if TYPE_CHECKING:
    from trails.packages import Gathered

# Files of one attestation that the report lists; the manifest lists all. Keeps a report of an
# attestation with thousands of files printable, and its size bounded.
REPORT_FILES = 100

# Of a description that long the report shows the beginning: it must fit into memory with thousands
# of others.
REPORT_DESCRIPTION = 2000


class Gone(NamedTuple):
    """A file that was attested and then disposed of."""

    name: str
    size: int
    sha256: str


def documents(workflow: Workflow, gathered: "Gathered") -> tuple[bytes, bytes]:
    """Return README.txt and report.html."""
    context = _context(workflow, gathered)
    readme = render_to_string("package/README.txt", context)
    return readme.encode(), render_to_string("package/report.html", context).encode()


def _context(workflow: Workflow, gathered: "Gathered") -> dict[str, Any]:
    attestations, directories = gathered.attestations, gathered.directories
    names = directory_names(directory.step for directory in directories)
    entries = [
        {
            "attestation": attestation,
            "directory": name,
            "description": attestation.description[:REPORT_DESCRIPTION],
            "is_cut": len(attestation.description) > REPORT_DESCRIPTION,
            # Templates find a key faster than an attribute, here five hundred times.
            "files": [
                {"name": payload.name, "size": payload.size, "sha256": payload.sha256}
                for payload in directory.payloads[:REPORT_FILES]
            ],
            "more": max(0, len(directory.payloads) - REPORT_FILES),
        }
        | _gone(gathered.gone.get(attestation.number, ()), attestation.number, gathered.disposals)
        for attestation, directory, name in zip(attestations, directories, names, strict=True)
    ]
    verdict = judge(
        workflow.version.template,
        (Attested(a.step, a.number, a.is_compliant) for a in attestations),
    )
    counting = {step.step: step.number for step in verdict.steps}
    for entry, attestation in zip(entries, attestations, strict=True):
        entry["superseded"] = counting[attestation.step] != attestation.number
    return {
        "workflow": workflow,
        "trail": workflow.trail,
        "organization": workflow.trail.organization,
        "version": workflow.version,
        "verdict": verdict,
        "entries": entries,
        "public_url": settings.PUBLIC_URL,
        "files": sum(len(directory.payloads) for directory in directories),
        "gone": sum(map(len, gathered.gone.values())),
        "disposals": gathered.disposals,
        "is_sealed": bool(gathered.tags),
    }


def _gone(files: Sequence[Gone], number: int, disposals: Sequence[Disposal]) -> dict[str, Any]:
    """Return what the report says of an attestation's disposed files."""
    if not files:
        return {}
    return {
        "gone": [file._asdict() for file in files[:REPORT_FILES]],
        "more_gone": max(0, len(files) - REPORT_FILES),
        "disposal": next(one for one in disposals if number <= one.up_to),
    }
