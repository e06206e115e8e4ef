"""Every reader of the environment returns a value of its type or says which variable is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment

Read = Callable[[Environment], Any]
READERS: dict[str, Read] = {
    "text": lambda env: env.text("IT", "d"),
    "boolean": lambda env: env.boolean("IT", default=True),
    "integer": lambda env: env.integer("IT", 7, minimum=1),
    "size": lambda env: env.size("IT", "1 KiB"),
    "words": lambda env: env.words("IT", ["d"]),
    "choice": lambda env: env.choice("IT", "a", {"a", "b"}),
    "path": lambda env: env.path("IT", Path("/d")),
    "origin": lambda env: env.origin("IT", "http://d"),
}
DEFAULTS = {
    "text": "d", "boolean": True, "integer": 7, "size": 1024, "words": ["d"], "choice": "a",
    "path": Path("/d"), "origin": "http://d",
}  # fmt: skip

GOOD: list[tuple[str, str, Any]] = [
    ("text", " plain ", "plain"),
    *[("boolean", value, True) for value in ("1", "true", "TRUE", "Yes", "on")],
    *[("boolean", value, False) for value in ("0", "false", "No", "OFF")],
    ("integer", "12", 12),
    ("size", "0", 0),
    ("size", "512", 512),
    ("size", "512b", 512),
    ("size", "64 KiB", 65_536),
    ("size", "5GiB", 5 << 30),
    ("size", "2 tib", 2 << 40),
    ("words", "a, b ,,c", ["a", "b", "c"]),
    ("choice", "b", "b"),
    ("path", "/var/lib/x", Path("/var/lib/x")),
    ("origin", "https://trails.example.com/", "https://trails.example.com"),
    ("origin", "HTTPS://Trails.Example.com", "https://trails.example.com"),
    ("origin", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ("origin", "http://[::1]:8000", "http://[::1]:8000"),
]
BAD: list[tuple[str, str]] = [
    *[("boolean", value) for value in ("2", "ja", "truee", "none")],
    *[("integer", value) for value in ("0", "-3", "1.5", "many", "0x10")],
    *[("size", value) for value in ("-1", "5 GB", "1.5 GiB", "GiB", "5 GiB GiB")],
    ("words", ","),
    ("choice", "c"),
    ("choice", "A"),
    *[("path", value) for value in ("relative", "./x", "~/x")],
    *[
        ("origin", value)
        for value in (
            "trails.example.com",
            "ftp://trails.example.com",
            "https://",
            "https://:8000",
            "https://trails.example.com/app",
            "https://trails.example.com?a",
            "https://trails.example.com#a",
            "https://me@trails.example.com",
            "https://trails.example.com:http",
            "https://trails.example.com:99999",
            "https://[bad",
            "https://trails example.com",
        )
    ],
]


@pytest.mark.parametrize("reader", READERS)
def test_what_is_missing_or_blank_takes_the_default(reader: str) -> None:
    for variables in ({}, {"IT": ""}, {"IT": "  "}):
        assert READERS[reader](Environment(variables)) == DEFAULTS[reader]


@pytest.mark.parametrize(("reader", "value", "read"), GOOD)
def test_what_is_well_written_is_read(reader: str, value: str, read: Any) -> None:
    found = READERS[reader](Environment({"IT": value}))
    assert found == read and type(found) is type(read)


@pytest.mark.parametrize(("reader", "value"), BAD)
def test_what_is_malformed_says_which_and_what_to_write(reader: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^IT is .*(Write|It must)"):
        READERS[reader](Environment({"IT": value}))


@pytest.mark.parametrize(
    "read",
    [
        lambda env: env.text("IT"),
        lambda env: env.words("IT"),
        lambda env: env.origin("IT"),
        lambda env: env.secret("IT"),
    ],
)
def test_what_has_no_default_must_be_set(read: Read) -> None:
    for variables in ({}, {"IT": " "}):
        with pytest.raises(ImproperlyConfigured, match=r"^IT is not set"):
            read(Environment(variables))


def test_a_secret_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    assert Environment({"IT": " direct "}).secret("IT") == "direct"
    assert Environment({"IT_FILE": str(file)}).secret("IT") == "from the file"
    assert Environment({}).secret("IT", required=False) == ""
    with pytest.raises(ImproperlyConfigured, match="Both IT and IT_FILE are set"):
        Environment({"IT": "x", "IT_FILE": str(file)}).secret("IT")


def test_a_file_that_holds_no_secret_is_named(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text(" \n")
    binary.write_bytes(b"\xff\xfe\x00")
    for path, words in (
        (empty, "names an empty file"),
        (binary, "cannot be read"),
        (tmp_path, "cannot be read"),
        (tmp_path / "none", "cannot be read"),
    ):
        with pytest.raises(ImproperlyConfigured, match=f"^IT_FILE {words}"):
            # Not even where none is needed: somebody meant to give one.
            Environment({"IT_FILE": str(path)}).secret("IT", required=False)


def test_a_secret_never_shows_in_an_error(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2")
    for variables in ({"IT": "hunter2"}, {"IT_FILE": str(file)}):
        with pytest.raises(ImproperlyConfigured, match="too short") as refused:
            Environment(variables).secret("IT", minimum=32)
        assert "hunter2" not in str(refused.value)
