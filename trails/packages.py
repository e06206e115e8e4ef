"""From a workflow to its evidence package: gathers rows and proofs, and packs the bag.

The layout is `evidence.package.bag`'s; what is for reading, `trails.package_documents`'. The same
workflow at the same checkpoint gives the same bytes, so nothing here looks at the clock.

The checkpoint is the first one over the workflow's last record, or the first that witnesses have
cosigned. While that record is pending there is none, and the package says that it proves nothing
yet: on a bad day evidence without a proof is better than none.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import Any

from django.conf import settings

from evidence.ledger import log as ledger
from evidence.ledger import reading, statement
from evidence.ledger.cosigned import Packaged, package_checkpoint
from evidence.package import proofs
from evidence.package.bag import Directory, Package, Payload, Tag, pack
from evidence.package.proofs import Proven
from evidence.vault import store
from trails.models import Attestation, Disposal, DisposalPart, Evidence, UserData, Workflow
from trails.package_documents import Gone, documents

# Bytes of layouts that a process keeps at hand, so that a download that is resumed, or split into
# ranges, does not lay out ten thousand files for every part.
KEPT_BYTES = 24 << 20
_BYTES_OF_A_MEMBER = 1000  # its name, numbers and reader, measured roughly


Key = tuple[Any, Any, Any, bytes]
"""A workflow, its last attestation, its last disposal, and the checkpoint's note."""


class _Shelf:
    """The packages that were asked for last, by workflow, last attestation, disposal, checkpoint.

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
    """Return the package of a workflow: every attestation with its files, superseded ones too.

    What was disposed of is left out, and the records of its disposal are there in its place.
    """
    newest = workflow.attestations.order_by("-number").values_list("pk", "number", "record")
    last = newest.first() or (None, 0, workflow.record_id)
    disposed = workflow.disposals.order_by("-up_to").values_list("pk", "record").first()
    sealed = _sealed(workflow, [last[2], *(disposed or ())[1:]])
    key = (workflow.pk, last[0], disposed and disposed[0], sealed.note if sealed else b"")
    package = _shelf.get(key)
    if package is None:
        package = _lay_out(workflow, last[1], sealed)
        _shelf.put(key, package)
    return package


def _sealed(workflow: Workflow, records: Iterable[Any]) -> Packaged | None:
    """Return the checkpoint over a workflow's last records, and so over all of its records."""
    last = -1
    for record in records:
        index = ledger.index_of(record)
        if index is None:
            return None
        last = max(last, index)
    return package_checkpoint(workflow.trail.organization.log, last)


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a package holds of a workflow: directories in number order, and files of `proof/`.

    `gone` are the files that were disposed of, by the numbers of their attestations.
    """

    attestations: list[Attestation]
    directories: list[Directory]
    tags: list[Tag]
    disposals: list[Disposal]
    gone: dict[int, list[Gone]]


def gather(workflow: Workflow, last: int, sealed: Packaged | None) -> Gathered:
    """Return what is packed of the attestations up to number `last`; more may come meanwhile."""
    attestations = list(
        workflow.attestations.filter(number__lte=last)
        .select_related("record__leaf", "evidence_list")
        .order_by("number")
    )
    disposals = _disposals(workflow, last, sealed)
    files, gone = _files(workflow, disposals[-1].up_to if disposals else 0)
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
    tags = [] if sealed is None else _proofs(workflow, attestations, disposals, sealed)
    return Gathered(attestations, directories, tags, disposals, gone)


def _disposals(workflow: Workflow, last: int, sealed: Packaged | None) -> list[Disposal]:
    """Return what a package says was disposed of, in order; more may come meanwhile.

    Only what its checkpoint covers: nothing may be missing for a reason that is not proven.
    """
    rows = workflow.disposals.filter(up_to__lte=last).order_by("up_to")
    if sealed is not None:
        rows = rows.filter(record__leaf__index__lt=sealed.checkpoint.size)
    return list(rows)


def _lay_out(workflow: Workflow, last: int, sealed: Packaged | None) -> Package:
    """Lay out the package of the attestations up to number `last`."""
    gathered = gather(workflow, last, sealed)
    readme, report = documents(workflow, gathered)
    last_at = gathered.attestations[-1].at if gathered.attestations else workflow.at
    if gathered.disposals:
        last_at = max(last_at, gathered.disposals[-1].at)
    return pack(
        root=workflow.name,
        directories=gathered.directories,
        info=[
            ("Source-Organization", workflow.trail.organization.name),
            ("External-Identifier", workflow.subject),
            ("External-Description", f"Evidence package of workflow {workflow.name}"),
            ("Bagging-Date", last_at.date().isoformat()),
            ("Contact-Name", settings.PUBLIC_URL),
        ],
        readme=readme,
        report=report,
        tags=gathered.tags,
        through=store.read_ahead,
    )


def _proofs(
    workflow: Workflow,
    attestations: list[Attestation],
    disposals: list[Disposal],
    sealed: Packaged,
) -> list[Tag]:
    """Return the files of `proof/`: each record's statement, and its path to the checkpoint."""
    parts = _parts(disposals)
    records = [
        workflow.record,
        *(attestation.record for attestation in attestations),
        *(part.record for part in parts),
    ]
    indexes = [record.leaf.index for record in records]
    inclusions = reading.inclusions(sealed.checkpoint, indexes)
    proven = [
        Proven(bytes(record.body), inclusion.index, inclusion.path)
        for record, inclusion in zip(records, inclusions, strict=True)
    ]
    steps = [attestation.step for attestation in attestations]
    last = 1 + len(steps)
    return proofs.tags(
        vkey=sealed.checkpoint.key.vkey,
        checkpoint=sealed.note,
        workflow=proven[0],
        attestations=zip(steps, proven[1:last], strict=True),
        disposed=proven[last:],
        timestamp=sealed.timestamp,
    )


def _parts(disposals: list[Disposal]) -> list[DisposalPart]:
    """Return the parts of disposals, in order, with their records."""
    if not disposals:
        return []
    rows = DisposalPart.objects.filter(disposal__in=disposals).select_related("record__leaf")
    return list(rows.order_by("disposal__up_to", "number"))


def _files(
    workflow: Workflow, disposed_up_to: int
) -> tuple[dict[int, list[Payload]], dict[int, list[Gone]]]:
    """Return the attested files of each attestation by its number, in upload order; and those gone.

    One plain query and no models: with ten thousand files this is half of the time to the first
    byte of a package. A number is cheaper to read ten thousand times than a UUID, and a list that
    is needed whole is cheaper whole than through a cursor.
    """
    rows = (
        Evidence.objects.filter(attestation__workflow=workflow)
        .order_by("attestation__number", "position")
        .values_list("attestation__number", "name", "blob_id", "blob__size", "blob__crc32")
    )
    files: dict[int, list[Payload]] = {}
    gone: dict[int, list[Gone]] = {}
    for number, group in groupby(rows, key=itemgetter(0)):
        if number <= disposed_up_to:
            gone[number] = [Gone(name, size, sha256) for _, name, sha256, size, _ in group]
            continue
        files[number] = [
            Payload(name, size, crc32, sha256, store.Reading(sha256))
            for _, name, sha256, size, crc32 in group
        ]
    return files, gone


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
