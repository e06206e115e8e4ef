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
from trails.models.held import HeldFile
from trails.models.search import SearchText
from trails.models.trails import Trail, TrailVersion
from trails.models.workflows import StateCount, Workflow, WorkflowStatus

__all__ = [
    "Activity",
    "ApiKey",
    "Attestation",
    "Evidence",
    "HeldFile",
    "Membership",
    "Organization",
    "SearchText",
    "ServiceAccount",
    "StateCount",
    "Trail",
    "TrailVersion",
    "User",
    "UserData",
    "Workflow",
    "WorkflowStatus",
]
