"""An export of an older release is read by a newer one, as far as that makes sense."""

import json
from pathlib import Path

import pytest

from tests.trails.moving import forging
from tests.trails.moving.forging import Members
from tests.trails.moving.moved import Exported, take_in
from trails.models import TrailVersion
from trails.moving import layout
from trails.moving.errors import Refused


def before(found: Members, table: str, column: str) -> Members:
    """Return an export of a release that did not have a column yet."""
    tables = json.loads(found[layout.DESCRIPTION])["tables"]
    for said in tables:
        if said["name"] == table:
            said["columns"].remove(column)
    found = forging.described(found, tables=tables)
    return forging.edited(found, table, lambda row: {k: v for k, v in row.items() if k != column})


def test_a_column_that_came_later_gets_its_default(exported: Exported, tmp_path: Path) -> None:
    older = before(forging.members(exported.path), "trails.TrailVersion", "retention_days")
    take_in(forging.pack(older, tmp_path / "older"))
    assert set(TrailVersion.objects.values_list("retention_days", flat=True)) == {None}


@pytest.mark.parametrize("column", ["number", "id", "workflow_id"])
def test_a_column_that_nothing_can_stand_for_is_missed(
    column: str, exported: Exported, tmp_path: Path
) -> None:
    older = before(forging.members(exported.path), "trails.Attestation", column)
    with pytest.raises(Refused, match=f"has no column '{column}'"):
        take_in(forging.pack(older, tmp_path / "older"))


def test_a_table_that_came_later_may_be_missing(exported: Exported, tmp_path: Path) -> None:
    found = forging.members(exported.path)
    tables = json.loads(found[layout.DESCRIPTION])["tables"]
    older = [said for said in tables if "Disposal" not in said["name"]]
    take_in(forging.pack(forging.described(found, tables=older), tmp_path / "older"))
