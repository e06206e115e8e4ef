"""Who did something, as a part of the row that says so."""

from django.db import models

from trails.words import ActorKind


class ByActor(models.Model):
    """The base of rows that somebody caused: filled from `Actor.by_columns`.

    The name is the one of that moment; people may be renamed or go, and the row stays as it is.
    """

    by_kind = models.CharField(max_length=20, choices=ActorKind.choices)
    by_id = models.CharField(max_length=36)
    by_name = models.CharField(max_length=200)

    class Meta:
        abstract = True
