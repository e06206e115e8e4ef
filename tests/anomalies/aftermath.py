"""What a crash has left, read past Django: nothing half, nothing lost, nothing that lies."""

import hashlib
import json
from pathlib import Path
from typing import Any

from evidence.ledger import statement
from tests.anomalies.reporters import Sent
from tests.plugins.server import Server


def plain(id: Any) -> str:
    """Return an id as both databases could write it."""
    return str(id).replace("-", "")


def bytes_of(server: Server, sha256: str) -> bytes:
    """Return what is under a content address."""
    return server.vault.read(f"blobs/sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}")


def leftovers(server: Server) -> list[Path]:
    """Return the staged files."""
    return [path for path in (server.vault_root / "staging").iterdir() if path.is_file()]


def orphans(server: Server) -> set[str]:
    """Return the names of what is under a content address, or beside one, and has no row."""
    named = {sha256 for (sha256,) in server.sql("SELECT sha256 FROM evidence_blob")}
    return {name.rsplit("/", 1)[-1] for name in server.vault.names()} - named


def check_that_nothing_is_half(server: Server) -> None:
    """Check every visible attestation for all that belongs to it."""
    for sha256, size in server.sql("SELECT sha256, size FROM evidence_blob"):
        data = bytes_of(server, sha256)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (sha256, size)

    files: dict[str, list[tuple[str, str]]] = {}
    for id, name, sha256 in server.sql(
        "SELECT attestation_id, name, blob_id FROM trails_evidence "
        "ORDER BY attestation_id, position"
    ):
        files.setdefault(plain(id), []).append((name, sha256))
    free = {plain(id) for (id,) in server.sql("SELECT attestation_id FROM trails_userdata")}
    numbers: dict[str, list[int]] = {}
    rows = server.sql(
        "SELECT a.id, a.workflow_id, a.number, r.body FROM trails_attestation a "
        "LEFT JOIN evidence_record r ON r.id = a.record_id ORDER BY a.workflow_id, a.number"
    )
    for id, workflow, number, body in rows:
        said = statement.parse(bytes(body))["predicate"]
        assert (plain(said["id"]), said["number"]) == (plain(id), number)
        listed = [(file["name"], file["digest"]["sha256"]) for file in said["evidence"]]
        assert listed == files.pop(plain(id))
        assert len(listed) == 2
        assert plain(id) in free
        numbers.setdefault(plain(workflow), []).append(number)
    assert files == {}, "evidence without an attestation"

    records = "SELECT count(*) FROM evidence_record WHERE predicate_type = '{}'"
    assert server.sql(records.format(statement.ATTESTATION)) == [(len(rows),)]
    for workflow, count, latest in server.sql(
        "SELECT workflow_id, attestations, latest FROM trails_workflowstatus"
    ):
        assert numbers.get(plain(workflow), []) == list(range(1, count + 1))
        steps = json.loads(latest) if isinstance(latest, str) else latest
        assert [step[0] for step in steps.values()] == ([count] if count else [])


def check_that_nothing_acknowledged_is_lost(server: Server, sent: list[Sent]) -> None:
    """Check that each acknowledged report is there with exactly its bytes."""
    found: dict[str, dict[str, str]] = {}
    for id, name, sha256 in server.sql("SELECT attestation_id, name, blob_id FROM trails_evidence"):
        found.setdefault(plain(id), {})[name] = sha256
    for report in sent:
        if report.id is not None:
            files = found[plain(report.id)]
            assert files.keys() == report.files.keys()
            for name, data in report.files.items():
                assert bytes_of(server, files[name]) == data
