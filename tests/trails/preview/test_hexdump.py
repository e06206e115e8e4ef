"""Bytes as they are: nothing of them is a character that anything obeys."""

from trails.preview import hexdump
from trails.preview.source import Held


def test_every_byte_has_its_digits_and_its_letter() -> None:
    start, stop, rows = hexdump.rows(Held("x", bytes(range(256))), 0)
    assert (start, stop, len(rows)) == (0, 256, 16)
    assert rows[4].digits.split() == [f"{byte:02x}" for byte in range(64, 80)]
    assert rows[4].letters == "@ABCDEFGHIJKLMNO"
    assert rows[0].letters == "·" * 16 and rows[15].letters == "·" * 16
    assert len({len(row.digits) for row in rows}) == 1


def test_a_part_begins_at_a_row_and_ends_with_the_file() -> None:
    source = Held("x", b"z" * 10_000)
    start, stop, rows = hexdump.rows(source, 5001)
    assert (start, stop, rows[0].offset) == (4992, 4992 + 4096, "00001380")
    start, stop, rows = hexdump.rows(source, 10**30)
    assert (stop, len(rows[-1].letters)) == (10_000, 16)
    assert hexdump.rows(Held("x", b""), 5) == (0, 0, [])
