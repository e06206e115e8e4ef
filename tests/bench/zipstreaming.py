"""Packs the files that standard input names into standard output, by zipstream-ng, uncompressed.

    python -m tests.bench.zipstreaming < names-that-end-with-NUL

Its largest advantage over us is taken: sizes are told before, so that it needs no descriptors.
"""

import sys
from pathlib import Path

from zipstream import ZipStream  # type: ignore[import-untyped]

if __name__ == "__main__":
    archive = ZipStream(sized=True)
    for number, name in enumerate(filter(None, sys.stdin.read().split("\0"))):
        # The same file may be there more than once.
        archive.add_path(name, arcname=f"{number:06}-{Path(name).name}")
    for piece in archive:
        sys.stdout.buffer.write(piece)
