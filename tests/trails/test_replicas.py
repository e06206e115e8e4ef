"""Pages take facts from a replica, and nobody sees by it what they may not see any more.

The replica of these tests is a copy that never catches up, read with a role that may only read: it
lags for ever, and a write that went there would fail.
"""

import http.client
import json
import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.anomalies.reporters import BOUNDARY, TRAIL, ask, make_world
from tests.plugins import roles
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import DATABASE_FILE

READER = "trailkeeper_reader"
RUN = "/acme/prod-server-access/run-1/"
SOON = "written after the copy was taken"
OWNER_TOKEN = """
from trails.actors import for_user
from trails.models import User
from trails.actions.keys import issue_user_key
owner = User.objects.get(email="owner@example.com")
print(issue_user_key(user=owner, actor=for_user(owner))[1])
"""


def administer(statement: str, *names: str, database: str = "/postgres") -> None:
    url = urlsplit(os.environ[roles.POSTGRES_URL])._replace(path=database).geturl()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def copy_of(server: Server) -> str:
    """Copy a stopped server's database; return the address of the copy for who may only read."""
    if server.database_url.startswith("sqlite:"):
        copy = server.data_dir / "replica.sqlite3"
        for suffix in ("", "-wal"):
            source = server.data_dir / f"{DATABASE_FILE}{suffix}"
            if source.exists():
                shutil.copy2(source, f"{copy}{suffix}")
        return f"sqlite:///{copy}"
    name = urlsplit(server.database_url).path.removeprefix("/")
    copy_name = f"{name}_replica"
    administer("CREATE DATABASE {} TEMPLATE {}", copy_name, name)
    with psycopg.connect(os.environ[roles.POSTGRES_URL], autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone()
    if known is None:
        administer("CREATE ROLE {} LOGIN", READER)
    at = f"/{copy_name}"
    administer("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", READER, database=at)
    url = urlsplit(server.database_url)._replace(path=at).geturl()
    return roles.url_as(READER, url)


def page(server: Server, path: str, cookie: str = "") -> tuple[int, str]:
    """Return the status and text of a page, as a stranger sees it."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=40)
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    response = connection.getresponse()
    answer = response.status, response.read().decode()
    connection.close()
    return answer


@pytest.fixture
def lagging(make_server: MakeServer) -> Iterator[tuple[Server, str, str]]:
    """A server whose replica has one workflow and no attestation; the robot's and admin's keys."""
    server = make_server()
    robot = make_world(server, ["run-1"])
    admin = server.manage("shell", "-v0", "-c", OWNER_TOKEN).stdout.strip()
    server.environment["DATABASE_REPLICA_URL"] = copy_of(server)
    server.start()
    yield server, robot, admin
    if not server.database_url.startswith("sqlite:"):
        copy_name = urlsplit(server.environment["DATABASE_REPLICA_URL"]).path.removeprefix("/")
        administer("DROP DATABASE {} WITH (FORCE)", copy_name)


def attest(server: Server, token: str, run: str = "run-1") -> None:
    said = json.dumps({"step": "command-logs", "is_compliant": True, "description": SOON})
    form = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
        f'name="attestation"\r\n\r\n{said}\r\n--{BOUNDARY}--\r\n'
    )
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    path = f"{TRAIL}/{run}/attestations"
    status, answer = ask(server, "POST", path, token, form.encode(), kind)
    assert status == 201, answer


def test_pages_lag_and_those_who_have_written_and_programs_see_all(
    lagging: tuple[Server, str, str],
) -> None:
    server, robot, _ = lagging
    attest(server, robot)
    status, seen = page(server, RUN)
    assert status == 200 and SOON not in seen  # so it was the replica that was read
    assert SOON in page(server, RUN, "wrote=1")[1]
    status, body = ask(server, "GET", f"{TRAIL}/run-1/attestations", robot)
    assert status == 200 and SOON.encode() in body


def test_whoever_writes_on_a_page_is_marked_for_a_while(lagging: tuple[Server, str, str]) -> None:
    server, _, _ = lagging
    connection = http.client.HTTPConnection(server.host, server.port, timeout=40)
    connection.request("POST", "/account/login/", body="")
    cookies = connection.getresponse().headers.get_all("Set-Cookie") or []
    connection.close()
    [mark] = [cookie for cookie in cookies if cookie.startswith("wrote=")]
    assert "Max-Age=10" in mark and "HttpOnly" in mark and "SameSite=Lax" in mark


def test_what_the_replica_does_not_have_yet_is_there(lagging: tuple[Server, str, str]) -> None:
    server, robot, _ = lagging
    kind = {"Content-Type": "application/json"}
    assert ask(server, "PUT", f"{TRAIL}/run-2", robot, b"{}", kind)[0] == 201
    attest(server, robot, "run-2")
    assert page(server, "/acme/prod-server-access/run-2/")[0] == 200
    _, body = ask(server, "GET", f"{TRAIL}/run-2/attestations", robot)
    [one] = json.loads(body)["attestations"]
    status, seen = page(server, f"/acme/prod-server-access/run-2/{one['id']}/")
    assert status == 200 and SOON in seen
    assert page(server, "/acme/prod-server-access/")[0] == 200


def test_a_trail_that_was_made_private_is_gone_at_once(lagging: tuple[Server, str, str]) -> None:
    server, _, admin = lagging
    trail = "/api/v1/organizations/acme/trails/prod-server-access"
    said = json.dumps({"visibility": "private", "steps": ["command-logs"], "description": ""})
    kind = {"Content-Type": "application/json"}
    status, answer = ask(server, "PUT", trail, admin, said.encode(), kind)
    assert status == 200, answer
    for path in (RUN, "/acme/prod-server-access/", "/acme/prod-server-access/feed"):
        assert page(server, path)[0] == 404
    assert "prod-server-access" not in page(server, "/")[1]


def test_a_replica_that_is_away_costs_no_page(
    make_server: MakeServer, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.getoption("engine") == "sqlite":
        pytest.skip("a file is not away")
    server = make_server(DATABASE_POOL_TIMEOUT="1")
    make_world(server, ["run-1"])
    server.environment["DATABASE_REPLICA_URL"] = "postgres://nobody@/nowhere?host=/nowhere"
    server.start()
    assert [page(server, path)[0] for path in ("/", RUN, RUN)] == [200, 200, 200]
