"""Very large evidence goes past the server to the store, and is read before it counts."""

import base64
import hashlib
import io
import json
import urllib.error
import urllib.request
import zipfile
import zlib
from typing import Any

import pytest

from evidence.models import Blob
from evidence.vault import s3_direct, s3_put, store
from tests import vaults
from tests.plugins.s3 import S3
from tests.plugins.world import World
from tests.trails.api.conftest import Answer, Api
from trails import direct
from trails.models import Activity, Attestation, DirectUpload, Evidence

UPLOADS = "/organizations/acme/uploads"
DATA = bytes(range(256)) * 70_000  # 18 MB: three parts of a copy
SHA256 = hashlib.sha256(DATA).hexdigest()
ADDRESS = store.address(SHA256)
REPORT = {"step": "command-logs", "is_compliant": True}


@pytest.fixture(params=["locked", "without versions"])
def bucket(request: pytest.FixtureRequest, settings: Any, s3: S3) -> vaults.Vault:
    """An empty vault in a bucket of its own."""
    return vaults.corner(settings, s3, lock=request.param == "locked")


def announce(
    api: Api, data: bytes = DATA, who: str = "robot", path: str = UPLOADS, **said: Any
) -> Answer:
    body = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} | said
    return api.call("POST", path, who, _json(body))


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def put(part: dict[str, Any], data: bytes, **headers: str) -> int:
    """Send a part as any client does; return the status."""
    request = urllib.request.Request(  # noqa: S310 - the store of the run
        part["url"], data=data, method="PUT", headers=part["headers"] | headers
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def send(upload: dict[str, Any], data: bytes = DATA) -> None:
    for part in upload["parts"]:
        assert put(part, data[part["offset"] : part["offset"] + part["size"]]) == 200


def finish(api: Api, upload: dict[str, Any], who: str = "robot") -> Answer:
    return api.call("POST", upload["url"], who)


def uploaded(api: Api, data: bytes = DATA, who: str = "robot") -> dict[str, Any]:
    """Return an upload that is ready."""
    upload: dict[str, Any] = announce(api, data, who).json
    send(upload, data)
    answer = finish(api, upload, who).json
    assert answer["state"] == "ready", answer
    return upload


def naming(*uploads: tuple[dict[str, Any], str]) -> dict[str, Any]:
    return REPORT | {"uploads": [{"id": upload["id"], "name": name} for upload, name in uploads]}


def incoming() -> list[str]:
    return list(store.storage().names("incoming/"))


@pytest.mark.usefixtures("bucket")
def test_an_upload_becomes_evidence_like_any_other(api: Api, run: str) -> None:
    announced = announce(api)
    assert announced.status == 201
    assert announced.headers["Location"] == announced.json["url"]
    assert announced.json["state"] == "waiting"
    send(announced.json)
    assert finish(api, announced.json).json["state"] == "ready"
    assert incoming() == []
    report = naming((announced.json, "disk.img"))
    made = api.attest(run, report, [("a.log", b"bytes")])
    assert made.status == 201, made.content
    files = [(file["name"], file["sha256"], file["size"]) for file in made.json["evidence"]]
    assert files == [
        ("a.log", hashlib.sha256(b"bytes").hexdigest(), 5),
        ("disk.img", SHA256, len(DATA)),
    ]
    assert Blob.objects.get(pk=SHA256).crc32 == zlib.crc32(DATA)
    assert api.get(made.json["evidence"][1]["url"], "robot").content == DATA
    with zipfile.ZipFile(io.BytesIO(api.get(f"{run}/package").content)) as archive:
        assert archive.testzip() is None
        assert archive.read("run-1/data/command-logs/disk.img") == DATA


def test_what_is_placed_is_locked_and_encrypted_as_any_object(
    api: Api, run: str, bucket: vaults.Vault
) -> None:
    uploaded(api)
    vault = store.storage()
    assert (vault.retained_until(ADDRESS) is not None) == (vault.lock != "none")
    head = vault.client.head_object(
        Bucket=vault.bucket, Key=vault.key(ADDRESS), ChecksumMode="ENABLED"
    )
    step = s3_put.part_size(len(DATA))
    parts = (hashlib.sha256(DATA[at : at + step]).digest() for at in range(0, len(DATA), step))
    expected = s3_put.composite(base64.b64encode(part).decode() for part in parts)
    assert head["ChecksumSHA256"] == expected
    assert bucket.names() == [ADDRESS]


@pytest.mark.usefixtures("bucket")
def test_a_retry_with_the_same_key_is_recorded_once(api: Api, run: str) -> None:
    upload = uploaded(api)
    report = naming((upload, "disk.img"))
    first = api.attest(run, report, Idempotency_Key="build-1")
    again = api.attest(run, report, Idempotency_Key="build-1")
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    other = naming((uploaded(api, DATA[:-1]), "disk.img"))
    assert api.attest(run, other, Idempotency_Key="build-1").status == 409
    assert Evidence.objects.count() == 1


@pytest.mark.usefixtures("bucket")
def test_the_store_takes_neither_other_bytes_nor_another_length(api: Api) -> None:
    upload = announce(api).json
    [part] = upload["parts"]
    assert put(part, DATA[:-1] + b"?") == 400
    assert put(part, DATA[:-1]) == 403
    assert put(part | {"headers": {}}, DATA) == 403
    early = finish(api, upload)
    assert early.status == 409 and "arrived" in early.json["detail"]
    assert put(part, DATA) == 200
    assert put(part, DATA) == 412
    assert finish(api, upload).json["state"] == "ready"


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_direct, "SINGLE", 1 << 20)
    monkeypatch.setattr(s3_direct, "PART", 6 << 20)


