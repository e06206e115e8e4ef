"""An organization that was exported, in a database that knows nothing of it."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from evidence.ledger import log as ledger
from tests import vaults
from tests.plugins.world import build_world
from tests.trails.moving.moved import Exported, MakeExported, fill, rows_of_acme, write
from trails import packages


@pytest.fixture
def make_exported(db: None, tmp_path: Path) -> MakeExported:
    """Makes the named world, exports acme, and takes all of it back again."""
    numbers = count(1)

    def make(*, is_sealed: bool = True, **options: Any) -> Exported:
        with transaction.atomic():
            world = build_world()
            sealed = ledger.seal(world.acme.log)
            assert sealed is not None
            fill(world)
            if is_sealed:
                sealed = ledger.seal(world.acme.log)
                assert sealed is not None
            run = world.public.workflows.get(name="run-1")
            exported = Exported(
                path=write(world.acme, tmp_path / f"acme-{next(numbers)}.export", **options),
                vkey=sealed.key.vkey,
                checkpoint=bytes(sealed.note),
                package=b"".join(packages.package_of(run).archive.read()),
                token=world.tokens["robot"],
                rows=rows_of_acme(),
            )
            transaction.set_rollback(True)
        return exported

    return make


@pytest.fixture
def exported(make_exported: MakeExported) -> Exported:
    """An export with everything in it."""
    return make_exported()


@pytest.fixture
def other_vault(settings: Any, tmp_path: Path, exported: Exported) -> vaults.Vault:
    """Another vault than the one that was exported from, and empty."""
    return vaults.empty(settings, tmp_path / "vault")
