"""Facts that triggers of django-pghistory write an event of."""

import pghistory

from tests.bench.facts import Fact


@pghistory.track()
class TrackedFact(Fact):
    """A fact with its events."""
