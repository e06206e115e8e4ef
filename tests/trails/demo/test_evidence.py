"""Each kind of the demo's evidence is what its name says, read by another program."""

import csv
import hashlib
import io
import json
import re
import struct
import tarfile
import zlib

from tests.trails.demo.generated import everything, of

_SGR = re.compile(rb"\x1b\[[0-9;]+m")


def test_the_kinds_are_these_and_none_is_empty() -> None:
    files = everything()
    kinds = {"age", "cast", "csv", "json", "jsonl", "log", "pdf", "png", "tgz", "txt", "yaml"}
    assert {file.suffix for file in files} == kinds
    assert all(file.data for file in files)


def test_json_parses() -> None:
    for file in of("json"):
        assert json.loads(file.data)
    for file in of("jsonl"):
        assert all(json.loads(line) for line in file.data.splitlines())


def test_cloudtrail_tells_who_entered_which_task() -> None:
    events = [json.loads(f.data) for f in of("json") if f.name == "execute-command.json"]
    for event in events:
        session = event["responseElements"]["session"]["sessionId"]
        assert event["eventName"] == "ExecuteCommand"
        assert session.startswith("ecs-execute-command-")
        assert event["userIdentity"]["arn"].startswith("arn:aws:sts::")


def test_the_refused_event_says_access_denied() -> None:
    roles = [json.loads(f.data) for f in of("json") if f.name == "assume-role.json"]
    assert [event["errorCode"] for event in roles if "errorCode" in event] == ["AccessDenied"]


def test_tables_are_rectangular() -> None:
    for file in of("csv"):
        rows = list(csv.reader(io.StringIO(file.data.decode(), newline="")))
        assert len(rows) > 2
        assert {len(row) for row in rows} == {len(rows[0])}, file.name


def test_transcripts_have_colours_that_end_and_a_prompt() -> None:
    for file in of("log"):
        codes = _SGR.findall(file.data)
        assert len(codes) > 4
        assert codes.count(b"\x1b[0m") * 2 == len(codes), "each colour is ended"
        assert b"\x1b" not in _SGR.sub(b"", file.data)
        assert re.search(rb"@[\w-]+\x1b\[0m:\x1b\[1;34m/app\x1b\[0m\$ exit\r\n", file.data)


def test_recordings_are_events_in_the_order_of_time() -> None:
    for file in of("cast"):
        head, *events = [json.loads(line) for line in file.data.splitlines()]
        assert (head["version"], head["width"] > 0, head["timestamp"] > 0) == (2, True, True)
        times = [time for time, code, _text in events if code == "o"]
        assert times == sorted(times) and len(times) > 50
        assert "exit" in "".join(text for _time, _code, text in events)


def test_what_is_sealed_says_for_how_many_and_nothing_else() -> None:
    for file in of("age"):
        head, _, payload = file.data.partition(b"\n--- ")
        assert head.startswith(b"age-encryption.org/v1\n-> X25519 ")
        assert len(payload) > 1_000


def test_images_are_whole_pngs() -> None:
    for file in of("png"):
        assert file.data.startswith(b"\x89PNG\r\n\x1a\n")
        chunks, at = [], 8
        while at < len(file.data):
            [length] = struct.unpack_from(">I", file.data, at)
            kind, body = file.data[at + 4 : at + 8], file.data[at + 8 : at + 8 + length]
            [crc] = struct.unpack_from(">I", file.data, at + 8 + length)
            assert crc == zlib.crc32(kind + body)
            chunks.append((kind, body))
            at += 12 + length
        assert [kind for kind, _ in chunks] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
        width, height = struct.unpack_from(">II", chunks[0][1])
        pixels = zlib.decompress(chunks[2][1])
        assert len(pixels) == height * (width + 1)
        colours = len(chunks[1][1]) // 3
        drawn = {p for row in range(height) for p in pixels[row * (width + 1) + 1 :][:width]}
        assert drawn == set(range(colours)), "every colour of the palette is used, and no other"


def test_archives_open_and_their_checksums_hold() -> None:
    for file in of("tgz"):
        with tarfile.open(fileobj=io.BytesIO(file.data), mode="r:gz") as tar:
            inside = {m.name: tar.extractfile(m) for m in tar.getmembers()}
            contents = {name: reader.read() for name, reader in inside.items() if reader}
        [sums] = [data for name, data in contents.items() if name.endswith("SHA256SUMS")]
        for line in sums.decode().splitlines():
            sha256, name = line.split("  ")
            assert hashlib.sha256(contents[name]).hexdigest() == sha256
        assert len(contents) == 3
