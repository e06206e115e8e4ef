"""What the style guide puts into the components: made-up things that no database knows.

One set of words for all components, and differences where two components use a word for different
things. Nothing here is saved; people and places are those of the documentation domains.
"""

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evidence.models import Blob, Checkpoint, Log, LogKey, VaultCheck
from trails.models import (
    ApiKey,
    Attestation,
    Disposal,
    Evidence,
    HeldFile,
    Hold,
    Organization,
    ServiceAccount,
    Trail,
    TrailVersion,
    Workflow,
    WorkflowStatus,
)
from trails.paging import Page
from trails.sealed import Seal, Standing
from trails.search.find import Hit
from trails.web.differences import differences
from trails.web.drawing import columns, shares
from trails.web.highlight import Piece
from trails.web.keys import GRACES, Listed, Shown
from trails.web.links import LinkRow
from trails.web.listing import Listed as ListedTrail
from trails.web.steps import StepRow
from trails.web.timeline import Data, Entry

SHA256 = "550bf7b83e4c39144c9692e44350c0d9351aed8d198bce2e2f1aceaf94da7a4f"
VKEY = "log.example.com/acme+1a2b3c4d+AWgyF51gQLAIMkGYbwRBa6teao6cyONYjpm5rnr27ReW"
BY = {"by_kind": "user", "by_id": "u-1", "by_name": "Ann Example"}
DAY = datetime.timedelta(days=1)


class SpecimenForm(forms.Form):
    """One field of each kind, the first of them refused."""

    name = forms.CharField(label=_("Name"), help_text=_("Letters, digits and hyphens."))
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea)
    state = forms.ChoiceField(
        label=_("State"), choices=[("a", "Compliant"), ("b", "Non-compliant")]
    )
    visibility = forms.ChoiceField(
        label=_("Visibility"), choices=[("a", "Private"), ("b", "Public")], widget=forms.RadioSelect
    )
    remember = forms.BooleanField(label=_("Stay signed in"), required=False)
    code = forms.CharField(label=_("Code"), required=False)
    steps = forms.CharField(label=_("Steps"), required=False)


def specimens() -> dict[str, Any]:
    """Return the words that components share, with what each stands for here."""
    now = timezone.now() - datetime.timedelta(minutes=5)
    log = Log(origin="log.example.com/acme")
    organization = Organization(name="acme", log=log)
    trail = Trail(organization=organization, name="prod-server-access")
    steps = [
        {"name": "user-identity", "required": True},
        {"name": "command-logs", "required": True},
        {"name": "second-look", "required": False},
    ]
    version = _version(trail, 2, "Shell access to production.\nReviewed daily.", "public", steps)
    before = _version(trail, 1, "Shell access to production.", "private", steps[:1])
    trail.current = version
    workflow = Workflow(trail=trail, version=version, name="run-1", at=now, **BY)
    attestation = Attestation(
        workflow=workflow,
        step="command-logs",
        number=3,
        is_compliant=True,
        description="The session was recorded to its end.",
        external=[
            {"name": "Recording", "uri": "https://cast.example/1", "digest": {"sha256": SHA256}},
            {"name": "s3://audit/1.cast", "uri": "s3://audit/1.cast", "digest": None},
        ],
        occurred_at=now - DAY,
        at=now,
        **BY,
    )
    file = Evidence(
        attestation=attestation,
        position=1,
        name="session.log",
        media_type="text/plain",
        blob=Blob(sha256=SHA256, size=1_126),
    )
    data = Data(SHA256, 24, '{\n  "seconds": 780\n}')
    status = WorkflowStatus(
        workflow=workflow,
        trail=trail,
        state="incomplete",
        reasons=["`command-logs` has not been attested."],
    )
    checkpoint = Checkpoint(log=log, size=4_711, key=LogKey(log=log, vkey=VKEY), at=now)
    seal = Seal(42, checkpoint, b"")
    key = ApiKey(
        prefix="tk_8f3a", description="CI", service_account=ServiceAccount(name="shell-recorder")
    )
    form = SpecimenForm({"description": "Kept as it was typed.", "state": "a", "visibility": "a"})
    counts = shares({"compliant": 41, "incomplete": 6, "non-compliant": 2})
    days = [(now.date() - DAY * back, back * 7 % 11) for back in range(29, -1, -1)]
    return {
        **{"organization": organization, "trail": trail, "version": version, "workflow": workflow},
        **{"attestation": attestation, "file": file, "statuses": [status], "here": "Here"},
        "entry": Entry(attestation, False, [file], 3, data),
        **{"days": 3650, "holds": Page([_hold(trail, now)], more=False)},
        "stone": Disposal(up_to=3, files=12, bytes=4_200, reason="Its time is over.", at=now, **BY),
        **{"vault_check": VaultCheck(verdict="proven", at=now), "vault_check_is_old": False},
        **{"seal": seal, "vkey": VKEY, "standing": Standing(seal, 0), "pending_counted": 100},
        **{"package_commands": "trailkeeper verify run-1.zip", "proof_commands": "curl …"},
        "difference": differences(before, version),
        **{"form": form, "field": form["name"], "files": [(_held(now), True)]},
        **{"limit": 10 * 2**30, "rows": [StepRow("1", "user-identity"), StepRow("2", "", False)]},
        **{"row_id": "step_row_", "row": StepRow("1", "user-identity"), "number": 1},
        "graces": [(value, label) for value, (_grace, label) in GRACES.items()],
        "keys": [Listed(key, "works"), Listed(ApiKey(prefix="tk_0c91", created_at=now), "revoked")],
        "shown": Shown(key, "tk_an-example-that-opens-nothing", organization),
        **{"shares": counts, "total": 49, "sparkline": columns(days)},
        "listed": [ListedTrail(trail, counts, now)],
        "settings_pages": [("/acme/settings/members", "Members"), ("/styleguide", "Activity")],
        "reauthentication_alternatives": [{"id": "mfa_reauthenticate", "url": "#"}],
        **{"again": [("description", "Typed")], "status": 404, "request_id": "5e1f"},
        **{"title": "A title", "id": "waiting", "label": "3 new workflows. Show them", "show": "?"},
        **{"live": "", "hit": Hit(7, now, workflow, attestation), "path": "/acme/"},
        **{"card": "/acme/card.png", "feed": "/acme/feed", "is_shown_to_all": True},
        "pieces": [Piece("prod-", False), Piece("shell", True), Piece("-access", False)],
    }


# Where a component means something else by a word, or is shown in another state.
DIFFERENT: dict[str, dict[str, Any]] = {
    "link_row.html": {"row": LinkRow("Recording", "https://cast.example/1", SHA256)},
    "errors.html": {"rows": [StepRow("1", "a b", error="'a b' is not a name.")]},
}


def _version(trail: Trail, number: int, description: str, visibility: str, steps: Any) -> Any:
    return TrailVersion(
        trail=trail,
        number=number,
        description=description,
        visibility=visibility,
        steps=steps,
        at=timezone.now(),
        **BY,
    )


def _hold(trail: Trail, at: datetime.datetime) -> Hold:
    return Hold(trail=trail, reason="Case 4711 is before the court.", at=at, **BY)


def _held(at: datetime.datetime) -> HeldFile:
    return HeldFile(name="session.cast", size=48_200, sha256=SHA256, made_at=at)
