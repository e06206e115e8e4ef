"""Prepares packages of trails, turn by turn: each one is short, and any process may take the next.

A turn reads what is recorded, lays it out, and keeps that in one short transaction together with
how far it came. A process that dies loses its turn and nothing else. Two that take the same turn
come to the same, and the second one throws its work away. Turns are taken by `manage.py prepare`,
and, so that a small instance needs no worker, by the pages and answers that tell how far it is.

Memory is that of one workflow, and of the blocks of a turn.
"""

import datetime
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from evidence.errors import EvidenceError
from evidence.ledger import statement
from evidence.package import index, proofs
from evidence.package.bag import Payload, Tag, directory_names
from evidence.package.checks.evidence import EXTERNAL, USER_DATA
from evidence.package.recipe import Block, Reference
from evidence.package.trail import Draft, Layout, Names, Section
from trails import packages, trail_packages
from trails.models import Attestation, TrailPackage, TrailPackageBlock, Workflow
from trails.models.trail_packages import PackageState
from trails.packages import Gathered
from trails.state import Attested, judge

LISTED = 1000
"""Workflows that the report shows; `index.csv` lists all."""
_TURN_BYTES = 16 << 20  # of blocks, after which a turn ends
_TAKEN_FOR = datetime.timedelta(seconds=60)
_AT_ONCE = 20  # workflows that are fetched, and blocks that are kept, in one go
_INLINE = 2048  # bytes of free data that are kept in the recipe itself
_ONCE = (proofs.KEY, proofs.CHECKPOINT, proofs.TIMESTAMP)

GATHER, CLOSE, LIST = "gather", "close", "list"
OUTDATED = (
    "Evidence of this range was disposed of while the package was prepared. Prepare it again."
)


class Overtaken(Exception):
    """Another process has taken the same turn, or the package is gone."""


class Preparation:
    """The turns that one process takes at a package, with what it remembers between them."""

    def __init__(self, package: TrailPackage) -> None:
        self._id = package.pk
        self._names: Names | None = None
        self._named_to: Any = None

    def turn(self, seconds: float) -> TrailPackage | None:
        """Take a turn of about so many seconds, and return the package as it is then.

        None where there is nothing to do: it is ready, gone, or another process is at it.
        """
        package = _take(self._id)
        if package is None:
            return None
        deadline = time.monotonic() + seconds
        layout = Layout(Draft.from_json(package.draft))
        work = {GATHER: self._gather, CLOSE: self._close, LIST: self._list}[package.phase]
        try:
            work(package, layout, deadline)
        except (EvidenceError, ValueError) as error:
            # Rows that contradict one another do so the next time, too.
            package.state, package.reason = PackageState.FAILED, str(error)
        package.draft = layout.draft.as_json()
        try:
            _keep(package, layout.writer.close())
        except Overtaken:
            return None
        return package

    def _gather(self, package: TrailPackage, layout: Layout, deadline: float) -> None:
        """Add workflows until the time is over; then comes the end of the package."""
        if package.turns == 0:
            layout.begin()
        names = self._names_up_to(package)
        for workflow in _workflows(package):
            _add(package, layout, workflow, names.of(workflow.name))
            package.after = self._named_to = workflow.pk
            if time.monotonic() > deadline or layout.writer.weight > _TURN_BYTES:
                return
        package.phase = CLOSE

    def _close(self, package: TrailPackage, layout: Layout, deadline: float) -> None:
        draft, trail = layout.draft, package.trail
        context = {
            "package": package,
            "trail": trail,
            "organization": trail.organization,
            "draft": draft,
            "states": sorted(draft.states.items()),
            "workflows": list(_notes(package)),
            "more": max(0, draft.workflows - LISTED),
            "public_url": settings.PUBLIC_URL,
        }
        layout.close(
            info=[
                ("Source-Organization", trail.organization.name),
                ("External-Identifier", trail.subject),
                ("External-Description", f"Evidence package of audit trail {trail.name}"),
                ("Bagging-Date", package.checkpoint.at.date().isoformat()),
                ("Contact-Name", settings.PUBLIC_URL),
            ],
            readme=render_to_string("package/trail/README.txt", context).encode(),
            report=render_to_string("package/trail/report.html", context).encode(),
            tags=_root_tags(package),
            content=lambda section, start: trail_packages.section(package, section, start),
        )
        package.phase = LIST

    def _list(self, package: TrailPackage, layout: Layout, deadline: float) -> None:
        def goes_on() -> bool:
            return time.monotonic() < deadline and layout.writer.weight < _TURN_BYTES

        def content(section: Section, start: int) -> Iterator[bytes]:
            return trail_packages.section(package, section, start)

        if not layout.list_members(content, goes_on):
            return
        if trail_packages.is_outdated(package):
            package.state, package.reason = PackageState.FAILED, OUTDATED
            return
        package.state = PackageState.READY
        package.length, package.etag = layout.draft.length, layout.draft.etag
        package.expires_at = expiry()

    def _names_up_to(self, package: TrailPackage) -> Names:
        """Return the directories that are taken; after somebody else's turn they are made anew."""
        if self._names is None or self._named_to != package.after:
            self._names = Names()
            if package.after is not None:
                before = trail_packages.workflows_of(package).filter(pk__lte=package.after)
                for name in before.values_list("name", flat=True).iterator():
                    self._names.of(name)
        return self._names


