"""What the server packs, the verifier accepts: the two meet only in the package's bytes."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.ledger import keys
from evidence.ledger import log as ledger
from evidence.package.report import Name, Report
from evidence.package.verify import verify
from tests.plugins.world import World
from trails.models import Workflow
from trails.packages import package_of

MOMENT = datetime.datetime(2026, 11, 24, 4, 5, tzinfo=datetime.UTC)


def judged(workflow: Workflow, world: World, folder: Path) -> Report:
    package = package_of(workflow)
    path = folder / package.filename
    path.write_bytes(b"".join(package.archive.read()))
    return verify(path, [keys.signing_key(world.acme.log.origin).key])


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("user-identity", {}),
        ("user-identity", {"is_compliant": None}),
        (
            "user-identity",
            {"files": {"a.json": b"1", "Jörg.eml": b"", "A.json": b"2"}},
        ),
        ("user-identity", {"files": {"user-data.json": b"mine", "../../x": b"y"}}),
        ("user-identity", {"user_data": '{"ticket": "ä", "n": 1.5}', "description": "a\nb"}),
        ("user-identity", {"occurred_at": MOMENT}),
        (
            "a step, new",
            {
                "external": [
                    {"uri": "https://logs.example/1"},
                    {"uri": "s3://b/2", "name": "二", "digest": {"sha256": "a" * 64}},
                ]
            },
        ),
        ("many", {"files": {f"transcript-of-host-{n:04}.log": b"%d" % n for n in range(300)}}),
    ],
)
def test_every_kind_of_attestation_is_verified(
    step: str, fields: dict[str, Any], world: World, tmp_path: Path
) -> None:
    workflow = world.begin("prod:shell@10+~.x", description="Läuft")
    world.attest(workflow, "command-logs", files={"session.log": b"$ whoami"})
    world.attest(world.begin("another"))
    world.attest(workflow, step, **fields)
    ledger.seal(world.acme.log)

    report = judged(workflow, world, tmp_path)

    assert report.verdict == "verified", report.as_json()
    assert report.workflow == workflow.subject
    assert report.attestations == 2


def test_a_workflow_in_which_nothing_has_happened_is_verified(world: World, tmp_path: Path) -> None:
    workflow = world.begin("run-1")
    ledger.seal(world.acme.log)

    assert judged(workflow, world, tmp_path).verdict == "verified"


def test_a_package_before_sealing_is_unproven(world: World, tmp_path: Path) -> None:
    workflow = world.begin("run-1")
    world.attest(workflow)

    report = judged(workflow, world, tmp_path)

    assert report.verdict == "unproven", report.as_json()
    assert report.checks[Name.STATEMENTS].findings[0].code == "no-proof"
