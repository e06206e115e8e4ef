"""The disk is full: who reports is told so and loses nothing, and who only reads does not notice.

The disk holds staged files, the vault where it is a folder, and the copies of checkpoints. Not the
database: SQLite follows links by itself and does not find the disk; it is told that it is full.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.anomalies.aftermath import (
    check_that_nothing_acknowledged_is_lost,
    check_that_nothing_is_half,
    leftovers,
    orphans,
)
from tests.anomalies.dialects import DIALECTS, PAGE, Dialect, call, make_credentials
from tests.anomalies.ledger_aftermath import (
    check_that_all_are_sealed,
    check_the_ledgers,
    check_with_fsck,
)
from tests.anomalies.patient import Patient
from tests.anomalies.reporters import TRAIL, make_world
from tests.anomalies.small_disk import Refused, SmallDisk, small_disk
from tests.plugins.leftovers import Leftovers
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer

SIZE = 48 << 20
WORKFLOWS = [dialect.name for dialect in DIALECTS]
DATA = os.urandom(3 << 20)


@pytest.fixture
def disk(tmp_path: Path, server_leftovers: Leftovers) -> Iterator[SmallDisk]:
    try:
        with small_disk(tmp_path, SIZE, server_leftovers) as disk:
            yield disk
    except Refused as error:
        pytest.skip(f"This machine gives us no disk to fill: {error}")


@pytest.fixture
def server(make_server: MakeServer, disk: SmallDisk) -> Server:
    server = make_server(LOG_LEVEL="ERROR", CHECKPOINTS_DIR=str(disk.path / "checkpoints"))
    server.vault_root.symlink_to(disk.path)
    return server.start()


@pytest.fixture
def reports(server: Server) -> list[Dialect]:
    """A report in each dialect, in a workflow of its own; not sent."""
    credentials = make_credentials(server)
    for name in WORKFLOWS:
        headers = {
            "Authorization": f"Bearer {credentials['api']}",
            "Content_Type": "application/json",
        }
        begun = call(server, "PUT", f"{TRAIL}/{name}", b"{}", **headers)
        assert begun.status == 201, begun.text
    return [
        dialect(server, credentials[dialect.name], dialect.name, DATA + dialect.name.encode())
        for dialect in DIALECTS
    ]


def names_some(server: Server, report: Dialect) -> bool:
    """Tell whether a row names the bytes of a report."""
    (data,) = report.files.values()
    sha256 = hashlib.sha256(data).hexdigest()
    found = server.sql(f"SELECT 1 FROM evidence_blob WHERE sha256 = '{sha256}'")  # noqa: S608
    return bool(found)


@pytest.mark.parametrize("room", [0, 1 << 20], ids=["no room", "room for a part of it"])
def test_a_report_is_refused_in_words_and_recorded_once_when_there_is_room(
    server: Server, disk: SmallDisk, reports: list[Dialect], room: int
) -> None:
    (first, *_), before = reports, len(leftovers(server))
    disk.fill(leave=room)
    for report in reports:
        answer = report.send()
        assert answer.says_to_try_again, (report.name, answer.status, answer.text)
        assert "no room left" in answer.text
        assert str(server.data_dir) not in answer.text
        assert not names_some(server, report)
    assert len(leftovers(server)) == before
    assert server.sql("SELECT count(*) FROM trails_attestation") == [(0,)]
    # Who only looks sees everything.
    for path in (f"{PAGE}/", f"{PAGE}/{first.workflow}/", "/acme/log/"):
        assert call(server, "GET", path).status == 200

    disk.make_room()
    for _ in range(2):
        for report in reports:
            answer = report.send()
            assert report.is_recorded_by(answer), (report.name, answer.status, answer.text)
    assert server.sql("SELECT count(*) FROM trails_attestation") == [(len(reports),)]
    assert len(leftovers(server)) == before
    check_with_fsck(server)


def test_a_disk_that_fills_up_under_load_loses_nothing(
    server: Server, disk: SmallDisk, reports: list[Dialect]
) -> None:
    load = Patient([server], reports[0].credential, WORKFLOWS)
    check_what_a_full_one_leaves(server, load, disk.fill, disk.make_room)


def test_a_database_that_fills_up_under_load_loses_nothing(
    make_server: MakeServer, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    if pytestconfig.getoption("engine") != "sqlite":
        pytest.skip("Only SQLite can be told here that it is full")
    flag = tmp_path / "full"
    app = "tests.anomalies.full_database_wsgi:application"
    server = make_server(app=app, LOG_LEVEL="ERROR", FULL_WHILE=str(flag))
    token = make_world(server, WORKFLOWS)
    load = Patient([server.start()], token, WORKFLOWS)
    check_what_a_full_one_leaves(server, load, flag.touch, flag.unlink)


def check_what_a_full_one_leaves(
    server: Server,
    load: Patient,
    fill: Callable[[], object],
    make_room: Callable[[], object],
) -> None:
    """Fill and make room in turn under load, and check what is there at its end."""
    for _ in range(3):
        load.wait_for("recorded", 30)
        # Again and again: what was staged at that moment goes, and leaves room for others.
        load.wait_for("refused", 30, meanwhile=fill)
        make_room()
    load.wait_for("recorded", 30)
    load.stop()
    assert load.failures == []
    server.kill()

    assert server.sql("SELECT count(*) FROM trails_attestation") == [(len(load.sent),)]
    check_that_nothing_is_half(server)
    check_that_nothing_acknowledged_is_lost(server, load.sent)
    assert leftovers(server) == []
    assert server.manage("seal").returncode == 0
    check_the_ledgers(server)
    check_that_all_are_sealed(server, [report.id for report in load.sent if report.id])
    swept = server.manage("sweep", "--older-than-hours", "0", "--force")
    assert swept.returncode == 0, swept.stderr
    assert orphans(server) == set()
    check_with_fsck(server)
