"""A real disk that is soon full: a file system in memory, in a mount namespace of its own.

    with small_disk(tmp_path, size=16 << 20) as disk:
        disk.path       a folder on it, for any process on this machine
        disk.fill(), disk.make_room()

A process holds the namespace; its end is the end of the disk, also when the run is killed. Needs
`unshare` and the right to make namespaces; `Refused` says what the system said.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.plugins.leftovers import Leftovers

_MOUNT = 'mount -t tmpfs -o "size=$1" tmpfs "$2" && echo mounted && exec sleep infinity'
_FILLER = "filler"


class Refused(Exception):
    """This machine gives us no such disk."""


class SmallDisk:
    """The disk, and a file on it that leaves as little room as is wanted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, leave: int = 0) -> None:
        """Fill the disk, but for so many bytes; then not a byte more is taken where it is 0."""
        system = os.statvfs(self.path)
        size = system.f_bavail * system.f_frsize - leave
        with (self.path / _FILLER).open("ab", buffering=0) as filler, suppress(OSError):
            while size > 0:
                size -= filler.write(b"\0" * min(size, 1 << 16))
            while leave == 0:
                filler.write(b"\0")

    def make_room(self) -> None:
        """Remove what fills it."""
        (self.path / _FILLER).unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, size: int, leftovers: Leftovers) -> Iterator[SmallDisk]:
    """Make a disk of so many bytes until the block ends; `Refused` where that is not allowed."""
    mount = folder / "mount"
    mount.mkdir()
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *as_root, "--mount", "sh", "-c", _MOUNT, "sh", str(size), str(mount)]
    try:
        holder = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise Refused(str(error)) from error
    leftovers.group(holder.pid)
    try:
        assert holder.stdout is not None
        said = holder.stdout.readline()
        if said != "mounted\n":
            raise Refused(said.strip())
        # How one reaches into the namespace of somebody else; short, as it becomes part of names.
        path = folder / "disk"
        path.symlink_to(f"/proc/{holder.pid}/root{mount}")
        yield SmallDisk(path)
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()
        leftovers.forget(holder.pid)
