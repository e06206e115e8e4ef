"""Proofs by API: a record's place in the log, that the log has only grown, and what is pending."""

import base64
import hashlib
from collections.abc import Mapping

import pytest

from evidence.errors import BadProof
from evidence.ledger import checkpoint, note, proof
from evidence.ledger import log as ledger
from evidence.ledger.proof_file import Consistency, Inclusion
from evidence.models import Checkpoint, Log
from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.http.middleware import SANDBOX_POLICY

LOG = "/organizations/acme/log"


def seal(log: Log) -> Checkpoint:
    found = ledger.seal(log)
    assert found is not None
    return found


@pytest.fixture
def made(api: Api, run: str) -> Mapping[str, str]:
    """The addresses of the statements and proofs of an attestation and its workflow."""
    found = api.attest(run, {"step": "command-logs", "is_compliant": True}).json
    workflow = api.get(run).json
    return {
        found["statement_url"]: found["proof_url"],
        workflow["statement_url"]: workflow["proof_url"],
    }


def keys(api: Api) -> list[note.Key]:
    return [note.Key.parse(key["vkey"]) for key in api.get(LOG).json["keys"]]


def check(api: Api, statement: bytes, found: Inclusion) -> checkpoint.Checkpoint:
    """Hold a statement and its proof against the key of the log, as an outsider does."""
    said, _, _ = checkpoint.opened(found.checkpoint, keys(api))
    proof.check_inclusion(
        index=found.index,
        size=said.size,
        leaf=hashlib.sha256(b"\x00" + statement).digest(),
        path=found.path,
        root=said.root,
    )
    return said


def test_each_statement_is_proven_by_its_proof(
    api: Api, world: World, made: Mapping[str, str]
) -> None:
    first = seal(world.acme.log)
    for number in range(5):
        world.begin(f"later-{number}")
        seal(world.acme.log)
    for statement_url, proof_url in made.items():
        answer = api.get(proof_url)
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Disposition"].endswith('.tlog-proof"')
        assert answer.headers["Content-Security-Policy"] == SANDBOX_POLICY
        said = check(api, api.get(statement_url).content, Inclusion.parse(answer.content))
        assert said.size == first.size  # the first one that covers it, so it never changes
        again = api.get(proof_url, If_None_Match=answer.headers["ETag"])
        assert again.status == 304
        part = api.get(proof_url, Range="bytes=5-9")
        assert (part.status, part.content) == (206, answer.content[5:10])


def test_a_proof_of_another_statement_is_none(
    api: Api, world: World, made: Mapping[str, str]
) -> None:
    seal(world.acme.log)
    (statement, _), (_, other) = made.items()
    with pytest.raises(BadProof):
        check(api, api.get(statement).content, Inclusion.parse(api.get(other).content))


def test_what_is_pending_has_no_proof_yet_and_says_when_to_ask_again(
    api: Api, world: World, made: Mapping[str, str]
) -> None:
    for url in made.values():
        answer = api.get(url)
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "5"
        assert answer.json["type"] == "urn:trailkeeper:problem:pending"
        assert "safe and not sealed yet" in answer.json["detail"]
        assert api.call("HEAD", url).status == 503
    seal(world.acme.log)
    assert {api.get(url).status for url in made.values()} == {200}


def test_a_private_proof_does_not_exist_for_others(api: Api, world: World, secret_run: str) -> None:
    made = api.attest(secret_run, {"step": "a", "is_compliant": True}).json
    seal(world.acme.log)
    for url in (made["proof_url"], f"{secret_run}/proof", f"{secret_run}/statement"):
        assert api.get(url).status == 404
        assert api.get(url, "outsider").status == 404
        assert api.get(url, "auditor").status == 200


def test_the_index_is_told_wherever_the_record_is(api: Api, world: World, run: str) -> None:
    made = api.attest(run, {"step": "a", "is_compliant": True}, Idempotency_Key="1").json
    trail = run.partition("/workflows")[0]
    places = (made["url"], run, trail, f"{trail}/workflows", f"{run}/attestations")

    def indexes() -> list[int | None]:
        found = []
        for place in places:
            answer = api.get(place).json
            for name in ("workflows", "attestations"):
                answer = answer[name][0] if name in answer else answer
            found.append(answer["record"]["index"])
        return found

    assert indexes() == [None] * len(places)
    seal(world.acme.log)
    one, workflow, configured, *listed = indexes()
    assert one is not None and workflow is not None and configured is not None
    assert configured < workflow < one
    assert listed == [workflow, one]
    retried = api.attest(run, {"step": "a", "is_compliant": True}, Idempotency_Key="1")
    assert (retried.status, retried.json["record"]["index"]) == (200, one)