def prepare(package: TrailPackage, seconds: float) -> TrailPackage:
    """Take turns for about so many seconds; return the package as it is then."""
    preparation, deadline = Preparation(package), time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        found = preparation.turn(left)
        if found is None:
            break
        package = found
    return package


def expiry() -> datetime.datetime:
    """Return until when a package that is asked for, or becomes ready, now is kept."""
    return timezone.now() + datetime.timedelta(days=settings.PACKAGE_DAYS)


def sweep() -> int:
    """Forget the packages that have ended a day ago or more. Return how many there were.

    The day is for downloads that began before the end.
    """
    horizon = timezone.now() - datetime.timedelta(days=1)
    count = 0
    for package in TrailPackage.objects.filter(expires_at__lt=horizon):
        package.delete()
        count += 1
    return count


# --- A turn -------------------------------------------------------------------------------------


def _take(id: Any) -> TrailPackage | None:
    """Take the next turn at a package, unless somebody else is at it or it is ready."""
    now = timezone.now()
    free = TrailPackage.objects.preparing().filter(pk=id)
    free = free.filter(Q(taken_until=None) | Q(taken_until__lt=now))
    if not free.update(taken_until=now + _TAKEN_FOR):
        return None
    related = ("trail__organization__log", "trail__current", "checkpoint__key", "checkpoint__log")
    return TrailPackage.objects.select_related(*related).filter(pk=id).first()


def _keep(package: TrailPackage, blocks: Iterable[Block]) -> None:
    """Keep what a turn has made, and how far it came, or nothing: then `Overtaken`."""
    turns = package.turns
    package.turns, package.taken_until = turns + 1, None
    changed = ("draft", "after", "phase", "turns", "taken_until", "state", "reason", "length")
    values = {name: getattr(package, name) for name in (*changed, "etag", "expires_at")}
    rows = [
        TrailPackageBlock(
            package=package, section=block.section, start=block.start, size=block.size,
            data=block.data,
        )
        for block in blocks
    ]  # fmt: skip
    with transaction.atomic():
        # This row is locked first, so that who comes second sees the number of turns.
        mine = TrailPackage.objects.preparing().filter(pk=package.pk, turns=turns)
        if not mine.update(**values):
            raise Overtaken
        if package.state == PackageState.FAILED:
            package.blocks.all().delete()
        else:
            TrailPackageBlock.objects.bulk_create(rows, batch_size=_AT_ONCE)


def _workflows(package: TrailPackage) -> Iterator[Workflow]:
    """Yield the workflows that come next, a few for each query."""
    rows = trail_packages.workflows_of(package).select_related("version", "record__leaf")
    after = package.after
    while True:
        more = rows if after is None else rows.filter(pk__gt=after)
        found = list(more[:_AT_ONCE])
        if not found:
            return
        for workflow in found:
            workflow.trail = package.trail
            yield workflow
        after = found[-1].pk


