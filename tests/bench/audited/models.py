"""Facts that django-auditlog writes a log entry of."""

from auditlog.registry import auditlog  # type: ignore[import-untyped]

from tests.bench.facts import Fact


class AuditedFact(Fact):
    """A fact with its log entry."""


auditlog.register(AuditedFact)
