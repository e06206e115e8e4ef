"""Reports that do not fit: refused with the field and the next step, and nothing is recorded."""

from typing import Any

import pytest

from evidence.models import Blob, Record
from evidence.vault import staging
from tests.trails.api.conftest import BOUNDARY, Api, form

GOOD = {"step": "command-logs", "is_compliant": True}
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def refused(api: Api, run: str, report: Any) -> dict[str, Any]:
    records = Record.objects.count()
    answer = api.attest(run, report, [("a.log", b"bytes")])
    assert answer.status == 400, answer.json
    assert Record.objects.count() == records
    assert not Blob.objects.exists()
    assert list(staging.area().iterdir()) == []
    return dict(answer.json)


def test_a_missing_verdict_is_not_assumed(api: Api, run: str) -> None:
    problem = refused(api, run, {"step": "command-logs"})
    assert problem["field"] == "is_compliant"
    assert "true, false, or null" in problem["detail"]
    assert "nothing is assumed" in problem["detail"]


@pytest.mark.parametrize("verdict", ["true", "", 1, 0, [], {}])
def test_a_verdict_of_another_type_is_refused(api: Api, run: str, verdict: Any) -> None:
    assert refused(api, run, GOOD | {"is_compliant": verdict})["field"] == "is_compliant"


def test_an_unknown_field_is_named_beside_what_is_known(api: Api, run: str) -> None:
    problem = refused(api, run, {"step": "command-logs", "is_complaint": True})
    assert "'is_complaint' is not a known field" in problem["detail"]
    assert "'is_compliant' is missing" in problem["detail"]
    assert "occurred_at" in problem["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("step", None),
        ("step", ""),
        ("step", "a/b"),
        ("step", "x" * 101),
        ("step", "a\u202eb"),
        ("description", 7),
        ("description", None),
        ("description", "x" * 10_001),
        ("description", "bell \u0007"),
        ("external", {}),
        ("external", [{"uri": "javascript:alert(1)"}]),
        ("external", [{"uri": "https://[", "name": "x"}]),
        ("external", [{"uri": "https://a.example", "digest": {"sha256": "ABC"}}]),
        ("external", [{"uri": "https://a.example", "digest": {"md5": "0" * 32}}]),
        ("external", [{"uri": f"https://a.example/{n}"} for n in range(101)]),
        ("occurred_at", "2026-11-24T04:05:40"),
        ("occurred_at", 1764000000),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(
    api: Api, run: str, field: str, value: Any
) -> None:
    assert refused(api, run, GOOD | {field: value})["field"] == field


def test_a_field_inside_a_link_is_named_by_its_path(api: Api, run: str) -> None:
    link = {"uri": "https://a.example", "sha": "0" * 64}
    assert refused(api, run, GOOD | {"external": [link]})["field"] == "external.0.sha"


def test_a_form_takes_one_json_part_and_nothing_unknown(api: Api, run: str) -> None:
    def part(headers: str) -> bytes:
        begin = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {headers}\r\n\r\n{{}}\r\n"
        return begin.encode() + form(GOOD)

    for headers, field in (
        ('name="attestation"', "attestation"),
        ('name="step"', "step"),
        ('name="file"; filename="a.log"', "file"),
        ('name="attestation"; filename="a.json"', "attestation"),
    ):
        answer = api.call("POST", f"{run}/attestations", "robot", part(headers), FORM)
        assert (answer.status, answer.json["field"]) == (400, field)


def test_a_form_without_the_json_part_is_refused(api: Api, run: str) -> None:
    only_files = form(GOOD, [("a.log", b"bytes")]).partition(b"\r\n--")[2]
    answer = api.call("POST", f"{run}/attestations", "robot", b"--" + only_files, FORM)
    assert (answer.status, answer.json["field"]) == (400, "attestation")


def test_a_body_that_is_cut_off_is_refused(api: Api, run: str) -> None:
    body = form(GOOD, [("a.log", b"bytes")])
    for cut in (body[:-20], body[:30], b"--"):
        assert api.call("POST", f"{run}/attestations", "robot", cut, FORM).status == 400
    assert list(staging.area().iterdir()) == []


def test_another_content_type_is_415(api: Api, run: str) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = api.call("POST", f"{run}/attestations", "robot", b"x=1", content_type)
        assert (answer.status, answer.json["field"]) == (415, "Content-Type")
        assert "multipart/form-data" in answer.json["detail"]
