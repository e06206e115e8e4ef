"""The closed sets of words, and the rules of names. Pure but for Django's text choices.

Names are case-sensitive. Reserved names are those that would hide one of our own routes;
`tests/contracts` holds them against the URL configuration.
"""

import re

from django.db.models import TextChoices

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_.~]*")
NAME_LIMIT = 100
WORKFLOW_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9\-_.~:@+]*")
WORKFLOW_ID_LIMIT = 255
STEP_LIMIT = 100
STEPS_LIMIT = 200
DESCRIPTION_LIMIT = 10_000
REASON_LIMIT = 2_000
RETENTION_DAYS_LIMIT = 36_500

RESERVED_ORGANIZATIONS = frozenset(
    {"about", "account", "admin", "api", "favicon.ico", "healthz", "new", "ready", "robots.txt"}
    | {"search", "sitemap.xml", "static", "styleguide", "verify", "log", "settings", "evidence"}
    | {"apple-touch-icon.png", "apple-touch-icon-precomposed.png", "card.png"}
    | {"s", "sitemap-pages.xml"}
)
RESERVED_TRAILS = frozenset(
    {"audit-trails", "card.png", "environments", "feed", "flows", "log", "new", "settings"}
)
# A package keeps the proof of the workflow itself beside those of its steps (FORMATS §3).
RESERVED_STEPS = frozenset({"workflow"})
RESERVED_WORKFLOWS = frozenset(
    {"archive", "attest", "card.png", "configure", "feed", "hold", "new", "package", "packages"}
    | {"versions", "workflows.csv"}
)


class Role(TextChoices):
    """What a member or a service account may do in an organization."""

    ADMIN = "admin", "Admin"
    WRITER = "writer", "Writer"
    AUDITOR = "auditor", "Auditor"


class Visibility(TextChoices):
    """Who may read a trail."""

    PRIVATE = "private", "Private"
    PUBLIC = "public", "Public"


class WorkflowState(TextChoices):
    """The verdict over a workflow (DESIGN §5)."""

    INCOMPLETE = "incomplete", "Incomplete"
    COMPLIANT = "compliant", "Compliant"
    NON_COMPLIANT = "non-compliant", "Non-compliant"


class StepState(TextChoices):
    """The verdict over a step of a workflow (DESIGN §5)."""

    MISSING = "missing", "Missing"
    RECORDED = "recorded", "Recorded"
    COMPLIANT = "compliant", "Compliant"
    NON_COMPLIANT = "non-compliant", "Non-compliant"


class ActorKind(TextChoices):
    """Who did something (FORMATS §1, `by`)."""

    USER = "user", "User"
    SERVICE_ACCOUNT = "service-account", "Service account"
    SYSTEM = "system", "System"
