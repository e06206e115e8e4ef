"""Disposed evidence in packages of trails: left out, accounted for, and never sent in halves."""

from pathlib import Path

import pytest

from evidence.ledger import log as ledger
from evidence.ledger.note import Key
from evidence.package.report import Verdict
from evidence.package.told import told
from evidence.package.verify import verify
from tests.disposing import RETENTION_DAYS, dispose, retain
from tests.plugins.world import World
from tests.trails.preparing import asked, finish, members, ready, whole
from trails.errors import NotFound
from trails.lookups import trail_package_to_download
from trails.models import Workflow
from trails.preparing import OUTDATED


@pytest.fixture
def run(world: World) -> Workflow:
    retain(world, world.public, RETENTION_DAYS)
    workflow = world.begin("old")
    world.attest(workflow, files={"a.log": b"secret", "b.log": b"more"}, user_data="{}")
    world.attest(workflow, files={"a.log": b"kept"})
    world.attest(world.begin("other"), files={"a.log": b"other"})
    ledger.seal(world.acme.log)
    return workflow


def test_the_files_are_gone_and_the_package_is_verified_with_its_tombstone(
    world: World, run: Workflow, tmp_path: Path
) -> None:
    dispose(world, run, 1)
    ledger.seal(world.acme.log)
    package = ready(world)
    found = members(package)
    assert "data/old/user-identity/a.log" not in found
    assert found["data/old/user-identity.2/a.log"] == b"kept"
    assert b"evidence-disposed" in found["proof/old/_disposal.1.json"]
    path = tmp_path / "trail.zip"
    path.write_bytes(whole(package))
    report = verify(path, [Key.parse(package.checkpoint.key.vkey)])
    assert report.verdict is Verdict.VERIFIED, told(report)
    assert report.absent == 2 and "old: Retention has ended." in told(report)


def test_a_package_from_before_is_not_sent_any_more(world: World, run: Workflow) -> None:
    package = ready(world)
    dispose(world, run, 1)
    with pytest.raises(NotFound, match="disposed of since"):
        trail_package_to_download(world.actor("owner"), "acme", "prod-server-access", package.pk)


def test_one_that_is_prepared_meanwhile_fails_and_says_why(world: World, run: Workflow) -> None:
    package = asked(world)
    dispose(world, run, 1)
    package = finish(package)
    assert (package.state, package.reason) == ("failed", OUTDATED)
    assert not package.blocks.exists()
