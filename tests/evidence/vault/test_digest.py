"""One pass over a stream gives the digests that two libraries give over the whole."""

import hashlib
import zlib

from hypothesis import given
from hypothesis import strategies as st

from evidence.vault.digest import Digest, Digester, digest_of


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_pieces_have_the_digests_of_the_whole(chunks: list[bytes]) -> None:
    digester = Digester()
    for chunk in chunks:
        digester.update(memoryview(chunk))
    whole = b"".join(chunks)
    assert digester.digest() == Digest(
        hashlib.sha256(whole).hexdigest(), zlib.crc32(whole), len(whole)
    )
    assert digest_of(whole) == digester.digest()


def test_nothing_has_digests_too() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest_of(b"") == Digest(empty, 0, 0)


def test_the_checksum_is_never_negative() -> None:
    assert digest_of(b"123456789").crc32 == 0xCBF43926
