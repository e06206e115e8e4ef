"""`manage.py witness`: a witness in processes of its own, which nothing leads astray."""

import http.client
import random
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence.ledger import note
from evidence.ledger.note import Note, new_private_key, private_key
from tests.logs import Stranger
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT

LOG = Stranger()
NAME = "witness.example.com/w1"
APPLICATION = "config.witness:application"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """The file of a witness that knows one log."""
    file = tmp_path / "logs"
    file.write_text(f"log {LOG.vkey}\n")
    return file


def make(make_server: MakeServer, logs: Path, app: str = APPLICATION, workers: int = 1) -> Server:
    return make_server(
        app=app,
        workers=workers,
        WITNESS_KEY=new_private_key(),
        WITNESS_NAME=NAME,
        WITNESS_LOGS_FILE=str(logs),
    )


def submit(server: Server, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request("POST", "/add-checkpoint", body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def remembered(server: Server) -> list[tuple[int, int]]:
    rows = server.sql("SELECT number, size FROM evidence_witnessed ORDER BY number")
    return [(int(number), int(size)) for number, size in rows]


def test_two_processes_under_a_crowd_cosign_one_history_that_only_grows(
    make_server: MakeServer, logs: Path
) -> None:
    server = make(make_server, logs, workers=2).start()

    def client(number: int) -> list[tuple[int, int]]:
        """Lead the witness on, half of the clients along another history; tell what it signed."""
        fork, dice, old, cosigned = number % 2, random.Random(number), 0, []  # noqa: S311  repeatable
        for _ in range(20):
            size = old + dice.randint(0, 4)
            status, said = submit(server, LOG.request(old, size, fork))
            if status == 200:
                assert len(note.signatures(said)) == 1
                cosigned.append((size, fork))
                old = size
            elif status == 409 and said.strip().isdigit():
                old = int(said)
        return cosigned

    with ThreadPoolExecutor(8) as pool:
        cosigned = {found for sizes in pool.map(client, range(8)) for found in sizes if found[0]}
    rows = remembered(server)
    assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
    sizes = [size for _, size in rows]
    assert sizes == sorted(sizes) and len(rows) > 5
    assert {size for size, _ in cosigned} == set(sizes) - {0}
    assert len({fork for _, fork in cosigned}) == 1


def test_killed_between_remembering_and_answering_it_answers_the_retry(
    make_server: MakeServer, logs: Path
) -> None:
    server = make(make_server, logs, app="tests.anomalies.crashing_witness:application")
    server.environment |= {"CRASH_AT": "witness persisted", "CRASH_ON": "2"}
    server.start()
    assert submit(server, LOG.request(0, 3))[0] == 200
    with pytest.raises((OSError, http.client.HTTPException)):
        submit(server, LOG.request(3, 7))
    server.kill()
    assert remembered(server) == [(1, 3), (2, 7)]
    del server.environment["CRASH_AT"]
    server.start()
    # What was not answered counts: no other history may follow now, and the retry gets its line.
    assert submit(server, LOG.request(3, 7)) == (409, b"7\n")
    assert submit(server, LOG.request(7, 7, fork=1))[0] == 409
    status, said = submit(server, LOG.request(7, 7))
    assert status == 200
    key = note.SigningKey(
        NAME, private_key(server.environment["WITNESS_KEY"]), note.Algorithm.COSIGNATURE
    ).key
    assert note.verify(Note(note.parse(LOG.note(7)).text, note.signatures(said)), [key])


def test_the_command_says_who_it_is_serves_and_ends_when_asked(
    make_server: MakeServer, logs: Path
) -> None:
    server = make(make_server, logs)
    del server.environment["WITNESS_LOGS_FILE"]
    vkey = server.manage("witness", "--vkey").stdout.strip()
    assert vkey.startswith(f"{NAME}+")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        taken = server.manage("witness", "--port", str(port), "--logs", str(logs))
        assert f"cannot listen on 127.0.0.1:{port}" in taken.stderr
    command = [sys.executable, "manage.py", "witness", "--port", str(port), "--logs", str(logs)]
    process = subprocess.Popen(
        command, cwd=PROJECT, env=server.environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == (
            f"Witness {NAME} of 1 log, on 127.0.0.1:{port}. Others verify with:\n"
        )
        assert process.stdout.readline().strip() == vkey
        assert who_answers(port) == f"{NAME}\n{vkey}\n"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def who_answers(port: int) -> str:
    """Return what a witness says of itself, once it listens."""
    deadline = time.monotonic() + 30
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().read().decode()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        finally:
            connection.close()


def test_what_it_needs_is_named_when_it_is_missing(make_server: MakeServer, logs: Path) -> None:
    server = make(make_server, logs)
    pem = new_private_key()
    bad = logs.with_name("bad")
    bad.write_text(f"log {LOG.vkey}\nnonsense\n")
    (empty := logs.with_name("empty")).write_text("# nobody\n")
    for changes, words in (
        ({"WITNESS_KEY": ""}, "needs WITNESS_KEY and WITNESS_NAME"),
        ({"WITNESS_NAME": ""}, "needs WITNESS_KEY and WITNESS_NAME"),
        ({"WITNESS_NAME": "two words"}, "cannot name a key"),
        ({"WITNESS_KEY": "junk"}, "not a private key in PEM"),
        ({"WITNESS_LOGS_FILE": ""}, "set WITNESS_LOGS_FILE"),
        ({"WITNESS_LOGS_FILE": "/nowhere"}, "WITNESS_LOGS_FILE cannot be read"),
        ({"WITNESS_LOGS_FILE": str(bad)}, "Line 2 of the file of logs"),
        ({"WITNESS_LOGS_FILE": str(empty)}, "names no log"),
        ({"WITNESS_KEY": pem, "LOG_KEY": pem}, "WITNESS_KEY is the same key as LOG_KEY"),
    ):
        before = dict(server.environment)
        server.environment |= changes
        done = server.manage("witness")
        server.environment = before
        assert done.returncode != 0 and words in done.stderr, (changes, done.stderr)


def test_a_key_that_has_signed_for_a_log_is_refused(make_server: MakeServer, logs: Path) -> None:
    server = make(make_server, logs)
    pem = new_private_key()
    own = note.SigningKey("log.example.com/own", private_key(pem)).key
    server.environment |= {"WITNESS_KEY": pem}
    logs.write_text(f"log {LOG.vkey}\nlog {own.vkey}\n")
    done = server.manage("witness")
    assert "the key that signs for the log log.example.com/own" in done.stderr
    # Not in the file, not in the environment any more, but in the database.
    logs.write_text(f"log {LOG.vkey}\n")
    server.environment |= {"LOG_KEY": pem, "WITNESS_KEY": ""}
    assert server.manage("create_organization", "acme", "--admin", "a@example.com").returncode == 0
    server.environment |= {"LOG_KEY": new_private_key(), "WITNESS_KEY": pem}
    done = server.manage("witness")
    assert done.returncode != 0 and "the key that signs for the log" in done.stderr
