"""What every request gets, whatever it asks for: an id, a log line, headers, a readable refusal."""

import logging

import pytest
from django.test import Client
from django.urls import resolve


def test_a_program_that_names_a_wrong_host_is_answered_in_json(client: Client) -> None:
    answer = client.get("/api/v2/audit_trails/acme", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert answer.json()["status"] == 400
    assert answer.content.endswith(b"\n")


def test_a_person_who_names_a_wrong_host_is_answered_with_a_page(client: Client) -> None:
    answer = client.get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["api/v1/organizations", "api/v2/audit_trails/acme"])
def test_extra_slashes_before_an_api_change_nothing(path: str) -> None:
    # Resolved, not requested: the test client would take `//api` for a host.
    assert resolve(f"/{path}").url_name == resolve(f"//{path}").url_name is not None


def test_a_line_break_in_an_address_forges_no_line_of_the_log(
    client: Client, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "trails.request"):
        client.get("/a%0AERROR%20forged")
    said = [record.getMessage() for record in caplog.records if record.name == "trails.request"]
    assert said == ["GET /a%0AERROR%20forged 404"]


@pytest.mark.parametrize("given", ["short", "a b c d e f", "x" * 65, "<script>alert(1)</script>"])
def test_only_a_plain_request_id_is_taken_over(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert answer["X-Request-ID"] != given
    kept = client.get("/healthz", headers={"X-Request-ID": "deploy-2026.11_24"})
    assert kept["X-Request-ID"] == "deploy-2026.11_24"
