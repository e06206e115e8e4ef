"""The words of workflows and attestations, by which they are found."""

from django.db import models

from trails.models.accounts import Organization
from trails.models.attestations import Attestation
from trails.models.trails import Trail
from trails.models.workflows import Workflow


class SearchText(models.Model):
    """The words of one event: a workflow that was begun, or one attestation of it.

    Derived from rows that are written once, and rebuilt from them by `manage.py index`; so it may
    be deleted, and nothing rests on it. Each engine keeps an index of words beside it, which no
    model shows (`trails.search.engines`). No constraint checks the keys: a report pays for each.
    """

    # In the order of writing: the order of hits, and the key between their pages.
    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        Organization,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    trail = models.ForeignKey(
        Trail, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    workflow = models.ForeignKey(
        Workflow, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    # None: the beginning of the workflow.
    attestation = models.ForeignKey(
        Attestation,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    at = models.DateTimeField()
    # Tokens with a space between (`trails.search.words`).
    text = models.TextField()

    class Meta:
        indexes = (
            models.Index(fields=["trail", "-id"], name="search_text_newest"),
            # By which `manage.py index` finds what is missing.
            models.Index(fields=["workflow", "attestation"], name="search_text_of"),
        )

    def __str__(self) -> str:
        return f"words of {self.attestation_id or self.workflow_id}"
