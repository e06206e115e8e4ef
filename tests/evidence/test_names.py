"""Names that strangers chose, made safe: evidence/names.py."""

import unicodedata
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evidence.names import LIMIT, Namespace, clean

hostile = st.text(st.sampled_from("aé́ß .-~/\\<%:*\r\n\t\0\u202e\u200b\u2028\ud800日😀CON1()"))
anything = st.text() | hostile | st.text(st.characters(codec="utf-8"), min_size=60)


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("Bericht für März (2).pdf", "Bericht für März (2).pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("D:a.txt", "D_a.txt"),
        ("a\r\nb.txt", "a b.txt"),
        ("  two \u2003 spaces . ", "two spaces"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("ze\u200bro\0.txt", "zero.txt"),
        ("50%0Aoff?.txt", "50_0Aoff_.txt"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("cafe\u200d\u0301.txt", "caf\u00e9.txt"),
        (".bashrc", "_.bashrc"),
        ("-rf", "_-rf"),
        ("~root", "_~root"),
        ("con", "_con"),
        ("Aux.tar.gz", "_Aux.tar.gz"),
        ("LPT9 .txt", "_LPT9 .txt"),
        ("console.log", "console.log"),
        ("..", "evidence"),
        ("folder/", "evidence"),
        ("\u202e\ud800", "evidence"),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one_that_can_still_be_read(
    given_name: str, safe: str
) -> None:
    assert clean(given_name) == safe


@given(anything)
@example("x" * 190 + " .tar" + "." * 30)
@example("日" * 90 + ".json")
def test_a_clean_name_is_safe_everywhere_and_stays_as_it_is(name: str) -> None:
    safe = clean(name)

    assert clean(safe) == safe
    assert 0 < len(safe.encode()) <= LIMIT
    assert safe.isprintable() and unicodedata.is_normalized("NFC", safe)
    assert not set(safe) & set('/\\<>:"|?*%')
    assert safe[0] not in " .-~" and safe[-1] not in " ."


def test_every_single_character_is_either_kept_replaced_or_dropped() -> None:
    for code in range(0x110000):
        name = clean(f"a{chr(code)}b")
        assert clean(name) == name


@pytest.mark.parametrize("letter", ["x", "é", "日", "😀"])
def test_a_long_name_keeps_its_suffix_and_whole_characters(letter: str) -> None:
    name = clean(letter * 300 + ".json")

    assert name.endswith(letter + ".json")
    assert LIMIT - 4 < len(name.encode()) <= LIMIT


def test_what_follows_the_last_dot_of_a_sentence_is_no_suffix() -> None:
    name = "Minutes of the meeting of 3. " + "November " * 30

    assert clean(name) == name[:LIMIT].rstrip()


def test_equal_names_are_numbered() -> None:
    names = Namespace()

    assert [names.claim("log.txt") for _ in range(3)] == ["log.txt", "log (2).txt", "log (3).txt"]
    assert names.claim("README") == "README"
    assert names.claim("readme") == "readme (2)"


def test_names_that_some_file_system_would_merge_are_told_apart() -> None:
    names = Namespace(reserved=["Report.html"])

    assert names.claim("report.HTML") == "report (2).HTML"
    assert names.claim("STRASSE") == "STRASSE"
    assert names.claim("straße") == "straße (2)"


def test_a_number_that_somebody_chose_is_not_given_away_again() -> None:
    names = Namespace()

    assert names.claim("a (2).txt") == "a (2).txt"
    assert [names.claim("a.txt") for _ in range(2)] == ["a.txt", "a (3).txt"]


def test_a_later_attestation_of_a_step_counts_on_past_a_step_of_that_name() -> None:
    names = Namespace()

    claimed = [names.claim_directory(step) for step in ["a", "a.2", "A", "a", "a.2"]]

    assert claimed == ["a", "a.2", "A.3", "a.4", "a.2.2"]


@given(st.lists(anything | st.sampled_from(["a.txt", "A.TXT", "é" * 100 + ".b"]), max_size=30))
def test_claimed_names_are_clean_and_unique_on_every_system(wishes: list[str]) -> None:
    names, directories = Namespace(), Namespace()

    for claim in (
        [names.claim(clean(n)) for n in wishes],
        [directories.claim_directory(clean(n)) for n in wishes],
    ):
        assert [clean(name) for name in claim] == claim
        assert len({unicodedata.normalize("NFC", name.casefold()) for name in claim}) == len(claim)


def test_two_thousand_long_names_with_one_beginning_are_numbered_in_no_time() -> None:
    names = Namespace()
    wishes = [f"{'x' * 190}{n:05}.log" for n in range(2000)] * 2

    began = process_time()
    claimed = {names.claim(name) for name in wishes}

    assert len(claimed) == len(wishes)
    assert process_time() - began < 1  # A search from 2 each time takes two million steps.