@pytest.mark.usefixtures("bucket", "in_parts")
def test_a_very_large_upload_goes_in_parts_in_any_order(api: Api, run: str) -> None:
    upload = announce(api).json
    assert [part["size"] for part in upload["parts"]] == [6 << 20, 6 << 20, len(DATA) - (12 << 20)]
    first, *rest = upload["parts"]
    for part in reversed(rest):
        assert put(part, DATA[part["offset"] :][: part["size"]]) == 200
    early = finish(api, upload)
    assert early.status == 409 and "byte 0 " in early.json["detail"]
    assert put(first, DATA[:-1][: first["size"] - 1]) == 403
    assert put(first, DATA[: first["size"]]) == 200
    assert finish(api, upload).json["state"] == "ready"
    assert put(first, DATA[: first["size"]]) == 404  # completed: no address brings more
    assert api.attest(run, naming((upload, "disk.img"))).status == 201


def test_other_bytes_in_parts_are_read_and_refused(
    api: Api, run: str, bucket: vaults.Vault, in_parts: None
) -> None:
    upload = announce(api).json
    send(upload, DATA[:-1] + b"?")
    answer = finish(api, upload)
    assert (answer.status, answer.json["state"]) == (200, "failed")
    assert hashlib.sha256(DATA[:-1] + b"?").hexdigest() in answer.json["reason"]
    assert (bucket.names(), incoming()) == ([], [])
    refused = api.attest(run, naming((upload, "disk.img")))
    assert (refused.status, refused.json["field"]) == (409, "uploads.0.id")
    assert not Attestation.objects.exists()


@pytest.mark.usefixtures("bucket")
def test_only_what_is_ready_can_be_attested(api: Api, run: str) -> None:
    upload = announce(api).json
    refused = api.attest(run, naming((upload, "disk.img")))
    assert (refused.status, refused.json["field"]) == (409, "uploads.0.id")
    assert "waiting" in refused.json["detail"]


@pytest.mark.usefixtures("bucket")
def test_an_upload_is_its_announcers_alone(api: Api, world: World, run: str) -> None:
    upload = uploaded(api)
    for who, status in (("writer", 404), ("owner", 404), ("outsider", 404), (None, 401)):
        for method in ("GET", "POST", "DELETE"):
            assert api.call(method, upload["url"], who).status == status
    theirs = upload["url"].replace("acme", "rival")
    for who in ("robot", "outsider"):
        assert api.get(theirs, who).status == 404
    assert api.get(UPLOADS, "writer").json == {"uploads": []}
    assert [row["id"] for row in api.get(UPLOADS, "robot").json["uploads"]] == [upload["id"]]
    refused = api.attest(run, naming((upload, "disk.img")), who="writer")
    assert (refused.status, refused.json["field"]) == (400, "uploads.0.id")


@pytest.mark.usefixtures("bucket")
def test_only_who_may_attest_uploads(api: Api, world: World) -> None:
    assert announce(api, who="auditor").status == 403
    assert announce(api, who="outsider").status == 404
    assert api.call("POST", UPLOADS, None, b"{}").status == 401
    assert not DirectUpload.objects.exists()


@pytest.mark.usefixtures("bucket")
def test_who_only_knows_a_digest_gets_no_bytes(api: Api, world: World, run: str) -> None:
    uploaded(api)
    upload = announce(api, who="writer").json
    assert upload["state"] == "waiting"
    assert finish(api, upload, "writer").status == 409


def test_limits_are_said(
    api: Api, settings: Any, bucket: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LIMIT_DIRECT_BYTES = 1000
    assert (announce(api).status, announce(api).json["limit"]) == (413, 1000)
    assert announce(api, size=0).json["field"] == "size"
    assert announce(api, sha256="x").json["field"] == "sha256"
    monkeypatch.setattr(direct, "AT_ONCE", 1)
    assert announce(api, b"a").status == 201
    refused = announce(api, b"b")
    assert refused.status == 409 and "1 uploads" in refused.json["detail"]


@pytest.mark.usefixtures("bucket")
def test_an_upload_can_be_given_up(api: Api) -> None:
    upload = announce(api).json
    send(upload)
    assert api.call("DELETE", upload["url"], "robot").status == 204
    assert api.get(upload["url"], "robot").status == 404
    assert incoming() == []


def test_a_folder_takes_no_direct_uploads(api: Api, settings: Any, tmp_path: Any, run: str) -> None:
    vaults.local(settings, tmp_path)
    refused = announce(api)
    assert refused.status == 409 and "with the attestation" in refused.json["detail"]
    assert api.get(UPLOADS, "robot").json == {"uploads": []}


@pytest.mark.usefixtures("bucket")
def test_no_address_or_secret_is_kept_anywhere(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    upload = uploaded(api)
    assert "Signature" not in caplog.text
    assert "parts" not in api.get(upload["url"], "robot").json
    rows = [*DirectUpload.objects.values_list(), *Activity.objects.values_list()]
    assert "Signature" not in str(rows)
