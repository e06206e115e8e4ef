"""The forms of holds and disposals: a reason, and a name typed by whoever means it.

What is allowed is decided by `trails.actions`.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class ReasonForm(forms.Form):
    """Why something is done that people will ask about."""

    reason = forms.CharField(
        label=_("Reason"),
        strip=False,
        help_text=_("It is recorded, and cannot be changed or removed later."),
        error_messages={"required": _("Say why.")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ConfirmedForm(ReasonForm):
    """The same, and a name that is typed. `name` is the one that is asked for."""

    confirm = forms.CharField(
        strip=False,
        error_messages={"required": _("Type the name to confirm.")},
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def __init__(self, *args: object, name: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what a form takes
        self.fields["confirm"].label = _("Type %(name)s") % {"name": name}
