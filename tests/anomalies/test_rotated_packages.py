"""Packages over a change of the signing key: old ones stay what they were, byte for byte."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from evidence.ledger import log as ledger
from evidence.ledger.keys import signing_key
from evidence.ledger.note import Key, new_private_key
from evidence.package.report import Verdict
from evidence.package.verify import verify
from tests.plugins.world import World
from trails import packages
from trails.models import Workflow


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Pack":
    return Pack(tmp_path, monkeypatch)


class Pack:
    """Packs workflows as a process does that has never packed them before."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._monkeypatch = folder, monkeypatch

    def __call__(self, workflow: Workflow) -> bytes:
        self._monkeypatch.setattr(packages, "_shelf", packages._Shelf())
        return b"".join(packages.package_of(workflow).archive.read())

    def verdict(self, package: bytes, *keys: Key) -> Verdict:
        path = self._folder / "package.zip"
        path.write_bytes(package)
        return verify(path, keys).verdict


def test_a_package_from_before_a_new_key(
    world: World, packed: Pack, settings: LazySettings
) -> None:
    log = world.acme.log
    workflow = world.begin("unchanged")
    world.attest(workflow, files={"session.log": b"$ id\n"})
    changed = world.begin("changed")
    world.attest(changed)
    ledger.seal(log)
    old = signing_key(log.origin).key
    before, changed_before = packed(workflow), packed(changed)

    settings.LOG_KEY = new_private_key()
    new = signing_key(log.origin).key
    world.attest(changed)
    world.attest(world.begin("another"))
    ledger.seal(log)

    assert packed(workflow) == before
    for package in (before, changed_before):
        assert packed.verdict(package, old) is Verdict.VERIFIED
        assert packed.verdict(package, old, new) is Verdict.VERIFIED
        assert packed.verdict(package, new) is Verdict.REJECTED
    changed_after = packed(changed)
    assert packed.verdict(changed_after, new) is Verdict.VERIFIED
    assert packed.verdict(changed_after, old) is Verdict.REJECTED
