"""The rows of the product, a file per subject. `actions` alone writes them."""

from trails.models.accounts import (
    Activity,
    ApiKey,
    Membership,
    Organization,
    ServiceAccount,
    User,
)
from trails.models.attestations import Attestation, Evidence, UserData
from trails.models.trails import Trail, TrailVersion
from trails.models.workflows import Workflow, WorkflowStatus

__all__ = [
    "Activity",
    "ApiKey",
    "Attestation",
    "Evidence",
    "Membership",
    "Organization",
    "ServiceAccount",
    "Trail",
    "TrailVersion",
    "User",
    "UserData",
    "Workflow",
    "WorkflowStatus",
]
