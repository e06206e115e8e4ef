"""Pieces of a text around what was looked for: nothing lost, nothing added, words marked whole."""

from hypothesis import given
from hypothesis import strategies as st

from trails.search.words import parse
from trails.web.highlight import Piece, Sought, pieces


def marked(text: str, query: str) -> list[str]:
    return [p.text for p in pieces(text, Sought.anywhere(parse(query))) if p.is_marked]


def test_words_are_marked_whole_the_last_by_its_beginning() -> None:
    assert marked("A shell, two shells, eggshell", "shell ") == ["shell"]
    assert marked("A shell, two shells, eggshell", "shell") == ["shell", "shells"]
    assert marked("ÜBER den SHELL", "shell über ") == ["ÜBER", "SHELL"]
    assert marked("nothing here", "shell") == []


def test_long_texts_are_cut_between_words_and_say_so() -> None:
    text = "before " * 50 + "needle" + " after" * 50
    found = pieces(text, Sought.anywhere(parse("needle")))
    assert found[0] == Piece(" … ", False) and found[-1] == Piece(" …", False)
    assert found[1].text.startswith("before ") and found[3].text.endswith("after")
    assert sum(len(piece.text) for piece in found) < 150


def test_only_a_typed_person_is_marked_among_people() -> None:
    query = parse("by:ada log")
    assert [
        p.text for p in pieces("Ada Log", Sought.among(query, query.people)) if p.is_marked
    ] == [
        "Ada",
        "Log",
    ]
    assert marked("Ada Log", "by:ada log") == ["Log"]


@given(st.text(max_size=400), st.text("ab ", min_size=1, max_size=10).filter(str.strip))
def test_what_is_shown_stands_in_the_text(text: str, query: str) -> None:
    shown = pieces(text + " a b ab", Sought.anywhere(parse(query)))
    for piece in shown:
        assert piece.text.strip(" …") in text + " a b ab"
