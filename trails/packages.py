"""From a workflow to its evidence package: gathers rows, renders the documents, packs the bag.

The layout is `evidence.package.bag`'s; the words of README.txt and report.html are templates. The
same workflow with the same attestations gives the same bytes, so nothing here looks at the clock.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from evidence.ledger import statement
from evidence.package.bag import Directory, Package, Payload, directory_names, pack
from evidence.vault import store
from trails.models import Attestation, Evidence, UserData, Workflow
from trails.state import Attested, judge

# Files of one attestation that the report lists; the manifest lists all. Keeps a report of an
# attestation with thousands of files printable, and its size bounded.
REPORT_FILES = 100


def package_of(workflow: Workflow) -> Package:
    """Return the package of a workflow: every attestation with its files, superseded ones too."""
    attestations = list(
        workflow.attestations.select_related("record", "evidence_list").order_by("number")
    )
    files = _files(workflow)
    user_data = {
        data.attestation_id: data
        for data in UserData.objects.filter(attestation__workflow=workflow)
    }
    directories = [
        Directory(
            step=attestation.step,
            payloads=[
                *files[attestation.pk],
                *_documents(attestation, user_data.get(attestation.pk)),
            ],
        )
        for attestation in attestations
    ]
    context = _context(workflow, attestations, directories)
    last_at = attestations[-1].at if attestations else workflow.at
    return pack(
        root=workflow.name,
        directories=directories,
        info=[
            ("Source-Organization", workflow.trail.organization.name),
            ("External-Identifier", workflow.subject),
            ("External-Description", f"Evidence package of workflow {workflow.name}"),
            ("Bagging-Date", last_at.date().isoformat()),
            ("Contact-Name", settings.PUBLIC_URL),
        ],
        readme=render_to_string("package/README.txt", context).encode(),
        report=render_to_string("package/report.html", context).encode(),
    )


def _files(workflow: Workflow) -> dict[Any, list[Payload]]:
    """Return the attested files of each attestation, in upload order, by one plain query."""
    rows = (
        Evidence.objects.filter(attestation__workflow=workflow)
        .order_by("attestation__number", "position")
        .values_list("attestation_id", "name", "blob_id", "blob__size", "blob__crc32")
    )
    found: dict[Any, list[Payload]] = defaultdict(list)
    for attestation_id, name, sha256, size, crc32 in rows.iterator(chunk_size=5000):
        read = partial(store.read, sha256)
        found[attestation_id].append(Payload(name, size, crc32, sha256, read))
    return found


def _documents(attestation: Attestation, user_data: UserData | None) -> Iterator[Payload]:
    """Yield what a package writes beside the attested files of an attestation (FORMATS §3)."""
    if user_data is not None:
        yield Payload.from_bytes("user-data.json", user_data.text.encode())
    if attestation.external:
        lines = [
            f"{link['uri']}  {link['name']}  sha256:{link.get('digest', {}).get('sha256', '-')}"
            for link in attestation.external
        ]
        yield Payload.from_bytes("external.txt", ("\n".join(lines) + "\n").encode())
    listing = attestation.evidence_list
    if listing is not None:
        read = partial(store.read, listing.sha256)
        yield Payload(
            statement.EVIDENCE_LIST_NAME, listing.size, listing.crc32, listing.sha256, read
        )


def _context(
    workflow: Workflow, attestations: list[Attestation], directories: list[Directory]
) -> dict[str, Any]:
    names = directory_names(directory.step for directory in directories)
    entries = [
        {
            "attestation": attestation,
            "directory": name,
            "files": directory.payloads[:REPORT_FILES],
            "more": max(0, len(directory.payloads) - REPORT_FILES),
        }
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
    }
