"""From a workflow to its evidence package: gathers rows, renders the documents, packs the bag.

The layout is `evidence.package.bag`'s; the words of README.txt and report.html are templates. The
same workflow at the same checkpoint gives the same bytes, so nothing here looks at the clock.

The checkpoint is the first one over the workflow's last record, or the first that witnesses have
cosigned. While that record is pending there is none, and the package says that it proves nothing
yet: on a bad day evidence without a proof is better than none.
"""

from collections import OrderedDict
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from evidence.ledger import log as ledger
from evidence.ledger import reading, statement
from evidence.ledger.cosigned import Packaged, package_checkpoint
from evidence.package import proofs
from evidence.package.bag import Directory, Package, Payload, Tag, directory_names, pack
from evidence.package.proofs import Proven
from evidence.vault import store
from trails.models import Attestation, Evidence, UserData, Workflow
from trails.state import Attested, judge

# Files of one attestation that the report lists; the manifest lists all. Keeps a report of an
# attestation with thousands of files printable, and its size bounded.
REPORT_FILES = 100


# Of a description that long the report shows the beginning: it must fit into memory with thousands
# of others.
REPORT_DESCRIPTION = 2000

# Bytes of layouts that a process keeps at hand, so that a download that is resumed, or split into
# ranges, does not lay out ten thousand files for every part.
KEPT_BYTES = 24 << 20
_BYTES_OF_A_MEMBER = 1000  # its name, numbers and reader, measured roughly


Key = tuple[Any, Any, bytes]
"""A workflow, its last attestation, and the checkpoint's note: all that a package depends on."""


class _Shelf:
    """The packages that were asked for last, by workflow, last attestation and checkpoint.

    That is all a package depends on: whatever else is in it is written once. It holds offsets and
    names, never contents, and it decides nothing: who asks has been let in before.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._packages: OrderedDict[Key, Package] = OrderedDict()
        self.weight = 0

    def get(self, key: Key) -> Package | None:
        with self._lock:
            if key in self._packages:
                self._packages.move_to_end(key)
            return self._packages.get(key)

    def put(self, key: Key, package: Package) -> None:
        """Keep a package, and let go of those that were not asked for the longest."""
        with self._lock:
            if key in self._packages:
                return  # another thread was faster
            self._packages[key] = package
            self.weight += _weight(package)
            while self.weight > KEPT_BYTES:
                _key, dropped = self._packages.popitem(last=False)
                self.weight -= _weight(dropped)


def _weight(package: Package) -> int:
    """Return about how many bytes of memory a layout takes: its members, and what was written."""
    members = package.archive.members
    data = f"{package.root}/data/"
    written = sum(member.size for member in members if not member.name.startswith(data))
    return written + _BYTES_OF_A_MEMBER * len(members)


_shelf = _Shelf()


def package_of(workflow: Workflow) -> Package:
    """Return the package of a workflow: every attestation with its files, superseded ones too."""
    newest = workflow.attestations.order_by("-number").values_list("pk", "number", "record")
    last = newest.first() or (None, 0, workflow.record_id)
    sealed = _sealed(workflow, last[2])
    key = (workflow.pk, last[0], sealed.note if sealed else b"")
    package = _shelf.get(key)
    if package is None:
        package = _lay_out(workflow, last[1], sealed)
        _shelf.put(key, package)
    return package


def _sealed(workflow: Workflow, record: Any) -> Packaged | None:
    """Return the checkpoint over a workflow's last record, and so over all of its records."""
    index = ledger.index_of(record)
    return None if index is None else package_checkpoint(workflow.trail.organization.log, index)


def _lay_out(workflow: Workflow, last: int, sealed: Packaged | None) -> Package:
    """Lay out the package of the attestations up to number `last`; more may come meanwhile."""
    attestations = list(
        workflow.attestations.filter(number__lte=last)
        .select_related("record__leaf", "evidence_list")
        .order_by("number")
    )
    files = _files(workflow)
    user_data = {
        data.attestation_id: data
        for data in UserData.objects.filter(attestation__workflow=workflow).defer("text")
    }
    directories = [
        Directory(
            step=attestation.step,
            payloads=[
                *files.get(attestation.number, ()),
                *_documents(attestation, user_data.get(attestation.pk)),
            ],
        )
        for attestation in attestations
    ]
    tags = [] if sealed is None else _proofs(workflow, attestations, sealed)
    context = _context(workflow, attestations, directories) | {"is_sealed": bool(tags)}
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
        tags=tags,
    )


def _proofs(workflow: Workflow, attestations: list[Attestation], sealed: Packaged) -> list[Tag]:
    """Return the files of `proof/`: each record's statement, and its path to the checkpoint."""
    records = [workflow.record, *(attestation.record for attestation in attestations)]
    indexes = [record.leaf.index for record in records]
    inclusions = reading.inclusions(sealed.checkpoint, indexes)
    proven = [
        Proven(bytes(record.body), inclusion.index, inclusion.path)
        for record, inclusion in zip(records, inclusions, strict=True)
    ]
    steps = [attestation.step for attestation in attestations]
    return proofs.tags(
        vkey=sealed.checkpoint.key.vkey,
        checkpoint=sealed.note,
        workflow=proven[0],
        attestations=zip(steps, proven[1:], strict=True),
        timestamp=sealed.timestamp,
    )


def _files(workflow: Workflow) -> dict[int, list[Payload]]:
    """Return the attested files of each attestation by its number, in upload order.

    One plain query and no models: with ten thousand files this is half of the time to the first
    byte of a package. A number is cheaper to read ten thousand times than a UUID, and a list that
    is needed whole is cheaper whole than through a cursor.
    """
    rows = (
        Evidence.objects.filter(attestation__workflow=workflow)
        .order_by("attestation__number", "position")
        .values_list("attestation__number", "name", "blob_id", "blob__size", "blob__crc32")
    )
    return {
        number: [
            Payload(name, size, crc32, sha256, partial(store.read, sha256))
            for _, name, sha256, size, crc32 in group
        ]
        for number, group in groupby(rows, key=itemgetter(0))
    }


def _documents(attestation: Attestation, user_data: UserData | None) -> Iterator[Payload]:
    """Yield what a package writes beside the attested files of an attestation (FORMATS §3)."""
    if user_data is not None:
        yield Payload(
            "user-data.json",
            user_data.size,
            user_data.crc32,
            user_data.sha256,
            partial(_read_user_data, user_data.pk),
        )
    if attestation.external:
        yield Payload.from_bytes("external.txt", proofs.external_text(attestation.external))
    listing = attestation.evidence_list
    if listing is not None:
        read = partial(store.read, listing.sha256)
        yield Payload(
            statement.EVIDENCE_LIST_NAME, listing.size, listing.crc32, listing.sha256, read
        )


def _read_user_data(attestation: Any, start: int, stop: int) -> Iterator[bytes]:
    """Yield a part of an attestation's free data, which is looked up only when it is sent."""
    text = UserData.objects.values_list("text", flat=True).get(pk=attestation)
    yield text.encode()[start:stop]


def _context(
    workflow: Workflow, attestations: list[Attestation], directories: list[Directory]
) -> dict[str, Any]:
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
