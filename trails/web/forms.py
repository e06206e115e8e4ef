"""The forms of the pages: fields, labels and help. What is allowed is decided by `trails.actions`.

A refusal of an action that names a field lands beside that field (`refuse`), and whatever was
typed is shown again.
"""

from django import forms
from django.utils.translation import gettext_lazy

from trails.errors import Conflict, Invalid, TooMuch
from trails.words import RETENTION_DAYS_LIMIT, Visibility


def refuse(form: forms.Form, error: Invalid | Conflict | TooMuch) -> None:
    """Put a refusal beside the field it names, or above the form when it has no such field."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, error.message)


class TrailForm(forms.Form):
    """What a trail is called, says and shows.

    Its steps are rows of their own (`trails.web.steps`); the field is there for their errors.
    """

    name = forms.CharField(
        label=gettext_lazy("Name"),
        error_messages={"required": gettext_lazy("Name the trail.")},
        help_text=gettext_lazy(
            "Letters, digits and - _ . ~, beginning with a letter or a digit. It is part of every "
            "address and cannot change."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        strip=False,
        help_text=gettext_lazy("What the process is, and why it is recorded."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Visibility"),
        choices=[
            (Visibility.PRIVATE, gettext_lazy("Private: members of the organization read it")),
            (Visibility.PUBLIC, gettext_lazy("Public: everybody reads it, without signing in")),
        ],
        widget=forms.RadioSelect,
    )
    retention_days = forms.IntegerField(
        label=gettext_lazy("Retention in days"),
        required=False,
        min_value=1,
        max_value=RETENTION_DAYS_LIMIT,
        help_text=gettext_lazy(
            "For how long evidence is kept, counted from its attestation. Empty: for ever. A later "
            "version extends it for what is there, and never shortens it."
        ),
        widget=forms.NumberInput(attrs={"autocomplete": "off"}),
    )
    confirm_name = forms.CharField(
        required=False,
        label=gettext_lazy("Only to make it public: type the name of the trail"),
        help_text=gettext_lazy(
            "All its workflows become readable for the world, those that are recorded already too: "
            "descriptions, names of people, user data and evidence files."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    steps = forms.Field(required=False)

    def is_confirmed(self, trail: str) -> bool:
        """Tell whether a change to public is wanted no more than by accident."""
        return bool(self.cleaned_data["confirm_name"] == trail)
