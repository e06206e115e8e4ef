"""Hostile and plentiful files: every byte is kept, under a name that harms nobody."""

import io
import json
import zipfile

import pytest

from tests.trails.api.conftest import Api

REPORT = {"step": "command-logs", "is_compliant": True}


@pytest.mark.parametrize(
    ("sent", "recorded"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/shadow", "shadow"),
        ("C:/Windows/win.ini", "win.ini"),
        ("a\0b.log", "ab.log"),
        ("log\u202etxt.exe", "logtxt.exe"),
        ("..", "evidence"),
        ("", "evidence"),
        ("-rf", "_-rf"),
        ("con.txt", "_con.txt"),
        ("user-data.json", "user-data (2).json"),
        ("evidence-list.json", "evidence-list (2).json"),
        ("<script>.html", "_script_.html"),
        ("x" * 296 + ".log", "x" * 196 + ".log"),
    ],
)
def test_a_hostile_name_is_made_safe_and_the_reporter_is_told(
    api: Api, run: str, sent: str, recorded: str
) -> None:
    answer = api.attest(run, REPORT, [(sent, b"bytes")])
    assert answer.status == 201, answer.json
    [file] = answer.json["evidence"]
    assert (file["name"], file["sent_as"]) == (recorded, sent)
    download = api.get(file["url"])
    assert download.content == b"bytes"
    assert download.headers["Content-Disposition"].startswith("attachment")


def test_equal_names_are_numbered_and_keep_their_order(api: Api, run: str) -> None:
    files = [("a.log", b"1"), ("A.log", b"2"), ("x/a.log", b"3"), ("a.log", b"1")]
    found = api.attest(run, REPORT, files).json["evidence"]
    assert [file["name"] for file in found] == ["a.log", "A (2).log", "a (3).log", "a (4).log"]
    assert [api.get(file["url"]).content for file in found] == [b"1", b"2", b"3", b"1"]


def test_two_thousand_files_in_one_attestation(api: Api, run: str) -> None:
    files = [(f"part-{number}.log", f"line {number}\n".encode()) for number in range(2000)]
    made = api.attest(run, REPORT, files)
    assert made.status == 201
    assert [file["name"] for file in made.json["evidence"]] == [name for name, _ in files]

    found = api.get(made.json["url"]).json
    predicate = json.loads(api.get(found["statement_url"]).content)["predicate"]
    [listing] = predicate["evidence"]
    assert listing["name"] == "evidence-list.json"
    assert listing["digest"]["sha256"] == found["evidence_list_digest"]["sha256"]
    assert api.get(found["evidence"][1999]["url"]).content == b"line 1999\n"

    package = zipfile.ZipFile(io.BytesIO(api.get(f"{run}/package").content))
    assert package.testzip() is None
    listed = json.loads(package.read("run-1/data/command-logs/evidence-list.json"))
    assert [item["name"] for item in listed] == [name for name, _ in files]
    for name, data in files:
        assert package.read(f"run-1/data/command-logs/{name}") == data
