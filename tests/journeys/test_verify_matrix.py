"""The browser's verifier says what Python's says, of every package: check, code, and sentence."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evidence.errors import BadNote
from evidence.ledger import policy
from evidence.ledger.note import Key
from evidence.package.verify import verify
from tests.evidence.package import test_hostile_zips as hostile
from tests.journeys.chromium import CHROMIUM
from tests.journeys.verifier import Kept, kept, started
from tests.packages import example
from tests.tampering import TAMPERINGS, Tampering, flips, truncations

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="There is no chromium here.")
VALID = example()


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with started() as browser:
        opened = kept(browser, tmp_path_factory.mktemp("kept"))
        yield opened
        assert opened.troubles == []


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_both_verifiers_give_the_same_report(
    copy: Kept, tmp_path: Path, tampering: Tampering
) -> None:
    file = tmp_path / f"{tampering.name}.zip"
    file.write_bytes(tampering.data())

    said = copy.verify(file.name, file.read_bytes(), tampering.trusted, tampering.policy)

    assert said["verdict"] == tampering.verdict
    if tampering.check:
        assert tampering.code in first_that_did_not_pass(said)[tampering.check]
    assert said == tampering.verify(file).as_json()


def first_that_did_not_pass(report: dict[str, Any]) -> dict[str, set[str]]:
    wanted = "failed" if report["verdict"] == "rejected" else "skipped"
    check = next(check for check in report["checks"] if check["outcome"] == wanted)
    return {check["check"]: {finding["code"] for finding in check["findings"]}}


def test_packages_cut_off_anywhere_are_rejected(copy: Kept) -> None:
    for data in list(truncations(VALID.data))[::5]:
        assert copy.verify("cut.zip", data, [VALID.vkey])["verdict"] == "rejected", len(data)


def test_a_bit_changed_anywhere_gives_the_same_codes(copy: Kept, tmp_path: Path) -> None:
    file = tmp_path / "flipped.zip"
    keys, rules = [Key.parse(VALID.vkey)], policy.parse(VALID.policy.encode())
    for place, data in flips(VALID.data, 200):
        file.write_bytes(data)
        said = copy.verify(file.name, data, [VALID.vkey], VALID.policy)
        assert said["verdict"] == "rejected", place
        assert codes(said) == codes(verify(file, keys, rules).as_json()), place


@pytest.mark.parametrize(
    "make",
    [
        hostile.a_count_that_is_not_there,
        hostile.a_directory_of_all_numbers,
        hostile.a_count_of_all_numbers,
        hostile.a_member_of_almost_all_bytes,
        hostile.a_large_member_without_its_size,
        hostile.many_members_over_the_same_bytes,
        hostile.a_directory_with_contents,
        hostile.a_name_that_is_not_text,
        hostile.an_entry_without_a_name,
        hostile.a_name_that_is_longer_than_the_directory,
        hostile.nothing_but_an_end,
    ],
)
def test_numbers_that_lie_give_the_same_codes(
    copy: Kept, tmp_path: Path, make: Callable[[], bytes]
) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(make())
    said = copy.verify(file.name, file.read_bytes(), [])
    assert said["verdict"] == "rejected"
    assert codes(said) == codes(verify(file, []).as_json())


def codes(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (check["check"], finding["code"], finding["about"])
        for check in report["checks"]
        for finding in check["findings"]
    ]


@pytest.mark.parametrize(
    "blindness",
    [
        "crypto.subtle.importKey = () => { throw new DOMException('', 'NotSupportedError'); };",
        "crypto.subtle.verify = async () => true;",
        "Object.defineProperty(crypto, 'subtle', { value: undefined });",
    ],
    ids=["without Ed25519", "with one that takes everything", "without HTTPS"],
)
def test_who_cannot_check_signatures_verifies_nothing(
    copy: Kept, tmp_path: Path, blindness: str
) -> None:
    browser = copy.page.context.browser
    assert browser is not None
    blinded = kept(browser, tmp_path, script=blindness)
    report = blinded.verify("run-1.zip", VALID.data, [VALID.vkey], VALID.policy)
    assert report["verdict"] == "unproven"
    assert first_that_did_not_pass(report) == {"checkpoint": {"no-ed25519"}}
    assert report["cosigners"] == [] and report["key"] is None


BAD_KEYS = ["", "nonsense", VALID.vkey.replace("acme", "acne"), f"{VALID.vkey[:-4]}AAAA", "a+b+c+d"]


@pytest.mark.parametrize("key", BAD_KEYS)
def test_a_malformed_key_is_refused_in_the_same_words(copy: Kept, key: str) -> None:
    with pytest.raises(BadNote) as refused:
        Key.parse(key)
    assert refusal(copy, key, "quorum none\n") == str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum none",
        "quorum none\nquorum none\n",
        "quorum w1\n",
        "group g toString w1\nquorum none\n",
        "log x\nquorum none\n",
        f"log {VALID.vkey}\nlog {VALID.vkey}\nquorum none\n",
        f"witness w {VALID.vkey}\nquorum w\n",
        VALID.policy.replace("all-of-them all", "all-of-them 3"),
        VALID.policy.replace("all-of-them all", "all-of-them toString"),
        VALID.policy.replace("w1 w2", "w1 w1"),
        VALID.policy + "\x07\n",
        VALID.policy + "colour blue\n",
    ],
)
def test_a_malformed_policy_is_refused_in_the_same_words(copy: Kept, text: str) -> None:
    with pytest.raises(BadNote) as refused:
        policy.parse(text.encode())
    assert refusal(copy, VALID.vkey, text) == str(refused.value)


def refusal(copy: Kept, key: str, rules: str) -> str:
    """Return why the browser's verifier does not even begin."""
    said: str = copy.page.evaluate(
        """([key, policy]) => {
            const given = { keys: [key], policy };
            return trailkeeper.verify(new File([], "x.zip"), given).then(
                () => "nothing was refused",
                (error) => (error instanceof trailkeeper.Bad ? error.message : `other: ${error}`),
            );
        }""",
        [key, rules],
    )
    return said
