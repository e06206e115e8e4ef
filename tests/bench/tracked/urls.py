"""The addresses of this project."""

from tests.bench.facts import urls
from tests.bench.tracked.models import TrackedFact

urlpatterns = urls(TrackedFact)
