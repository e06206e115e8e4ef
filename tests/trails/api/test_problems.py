"""One shape of error, for whatever goes wrong and wherever."""

from pathlib import Path
from typing import Any

import pytest

from tests.trails.api.conftest import Api
from trails.api.problems import KIND, STATUS, UnsupportedMediaType
from trails.errors import TrailsError

GOOD = {"step": "a", "is_compliant": True}


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/organizations/", "/a//b", "/docs", "/%00"])
def test_an_address_without_a_route_is_a_problem(api: Api, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = api.call(method, f"/api/v1/{path}" if path else "/api/v1/")
        assert answer.status == 404
        assert "/api/v1/openapi.json" in answer.json["detail"]


@pytest.mark.parametrize("id", ["x", "0199bb27", "0199BB27-BE8F-7354-A7B0-0D2C1A5B7F10", "1" * 500])
def test_an_id_that_is_no_uuid_is_404(api: Api, run: str, id: str) -> None:
    for path in (f"attestations/{id}", f"attestations/{id}/statement"):
        assert api.get(f"{run}/{path}").status == 404


def test_another_method_is_405_and_says_which_are_possible(api: Api, run: str) -> None:
    for method, path, allowed in (
        ("DELETE", run, "GET, PUT"),
        ("PATCH", "/organizations/acme/trails/prod-server-access", "GET, PUT"),
        ("PUT", f"{run}/attestations", "GET, POST"),
        ("POST", f"{run}/package", "GET, HEAD"),
        ("POST", "/organizations", "GET"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ):
        answer = api.call(method, path, "owner")
        assert (answer.status, answer.headers["Allow"]) == (405, allowed)
        assert allowed in answer.json["detail"]


def test_a_failure_is_logged_and_tells_nothing_but_its_request_id(
    api: Api, run: str, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    settings.VAULT_STAGING = tmp_path / "file" / "secret-place"
    for debug in (False, True):
        settings.DEBUG = debug
        answer = api.attest(run, GOOD, [("a.log", b"bytes")])
        assert answer.status == 500
        assert b"secret-place" not in answer.content and b"Traceback" not in answer.content
        assert "Idempotency-Key" in answer.json["detail"]
        assert "secret-place" in caplog.text


def test_limits_say_what_they_are(api: Api, run: str, settings: Any) -> None:
    settings.LIMIT_FILE_BYTES = 10
    file = api.attest(run, GOOD, [("a.log", b"x" * 11)])
    assert (file.status, file.json["limit"]) == (413, 10)
    settings.LIMIT_FILES = 2
    files = api.attest(run, GOOD, [("a.log", b"")] * 3)
    assert (files.status, files.json["limit"]) == (413, 2)
    settings.LIMIT_JSON_BYTES = 50
    for answer in (
        api.put(run, "robot", {"description": "x" * 50}),
        api.attest(run, GOOD | {"description": "x" * 50}),
    ):
        assert (answer.status, answer.json["limit"]) == (413, 50)
        assert "50 bytes" in answer.json["detail"]
    settings.LIMIT_REQUEST_BYTES = 100
    request = api.attest(run, GOOD, [("a.log", b"x" * 100)])
    assert (request.status, request.json["limit"]) == (413, 100)


def test_the_caller_is_let_in_before_the_body_is_looked_at(api: Api, run: str) -> None:
    for who, status in ((None, 401), ("auditor", 403), ("outsider", 403)):
        for method, path in (("PUT", run), ("POST", f"{run}/attestations")):
            assert api.call(method, path, who, b"\xff not json", "text/plain").status == status


def every_refusal(kind: type[TrailsError] = TrailsError) -> set[type[TrailsError]]:
    return {kind}.union(*(every_refusal(below) for below in kind.__subclasses__()))


def test_every_refusal_has_a_status_and_every_status_its_words() -> None:
    assert UnsupportedMediaType in STATUS
    known = {kind for kind in every_refusal() if kind.__module__.startswith("trails.errors")}
    assert known - {TrailsError} <= set(STATUS)
    assert set(STATUS.values()) <= set(KIND)
