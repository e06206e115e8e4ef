"""The form that asks for the package of a trail: which days. What may be asked is up to actions."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

_LAST = datetime.date(9998, 12, 31)


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext_lazy("Write a date like 2026-01-31.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class RangeForm(forms.Form):
    """The first and the last day on which a workflow of the package began, in UTC."""

    first = _day(
        gettext_lazy("Workflows begun from"), gettext_lazy("This day in UTC, or the beginning.")
    )
    last = _day(gettext_lazy("to"), gettext_lazy("This day in UTC is in it, or all until now."))

    def clean_last(self) -> datetime.date | None:
        """Return the last day; one that has no next day would have no end."""
        day: datetime.date | None = self.cleaned_data["last"]
        if day is not None and day > _LAST:
            raise forms.ValidationError(gettext_lazy("Write a date like 2026-01-31."))
        return day