def test_an_attestation_is_answered_with_its_index(shared_world: World) -> None:
    """Sealing is inline, so it has one before its reporter hears of it."""
    shared_world.begin("run-1")
    api = Api(shared_world)
    path = "/organizations/acme/trails/prod-server-access/workflows/run-1"
    first = api.attest(path, {"step": "a", "is_compliant": True}).json["record"]["index"]
    second = api.attest(path, {"step": "b", "is_compliant": True}).json
    assert second["record"]["index"] == first + 1
    assert api.get(second["proof_url"]).status == 200


def test_the_log_tells_its_state_before_and_after_the_first_checkpoint(
    api: Api, world: World
) -> None:
    empty = api.get(LOG).json
    assert (empty["size"], empty["checkpoint"], empty["keys"]) == (0, None, [])
    assert base64.b64decode(empty["root"]) == hashlib.sha256(b"").digest()
    assert empty["pending"] == world.acme.log.records.count()
    row = seal(world.acme.log)
    found = api.get(LOG).json
    assert found["checkpoint"].encode() == bytes(row.note)
    assert (found["origin"], found["size"]) == ("testserver/acme", row.size)
    assert (base64.b64decode(found["root"]), found["pending"]) == (bytes(row.root), 0)
    assert [key["vkey"] for key in found["keys"]] == [row.key.vkey]
    for name in ("checkpoint_url", "key_url"):
        path = found[name].removeprefix("http://testserver")
        assert world.client().get(path).status_code == 200
    tile = f"{found['tiles_url'].removeprefix('http://testserver')}/0/000.p/1"
    assert len(world.client().get(tile).content) == 32


def test_two_checkpoints_are_tied_by_a_proof(api: Api, world: World) -> None:
    roots: dict[int, bytes] = {}
    for number in range(4):
        world.begin(f"run-{number}")
        row = seal(world.acme.log)
        roots[row.size] = bytes(row.root)
    newest = max(roots)
    for old, new in [(old, new) for old in roots for new in roots if old <= new]:
        answer = api.get(f"{LOG}/consistency?old={old}&new={new}")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        found = Consistency.parse(answer.content)
        said, _, _ = checkpoint.opened(found.checkpoint, keys(api))
        assert (found.old, said.size, said.root) == (old, new, roots[new])
        proof.check_consistency(
            old=old, new=new, old_root=roots[old], new_root=said.root, path=found.path
        )
    first = min(roots)
    assert api.get(f"{LOG}/consistency?old={first}").content == (
        api.get(f"{LOG}/consistency?old={first}&new={newest}").content
    )


def test_between_checkpoints_the_proof_stands_alone(api: Api, world: World) -> None:
    size = seal(world.acme.log).size
    assert size > 4
    found = Consistency.parse(api.get(f"{LOG}/consistency?old=3&new={size - 1}").content)
    assert (found.old, found.checkpoint) == (3, b"")
    assert found.path


def test_from_nothing_the_proof_is_empty(api: Api, world: World) -> None:
    seal(world.acme.log)
    found = Consistency.parse(api.get(f"{LOG}/consistency").content)
    assert (found.old, found.path) == (0, [])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("old=3&new=2", "old"),
        ("old=999999", "old"),
        ("old=1&new=999999", "new"),
        (f"new={2**63 - 1}", "new"),
        (f"old={2**63}", "old"),
        ("old=-1", "old"),
        ("old=one", "old"),
        ("new=1.5", "new"),
        ("old=%00", "old"),
        (f"old={'9' * 5000}", "old"),
        ("size=1", "size"),
    ],
)
def test_sizes_that_do_not_fit_are_named(api: Api, world: World, query: str, field: str) -> None:
    seal(world.acme.log)
    answer = api.get(f"{LOG}/consistency?{query}")
    assert (answer.status, answer.json["field"]) == (400, field)


def test_without_a_checkpoint_there_is_nothing_to_tie(api: Api) -> None:
    answer = api.get(f"{LOG}/consistency")
    assert answer.status == 404
    assert "not signed a checkpoint yet" in answer.json["detail"]


def test_the_log_of_a_private_organization_exists_for_its_members_alone(
    api: Api, world: World
) -> None:
    seal(world.rival.log)
    for path in ("/organizations/rival/log", "/organizations/rival/log/consistency"):
        assert api.get(path).status == 404
        assert api.get(path, "owner").status == 404
        assert api.get(path, "outsider").status == 200
