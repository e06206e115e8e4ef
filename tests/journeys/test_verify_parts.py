"""The parts that the browser's verifier had to write anew, each against the one it stands for."""

import hashlib
import sys
import unicodedata
import zlib
from collections.abc import Iterator
from random import Random

import pytest

from evidence.names import clean
from evidence.package.bag import directory_names
from tests.journeys.chromium import CHROMIUM
from tests.journeys.verifier import Kept, kept, started

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="There is no chromium here.")

# Between bars: what is dangerous or hidden, what changes with its case, what is taken.
NAMES = [
    *rb"a|.hidden|-rf|~|CON|con.txt|con\u0131n$|CONIN$|aux .x|COM\u00b9|com10|../..|a/b\\c|"
    rb"x<>:?*%y|a\tb\u2003c|e\u0301|\u00e9|\u202eevil|a\u200db| . |...||"
    rb"Stra\u00dfe|STRASSE|\u1e9e|\u0149|\u0130|i\u0307|\u0131|I|\u0391\u03a3|\u03b1\u03c2|\ufb01|FI|"
    rb"\u212a|k|\u13a0|\uab70|Pr\u00fcfung|PRU\u0308FUNG|\U0001f600|"
    rb"\u1e9e.2|a.2|A.2|A|a|a|a.3|x|X.2".decode("unicode_escape").split("|"),
    *("x" * 300, "\u00fc" * 150, "x" * 198 + ".tar.gz", "a." + "b" * 40, "\u62a5\u544a" * 80),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with started() as browser:
        yield kept(browser, tmp_path_factory.mktemp("kept"))


def test_names_are_cleaned_alike(copy: Kept) -> None:
    said = copy.page.evaluate("(names) => names.map((name) => trailkeeper.clean(name))", NAMES)
    assert said == [clean(name) for name in NAMES]


def test_steps_get_the_same_directories(copy: Kept) -> None:
    said = copy.page.evaluate("(steps) => trailkeeper.directoryNames(steps)", NAMES * 3)
    assert said == directory_names(NAMES * 3)


def test_the_same_letters_are_one_but_for_their_case(copy: Kept) -> None:
    """For every character that Python knows: names fall together in both or in neither."""
    known = [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c)[0] != "C"]
    folded = [unicodedata.normalize("NFC", c.casefold()) for c in known]
    pairs = [[c, f] for c, f in zip(known, folded, strict=True) if c != f]
    ours = "(pairs) => pairs.filter(([a, b]) => trailkeeper.fold(a) !== trailkeeper.fold(b))"
    assert copy.page.evaluate(ours, pairs) == []
    count = "(all) => new Set(Array.from(all, trailkeeper.fold)).size"
    assert copy.page.evaluate(count, "".join(known)) == len(set(folded))


def test_sha256_piece_by_piece_is_that_of_the_browser_and_of_python(copy: Kept) -> None:
    data = Random(3).randbytes(1100)  # noqa: S311
    said = copy.page.evaluate(
        """async (hex) => {
            const data = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
            const wrong = [];
            for (let length = 0; length <= data.length; length++) {
                const part = data.subarray(0, length);
                const native = new Uint8Array(await crypto.subtle.digest("SHA-256", part));
                const hash = new trailkeeper.Sha256();
                for (let at = 0; at < length; at += 37) hash.update(part.subarray(at, at + 37));
                const [one, all] = [hash.digest(), trailkeeper.sha256(part)].map(trailkeeper.hex);
                const right = trailkeeper.hex(native);
                if (one !== right || all !== right) wrong.push(length);
            }
            return [wrong, trailkeeper.hex(trailkeeper.sha256(data))];
        }""",
        data.hex(),
    )
    assert said == [[], hashlib.sha256(data).hexdigest()]


def test_crc32_is_that_of_zlib_at_every_length(copy: Kept) -> None:
    data = Random(4).randbytes(100)  # noqa: S311
    said = copy.page.evaluate(
        """(bytes) => bytes.concat(0).map((_, length) => {
            const part = Uint8Array.from(bytes.slice(0, length));
            const half = length >> 1;
            const first = trailkeeper.crc32(part.subarray(0, half));
            return [trailkeeper.crc32(part), trailkeeper.crc32(part.subarray(half), first)];
        })""",
        list(data),
    )
    assert said == [[zlib.crc32(data[:length])] * 2 for length in range(101)]


@pytest.mark.parametrize("size", [0, 1000, 64 << 10, (64 << 10) + 1, 9 << 20])
def test_every_way_of_hashing_a_member_gives_the_same(copy: Kept, size: int) -> None:
    """Small ones by our own code, others by the browser's, the largest by ours again."""
    said = copy.page.evaluate(
        """async (size) => {
            const bytes = new Uint8Array(size).map((_, index) => (index * 7) >> 3);
            const file = new File(["in front ", bytes, " behind"], "x");
            const { sha256, crc } = await new trailkeeper.Source(file).digest(9, size);
            return [sha256, crc];
        }""",
        size,
    )
    data = bytes((index * 7) >> 3 & 0xFF for index in range(size))
    assert said == [hashlib.sha256(data).hexdigest(), zlib.crc32(data)]
