"""The yardstick of what attesting asks of the disk: the same files, links and fsyncs, nothing else.

    python -m tests.bench.same_syncs FOLDER SECONDS CLIENTS

Each client is a process that does for one report after the other what the vault on a file system
does: write each file and fsync it, link it to an address by its digest, fsync the folder that has a
new entry, and each folder above where it made one, and remove the name that it was written under.
The digests are made up. Prints what `tests.bench.load` prints.
"""

import json
import multiprocessing
import os
import secrets
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.bench.load import FILE_BYTES, FILES


def report(folder: Path) -> None:
    """Make the files of one report durable."""
    staged = []
    for _ in range(FILES):
        path = folder / "staging" / secrets.token_hex(16)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        os.write(descriptor, os.urandom(FILE_BYTES))
        os.fsync(descriptor)
        os.close(descriptor)
        staged.append(path)
    changed: dict[Path, None] = {}
    for path in staged:
        digest = secrets.token_hex(32)
        home = folder / digest[:2] / digest[2:4]
        for made in (home.parent, home):
            with suppress(FileExistsError):
                made.mkdir()
                changed[made.parent] = None
        os.link(path, home / digest)
        changed[home] = None
    for one in changed:
        descriptor = os.open(one, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(descriptor)
        os.close(descriptor)
    for path in staged:
        path.unlink()


def client(folder: Path, seconds: float) -> list[float]:
    """Make one report after the other durable; give the seconds of each."""
    took = []
    until = time.monotonic() + seconds
    while (begun := time.monotonic()) < until:
        report(folder)
        took.append(time.monotonic() - begun)
    return took


def main(folder: Path, seconds: float, clients: int) -> None:
    """Let all clients run and print what they took."""
    (folder / "staging").mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("fork").Pool(clients) as pool:
        begun = time.monotonic()
        took = pool.starmap(client, [(folder, seconds)] * clients, chunksize=1)
        told = {"took": [one for part in took for one in part]}
        json.dump(told | {"seconds": time.monotonic() - begun}, sys.stdout)


if __name__ == "__main__":
    where, how_long, how_many = sys.argv[1:]
    main(Path(where), float(how_long), int(how_many))
