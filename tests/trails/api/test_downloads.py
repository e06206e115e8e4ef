"""Statements, files and packages: exact bytes, resumable, harmless, and noted."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping

import pytest

from evidence.ledger import statement
from evidence.models import Record
from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.http.middleware import SANDBOX_POLICY
from trails.models import Activity

LOG = b"$ whoami\nroot\n" * 1000


@pytest.fixture
def made(api: Api, run: str) -> Mapping[str, str]:
    """The addresses of everything that can be downloaded of an attestation."""
    report = {"step": "command-logs", "is_compliant": True, "user_data": {"a": [1]}}
    found = api.attest(run, report, [("page.html", LOG)]).json
    return {
        "statement": found["statement_url"],
        "evidence": found["evidence"][0]["url"],
        "package": f"{run}/package",
        "record": found["record"]["sha256"],
    }


def test_the_statement_is_the_body_of_the_record(api: Api, made: Mapping[str, str]) -> None:
    answer = api.get(made["statement"])
    assert answer.headers["Content-Type"] == "application/vnd.in-toto+json"
    assert hashlib.sha256(answer.content).hexdigest() == made["record"]
    assert answer.content == bytes(Record.objects.get(sha256=made["record"]).body)
    assert statement.parse(answer.content)["predicate"]["step"] == "command-logs"


def test_evidence_is_an_attachment_of_no_type_in_a_sandbox(
    api: Api, made: Mapping[str, str]
) -> None:
    answer = api.get(made["evidence"])
    assert answer.content == LOG
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer.headers["Content-Security-Policy"] == SANDBOX_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_package_holds_exactly_what_was_reported(api: Api, made: Mapping[str, str]) -> None:
    answer = api.get(made["package"])
    assert answer.headers["Content-Type"] == "application/zip"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    package = zipfile.ZipFile(io.BytesIO(answer.content))
    assert package.testzip() is None
    payload = {name: package.read(name) for name in package.namelist() if "/data/" in name}
    assert {name: data for name, data in payload.items() if not name.endswith("/")} == {
        "run-1/data/command-logs/page.html": LOG,
        "run-1/data/command-logs/user-data.json": b'{"a":[1]}',
    }


def test_a_broken_download_goes_on_where_it_stopped(api: Api, made: Mapping[str, str]) -> None:
    for name in ("statement", "evidence", "package"):
        whole = api.get(made[name])
        half = len(whole.content) // 2
        rest = api.get(made[name], Range=f"bytes={half}-", If_Range=whole.headers["ETag"])
        assert rest.status == 206
        assert whole.content[:half] + rest.content == whole.content
        head = api.call("HEAD", made[name])
        assert head.headers["Content-Length"] == str(len(whole.content))
        assert api.get(made[name], If_None_Match=whole.headers["ETag"]).status == 304


def test_what_cannot_be_served_is_a_problem(api: Api, made: Mapping[str, str]) -> None:
    beyond = api.get(made["evidence"], Range=f"bytes={len(LOG)}-")
    assert beyond.status == 416
    assert beyond.headers["Content-Range"] == f"bytes */{len(LOG)}"
    assert api.get(made["evidence"], If_Match='"other"').status == 412


def test_whatever_hands_out_bytes_to_somebody_is_noted(
    api: Api, world: World, made: Mapping[str, str]
) -> None:
    def noted() -> list[tuple[str, str, str]]:
        rows = Activity.objects.filter(verb__endswith=".downloaded").order_by("id")
        return list(rows.values_list("verb", "subject", "by_name"))

    for name in ("evidence", "package"):
        etag = api.get(made[name]).headers["ETag"]
        api.call("HEAD", made[name], "auditor")
        api.get(made[name], "auditor", If_None_Match=etag)
        api.get(made[name], "auditor", Range="bytes=999999999-")
    assert noted() == []
    api.get(made["evidence"], "auditor")
    # All but a byte that everybody knows is the package, too.
    api.get(made["package"], "auditor", Range="bytes=1-")
    api.get(made["package"], "auditor", Range="bytes=-9")
    subject = "acme/prod-server-access/run-1"
    assert noted() == [
        ("evidence.downloaded", subject, "Auditor"),
        ("package.downloaded", subject, "Auditor"),
        ("package.downloaded", subject, "Auditor"),
    ]
    details = Activity.objects.get(verb="evidence.downloaded").details
    assert details["sha256"] == hashlib.sha256(LOG).hexdigest()
    assert json.dumps(details).count("page.html") == 1
