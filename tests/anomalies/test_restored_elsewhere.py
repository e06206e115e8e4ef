"""What was saved is restored on another database and another vault, and goes on as it was.

Both ways of the README: the export of each organization, and copies of database and vault.
"""

import shutil
import sqlite3
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.anomalies.elsewhere import MakeElsewhere, make_elsewhere, template_elsewhere
from tests.anomalies.outsider import Outsider
from tests.anomalies.reporters import TRAIL, Sent, ask, make_world
from tests.plugins.postgres import find_programs
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import DATABASE_FILE

__all__ = ["make_elsewhere", "template_elsewhere"]  # fixtures

RUNS = ["run-1", "run-2"]


def report(server: Server, token: str, times: int = 1) -> list[Sent]:
    """Report so many times to each workflow. Each report is acknowledged."""
    sent = [Sent(run) for _ in range(times) for run in RUNS]
    for one in sent:
        one.send(server, token)
    return sent


def packages(server: Server, token: str) -> list[bytes]:
    """Return the package of each workflow."""
    answers = [ask(server, "GET", f"{TRAIL}/{run}/package", token) for run in RUNS]
    assert [status for status, _ in answers] == [200] * len(RUNS)
    return [body for _, body in answers]


def done(server: Server, *command: str) -> str:
    """Run a command that must go well; return what it said."""
    ran = server.manage(*command)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def check_that_it_goes_on(server: Server, token: str, sent: list[Sent], before: int) -> None:
    """Check that what was recorded is found again, and that the log grows by what is new."""
    for one in sent:
        one.send(server, token)  # a retry, which its key finds
    outsider = Outsider(server)
    checkpoint = outsider.take_checkpoint(server, token)
    assert checkpoint is not None
    assert checkpoint.size == before
    report(server, token)
    checkpoint = outsider.take_checkpoint(server, token)
    assert checkpoint is not None
    assert checkpoint.size == before + len(RUNS)
    assert server.manage("fsck").returncode == 0


def test_an_export_is_restored_on_the_other_engine_and_back(
    make_server: MakeServer, make_elsewhere: MakeElsewhere, tmp_path: Path
) -> None:
    first = make_server(LOG_LEVEL="ERROR")
    token = make_world(first, RUNS)
    first.start()
    sent = report(first, token, 3)
    outsider = Outsider(first)
    newest = outsider.take_checkpoint(first, token)
    assert newest is not None
    handed_out = packages(first, token)
    first.stop()

    second = make_elsewhere(PUBLIC_URL=first.url, LOG_LEVEL="ERROR")
    move(first, second, tmp_path / "there", "rival", "acme")
    assert "Nothing is wrong" in done(second, "fsck")
    second.start()
    assert packages(second, token) == handed_out
    check_that_it_goes_on(second, token, sent, newest.size)
    grown = packages(second, token)
    second.stop()

    third = make_server(PUBLIC_URL=first.url, LOG_LEVEL="ERROR")
    move(second, third, tmp_path / "back", "acme")
    third.start()
    assert packages(third, token) == grown
    check_that_it_goes_on(third, token, sent, newest.size + len(RUNS))


def move(source: Server, target: Server, folder: Path, *names: str) -> None:
    """Export organizations of one server, and import them into another."""
    folder.mkdir()
    for name in names:
        file = str(folder / name)
        done(source, "export", name, file)
        assert f"Imported {name}" in done(target, "import", file)


def test_copies_of_database_and_vault_are_restored_while_reports_came_in_between(
    make_server: MakeServer, tmp_path: Path
) -> None:
    first = make_server(LOG_LEVEL="ERROR")
    token = make_world(first, RUNS)
    first.start()
    sent = report(first, token, 3)
    newest = Outsider(first).take_checkpoint(first, token)
    assert newest is not None
    handed_out = packages(first, token)

    second = make_server(PUBLIC_URL=first.url, LOG_LEVEL="ERROR")
    copy_database(first, second, tmp_path)
    report(first, token)  # in the copy of the vault, and not in that of the database
    copy_vault(first, second)
    first.stop()

    said = done(second, "fsck")
    assert "Nothing is wrong" in said
    assert "have no name" in said
    second.start()
    assert packages(second, token) == handed_out
    check_that_it_goes_on(second, token, sent, newest.size)


def copy_database(source: Server, target: Server, folder: Path) -> None:
    """Copy a database into another one while it is in use, as its own tools do."""
    if source.database_url.startswith("sqlite:"):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{target.data_dir / DATABASE_FILE}{suffix}").unlink(missing_ok=True)
        with (
            sqlite3.connect(source.data_dir / DATABASE_FILE) as one,
            sqlite3.connect(target.data_dir / DATABASE_FILE) as other,
        ):
            one.backup(other)
        return
    programs = find_programs()
    if shutil.which("pg_dump", path=str(programs)) is None:
        pytest.skip(f"There is no pg_dump in {programs}.")
    dump = folder / "dump"
    owner = as_owner(source)
    run(programs / "pg_dump", "--format=custom", f"--file={dump}", f"--dbname={owner}")
    restore = ("--clean", "--if-exists", "--exit-on-error", f"--dbname={as_owner(target)}")
    run(programs / "pg_restore", *restore, str(dump))


def as_owner(server: Server) -> str:
    """Return the address of a server's database for a tool of PostgreSQL's."""
    url = server.owner.get("DATABASE_OWNER_URL", server.database_url)
    return urlsplit(url)._replace(scheme="postgresql").geturl()


def run(*command: object) -> None:
    ran = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def copy_vault(source: Server, target: Server) -> None:
    """Copy every object of a vault into another one."""
    for name in source.vault.names():
        target.vault.write(name, source.vault.read(name))
