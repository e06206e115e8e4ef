"""The addresses of this project."""

from tests.bench.audited.models import AuditedFact
from tests.bench.facts import urls

urlpatterns = urls(AuditedFact)
