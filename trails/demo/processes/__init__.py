"""What happened at the bank, a file per process. Pure: no models, no clock, the same each time."""

from collections.abc import Iterator

from trails.demo.processes import (
    case_worker,
    cold_storage,
    disaster_recovery,
    feature_toggles,
    fraud_detection,
    server_access,
    user_provisioning,
)
from trails.demo.script import TrailScript


def trails() -> Iterator[TrailScript]:
    """Yield the trails; the ones that a visitor should see first come last, as the newest."""
    yield case_worker.trail()
    yield cold_storage.trail()
    yield fraud_detection.trail()
    yield user_provisioning.trail()
    yield disaster_recovery.trail()
    yield feature_toggles.trail()
    yield server_access.beta()
    yield server_access.prod()
