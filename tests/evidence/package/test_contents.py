"""What is judged is what was hashed: a file that changes while it is verified is refused."""

import hashlib
import io

import pytest

from evidence.package.contents import Changed, Contents
from evidence.package.unzip import Entry


def entry(path: str, data: bytes) -> Entry:
    return Entry(path, 0, len(data), hashlib.sha256(data).digest(), True)


def test_a_small_file_that_changed_is_refused() -> None:
    changed = Contents(io.BytesIO(b"other"), "run-1", [entry("README.txt", b"first")])

    with pytest.raises(Changed, match=r"README\.txt"):
        changed.tag("README.txt", 100)


@pytest.mark.parametrize("now", [b"a\nB\n", b"a\n", b""])
def test_lines_that_changed_are_refused(now: bytes) -> None:
    manifest = entry("manifest-sha256.txt", b"a\nb\n")
    changed = Contents(io.BytesIO(now), "run-1", [manifest])

    with pytest.raises(Changed):
        list(changed.lines(manifest, 100))


def test_lines_keep_their_ends_and_long_ones_come_in_pieces() -> None:
    data = b"a\n\n" + b"x" * 250 + b"\nlast"
    file = entry("manifest-sha256.txt", data)

    lines = list(Contents(io.BytesIO(data), "run-1", [file]).lines(file, 100))

    assert b"".join(lines) == data
    assert lines[:2] == [b"a\n", b"\n"]
    assert lines[-1] == b"last"


def test_a_line_without_end_does_not_fill_memory() -> None:
    data = b"x" * (3 << 20)
    file = entry("manifest-sha256.txt", data)

    lines = list(Contents(io.BytesIO(data), "run-1", [file]).lines(file, 1000))

    assert max(map(len, lines)) <= 1000
