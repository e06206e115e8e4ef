"""Everything that `manage.py fsck` checks, evidence first and then what we say about it."""

from collections.abc import Collection, Iterator

from django.apps import apps

from evidence import raw_rows
from evidence.findings import Part, Scope
from evidence.ledger.fsck.parts import parts as ledger_parts
from evidence.ledger.fsck.records import references
from evidence.models import Record
from evidence.raw_rows import Join
from evidence.vault import scrub
from trails import erasing
from trails.fsck.activities import activities, unclaimed
from trails.fsck.attestations import attestations, user_data
from trails.fsck.configuration import organizations, versions, workflows
from trails.fsck.disposals import disposals
from trails.fsck.holds import holds, releases, unclaimed_acts
from trails.fsck.statuses import statuses
from trails.models import Attestation, Evidence


def parts(scope: Scope) -> Iterator[Part]:
    """Yield every part that the scope asks for. The bytes come last: they take the longest."""
    yield from ledger_parts(scope)
    if scope.log is None:
        yield references("trails", list(apps.get_app_config("trails").get_models()))
    for part in (organizations, versions, workflows, attestations, user_data, activities):
        yield part(scope)
    for part in (holds, releases, disposals, unclaimed, unclaimed_acts):
        yield part(scope)
    yield statuses(scope)
    if scope.log is None:
        yield scrub.files()
        yield scrub.blobs(scope, disposed=erasing.spent)
    else:
        yield scrub.blobs(scope, blobs_of(scope.log), disposed=erasing.spent)


def blobs_of(log: str) -> scrub.Belongs:
    """Return the function that gives those of some blobs that a log's attestations name."""
    key = raw_rows.parameter(Record, log)
    record = Join("record", Record, "record.id = a.record_id")

    def belongs(digests: Collection[str]) -> set[str]:
        some = list(digests)
        files = raw_rows.select(
            Evidence,
            "blob_id",
            joins=[Join("a", Attestation, "a.id = t.attestation_id"), record],
            where=[raw_rows.among("t.blob_id", some), "record.log_id = %s"],
            params=[*some, key],
        )
        lists = raw_rows.select(
            Attestation,
            "evidence_list_id",
            joins=[Join("record", Record, "record.id = t.record_id")],
            where=[raw_rows.among("t.evidence_list_id", some), "record.log_id = %s"],
            params=[*some, key],
        )
        return {str(row["blob_id"]) for row in files} | {
            str(row["evidence_list_id"]) for row in lists
        }

    return belongs
