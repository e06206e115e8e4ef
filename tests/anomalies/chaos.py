"""Processes that are killed at random, in any state, and started again: servers and workers."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.plugins.leftovers import Leftovers
from tests.plugins.server import Server
from tests.plugins.template import PROJECT


class Mortal(Protocol):
    """What can be killed, all of its processes in one blow, and started again."""

    def start(self) -> object: ...

    def kill(self) -> None: ...


class Worker:
    """A `manage.py … --loop` beside a server, with the server's environment."""

    def __init__(self, server: Server, leftovers: Leftovers, log: Path, *command: str) -> None:
        self._environment = dict(server.environment)
        self._leftovers, self._log = leftovers, log
        self._command = [sys.executable, "manage.py", *command]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text(errors="replace")

    @property
    def ended_by_itself(self) -> bool:
        """Tell whether it gave up, which no worker may."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Start it; returns at once."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._leftovers.group(self._process.pid)

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._leftovers.forget(self._process.pid)
        self._process = None


class Chaos:
    """A thread that kills one after the other until `stop`; each stays dead for a moment."""

    def __init__(self, mortals: dict[str, Mortal], pauses: tuple[float, float]) -> None:
        self._chance = random.Random()  # noqa: S311
        self._mortals, self._pauses = mortals, pauses
        self._stop = threading.Event()
        self.killed: Counter[str] = Counter()
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        """Kill no more; what was killed has been started again. Raises what went wrong."""
        self._stop.set()
        self._thread.join(120)
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._chance.uniform(*self._pauses)):
                name = self._next()
                self._mortals[name].kill()
                self.killed[name] += 1
                time.sleep(self._chance.uniform(0, 0.5))
                self._mortals[name].start()
        except BaseException as error:
            self.failure = error

    def _next(self) -> str:
        """Return whose turn it is: by chance, but everybody's once before anybody's third."""
        least = min(self.killed[name] for name in self._mortals)
        names: Sequence[str] = [n for n in self._mortals if self.killed[n] <= least + 1]
        return self._chance.choice(names)