def _add(package: TrailPackage, layout: Layout, workflow: Workflow, directory: str) -> None:
    under = workflow.attestations.filter(record__leaf__index__lt=package.checkpoint.size)
    numbers = under.order_by("-number").values_list("number", flat=True)
    gathered = packages.gather(workflow, numbers.first() or 0, trail_packages.sealed(package))
    verdict = judge(
        workflow.version.template,
        (Attested(a.step, a.number, a.is_compliant) for a in gathered.attestations),
    )
    files = [payload for entry in gathered.directories for payload in entry.payloads]
    layout.add(
        directory,
        state=verdict.state,
        directories=gathered.directories,
        lines=list(_lines(workflow, directory, verdict.state, gathered)),
        tags=[tag for tag in gathered.tags if tag.name not in _ONCE],
        source=_Source(gathered),
    )
    if layout.draft.workflows <= LISTED:
        note = {
            "name": workflow.name,
            "directory": directory,
            "state": verdict.state,
            "at": workflow.at.isoformat(),
            "by": workflow.by_name,
            "attestations": len(gathered.attestations),
            "files": len(files),
            "bytes": sum(payload.size for payload in files),
        }
        layout.writer.literal(Section.NOTES, f"{json.dumps(note)}\n".encode())


def _lines(workflow: Workflow, directory: str, state: str, gathered: Gathered) -> Iterator[bytes]:
    """Yield the lines of `index.csv` about a workflow."""
    if not gathered.attestations:
        yield index.of_workflow(workflow.name, state, statement.timestamp(workflow.at))
    steps = directory_names(entry.step for entry in gathered.directories)
    for row, entry, step in zip(gathered.attestations, gathered.directories, steps, strict=True):
        path = f"data/{directory}/{step}/"
        files = [(f"{path}{file.name}", file.size, file.sha256) for file in entry.payloads]
        yield index.of_attestation(workflow.name, state, _predicate(row), files)


def _predicate(row: Attestation) -> dict[str, Any]:
    """Return what the index tells of an attestation, in the form of its statement."""
    occurred_at = row.occurred_at
    return {
        "step": row.step,
        "number": row.number,
        "is_compliant": row.is_compliant,
        "occurred_at": statement.timestamp(occurred_at) if occurred_at else None,
        "at": statement.timestamp(row.at),
    }


class _Source:
    """Tells where the bytes of a workflow's files are. Their names say it: no report has these."""

    def __init__(self, gathered: Gathered) -> None:
        pairs = zip(gathered.directories, gathered.attestations, strict=True)
        self._attestation = {
            id(file): row.pk for entry, row in pairs for file in entry.payloads
            if file.name == USER_DATA
        }  # fmt: skip

    def __call__(self, file: Payload) -> Reference | bytes:
        is_data = file.name == USER_DATA
        if file.name == EXTERNAL or (is_data and file.size <= _INLINE):
            return b"".join(file.read(0, file.size)) if file.size else b""
        if is_data:
            return Reference(trail_packages.USER_DATA, self._attestation[id(file)].bytes, file.size)
        return Reference(trail_packages.BLOB, bytes.fromhex(file.sha256), file.size)


def _root_tags(package: TrailPackage) -> list[Tag]:
    """Return what `proof/` has once."""
    sealed = trail_packages.sealed(package)
    files = [(proofs.KEY, f"{sealed.checkpoint.key.vkey}\n".encode())]
    files.append((proofs.CHECKPOINT, sealed.note))
    if sealed.timestamp is not None:
        files.append((proofs.TIMESTAMP, sealed.timestamp))
    return [Tag.from_bytes(name, data) for name, data in files]


def _notes(package: TrailPackage) -> Iterator[dict[str, Any]]:
    """Yield what the report says of each workflow that it shows."""
    text = b"".join(trail_packages.section(package, Section.NOTES))
    for line in text.splitlines():
        note = json.loads(line)
        yield note | {"at": datetime.datetime.fromisoformat(note["at"])}
