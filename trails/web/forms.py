"""The forms of the pages: fields, labels and help. What is allowed is decided by `trails.actions`.

A refusal of an action that names a field lands beside that field (`refuse`), and whatever was
typed is shown again.
"""

import datetime

from django import forms

from trails.errors import Conflict, Invalid
from trails.words import Role, Visibility

_ROLE_HELP = "Admins configure, writers report, auditors read."


def refuse(form: forms.Form, error: Invalid | Conflict) -> None:
    """Put a refusal beside the field it names, or above the form when it has no such field."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, error.message)


class TrailForm(forms.Form):
    """What a trail is called, says and shows.

    Its steps are rows of their own (`trails.web.steps`); the field is there for their errors.
    """

    name = forms.CharField(
        help_text="Letters, digits and - _ . ~. It is part of every address and cannot change.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        required=False,
        strip=False,
        help_text="What the process is, and why it is recorded.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    visibility = forms.ChoiceField(
        choices=[
            (Visibility.PRIVATE, "Private: members of the organization read it"),
            (Visibility.PUBLIC, "Public: everybody reads it, without signing in"),
        ],
        widget=forms.RadioSelect,
    )
    confirm_name = forms.CharField(
        required=False,
        label="Only to make it public: type the name of the trail",
        help_text="All its workflows and their evidence become readable for the world.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    steps = forms.Field(required=False)

    def is_confirmed(self, trail: str) -> bool:
        """Tell whether a change to public is wanted no more than by accident."""
        return bool(self.cleaned_data["confirm_name"] == trail)


class MemberForm(forms.Form):
    """A person to add."""

    email = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        required=False, help_text="For an account that is made now; the person may leave it."
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.AUDITOR, help_text=_ROLE_HELP)


class ServiceAccountForm(forms.Form):
    """A machine to add."""

    name = forms.CharField(
        help_text="What reports, such as shell-recorder. It is named in every record it writes.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.WRITER, help_text=_ROLE_HELP)


class KeyForm(forms.Form):
    """An API key to issue."""

    description = forms.CharField(
        required=False,
        help_text="Where the key will be kept.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        required=False,
        label="Last day",
        help_text="It works to the end of this day, UTC. Empty: until it is revoked.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_expires_on(self) -> datetime.date | None:
        """Return the last day; the calendar must have a day after it."""
        day: datetime.date | None = self.cleaned_data["expires_on"]
        if day == datetime.date.max:
            raise forms.ValidationError("Choose an earlier day, or leave it empty.")
        return day

    def expires_at(self) -> datetime.datetime | None:
        """Return the moment from which the key does not work: midnight after its last day."""
        day: datetime.date | None = self.cleaned_data["expires_on"]
        if day is None:
            return None
        midnight = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
        return midnight + datetime.timedelta(days=1)
