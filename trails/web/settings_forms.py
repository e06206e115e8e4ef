"""The forms of an organization's settings and of people's keys: fields, labels and help.

What is allowed is decided by `trails.actions`.
"""

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from trails.words import Role

_ROLE_HELP = _("Admins configure, writers report, auditors read.")


class MemberForm(forms.Form):
    """A person to add."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        required=False,
        label=_("Name"),
        help_text=_("For an account that is made now. Records say it, and it stays."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, initial=Role.AUDITOR, help_text=_ROLE_HELP
    )


class ServiceAccountForm(forms.Form):
    """A machine to add."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("What reports, such as shell-recorder. It is named in every record it writes."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Role.choices, initial=Role.WRITER, help_text=_ROLE_HELP
    )


class KeyForm(forms.Form):
    """An API key to issue."""

    description = forms.CharField(
        required=False,
        label=_("Description"),
        help_text=_("Where the key will be kept."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        required=False,
        label=_("Last day"),
        help_text=_("It works to the end of this day, UTC. Empty: until it is revoked."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_expires_on(self) -> datetime.date | None:
        """Return the last day; the calendar must have a day after it."""
        day: datetime.date | None = self.cleaned_data["expires_on"]
        if day == datetime.date.max:
            raise forms.ValidationError(_("Choose an earlier day, or leave it empty."))
        return day

    def expires_at(self) -> datetime.datetime | None:
        """Return the moment from which the key does not work: midnight after its last day."""
        day: datetime.date | None = self.cleaned_data["expires_on"]
        if day is None:
            return None
        midnight = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
        return midnight + datetime.timedelta(days=1)
