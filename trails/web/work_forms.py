"""The forms of work: beginning a workflow, attesting, archiving. What is allowed is up to actions.

A refusal of an action that names a field lands beside that field (`trails.web.forms.refuse`).
"""

import datetime
import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trails.actions.reports import Report, canonical_json
from trails.errors import Invalid, TooMuch
from trails.http.strict_json import strict
from trails.state import StepVerdict
from trails.words import StepState

OTHER = "/"
"""The choice of a step outside the template; no step has a name with a slash."""

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_VERDICTS = {"compliant": True, "non-compliant": False, "recorded": None}


def suggested_id(today: datetime.date) -> str:
    """Return an id for a workflow that nobody has yet, in all likelihood: `2026-11-24-7c0f1a`."""
    return f"{today:%Y-%m-%d}-{secrets.token_hex(3)}"


class BeginForm(forms.Form):
    """What a workflow is called and about."""

    id = forms.CharField(
        label=gettext_lazy("Id"),
        help_text=gettext_lazy(
            "Letters, digits and - _ . ~ : @ +, beginning with a letter or a digit. It is part of "
            "the address and cannot change: a ticket, a build or a session number is a good one."
        ),
        error_messages={"required": gettext_lazy("Write an id, or take the one below.")},
        widget=forms.TextInput(attrs=_PLAIN),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        strip=False,
        help_text=gettext_lazy("What this run is about. It cannot change later."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ConfirmForm(forms.Form):
    """The name of a trail, typed by whoever means it."""

    confirm = forms.CharField(
        label=gettext_lazy("Type the name of the trail"),
        strip=False,
        error_messages={"required": gettext_lazy("Type the name of the trail to confirm.")},
        widget=forms.TextInput(attrs=_PLAIN),
    )


class AttestForm(forms.Form):
    """What an attestation says, besides its files and links."""

    step = forms.ChoiceField(
        label=gettext_lazy("Step"),
        error_messages={"required": gettext_lazy("Choose a step, or another one and name it.")},
    )
    other_step = forms.CharField(
        label=gettext_lazy("Name of another step"),
        required=False,
        help_text=gettext_lazy(
            "Only if the event belongs to none of the steps above. It is shown as unexpected."
        ),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("Verdict"),
        choices=[
            (
                "compliant",
                gettext_lazy("Compliant: it happened as the process demands"),
            ),
            (
                "non-compliant",
                gettext_lazy(
                    "Non-compliant: it did not. The workflow is non-compliant until a later "
                    "attestation of the step says otherwise"
                ),
            ),
            (
                "recorded",
                gettext_lazy("Recorded without a verdict: it is on record, and nobody judges it"),
            ),
        ],
        error_messages={"required": gettext_lazy("Choose a verdict.")},
        widget=forms.RadioSelect,
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        strip=False,
        help_text=gettext_lazy("What happened, in words for a reader who was not there."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    occurred_at = forms.DateTimeField(
        label=gettext_lazy("Occurred at, UTC"),
        required=False,
        help_text=gettext_lazy("Only if it was not just now; when it arrives is recorded anyway."),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
    )
    user_data = forms.CharField(
        label=gettext_lazy("User data"),
        required=False,
        help_text=gettext_lazy('Facts for programs, as JSON: {"ticket": "OPS-4711"}.'),
        widget=forms.Textarea(attrs={"rows": 3, "class": "mono", **_PLAIN}),
    )

    def __init__(self, *args: Any, steps: Sequence[StepVerdict], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps = steps
        expected = [(step.step, _said(step)) for step in steps if step.expected]
        unexpected = [(step.step, _said(step)) for step in steps if not step.expected]
        self.fields["step"].choices = [  # type: ignore[attr-defined]  # of a ChoiceField
            ("", _("Choose a step")),
            *expected,
            *unexpected,
            (OTHER, _("Another step, named below")),
        ]

    def clean_user_data(self) -> str | None:
        """Return free data as the text that is recorded. An error says where it is no JSON."""
        text: str = self.cleaned_data["user_data"]
        if not text.strip():
            return None
        try:
            return canonical_json(strict(text), limit=settings.LIMIT_JSON_BYTES)
        except (Invalid, TooMuch) as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        """Ask for the name of the step where it is another one."""
        cleaned = super().clean() or {}
        if cleaned.get("step") == OTHER and not cleaned.get("other_step"):
            self.add_error("other_step", _("Name the step, or choose one of the trail's above."))
        return cleaned

    def report(self, external: Sequence[dict[str, Any]]) -> Report:
        """Return what was typed as a report. Only of a form that is valid."""
        data = self.cleaned_data
        return Report(
            step=data["other_step"] if data["step"] == OTHER else data["step"],
            is_compliant=_VERDICTS[data["verdict"]],
            description=data["description"],
            user_data=data["user_data"],
            external=external,
            occurred_at=data["occurred_at"],
        )


def _said(step: StepVerdict) -> str:
    """Return a step with its state, as a choice shows it."""
    state = StepState(step.state).label
    if not step.expected:
        return _("%(step)s (not a step of this trail; %(state)s)") % {
            "step": step.step,
            "state": state,
        }
    if not step.required:
        return _("%(step)s (optional; %(state)s)") % {"step": step.step, "state": state}
    return _("%(step)s (%(state)s)") % {"step": step.step, "state": state}
