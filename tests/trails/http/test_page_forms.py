"""The form of a page: the token first, then texts and files; a bad part does not lose the rest."""

from pathlib import Path
from typing import Any

import pytest

from tests.trails.http.test_uploads import END, file, part, request_of, staged_files
from trails.errors import Invalid, LengthRequired, TooMuch
from trails.http.uploads import Form, receive_page

TOKEN = part('name="csrfmiddlewaretoken"', b"the token")


@pytest.fixture(autouse=True)
def _staging_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.VAULT_STAGING = tmp_path / "staging"


def received(*parts: bytes, good: bool = True, asked: list[str] | None = None) -> Form:
    def admit(token: str) -> bool:
        assert staged_files() == [], "a file was written before the token was asked about"
        (asked if asked is not None else []).append(token)
        return good

    return receive_page(
        request_of(b"".join(parts) + END),
        file_fields=frozenset({"files"}),
        many=frozenset({"held"}),
        admit=admit,
    )


def test_texts_lists_and_files_arrive() -> None:
    parts = [TOKEN, part('name="step"', b"a"), part('name="held"', b"1"), part('name="held"', b"2")]
    asked: list[str] = []
    with received(*parts, file("a.txt", field="files"), asked=asked) as form:
        assert form.is_admitted and asked == ["the token"]
        assert form.fields == {"step": "a"} and form.lists == {"held": ["1", "2"]}
        assert [upload.name for upload in form.uploads] == ["a.txt"]
        assert len(staged_files()) == 1
    assert staged_files() == []


def test_without_a_good_token_texts_are_kept_and_no_file_is_written() -> None:
    for first in (TOKEN, b""):
        with received(
            first, file("a", field="files"), part('name="step"', b"a"), good=False
        ) as form:
            assert not form.is_admitted and staged_files() == []
            assert form.fields == {"step": "a"} and form.uploads == []


@pytest.mark.parametrize("first", [part('name="step"', b"a"), file("a", field="files")])
def test_a_token_that_does_not_come_first_is_none(first: bytes) -> None:
    asked: list[str] = []
    received(first, TOKEN, asked=asked, good=False).__exit__()
    assert asked == [""]


def test_a_file_as_the_token_is_none() -> None:
    asked: list[str] = []
    with received(file("a", field="csrfmiddlewaretoken"), asked=asked, good=False) as form:
        assert asked == [""] and not form.is_admitted


def test_one_refused_part_does_not_lose_those_before_and_after(settings: Any) -> None:
    settings.LIMIT_FILE_BYTES = 100
    large = file("large", b"x" * 300_000, field="files")
    parts = [TOKEN, part('name="a"', b"\xff"), file("one", field="files"), large]
    more = [file("stray", field="other"), file("two", field="files"), part('name="b"', b"b")]
    with received(*parts, *more) as form:
        assert [upload.name for upload in form.uploads] == ["one", "two"]
        assert form.fields == {"b": "b"}
        assert [type(refusal) for refusal in form.refusals] == [Invalid, TooMuch, Invalid]
        assert len(staged_files()) == 2


def test_texts_share_one_limit_and_the_rest_is_read_past(settings: Any) -> None:
    settings.LIMIT_JSON_BYTES = 20
    long = [part('name="held"', b"x" * 9) for _ in range(4)]
    with received(TOKEN, *long, file("a", field="files")) as form:
        assert form.lists == {"held": ["x" * 9] * 2}
        assert len(form.refusals) == 2 and len(form.uploads) == 1


def test_a_form_that_is_cut_off_leaves_nothing_behind() -> None:
    body = TOKEN + file("a.txt", b"x" * 1000, field="files")
    with pytest.raises(Invalid, match="cut off"):
        receive_page(
            request_of(body),
            file_fields=frozenset({"files"}),
            many=frozenset(),
            admit=lambda token: True,
        )
    assert staged_files() == []
    with pytest.raises(LengthRequired):
        receive_page(
            request_of(body, CONTENT_LENGTH=""),
            file_fields=frozenset(), many=frozenset(), admit=lambda token: True,
        )  # fmt: skip
