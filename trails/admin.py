"""The operators' admin: read-only windows on every row, and one switch, who may sign in.

Whatever changes the product goes through `trails.actions`. Nothing here adds or deletes; the admin
has no doors of its own for groups, addresses or its own log.
"""

from typing import Any

# They register models when they are imported; imported first, they can be taken out again.
import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401
import django.contrib.auth.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

from evidence.models import (
    Blob,
    Checkpoint,
    Contradiction,
    Cosignature,
    Leaf,
    Log,
    LogKey,
    Pending,
    Published,
    Record,
    Tile,
    Timestamp,
    VaultCheck,
    Witnessed,
)
from evidence.vault.rows import Round, RoundPart, ScrubFinding, ScrubRepair, Uncopied
from trails.actions.members import set_standing
from trails.authentication import actor_of_session
from trails.models import (
    Activity,
    ApiKey,
    Attestation,
    DirectUpload,
    Disposal,
    DisposalPart,
    Evidence,
    HeldFile,
    Hold,
    HoldRelease,
    Membership,
    Organization,
    SearchText,
    ServiceAccount,
    StateCount,
    Trail,
    TrailPackage,
    TrailVersion,
    User,
    UserData,
    Workflow,
    WorkflowStatus,
)

_ROWS_COUNTED = 10_000

admin.site.site_header = "Trailkeeper: operators"
admin.site.site_title = "Trailkeeper"
admin.site.index_title = "Windows on the rows"
# Sign-in has one door, with its rate limits, and the admin's own form is not a second one.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])
if admin.site.is_registered(EmailConfirmation):
    admin.site.unregister(EmailConfirmation)


class CappedPaginator(Paginator):
    """Counts no further than a limit: counting a table of millions takes longer than a page."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most the limit."""
        rows = self.object_list
        if isinstance(rows, models.QuerySet):
            return rows.order_by()[:_ROWS_COUNTED].count()
        return len(rows)


class Window(admin.ModelAdmin):
    """Shows rows, newest first, and changes none of them."""

    actions = None
    ordering = ("-pk",)
    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Return true for the filters on the page: any other would answer what is not shown.

        A hash that is on no page could be read letter by letter, by asking how many rows match.
        """
        return lookup.removesuffix("__exact") in self.list_filter

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return true for operators."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return true for operators: whoever may open the admin may look."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return false."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return false."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return false."""
        return False


@admin.register(User)
class UserWindow(Window):
    """People. A superuser decides who may sign in and who is an operator."""

    list_display = ("email", "name", "is_active", "is_staff", "is_superuser", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email",)
    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "date_joined", "last_login")
    readonly_fields = ("email", "name", "is_superuser", "date_joined", "last_login")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return true for superusers, but not for their own account."""
        return bool(getattr(request.user, "is_superuser", False)) and obj != request.user

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Set the two switches by the action that notes it."""
        set_standing(
            user=obj,
            is_active=obj.is_active,
            is_staff=obj.is_staff,
            actor=actor_of_session(request),
        )


@admin.register(ApiKey)
class ApiKeyWindow(Window):
    """Keys, without their hashes."""

    list_display = ("prefix", "user", "service_account", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user", "service_account")
    exclude = ("sha256",)
    search_fields = ("prefix",)


@admin.register(Record)
class RecordWindow(Window):
    """Records, with their statement as text."""

    list_display = ("id", "predicate_type", "sha256", "at")
    fields = ("id", "log", "predicate_type", "sha256", "leaf_hash", "at", "statement")
    readonly_fields = ("id", "statement")

    @admin.display
    def statement(self, record: Record) -> str:
        """Return the body of a record: canonical JSON."""
        return bytes(record.body).decode()


def _window(model: Any, columns: tuple[str, ...], related: tuple[str, ...] = ()) -> None:
    """Register a window that shows these columns in its list."""
    attributes = {"list_display": columns, "list_select_related": related or False}
    admin.site.register(model, type(f"{model.__name__}Window", (Window,), attributes))


_window(Organization, ("name", "beta_enabled", "created_at"))
_window(Membership, ("organization", "user", "role"), ("organization", "user"))
_window(ServiceAccount, ("organization", "name", "role", "created_at"), ("organization",))
_window(Activity, ("at", "verb", "subject", "by_name", "organization"), ("organization",))
_window(Trail, ("organization", "name", "created_at"), ("organization",))
_window(TrailVersion, ("trail", "number", "visibility", "by_name", "at"), ("trail",))
_window(TrailPackage, ("trail", "state", "by_name", "at", "expires_at"), ("trail",))
_window(Workflow, ("name", "trail", "by_name", "at"), ("trail",))
_window(WorkflowStatus, ("workflow", "state", "attestations", "last_at"), ("workflow",))
_window(Attestation, ("at", "workflow", "step", "number", "is_compliant"), ("workflow",))
_window(Evidence, ("name", "media_type", "attestation", "blob"), ("attestation", "blob"))
_window(Hold, ("at", "trail", "workflow", "by_name"), ("trail", "workflow"))
_window(HoldRelease, ("at", "hold", "by_name"), ("hold",))
_window(Disposal, ("at", "workflow", "up_to", "files", "by_name"), ("workflow",))
_window(DisposalPart, ("disposal", "number", "record"), ("disposal", "record"))
_window(UserData, ("attestation", "size", "sha256"), ("attestation",))
_window(SearchText, ("at", "workflow", "attestation"), ("workflow", "attestation"))
_window(StateCount, ("trail", "state", "change"), ("trail",))
_window(HeldFile, ("made_at", "owner", "workflow", "name", "size"), ("owner", "workflow"))
_window(
    DirectUpload, ("at", "organization", "by_name", "size", "state", "reason"), ("organization",)
)
_window(Blob, ("sha256", "size", "received_at"))
_window(Log, ("origin", "begun_at"))
_window(Leaf, ("log", "index", "record"), ("log",))
_window(Pending, ("log", "record"), ("log",))
_window(Tile, ("log", "level", "index"), ("log",))
_window(LogKey, ("log", "vkey", "at"), ("log",))
_window(Checkpoint, ("log", "size", "previous_size", "at"), ("log",))
_window(Cosignature, ("checkpoint", "vkey", "at"), ("checkpoint",))
_window(Timestamp, ("checkpoint", "authority", "at"), ("checkpoint",))
_window(Published, ("log", "size", "at"), ("log",))
_window(Contradiction, ("log", "source", "size", "at"), ("log",))
_window(Witnessed, ("origin", "number", "size", "at"))
_window(Round, ("work", "number", "begun_at", "ended_at", "blobs", "bytes", "findings"))
_window(RoundPart, ("round", "upto", "due_at"), ("round",))
_window(ScrubFinding, ("at", "vault", "kind", "blob", "reason"), ("blob",))
_window(ScrubRepair, ("at", "finding", "how", "kept_as"), ("finding",))
_window(Uncopied, ("blob", "tries", "due_at"), ("blob",))
_window(VaultCheck, ("at", "verdict", "vault"))
