"""Writes the words of events, by which `trails.search` finds them, and those that are missing.

What is indexed: of a workflow its id, description and who began it; of an attestation its step,
description, reporter, user data, and the names of its evidence, names and addresses of what is kept
elsewhere. E-mail addresses of people are not, unless somebody recorded them.
"""

from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Prefetch, Q
from django.db.models.functions import Left

from evidence.locks import exclusive
from trails.models import Attestation, Evidence, SearchText, UserData, Workflow
from trails.search import words

AT_ONCE = 500
"""Events that are read, and indexed in one transaction."""

GetModel = Callable[[str, str], Any]


def of_workflow(workflow: Workflow) -> SearchText:
    """Return the words of a workflow that was begun, not yet saved. Its trail must be loaded."""
    return SearchText(**_of_workflow(workflow))


def of_attestation(
    attestation: Attestation, evidence: Sequence[Evidence], user_data: UserData | None
) -> SearchText:
    """Return the words of an attestation, not yet saved. Its workflow and trail must be loaded."""
    names = [file.name for file in evidence]
    return SearchText(**_of_attestation(attestation, names, user_data.text if user_data else ""))


def index_missing(
    told: Callable[[int, int], object] = lambda looked, made: None,
    get_model: GetModel = apps.get_model,
) -> int:
    """Write the words of every event that has none; return how many that were.

    In the order of time, in batches that are committed one by one: when it is stopped, the next run
    goes on. Several may run side by side, and reports go on meanwhile. `told` hears how many events
    were looked at and how many indexed. A migration passes the models of its moment in history.
    """
    looked = made = 0
    # Ids are in the order of time, over both tables.
    events = merge(_workflows(get_model), _attestations(get_model), key=attrgetter("pk"))
    while batch := list(islice(events, AT_ONCE)):
        looked += len(batch)
        made += _index(batch, get_model("trails", "SearchText"))
        told(looked, made)
    return made


def _index(batch: Sequence[Any], model: Any) -> int:
    """Write the words of those events of a batch that have none; return how many."""
    rows = [
        _of_attestation(event, [file.name for file in event.evidence.all()], event.data or "")
        if hasattr(event, "workflow_id")
        else _of_workflow(event)
        for event in batch
    ]
    workflows = {row["workflow_id"] for row in rows}
    attestations = {row["attestation_id"] for row in rows} - {None}
    with transaction.atomic():
        exclusive("search index", "all")
        there = set(
            model.objects.filter(workflow__in=workflows)
            .filter(Q(attestation=None) | Q(attestation__in=attestations))
            .values_list("workflow_id", "attestation_id")
        )
        new = [row for row in rows if (row["workflow_id"], row["attestation_id"]) not in there]
        model.objects.bulk_create(model(**row) for row in new)
    return len(new)


def _workflows(get_model: GetModel) -> Iterator[Any]:
    return _pages(get_model("trails", "Workflow").objects.select_related("trail"))


def _attestations(get_model: GetModel) -> Iterator[Any]:
    evidence = (
        get_model("trails", "Evidence").objects.order_by("position").only("attestation_id", "name")
    )
    return _pages(
        get_model("trails", "Attestation")
        .objects.select_related("workflow__trail")
        .prefetch_related(Prefetch("evidence", evidence))
        .annotate(data=Left("user_data__text", words.DATA_READ))
    )


def _pages(rows: Any) -> Iterator[Any]:
    """Yield rows in the order of their keys, read page by page."""
    page = list(rows.order_by("pk")[:AT_ONCE])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1].pk).order_by("pk")[:AT_ONCE])


def _of_workflow(workflow: Any) -> dict[str, Any]:
    return _columns(
        workflow,
        attestation_id=None,
        at=workflow.at,
        by=workflow.by_name,
        texts=[workflow.name, workflow.description],
    )


def _of_attestation(attestation: Any, names: Sequence[str], data: str) -> dict[str, Any]:
    return _columns(
        attestation.workflow,
        attestation_id=attestation.pk,
        at=attestation.at,
        by=attestation.by_name,
        step=attestation.step,
        texts=_texts(attestation, names, data),
    )


def _texts(attestation: Any, names: Sequence[str], data: str) -> Iterator[str]:
    """Yield what is said in an attestation. The data come last: they may have any length."""
    yield attestation.description
    yield from names
    for link in attestation.external:
        yield link["name"]
        yield link["uri"]
    yield from words.values(data)


def _columns(workflow: Any, *, attestation_id: Any, at: Any, **said: Any) -> dict[str, Any]:
    trail = workflow.trail
    return {
        "organization_id": trail.organization_id,
        "trail_id": trail.pk,
        "workflow_id": workflow.pk,
        "attestation_id": attestation_id,
        "at": at,
        "text": words.document(organization=trail.organization_id, trail=trail.pk, **said),
    }
