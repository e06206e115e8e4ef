"""What comes in and what goes out, as the API's own description tells it (OpenAPI).

Shapes only: what a name or a link must look like is decided by `trails.actions.inputs`, and how
rows become answers by `answers.py`. Fields are added, never renamed or removed.
"""

import datetime
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from evidence.ledger.checkpoint import SIZE_LIMIT
from trails import words
from trails.api.moments import Moment
from trails.models.direct import UploadState
from trails.models.trail_packages import PackageState
from trails.words import RETENTION_DAYS_LIMIT, WORKFLOW_ID_LIMIT, WorkflowState

# Literals come in, for pydantic checks them; what goes out follows `trails.words`.
StateIn = Literal["incomplete", "compliant", "non-compliant"]
VisibilityIn = Literal["private", "public"]
State = Annotated[str, Field(json_schema_extra={"enum": list(WorkflowState.values)})]
StepState = Annotated[str, Field(json_schema_extra={"enum": list(words.StepState.values)})]
Visibility = Annotated[str, Field(json_schema_extra={"enum": list(words.Visibility.values)})]
Kind = Annotated[str, Field(json_schema_extra={"enum": list(words.ActorKind.values)})]
Sha256 = Annotated[str, Field(description="64 lower-case hex digits.", pattern="^[0-9a-f]{64}$")]

# The value of a field that did not come. Nobody reads it: only what came is handed on.
ABSENT: Any = None
PAGE = 50
PAGE_LIMIT = 200


# --- What comes in ------------------------------------------------------------------------------


class Incoming(BaseModel):
    """A body. Unknown fields and values of another type are errors: a typo must not pass."""

    model_config = ConfigDict(extra="forbid", strict=True)


class StepIn(Incoming):
    """A step of a trail's template."""

    name: str = Field(examples=["command-logs"])
    required: bool = Field(True, description="Whether a complete workflow must show it.")


