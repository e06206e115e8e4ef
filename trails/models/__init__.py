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
from trails.models.direct import DirectUpload
from trails.models.held import HeldFile
from trails.models.retention import Disposal, DisposalPart, Hold, HoldRelease
from trails.models.search import SearchText
from trails.models.trail_packages import TrailPackage, TrailPackageBlock
from trails.models.trails import Trail, TrailVersion
from trails.models.workflows import StateCount, Workflow, WorkflowStatus

__all__ = [
    "Activity",
    "ApiKey",
    "Attestation",
    "DirectUpload",
    "Disposal",
    "DisposalPart",
    "Evidence",
    "HeldFile",
    "Hold",
    "HoldRelease",
    "Membership",
    "Organization",
    "SearchText",
    "ServiceAccount",
    "StateCount",
    "Trail",
    "TrailPackage",
    "TrailPackageBlock",
    "TrailVersion",
    "User",
    "UserData",
    "Workflow",
    "WorkflowStatus",
]
