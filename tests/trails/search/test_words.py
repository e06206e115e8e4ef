"""What is a word, in what is recorded and in what people type. Pure."""

import json
import time
import uuid
from typing import Any

import pytest

from trails.errors import Invalid
from trails.search import words
from trails.search.words import document, parse, tokens, values

IDS: dict[str, Any] = {"organization": uuid.UUID(int=1), "trail": uuid.UUID(int=2)}


def test_words_are_runs_of_letters_digits_and_marks() -> None:
    assert tokens("run-42: transcript_of.host (v1.0)") == [
        *("run", "42", "transcript", "of", "host", "v1", "0")
    ]


def test_case_and_width_do_not_matter() -> None:
    assert tokens("STRASSE Straße \uff32\uff35\uff2e run") == ["strasse", "run"]
    assert tokens("İstanbul") == tokens("i̇stanbul")


def test_a_composed_letter_is_the_same_as_its_parts() -> None:
    assert tokens("café") == tokens("cafe\u0301") == ["café"]


def test_vowel_signs_do_not_cut_a_word() -> None:
    assert tokens("नमस्ते दुनिया") == ["नमस्ते", "दुनिया"]


def test_a_mark_that_stands_alone_is_no_word() -> None:
    assert tokens("\u2764\ufe0f \u0301") == []


def test_a_word_is_cut_and_a_document_holds_so_many() -> None:
    assert tokens("x" * 100) == ["x" * 64]
    assert tokens("é" * 100) == ["é" * 64]
    said = document(**IDS, by="Alice", texts=[" ".join(f"w{n}" for n in range(1000))])
    assert len(said.split(" ")) == words.TOKENS_LIMIT


def test_a_document_says_whose_where_who_and_which_step() -> None:
    said = document(**IDS, by="Alice Smith", step="change-approval", texts=["Granted.", "Alice"])
    assert said.split(" ") == [
        *(f":org:{1:032x}", f":in:{2:032x}", ":by:alice", "alice", ":by:smith", "smith"),
        *(":step:change", "change", ":step:approval", "approval", "granted"),
    ]


@pytest.mark.parametrize("said", [f":org:{7:032x}", "org:x in:y by:z", ": :by:", "\u02d0by\u02d0x"])
def test_nothing_that_is_recorded_passes_for_a_mark(said: str) -> None:
    found = document(**IDS, by=said, step=said, texts=[said]).split(" ")
    marks = {token for token in found if token.startswith(":")}
    assert {m for m in marks if m.startswith((":org:", ":in:"))} == set(found[:2])
    assert all(token.count(":") == (2 if token in marks else 0) for token in found)


def test_of_json_the_texts_and_numbers_are_read_and_not_the_keys() -> None:
    data = {"key": ["one", {"inner": 2.5}], "t": True, "n": None, "esc": 'a "b" \\ \n é', "m": -3}
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    assert list(values(text)) == ['a "b" \\ \n é', "one", "2.5", "-3"]
    assert list(values(json.dumps(data, indent=2))) == ["one", "2.5", 'a "b" \\ \n é', "-3"]


def test_json_that_is_cut_anywhere_is_read_as_far_as_it_goes() -> None:
    text = json.dumps({"k": 'caf\u00e9 \\"quoted\\" \u00e9', "l": ["x", 10]})
    for end in range(len(text)):
        for value in values(text[:end]):
            assert isinstance(value, str)


@pytest.mark.parametrize(
    "text",
    [
        *('"' + '\\"' * 5_000_000, '"' + "\\" * 5_000_000, '"' * 5_000_000, "[" * 5_000_000),
        *('{"k": "' + "\u0301\u0323" * 2_000_000, '["a", ' * 1_000_000, "1" * 10**7),
        '"x" ' + " " * 5_000_000,
    ],
    ids=lambda text: text[:8],
)
def test_hostile_data_take_no_time(text: str) -> None:
    begun = time.process_time()
    document(**IDS, by="x", texts=values(text))
    assert time.process_time() - begun < 1


def test_every_word_must_be_there_and_the_last_is_a_beginning() -> None:
    query = parse("Rotated  KEY tran")
    assert (query.terms, query.beginning) == (("rotated", "key"), "tran")
    assert (query.words, query.prefix) == (("rotated", "key", "tran"), True)


@pytest.mark.parametrize("typed", ["rotated ke", "ke rotated ", "ke rotated\t"])
def test_a_short_word_or_one_that_is_ended_is_a_whole_word(typed: str) -> None:
    assert parse(typed).beginning is None
    assert set(parse(typed).terms) == {"rotated", "ke"}


def test_people_and_steps_are_named() -> None:
    query = parse("by:Alice.Smith STEP:change-app granted")
    assert query.people == ("alice", "smith")
    assert query.steps == ("change", "app")
    assert query.words == ("granted",)
    assert parse("step:appr").beginning == ":step:appr"


@pytest.mark.parametrize(
    "typed", ["org:abcd", "in:abcd", ":org:abcd", "by:by:x", "a\x00b", "'); -- x"]
)
def test_what_is_typed_never_becomes_a_mark_of_scope(typed: str) -> None:
    query = parse(typed)
    every = [*query.terms, query.beginning or ""]
    assert not any(term.startswith((":org", ":in")) for term in every)
    assert all(c.isalnum() or c == ":" for term in every for c in term)


@pytest.mark.parametrize("typed", ["", "   ", "by:", "-- ''", "\u0301"])
def test_without_a_word_it_is_refused_with_what_to_do(typed: str) -> None:
    with pytest.raises(Invalid, match="Type a word") as refused:
        parse(typed)
    assert refused.value.field == "q"


def test_too_many_words_are_refused_and_a_long_text_is_cut() -> None:
    assert len(parse(" ".join("abcdefghij")).terms) == 10
    with pytest.raises(Invalid, match="11 words; at most 10"):
        parse(" ".join("abcdefghijk"))
    assert parse("a" * 10_000).beginning == "a" * 64