def _step(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class TrailIn(Incoming):
    """The configuration of a trail. What is absent stays as it is.

    Null is accepted for `retention_days` alone.
    """

    description: str = Field(ABSENT, examples=["Production shell access"])
    visibility: VisibilityIn = Field(
        ABSENT, description="`private`, which a new trail is, or `public`: the world may read it."
    )
    steps: list[Annotated[StepIn, BeforeValidator(_step, json_schema_input_type=str | StepIn)]] = (
        Field(
            ABSENT,
            description="The steps in order; a plain text is a required step.",
            examples=[["user-identity", {"name": "command-logs", "required": False}]],
        )
    )
    retention_days: int | None = Field(
        ABSENT,
        description="For how many days evidence is kept, from 1 to "
        f"{RETENTION_DAYS_LIMIT}; null: for ever. For what is attested already it can be "
        "extended, and is never shortened.",
        examples=[3650],
    )


class WorkflowIn(Incoming):
    """What is said when a workflow begins."""

    description: str = Field(
        ABSENT, description="Cannot change later.", examples=["Shell access for incident 4711"]
    )


class TrailPackageIn(Incoming):
    """Which workflows of a trail are packed: all of them where nothing is said."""

    begun_after: Moment | None = Field(
        None,
        description="Only those that began at this moment or later.",
        examples=["2026-01-01T00:00:00Z"],
    )
    begun_before: Moment | None = Field(
        None,
        description="Only those that began before.",
        examples=["2027-01-01T00:00:00Z"],
    )


class LinkIn(Incoming):
    """Evidence that is kept elsewhere."""

    uri: str = Field(examples=["s3://audit/2026/11/recording.cast"])
    name: str = Field(ABSENT, description="What to call it; the address when absent.")
    digest: dict[str, str] = Field(
        ABSENT,
        description="Its SHA-256, by which it can be checked: `{'sha256': …}`.",
        examples=[{"sha256": "0" * 64}],
    )


class UploadIn(Incoming):
    """What is going to be put into the store directly. Hash it first."""

    sha256: Sha256
    size: int = Field(ge=1, description="In bytes.")


class UploadRefIn(Incoming):
    """An upload that is ready, and what to call it."""

    id: uuid.UUID = Field(strict=False, description="Of an upload of yours that is ready.")
    name: str = Field(examples=["disk.img"])


class ReportIn(Incoming):
    """What is reported of one process event, but for its files."""

    step: str = Field(description="The step it is filed under.", examples=["command-logs"])
    is_compliant: bool | None = Field(
        description="Required: true, false, or null for recorded without a verdict. Nothing is "
        "assumed, because an assumed verdict would be the server's and not the reporter's.",
        examples=[True],
    )
    description: str = Field("", examples=["Commands of the session"])
    user_data: Any = Field(
        None,
        description="Free JSON. Kept beside the record, which holds its digest.",
        examples=[{"task": "0199bb27be8f354b7"}],
    )
    external: list[LinkIn] = Field([], description="Evidence kept elsewhere.")
    occurred_at: Moment | None = Field(
        None,
        description="When it happened, RFC 3339 with a zone; digits beyond microseconds are cut.",
        examples=["2026-11-24T04:05:40Z"],
    )


class AttestationIn(ReportIn):
    """What is reported of one process event."""

    uploads: list[UploadRefIn] = Field(
        [],
        description="Evidence that was uploaded directly, in order; it comes after the files.",
    )


class ItemIn(ReportIn):
    """One of many reports, with the workflow that it belongs to."""

    workflow: str = Field(description="The id of its workflow.", examples=["run-4711"])
    evidence: list[str] = Field(
        [], description="Names of its files among those of the request.", examples=[["shell.log"]]
    )
    idempotency_key: str | None = Field(
        None,
        description="A text of your choice, at most 255 characters, by which the item is known "
        "when it is sent again.",
        examples=["build-4711-command-logs"],
    )


class ManyIn(Incoming):
    """Many reports, in the order in which they are to be recorded."""

    attestations: list[ItemIn] = Field(min_length=1)


class PageQuery(BaseModel):
    """A part of a list."""

    limit: int = Field(PAGE, ge=1, le=PAGE_LIMIT, description="How many at most.")
    after: str | None = Field(
        None, description="Where to go on: the cursor in the `next` of the part before. Opaque."
    )


class ConsistencyQuery(BaseModel):
    """Two sizes of a log."""

    old: int = Field(0, ge=0, lt=SIZE_LIMIT, description="Records that the asker has seen.")
    new: int | None = Field(
        None, ge=0, lt=SIZE_LIMIT, description="Records of the newer tree; the newest when absent."
    )


class Conditions(BaseModel):
    """Which workflows of a trail are wanted."""

    state: StateIn | None = Field(None, description="Only those in this state.")
    id_prefix: str | None = Field(
        None,
        max_length=WORKFLOW_ID_LIMIT,
        pattern=r"^[a-zA-Z0-9\-_.~:@+]*$",
        description="Only those whose id begins so; upper and lower case differ.",
    )
    begun_after: Moment | None = Field(
        None, description="Only those that began at this moment or later."
    )
    begun_before: Moment | None = Field(None, description="Only those that began before.")


class WorkflowQuery(PageQuery, Conditions):
    """A part of a trail's workflows."""


class ExportQuery(Conditions):
    """What is to leave as lines, and how they are written."""

    format: Literal["jsonl", "csv"] = Field("jsonl", description="JSON Lines or CSV (RFC 4180).")


# --- What goes out ------------------------------------------------------------------------------


class By(BaseModel):
    """Who did it, by the name they had then."""

    kind: Kind
    id: str
    name: str


class RecordOut(BaseModel):
    """The record in the organization's log: its canonical bytes are the statement."""

    id: uuid.UUID
    sha256: Sha256
    index: int | None = Field(
        description="Its place in the log, from 0; null while it is pending, which ends soon."
    )


class Organization(BaseModel):
    """A tenant: owns trails."""

    name: str = Field(examples=["acme"])
    trails_url: str
    log_url: str


class LogKey(BaseModel):
    """A key that has signed checkpoints of the log."""

    vkey: str = Field(description="A C2SP verification key: `name+id+base64`.")
    since: datetime.datetime = Field(description="When it signed first.")


class Log(BaseModel):
    """The tree of hashes over everything that an organization records."""

    origin: str = Field(description="Its name in checkpoints.", examples=["log.example.com/acme"])
    size: int = Field(description="Records under the newest checkpoint.")
    root: str = Field(description="The root over them, 32 bytes in base64.")
    checkpoint: str | None = Field(
        description="The newest checkpoint as it is signed; null before the first."
    )
    signed_at: datetime.datetime | None
    keys: list[LogKey] = Field(description="The one that signed last comes first.")
    pending: int = Field(
        description="Records that no checkpoint covers yet. Counting stops at 1001."
    )
    checkpoint_url: str
    tiles_url: str = Field(description="Tiles are below it (C2SP tlog-tiles).")
    key_url: str


class Step(BaseModel):
    """A step of a trail's template."""

    name: str
    required: bool


class Trail(BaseModel):
    """An audit trail: the identity of a critical business process, as it is configured now."""

    name: str = Field(examples=["prod-server-access"])
    organization: str = Field(examples=["acme"])
    description: str
    visibility: Visibility
    steps: list[Step]
    retention_days: int | None = Field(
        description="For how many days evidence is kept, null for ever. What an earlier version "
        "asked for still holds for what was attested under it."
    )
    version: int = Field(description="Counts the configurations from 1.")
    created_at: datetime.datetime
    configured_at: datetime.datetime = Field(description="When this version came into force.")
    record: RecordOut = Field(description="The record of this version.")
    url: str
    workflows_url: str
    packages_url: str


class TrailPackage(BaseModel):
    """The package of a trail: asked for, being prepared, or ready."""

    id: uuid.UUID
    organization: str
    trail: str
    state: Annotated[str, Field(json_schema_extra={"enum": list(PackageState.values)})]
    reason: str | None = Field(description="Why it failed; else null.")
    begun_after: datetime.datetime | None
    begun_before: datetime.datetime | None
    log_size: int = Field(description="Everything of the range among so many records is in it.")
    workflows: int
    workflows_done: int = Field(description="How many of them are prepared.")
    size: int | None = Field(description="In bytes, exactly; null until it is ready.")
    etag: str | None = Field(description="Equal tags mean equal bytes; null until it is ready.")
    asked_at: datetime.datetime
    by: By
    expires_at: datetime.datetime
    url: str
    download_url: str | None = Field(description="Null until it is ready.")


class Upload(BaseModel):
    """A direct upload: announced, sent, and checked or failed."""

    id: uuid.UUID
    organization: str
    state: Annotated[str, Field(json_schema_extra={"enum": list(UploadState.values)})]
    reason: str | None = Field(description="Why it failed; else null.")
    sha256: Sha256
    size: int = Field(description="In bytes.")
    checked: int = Field(description="How many bytes of it the server has read so far.")
    announced_at: datetime.datetime
    expires_at: datetime.datetime = Field(description="When it goes, unless it is attested before.")
    url: str


class UploadPart(BaseModel):
    """A request that brings a part of an upload. Whoever has the address can make it."""

    url: str = Field(description="PUT the bytes there.")
    headers: dict[str, str] = Field(description="To be sent exactly so.")
    offset: int = Field(description="Of its first byte in the file.")
    size: int = Field(description="Of its bytes: the Content-Length, which is signed.")


class UploadAnnounced(Upload):
    """A direct upload that has just been announced."""

    parts: list[UploadPart] = Field(description="They are told once. Send them in any order.")


class Uploads(BaseModel):
    """Direct uploads, newest first."""

    uploads: list[Upload]


class StepVerdict(BaseModel):
    """The state of a step of a workflow, and the attestation that counts."""

    name: str
    state: StepState
    required: bool
    expected: bool = Field(description="False for a name outside the trail's template.")
    number: int | None = Field(description="Of the attestation that counts; null when missing.")
    attestation: uuid.UUID | None
    attestation_url: str | None


class Counts(BaseModel):
    """How many attestations there are."""

    attestations: int
    superseded: int = Field(description="Of them, those that a later one of the step replaced.")


class WorkflowVerdict(BaseModel):
    """The state of a workflow, with the reasons in sentences."""

    id: str = Field(examples=["ecs-execute-command-0199bb27be8f354b7"])
    state: State
    reasons: list[str] = Field(examples=[["`command-logs` has not been attested."]])
    url: str


class Workflow(WorkflowVerdict):
    """One run of a trail's process."""

    organization: str
    trail: str
    trail_version: int = Field(description="The version it is measured against.")
    description: str
    steps: list[StepVerdict]
    counts: Counts
    begun_at: datetime.datetime
    last_at: datetime.datetime = Field(description="Of its last attestation, or its beginning.")
    by: By
    record: RecordOut
    attestations_url: str
    package_url: str
    statement_url: str
    proof_url: str = Field(description="Answers 503 while the record is pending.")


class Disposed(BaseModel):
    """That the bytes of a file are no more: an admin has disposed of them after their retention."""

    by: By
    at: datetime.datetime
    reason: str


class Evidence(BaseModel):
    """A file that was attested. The bytes at `url` are exactly the bytes that were reported."""

    id: uuid.UUID
    name: str = Field(description="Safe in a path, and unique in its attestation.")
    sha256: Sha256
    size: int = Field(description="In bytes.")
    media_type: str = Field(description="What the name suggests. Served as an attachment anyhow.")
    disposed: Disposed | None = Field(
        None,
        description="Who has disposed of it, when and why; null while it is there. Then `url` "
        "answers 410.",
    )
    url: str


class Digest(BaseModel):
    """What identifies bytes."""

    sha256: Sha256
    size: int = Field(description="In bytes.")


class Link(BaseModel):
    """Evidence kept elsewhere."""

    name: str
    uri: str
    digest: dict[str, str] | None = None


class Attestation(BaseModel):
    """The immutable record of one process event."""

    id: uuid.UUID
    number: int = Field(description="1, 2, 3 … in the workflow, without gaps.")
    step: str
    state: StepState = Field(description="What it says of its step: never `missing`.")
    is_compliant: bool | None
    superseded: bool = Field(description="Whether a later attestation of the step counts instead.")
    description: str
    evidence: list[Evidence]
    evidence_list_digest: Digest | None = Field(
        description="Where the list of evidence is too long for the statement, the statement names "
        "this one file instead: `evidence-list.json` in the package. Else null."
    )
    external: list[Link]
    user_data_digest: Digest | None = Field(description="Of the canonical JSON; null for none.")
    occurred_at: datetime.datetime | None = Field(description="As the reporter says.")
    at: datetime.datetime = Field(description="When it was recorded, by the server's clock.")
    by: By
    record: RecordOut
    url: str
    statement_url: str
    proof_url: str = Field(description="Answers 503 while the record is pending.")


class AttestationWithData(Attestation):
    """An attestation with its free data."""

    user_data: Any


class EvidenceReceived(Evidence):
    """A file that has just arrived."""

    sent_as: str | None = Field(
        description="The name it was sent under, where another one is recorded; else null."
    )


class AttestationReceived(Attestation):
    """An attestation that has just been recorded, and what it makes of its workflow."""

    evidence: list[EvidenceReceived]  # type: ignore[assignment]  # the same files, told more fully
    workflow: WorkflowVerdict


class Received(BaseModel):
    """One of many attestations that have been recorded, in brief."""

    id: uuid.UUID
    workflow: str
    step: str
    number: int
    created: bool = Field(description="False when it was recorded before, under the same key.")
    record_sha256: Sha256
    url: str


class ManyReceived(BaseModel):
    """The attestations of a request, in its order."""

    attestations: list[Received]


class Exported(AttestationWithData):
    """One line of an export."""

    workflow: str


class Organizations(BaseModel):
    """A part of the organizations, by name."""

    organizations: list[Organization]
    next: str | None = Field(description="The address of the next part; null at the end.")


class Trails(BaseModel):
    """A part of an organization's trails, by name."""

    trails: list[Trail]
    next: str | None = Field(description="The address of the next part; null at the end.")


class Workflows(BaseModel):
    """A part of a trail's workflows, newest first."""

    workflows: list[Workflow]
    next: str | None = Field(description="The address of the next part; null at the end.")


class TrailPackages(BaseModel):
    """The packages of a trail, newest first. There are never many."""

    packages: list[TrailPackage]


class Attestations(BaseModel):
    """A part of a workflow's attestations, by number."""

    attestations: list[Attestation]
    next: str | None = Field(description="The address of the next part; null at the end.")
