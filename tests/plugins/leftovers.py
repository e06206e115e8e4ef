"""Ends whatever a test run started, also when the run itself is killed.

A small process of its own keeps the list of folders and process groups, and reads its standard
input, which only the test run writes to. When that pipe closes, because the run is over or because
somebody killed it, the groups are ended and the folders removed. A good run and a killed one are
cleaned up by the same code, so that the rare path is tried out every day.

This file is both: the class that the test run imports and the program that it starts, which knows
only the standard library. Not for stopping things in the middle of a run: their owners do that,
and then call `forget`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 10.0
"""Seconds that a process group or a busy folder may take to go away."""

GROUPS = "groups"
"""A folder in a remembered one: its files are named by groups that outlive who started them.

Each holds the folder that its first process stands in, so that a stranger who was given the number
of a group that has ended is left alone.
"""


class Leftovers:
    """Remembers folders and process groups, and ends them when it is closed or its owner dies."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C ends the run and must not end its cleaner
            text=True,
        )

    def folder(self, path: Path) -> None:
        """Remembers a folder, to be removed with everything in it."""
        self._say("folder", str(path))

    def group(self, group: int, how: signal.Signals = signal.SIGKILL) -> None:
        """Remembers a process group, to be ended by the signal `how`, at last by SIGKILL."""
        self._say("group", f"{group} {int(how)}")

    def forget(self, group: int) -> None:
        """Strikes a group that has ended, before the system gives its number to a stranger."""
        self._say("forget", str(group))

    def close(self) -> None:
        """Ends and removes all that is left; returns when it is gone."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
            self._process.wait()

    def _say(self, verb: str, words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{verb} {words}\n")
        self._process.stdin.flush()


def clean_up_at_end_of_input() -> None:
    """Keeps the list until its writer is gone, then works it off.

    Groups go first, since they may still write into the folders.
    """
    groups: dict[int, int] = {}
    folders: list[Path] = []
    for line in sys.stdin:
        verb, _, words = line.rstrip("\n").partition(" ")
        if verb == "folder":
            folders.append(Path(words))
        elif verb == "group":
            group, how = map(int, words.split())
            groups[group] = how
        elif verb == "forget":
            groups.pop(int(words), None)
    for group, how in groups.items():
        end(group, how)
    for folder in folders:
        for path in (folder / GROUPS).glob("*"):
            kill_standing(int(path.name), path.read_text())
        remove(folder)


def kill_standing(group: int, place: str) -> None:
    """Kills a group whose first process stands in `place`, and removes the sockets it leaves.

    Its parent may be busy waiting for us, so a process that is dead and not reaped is gone enough.
    """
    home = Path(f"/proc/{group}/cwd")
    deadline = time.monotonic() + PATIENCE
    try:
        if str(home.readlink()) != place:
            return
        sockets = sockets_of(group)
        os.killpg(group, signal.SIGKILL)
        for path in sockets:
            path.unlink(missing_ok=True)
        while time.monotonic() < deadline:
            home.readlink()
            time.sleep(0.02)
    except OSError:  # it has ended
        return


def sockets_of(group: int) -> list[Path]:
    """Gives the sockets that a process has made right in the temporary folder of the system."""
    links = [number.readlink() for number in Path(f"/proc/{group}/fd").iterdir()]
    inodes = {str(link).removeprefix("socket:[").removesuffix("]") for link in links}
    lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
    mine = [Path(line[7]) for line in lines if len(line) == 8 and line[6] in inodes]
    return [path for path in mine if str(path.parent) == "/tmp"]  # noqa: S108 - where they are


def end(group: int, how: int) -> None:
    """Signals a process group and waits until nobody is left in it."""
    deadline = time.monotonic() + PATIENCE
    try:
        os.killpg(group, how)
        while time.monotonic() < deadline:
            time.sleep(0.02)
            os.killpg(group, 0)
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def remove(folder: Path) -> None:
    """Removes a folder, again and again while a process that is ending still writes into it."""
    deadline = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.02)


if __name__ == "__main__":
    # What ends the run must not end its cleaner.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    clean_up_at_end_of_input()
