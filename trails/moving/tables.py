"""What belongs to an organization: every table of ours is here, as exported or as not, with why.

`tests/contracts/test_moving_tables.py` fails for a model that is in neither list. The order is that
of the file. What refers to a later table is held by foreign keys that are checked at the commit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from evidence.models import Blob
from trails.models import Attestation, Disposal, Evidence, Membership, Organization

Rows = Callable[[Organization], "models.QuerySet[Any]"]


@dataclass(frozen=True)
class Table:
    """A table that is exported: which rows, in which order, without which columns."""

    name: str
    rows: Rows
    left_out: frozenset[str] = field(default_factory=frozenset)
    secret_columns: frozenset[str] = field(default_factory=frozenset)
    is_secret: bool = False

    @property
    def model(self) -> type[models.Model]:
        """Return the table's model."""
        return apps.get_model(self.name)

    def fields(self, *, with_credentials: bool = True) -> list["models.Field[Any, Any]"]:
        """Return the columns that are exported. What the database numbers itself is not."""
        without = self.left_out | (frozenset() if with_credentials else self.secret_columns)
        return [
            column
            for column in self.model._meta.concrete_fields
            if column.attname not in without and not isinstance(column, models.AutoField)
        ]


def _of(name: str, to: str, *, order: str = "pk", **options: Any) -> Table:
    """Return the table whose rows lead by `to` to their organization."""
    return Table(name, lambda one: _all(name).filter(**{to: one.pk}).order_by(order), **options)


def _of_log(name: str, to: str = "log", *, order: str = "pk") -> Table:
    """Return the table whose rows lead by `to` to the organization's log."""
    return Table(name, lambda one: _all(name).filter(**{to: one.log_id}).order_by(order))


def _all(name: str) -> "models.QuerySet[Any]":
    model: type[models.Model] = apps.get_model(name)
    return model._base_manager.all()


def _people(organization: Organization) -> "models.QuerySet[Any]":
    return Membership.objects.filter(organization=organization).values("user")


def _evidence(organization: Organization) -> "models.QuerySet[Any]":
    """Return the evidence rows of the organization that name the blob of an outer query."""
    trail = "attestation__workflow__trail"
    return Evidence.objects.filter(blob=OuterRef("pk"), **{f"{trail}__organization": organization})


def _lists(organization: Organization) -> "models.QuerySet[Any]":
    return Attestation.objects.filter(
        evidence_list=OuterRef("pk"), workflow__trail__organization=organization
    )


def _blobs(organization: Organization) -> "models.QuerySet[Any]":
    named = Q(Exists(_evidence(organization))) | Q(Exists(_lists(organization)))
    return Blob.objects.filter(named).order_by("pk")


def blobs_with_bytes(organization: Organization) -> "models.QuerySet[Any]":
    """Return the blobs of an organization whose bytes are not all disposed of, by SHA-256."""
    gone = Disposal.objects.filter(
        workflow=OuterRef("attestation__workflow"), up_to__gte=OuterRef("attestation__number")
    )
    kept = _evidence(organization).filter(~Exists(gone))
    named = Q(Exists(kept)) | Q(Exists(_lists(organization)))
    return Blob.objects.filter(named).order_by("pk")


_TO = "organization"
EXPORTED: Mapping[str, Table] = {
    table.name: table
    for table in (
        _of_log("evidence.Log", "pk"),
        _of_log("evidence.Record"),
        _of_log("evidence.Leaf", order="index"),
        _of_log("evidence.Pending"),
        _of_log("evidence.Tile"),
        _of_log("evidence.LogKey"),
        _of_log("evidence.Checkpoint", order="size"),
        _of_log("evidence.Cosignature", "checkpoint__log"),
        _of_log("evidence.Timestamp", "checkpoint__log"),
        _of_log("evidence.Published"),
        _of_log("evidence.Contradiction"),
        Table("evidence.Blob", _blobs),
        _of("trails.Organization", "pk"),
        _of("trails.Trail", _TO),
        _of("trails.TrailVersion", f"trail__{_TO}"),
        _of("trails.Workflow", f"trail__{_TO}"),
        _of("trails.WorkflowStatus", f"trail__{_TO}"),
        _of("trails.Attestation", f"workflow__trail__{_TO}"),
        _of("trails.Evidence", f"attestation__workflow__trail__{_TO}"),
        _of("trails.UserData", f"attestation__workflow__trail__{_TO}"),
        _of("trails.Hold", f"trail__{_TO}"),
        _of("trails.HoldRelease", f"hold__trail__{_TO}"),
        _of("trails.Disposal", f"workflow__trail__{_TO}"),
        _of("trails.DisposalPart", f"disposal__workflow__trail__{_TO}"),
        _of("trails.Activity", _TO),
        Table(
            "trails.User",
            lambda one: _all("trails.User").filter(pk__in=_people(one)).order_by("pk"),
            # Who operates an instance is decided there, and never by a file.
            left_out=frozenset({"is_staff", "is_superuser", "last_login"}),
            secret_columns=frozenset({"password"}),
        ),
        _of("trails.Membership", _TO),
        _of("trails.ServiceAccount", _TO),
        Table(
            "trails.ApiKey",
            lambda one: (
                _all("trails.ApiKey")
                .filter(Q(service_account__organization=one) | Q(user__in=_people(one)))
                .order_by("pk")
            ),
            is_secret=True,
        ),
        Table(
            "mfa.Authenticator",
            lambda one: _all("mfa.Authenticator").filter(user__in=_people(one)).order_by("pk"),
            is_secret=True,
        ),
    )
}

NOT_EXPORTED: Mapping[str, str] = {
    "evidence.Round": "about the care of this instance's vault",
    "evidence.RoundPart": "about the care of this instance's vault",
    "evidence.ScrubFinding": "about the care of this instance's vault",
    "evidence.ScrubRepair": "about the care of this instance's vault",
    "evidence.Uncopied": "a queue for this instance's replica; the import fills its own",
    "evidence.VaultCheck": "about what this instance's vault enforces",
    "evidence.Witnessed": "it is about logs of others, and this instance's key signed it",
    "trails.DirectUpload": "its bytes are in this instance's store, for a day, and nobody has "
    "attested them",
    "trails.HeldFile": "its bytes are staged, for a day, and nobody has attested them",
    "trails.SearchText": "derived; made anew by the import",
    "trails.TrailPackage": "derived, ends by itself, and is prepared again byte for byte",
    "trails.TrailPackageBlock": "derived, as its package is",
    "trails.StateCount": "derived; made anew by the import",
    "account.EmailAddress": "derived from a person's address by the sign-in; in a file it could "
    "claim somebody else's",
    "account.EmailConfirmation": "of mails that this instance sends",
    "usersessions.UserSession": "of sign-ins to this instance",
    "sessions.Session": "of sign-ins to this instance",
    "admin.LogEntry": "what operators of this instance did; activities are exported",
    "auth.Group": "unused",
    "auth.Permission": "made by migrations",
    "contenttypes.ContentType": "made by migrations",
}
