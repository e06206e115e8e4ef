"""What somebody has typed into the form of an attestation so far, whole at every moment.

A draft is what goes to the page and comes back with it. It knows no workflow and writes nothing.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from trails.http.uploads import Form
from trails.state import MISSING, StepVerdict
from trails.web import links
from trails.web.links import LinkRow
from trails.web.work_forms import OTHER, AttestForm
from trails.words import STEP_LIMIT

FILES = "files"
"""The field under which files come."""
MANY = links.COLUMNS | {"held"}
"""Fields that may come several times."""
_KEY_LIMIT = 255


def _new_key() -> str:
    return str(uuid.uuid4())


@dataclass
class Draft:
    """A form with its rows, the ids of its held files in order, and its Idempotency-Key."""

    form: AttestForm
    links: list[LinkRow] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    # Made when the form is first shown: however often it is sent, it is recorded once.
    key: str = field(default_factory=_new_key)
    # Whether it comes back for something else than to be recorded: nothing is said to be wrong.
    is_unchecked: bool = False

    @property
    def shown(self) -> AttestForm:
        """Return the form as the page shows it."""
        if self.is_unchecked:
            return AttestForm(initial=dict(self.form.data), steps=self.form.steps)
        return self.form

    def is_valid(self) -> bool:
        """Tell whether it may be attested; what is wrong is then in the form and the rows."""
        self.links = links.checked(self.links)
        return self.form.is_valid() and not any(row.error for row in self.links)

    def refuse(self, message: str) -> None:
        """Say above the form why it was not recorded."""
        self.is_unchecked = False
        self.form.add_error(None, message)

    def begin_anew(self) -> None:
        """Make what comes next an attestation of its own."""
        self.key = _new_key()


def _key_of(form: Form) -> str:
    """Return the key that a form came with; a new one for what none of our forms carries.

    Threat. It is looked up before the report is checked, and a database refuses to look for a NUL.
    """
    key = form.fields.get("key", "")
    return key if key.isascii() and key.isprintable() and 0 < len(key) <= _KEY_LIMIT else _new_key()


def fresh(steps: Sequence[StepVerdict], step: str) -> Draft:
    """Return an empty draft, for a step if one is named, else for the first that is missing."""
    names = [verdict.step for verdict in steps]
    initial: dict[str, Any] = {}
    if step in names:
        initial["step"] = step
    elif step:
        initial = {"step": OTHER, "other_step": step[:STEP_LIMIT]}
    else:
        missing = (v.step for v in steps if v.state == MISSING and v.required)
        initial["step"] = next(missing, "" if names else OTHER)
    return Draft(AttestForm(initial=initial, steps=steps))


def sent(steps: Sequence[StepVerdict], form: Form) -> Draft:
    """Return the draft that a browser has sent."""
    return Draft(
        AttestForm(form.fields, steps=steps),
        links=links.rows_typed(form.lists),
        held=list(dict.fromkeys(form.lists.get("held", ()))),
        key=_key_of(form),
    )
