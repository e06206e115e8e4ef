"""Several publishers at once: each checkpoint is published once, and nobody is accused."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from evidence.ledger import checkpoint
from evidence.ledger.note import Key
from tests.answering import answering, reply
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.plugins.template import PROJECT
from tests.witnesses import Witness

PUBLISHERS = 3
CHECKPOINTS = 4


@pytest.fixture
def publisher(make_server: MakeServer) -> Server:
    """An instance with one organization, whose log is sealed."""
    server = make_server(LOG_FORMAT="text")
    done = server.manage("create_organization", "acme", "--admin", "a@example.com")
    assert done.returncode == 0, done.stderr
    return server


@pytest.fixture
def witnesses(publisher: Server, tmp_path: Path) -> Iterator[list[Witness]]:
    """Two witnesses that take their time, and the policy file that asks for both."""
    [[origin, vkey]] = publisher.sql(
        "SELECT l.origin, k.vkey FROM evidence_log l JOIN evidence_logkey k ON k.log_id = l.id"
    )
    made = [Witness(name, at, origin) for at, name in enumerate(("one", "two"), start=201)]
    lines = ""
    with ExitStack() as stack:
        for witness in made:
            witness.log_keys, lock = [Key.parse(vkey)], Lock()

            def answer(
                handler: BaseHTTPRequestHandler,
                body: bytes,
                witness: Witness = witness,
                lock: Any = lock,
            ) -> None:
                with lock:
                    said = witness.answer(body)
                time.sleep(0.05)
                reply(handler, said.status, said.body, said.content_type)

            url = stack.enter_context(answering(answer))
            lines += f"witness {witness.name} {witness.key.key.vkey} {url}\n"
        policy = tmp_path / "policy"
        policy.write_text(f"{lines}group both all one two\nquorum both\n")
        publisher.environment["WITNESS_POLICY_FILE"] = str(policy)
        yield made


def test_loops_side_by_side_publish_what_is_sealed_meanwhile(
    publisher: Server, witnesses: list[Witness]
) -> None:
    command = [sys.executable, "manage.py", "publish", "--loop", "--every", "0.05"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    loops = [
        subprocess.Popen(command, cwd=PROJECT, env=publisher.environment, **pipes)
        for _ in range(PUBLISHERS)
    ]
    try:
        for number in range(CHECKPOINTS):
            newest = publisher.sql("SELECT max(size) FROM evidence_checkpoint")
            deadline = time.monotonic() + 60
            while publisher.sql("SELECT max(size) FROM evidence_published") != newest:
                assert time.monotonic() < deadline, [loop.poll() for loop in loops]
                time.sleep(0.02)
            seal_one_more(publisher, number)
    finally:
        for loop in loops:
            os.kill(loop.pid, signal.SIGTERM)
        ends = [loop.communicate(timeout=60) for loop in loops]
    assert [loop.returncode for loop in loops] == [0] * PUBLISHERS, ends
    assert publisher.sql("SELECT count(*) FROM evidence_contradiction") == [(0,)]
    keys = [witness.key.key for witness in witnesses]
    rows = publisher.sql("SELECT size, note FROM evidence_published ORDER BY size")
    assert len(rows) >= CHECKPOINTS
    for size, note in rows:
        said, _, verified = checkpoint.opened(bytes(note), keys)
        assert said.size == size
        assert [key for key, _ in verified] == keys


def seal_one_more(server: Server, number: int) -> None:
    """Append a record to acme's log and seal it, in a process of its own."""
    code = (
        "from evidence.models import Log\n"
        "from evidence.ledger import log, statement\n"
        "body = statement.build(subject='acme', subject_sha256='0' * 64, "
        "predicate_type=statement.ACTIVITY, "
        f"predicate={{'verb': 'counted', 'details': {{'number': {number}}}}})\n"
        "log.append(Log.objects.get(), body)\n"
    )
    done = server.manage("shell", "-c", code)
    assert done.returncode == 0, done.stderr
