"""Reporters who do as they are told: what was not acknowledged they send again until it is.

A refusal must say that it passes; anything else, but for a connection that breaks off, is a failure
of the test. Not for those who give up when the server is gone: that is `reporters.Load`.
"""

import http.client
import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from tests.anomalies.dialects import Answer, call
from tests.anomalies.reporters import BOUNDARY, TRAIL, Sent
from tests.plugins.server import Server

PATIENCE = 60.0
"""Seconds for which one report is sent again."""
PAUSE = 0.1  # seconds; not as long as Retry-After says, which no test has time for


class Patient:
    """Threads that report without pause to several servers in turn, until `stop`.

    `met` counts what was answered: "recorded", "refused" with 503, "gone" for a broken connection.
    """

    def __init__(
        self, servers: Sequence[Server], token: str, workflows: Sequence[str], threads: int = 16
    ) -> None:
        self.sent: list[Sent] = []
        self.failures: list[str] = []
        self.met: Counter[str] = Counter()
        self._servers, self._token = itertools.cycle(servers), token
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._report, args=(workflows[n % len(workflows)],), daemon=True
            )
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each thread bring what it is sending to its end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads), "Somebody waits for ever."

    def wait_for(
        self,
        what: str,
        more: int,
        seconds: float = PATIENCE,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        """Wait until so many more answers of a kind have come, and do something again and again."""
        enough, deadline = self.met[what] + more, time.monotonic() + seconds
        while self.met[what] < enough and not self.failures:
            if time.monotonic() > deadline:
                self._stop.set()
                raise AssertionError(f"Not enough was {what}: {self.met}.")
            meanwhile()
            time.sleep(0.02)

    def _report(self, workflow: str) -> None:
        while not self._stop.is_set() and not self.failures:
            report = Sent(workflow)
            self.sent.append(report)
            deadline = time.monotonic() + PATIENCE
            while not self._is_recorded(report):
                if self.failures:
                    return
                if time.monotonic() > deadline:
                    self.failures.append(f"Sent for {PATIENCE} seconds and never recorded.")
                    return
                time.sleep(PAUSE)

    def _is_recorded(self, report: Sent) -> bool:
        try:
            answer = send(next(self._servers), self._token, report)
        except (OSError, http.client.HTTPException):
            self.met["gone"] += 1
            return False
        if answer.status in (200, 201) and len(answer.body) == answer.announced:
            id = json.loads(answer.body)["id"]
            if report.id not in (None, id):
                self.failures.append("The same key gave another attestation.")
            report.id = id
            self.met["recorded"] += 1
            return True
        if answer.says_to_try_again:
            self.met["refused"] += 1
        elif len(answer.body) < answer.announced:
            self.met["gone"] += 1
        else:
            self.failures.append(f"{answer.status}: {answer.text}")
        return False


def send(server: Server, token: str, report: Sent) -> Answer:
    """Send a report once, and return whatever is answered."""
    return call(
        server,
        "POST",
        f"{TRAIL}/{report.workflow}/attestations",
        report.body(),
        Authorization=f"Bearer {token}",
        Content_Type=f"multipart/form-data; boundary={BOUNDARY}",
        Idempotency_Key=report.key,
    )
