"""Fills in what the two migrations before made room for: missing steps, counts, words.

Not one transaction: what is long is committed in batches. When it is interrupted it can be run
again, and goes on. Until it has ended, and for what an older version of the program wrote while it
ran, `manage.py index --recount` does the same.
"""

from typing import Any

from django.db import migrations, transaction

from trails.actions.counting import recount
from trails.actions.indexing import index_missing
from trails.state import Attested, Step, judge

AT_ONCE = 1000


def judge_again(apps: Any, schema_editor: Any) -> None:
    """Fill in how many required steps of each workflow are missing."""
    rows = apps.get_model("trails", "WorkflowStatus").objects.select_related("workflow__version")
    page = list(rows.order_by("pk")[:AT_ONCE])
    while page:
        with transaction.atomic():
            # What is locked is read anew: somebody may have attested since.
            locked = rows.select_for_update(of=("self",)).filter(pk__in=[row.pk for row in page])
            statuses = list(locked)
            for status in statuses:
                status.missing = _missing(status)
            locked.model.objects.bulk_update(statuses, ["missing"])
        page = list(rows.order_by("pk").filter(pk__gt=page[-1].pk)[:AT_ONCE])


def _missing(status: Any) -> int:
    steps = [Step(step["name"], step["required"]) for step in status.workflow.version.steps]
    found = [Attested(step, n, verdict) for step, (n, verdict, _) in status.latest.items()]
    return judge(steps, found).missing


def count(apps: Any, schema_editor: Any) -> None:
    """Count the workflows of each trail by state."""
    recount(apps.get_model)


def index(apps: Any, schema_editor: Any) -> None:
    """Write the words of what there is."""
    index_missing(get_model=apps.get_model)


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("trails", "0005_search"),)
    operations = tuple(
        migrations.RunPython(fill, migrations.RunPython.noop)
        for fill in (judge_again, count, index)
    )
