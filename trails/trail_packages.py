"""The package of a whole trail, once it is prepared: which records are in it, and its bytes.

In it is what a checkpoint covers: every workflow that began in the range, with every attestation
and disposal under that checkpoint, and nothing that came later. The checkpoint is the first over
the last of these records, or the first that witnesses have cosigned; so as long as nothing is added
to the range, the package is the same, whoever prepares it and when.

`trails.preparing` writes it down; here it is read, by any process, from any byte on. Who may have
it is decided by the views: whoever may see the trail.
"""

import datetime
import uuid
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from typing import Any, cast

from django.db.models import Max, Q

from evidence.ledger.cosigned import Packaged
from evidence.models import Checkpoint
from evidence.package import recipe
from evidence.package.recipe import Reference, Wanted
from evidence.package.trail import Draft, Section
from evidence.package.zip import contents, gather
from evidence.vault import store
from trails.models import (
    Attestation,
    Disposal,
    Trail,
    TrailPackage,
    TrailPackageBlock,
    UserData,
    Workflow,
)
from trails.models.workflows import WorkflowQuerySet

BLOB, USER_DATA = 1, 2
"""What a reference of a recipe is: a file in the vault by its SHA-256, or an attestation's data."""


def in_range(
    trail: Trail, since: datetime.datetime | None, until: datetime.datetime | None, to: str = ""
) -> Q:
    """Return the condition under which a workflow belongs to a range of a trail.

    `to` leads to the workflow from the model that is asked for, as in `workflow__`.
    """
    found = Q(**{f"{to}trail": trail})
    if since is not None:
        found &= Q(**{f"{to}at__gte": since})
    if until is not None:
        found &= Q(**{f"{to}at__lt": until})
    return found


def workflows_of(package: TrailPackage) -> WorkflowQuerySet:
    """Return the workflows of a package, in its order."""
    which = in_range(package.trail, package.since, package.until)
    size = package.checkpoint.size
    found: WorkflowQuerySet = Workflow.objects.filter(which, record__leaf__index__lt=size)
    return found.order_by("pk")


def last_index(
    trail: Trail, since: datetime.datetime | None, until: datetime.datetime | None, size: int
) -> int | None:
    """Return the index of the last record of a range among the first `size` of the log."""
    rows = (
        Workflow.objects.filter(in_range(trail, since, until)),
        Attestation.objects.filter(in_range(trail, since, until, "workflow__")),
        Disposal.objects.filter(in_range(trail, since, until, "workflow__")),
    )
    index = "record__leaf__index"
    under = [row.filter(record__leaf__index__lt=size).aggregate(last=Max(index)) for row in rows]
    return max((found["last"] for found in under if found["last"] is not None), default=None)


def is_outdated(package: TrailPackage) -> bool:
    """Tell whether files of the package have been disposed of since its checkpoint."""
    return has_later_disposals(package.trail, package.since, package.until, package.checkpoint.size)


def has_later_disposals(
    trail: Trail, since: datetime.datetime | None, until: datetime.datetime | None, size: int
) -> bool:
    """Tell whether something of a range was disposed of by a record that is not under `size`."""
    of_range = Disposal.objects.filter(in_range(trail, since, until, "workflow__"))
    later = Q(record__leaf__index__gte=size) | Q(record__leaf__isnull=True)
    return bool(of_range.filter(later).exists())


def sealed(package: TrailPackage) -> Packaged:
    """Return the package's checkpoint, as all of its proofs hold it."""
    timestamp = package.timestamp
    checkpoint: Checkpoint = package.checkpoint
    return Packaged(
        checkpoint, bytes(package.note), None if timestamp is None else bytes(timestamp)
    )


def read(package: TrailPackage, start: int, stop: int) -> Generator[bytes, None, None]:
    """Yield the bytes [start, stop) of a package that is ready.

    Holds one block of its recipe at a time. `MemberChanged` or `Corrupt` where something that it
    refers to is not what it was.
    """
    return gather(_pieces(package, start, stop))


def section(package: TrailPackage, section: Section, start: int = 0) -> Iterator[bytes]:
    """Yield the bytes of a section from a place on, which must hold literal bytes alone."""
    for place, size, data in _blocks(package.pk, section, start):
        for part in recipe.parts(data, max(start - place, 0), size):
            if isinstance(part, Wanted):
                raise ValueError(f"Section {section.name} refers to something.")
            yield part


def _pieces(package: TrailPackage, start: int, stop: int) -> Generator[bytes, None, None]:
    sections = Draft.from_json(package.draft).sections

    def blocks(section: int, at: int) -> Iterator[tuple[int, int, bytes]]:
        return _blocks(package.pk, section, at)

    # What is wanted next is known before it is read, so that a remote vault can be asked ahead.
    asked: deque[tuple[str, int, int]] = deque()

    def wanted() -> Iterator[tuple[store.Read, int, int]]:
        for part in recipe.read(sections, blocks, start, stop):
            if isinstance(part, Wanted):
                reference, low, high = part
                reader: store.Read = _reader(reference)
                asked.append((reference.key.hex(), low, high))
            else:
                reader, low, high = partial(_literal, part), 0, len(part)
                asked.append(("a block", low, high))
            yield reader, low, high

    ahead = cast("Generator[Iterator[bytes], None, None]", store.read_ahead(wanted()))
    with closing(ahead) as streams:
        for stream in streams:
            name, low, high = asked.popleft()
            yield from contents(name, partial(_given, stream), low, high)


def _reader(reference: Reference) -> store.Read:
    if reference.kind == BLOB:
        return store.Reading(reference.key.hex())
    return partial(_user_data, reference.key.hex())


def _given(stream: Iterator[bytes], start: int, stop: int) -> Iterator[bytes]:
    return stream


def _literal(data: bytes, start: int, stop: int) -> Iterator[bytes]:
    yield data[start:stop]


def _user_data(attestation: str, start: int, stop: int) -> Iterator[bytes]:
    text = UserData.objects.values_list("text", flat=True).get(pk=uuid.UUID(attestation))
    yield text.encode()[start:stop]


def _blocks(package: Any, section: int, at: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield the blocks of a section that reach behind a place, one query for each of them."""
    rows = TrailPackageBlock.objects.filter(package=package, section=section)
    values = rows.values_list("start", "size", "data")
    row = values.filter(start__lte=at).order_by("-start").first()
    while row is not None:
        start, size, data = row
        yield start, size, bytes(data)
        row = values.filter(start__gte=start + size).order_by("start").first()
