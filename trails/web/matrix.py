"""The matrix of a trail: workflows as rows, steps as columns, a state in each cell. No queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from trails.actions.attestations import attested
from trails.models import Workflow, WorkflowStatus
from trails.state import StepVerdict, judge

# The step is of the trail's version in force, but not of the one the workflow began under.
NOT_ASKED = "not-asked"


@dataclass(frozen=True, slots=True)
class Cell:
    """The state of one step of one workflow."""

    step: str
    state: str
    required: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A workflow: a cell per column, and its steps that have no column of their own."""

    status: WorkflowStatus
    cells: list[Cell]
    others: list[Cell]


def with_workflows(statuses: QuerySet[WorkflowStatus]) -> QuerySet[WorkflowStatus]:
    """Return statuses that come with what `matrix` reads of their workflows, by a second query.

    Not by a join: to find where a page begins, PostgreSQL would merge the statuses with the
    workflows of all trails, from the newest on.
    """
    workflows = Workflow.objects.select_related("version")
    return statuses.prefetch_related(Prefetch("workflow", workflows))


def matrix(columns: Sequence[str], statuses: Iterable[WorkflowStatus]) -> list[Row]:
    """Return the rows of the workflows under the steps of the trail's version in force."""
    return [_row(columns, status) for status in statuses]


def _row(columns: Sequence[str], status: WorkflowStatus) -> Row:
    verdict = judge(status.workflow.version.template, attested(status))
    found = {step.step: step for step in verdict.steps}
    return Row(
        status,
        [_cell(found[c]) if c in found else Cell(c, NOT_ASKED, False) for c in columns],
        [_cell(step) for step in verdict.steps if step.step not in columns],
    )


def _cell(verdict: StepVerdict) -> Cell:
    return Cell(verdict.step, verdict.state, verdict.required)
