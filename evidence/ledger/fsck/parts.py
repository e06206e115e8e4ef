"""Everything that evidence knows how to check, in the order in which it is best read."""

from collections.abc import Iterator

from django.apps import apps

from evidence import raw_rows
from evidence.findings import Part, Scope
from evidence.ledger.fsck.checkpoints import chain
from evidence.ledger.fsck.others import cosignatures, said_of, timestamps, vouched, witnessed
from evidence.ledger.fsck.records import queue, records, references
from evidence.ledger.fsck.tree import tree
from evidence.models import Log


def parts(scope: Scope) -> Iterator[Part]:
    """Yield the parts that the scope asks for. Those over blobs are `evidence.vault.scrub`'s."""
    if scope.log is None:
        yield references("evidence", list(apps.get_app_config("evidence").get_models()))
    yield records(scope)
    yield queue(scope)
    for log, origin in logs(scope):
        yield chain(log, origin)
        yield tree(log, origin)
        yield said_of(log, origin)
    yield cosignatures(scope.log)
    yield timestamps(scope.log)
    yield vouched(scope.log)
    if scope.log is None:
        yield witnessed()


def logs(scope: Scope) -> Iterator[tuple[str, str]]:
    """Yield the id and the origin of each log in the scope."""
    chosen = [raw_rows.parameter(Log, scope.log)] if scope.log else []
    where = ["t.id = %s"] if scope.log else []
    for _, page in raw_rows.pages(Log, "id origin", where=where, params=chosen):
        for row in page:
            if isinstance(row["id"], str):  # with another id it is nobody's log
                yield row["id"], str(row["origin"])
