"""Damaged bytes: what a parser has to refuse, or to read as exactly what they are."""

from hypothesis import strategies as st

# What parsers trip over: other ends of lines, other spaces, other digits, signs, dashes, padding.
PIECES = [
    b"\n", b"\n\n", b"\r\n", b"\r", b" ", b"\t", b"\x00", b"=", b"==", b"+", b"-", b"_", b"/", b"0",
    b"00", b"1", b"A", b"AAAA", b"#", "\u2014 ".encode(), "\u2014".encode(), "\u2013 ".encode(),
    "\u00a0".encode(), "\u2028".encode(), "\u0661".encode(), "\ufeff".encode(), b"\xff",
    b"\xed\xa0\x80", b"9" * 30,
]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn, data: bytes) -> bytes:
    """Return the bytes after one to three changes: bits, pieces, and parts cut or repeated."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.integers(0, 40)))
        part = data[start:stop]
        piece = draw(st.sampled_from(PIECES))
        byte = bytes([draw(st.integers(0, 255))])
        flipped = bytes([data[start] ^ 1 << draw(st.integers(0, 7))]) if part else b""
        data = draw(
            st.sampled_from(
                [
                    data[:start] + flipped + data[start + 1 :],
                    data[:start] + byte + data[start + 1 :],
                    data[:start] + piece + data[start:],
                    data[:start] + piece + data[stop:],
                    data[:start] + data[stop:],
                    data[:start] + part + part + data[stop:],
                    data[:start] + part.swapcase() + data[stop:],
                    data[:start],
                    data[start:],
                    data + part,
                ]
            )
        )
    return data


def flipped(data: bytes, bit: int) -> bytes:
    """Return the bytes with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
