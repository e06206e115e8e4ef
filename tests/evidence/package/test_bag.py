"""The layout of an evidence package: evidence/package/bag.py, judged by stock validators."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from evidence.package.bag import Directory, Package, Payload, Tag, directory_names, pack
from evidence.package.zip import Archive, Member

VECTORS = Path(__file__).parents[2] / "vectors/package/golden.json"
UTF8 = {**os.environ, "LC_ALL": "C.UTF-8"}

log = Payload.from_bytes("session.log", b"$ whoami\r\nroot\r\n")
mail = Payload.from_bytes("Freigabe für Jörg (2).eml", b"Ja.\n")
japanese = Payload.from_bytes("報告書.txt", "終わり\n".encode())
empty = Payload.from_bytes("empty", b"")


def package(
    *directories: Directory,
    root: str = "deploy-7",
    info: Sequence[tuple[str, str]] = (("Source-Organization", "Bergwacht Süd"),),
    tags: Sequence[Tag] = (),
) -> Package:
    return pack(
        root=root,
        directories=directories,
        info=info,
        readme=b"How to verify.\n",
        report=b"<!doctype html>",
        tags=tags,
    )


def bytes_of(package: Package) -> bytes:
    return b"".join(package.archive.read())


def names_in(package: Package) -> list[str]:
    return [member.name for member in package.archive.members]


def unpack(package: Package, folder: Path) -> Path:
    (folder / package.filename).write_bytes(bytes_of(package))
    subprocess.run(["unzip", "-q", package.filename], cwd=folder, env=UTF8, check=True)
    return folder / package.root


def validate(bag: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bagit", "--validate", str(bag)]
    return subprocess.run(command, env=UTF8, capture_output=True)


def test_the_members_come_in_the_order_that_the_format_names() -> None:
    packed = package(
        Directory("approval", [mail, empty]),
        Directory("command-logs", []),
        Directory("approval", [mail]),
        tags=[Tag.from_bytes("proof/log.vkey", b"key")],
    )

    assert names_in(packed) == [
        "deploy-7/bagit.txt",
        "deploy-7/bag-info.txt",
        "deploy-7/manifest-sha256.txt",
        "deploy-7/tagmanifest-sha256.txt",
        "deploy-7/README.txt",
        "deploy-7/report.html",
        "deploy-7/proof/log.vkey",
        "deploy-7/data/",
        "deploy-7/data/approval/",
        "deploy-7/data/approval/Freigabe für Jörg (2).eml",
        "deploy-7/data/approval/empty",
        "deploy-7/data/command-logs/",
        "deploy-7/data/approval.2/",
        "deploy-7/data/approval.2/Freigabe für Jörg (2).eml",
    ]


def test_stock_validators_accept_a_bag_with_difficult_names(tmp_path: Path) -> None:
    steps = ["Prüfung", "../..", "CON", "a\u2028b%0Ac\r\nd", "prüfung", "-rf ~", "x" * 300]
    bag = unpack(
        package(
            *(Directory(step, [log, mail, japanese, empty]) for step in steps),
            root="prod:shell@10:42+~.x-",
            tags=[Tag.from_bytes("proof/Prüfung.json", b"{}")],
        ),
        tmp_path,
    )

    assert bag.name == "prod_shell@10_42+~.x-"
    assert validate(bag).returncode == 0, validate(bag).stderr
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"]:
        subprocess.run(["sha256sum", "--strict", "-c", manifest], cwd=bag, check=True)
    assert len([path for path in (bag / "data").rglob("*") if path.is_file()]) == 4 * len(steps)


def test_a_bag_without_files_is_valid_and_keeps_its_directories(tmp_path: Path) -> None:
    bag = unpack(package(Directory("approval", [])), tmp_path)

    assert (bag / "data/approval").is_dir()
    assert (bag / "manifest-sha256.txt").read_bytes() == b""
    assert "Payload-Oxum: 0.0\n" in (bag / "bag-info.txt").read_text()
    assert validate(bag).returncode == 0


@pytest.mark.parametrize("name", ["data/approval/session.log", "README.txt", "bag-info.txt"])
def test_an_altered_file_is_found(tmp_path: Path, name: str) -> None:
    bag = unpack(package(Directory("approval", [log])), tmp_path)
    altered = bytearray((bag / name).read_bytes())
    altered[-1] ^= 1
    (bag / name).write_bytes(altered)

    assert validate(bag).returncode == 1


def test_the_same_contents_give_the_same_bytes_and_another_tag_for_any_difference() -> None:
    first, again = (package(Directory("a", [log]), Directory("b", [])) for _ in range(2))
    others = [
        package(Directory("a", [log]), Directory("b", []), root="deploy-8"),
        package(Directory("a", [log]), Directory("c", [])),
        package(Directory("b", []), Directory("a", [log])),
        package(Directory("a", [mail]), Directory("b", [])),
        package(Directory("a", [log]), Directory("b", []), info=()),
        package(Directory("a", [log]), Directory("b", []), tags=[Tag.from_bytes("x", b"")]),
    ]

    assert bytes_of(first) == bytes_of(again)
    assert first.etag == again.etag
    assert len({first.etag, *(other.etag for other in others)}) == 7
    assert re.fullmatch("[0-9a-f]{64}", first.etag)


def test_a_value_of_bag_info_cannot_write_lines_of_its_own(tmp_path: Path) -> None:
    hostile = "Fire\r\nPayload-Oxum: 9.9\u2028 drill\x85"
    bag = unpack(package(info=[("External-Description", hostile)]), tmp_path)

    assert (bag / "bag-info.txt").read_text().splitlines() == [
        "External-Description: Fire Payload-Oxum: 9.9  drill",
        "Payload-Oxum: 0.0",
    ]
    assert validate(bag).returncode == 0


@pytest.mark.parametrize("label", ["", " Folded", "A: b", "A\nB", "payload-oxum"])
def test_a_label_that_bag_info_cannot_hold_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="label"):
        package(info=[(label, "value")])


@pytest.mark.parametrize("name", ["../a", "a/b", ".a", "a%0Ab", "Session.LOG", "session.log"])
def test_a_file_name_that_is_not_clean_or_not_unique_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not clean or not unique"):
        package(Directory("a", [log, Payload.from_bytes(name, b"")]))


@pytest.mark.parametrize(
    "path", ["data/a", "Data", "readme.txt", "tagmanifest-sha256.txt", "/a", "a/../b", "a//b", ""]
)
def test_a_tag_file_cannot_take_a_place_that_is_not_its_own(path: str) -> None:
    with pytest.raises(ValueError, match="not a free path"):
        package(tags=[Tag.from_bytes(path, b"")])


def test_a_digest_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        package(Directory("a", [Payload("x", 1, 0, "ab\n", log.read)]))


def test_a_proof_can_be_named_after_the_directory_of_a_very_long_step() -> None:
    names = directory_names(["x" * 300, "x" * 300, "a", "A"])

    assert [len(name) for name in names[:2]] == [200, 192]
    assert names[2:] == ["a", "A.2"]
    package(tags=[Tag.from_bytes(f"proof/{name}.tlog-proof", b"") for name in names])


def test_golden_bytes_never_change() -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))

    given = vectors["archive"]
    archive = Archive(Member.from_bytes(name, text.encode()) for name, text in given["members"])
    assert archive.length == given["length"]
    assert hashlib.sha256(b"".join(archive.read())).hexdigest() == given["sha256"]

    given = vectors["bag"]
    packed = pack(
        root=given["root"],
        directories=[
            Directory(step, [Payload.from_bytes(name, text.encode()) for name, text in files])
            for step, files in given["directories"]
        ],
        info=[(label, value) for label, value in given["info"]],
        readme=given["readme"].encode(),
        report=given["report"].encode(),
        tags=[Tag.from_bytes(name, text.encode()) for name, text in given["tags"]],
    )
    assert (packed.length, packed.etag) == (given["length"], given["etag"])
    assert hashlib.sha256(bytes_of(packed)).hexdigest() == given["sha256"]
