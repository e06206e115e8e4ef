"""The beta gate and the order of the questions: who, which organization, fit, gate, may, exists."""

import pytest

from tests.trails.kosli.wire import Wire, wire
from trails.kosli.calls import BETA_GATE

__all__ = ["wire"]
GATED = [
    ("GET", "/api/v2/audit_trails/gated"),
    ("GET", "/api/v2/audit_trails/gated/non-existing"),
    ("POST", "/api/v2/workflows/gated/non-existing/run-1"),
    ("GET", "/api/v2/workflows/gated/non-existing/run-1"),
    ("GET", "/api/v2/workflows/gated/non-existing?page=1&per_page=15"),
    ("GET", "/api/v2/workflows/gated//run-1"),
    ("POST", "/api/v2/evidence/gated/workflow/non-existing/generic"),
]


@pytest.mark.parametrize(("method", "path"), GATED)
def test_the_gate_comes_before_existence(wire: Wire, method: str, path: str) -> None:
    got = wire.call(method, path)
    assert (got.status, got.json) == (403, {"message": BETA_GATE})


def test_the_gate_has_the_three_lines_of_the_contract(wire: Wire) -> None:
    lines = wire.call("GET", "/api/v2/audit_trails/gated").json["message"].split("\n")
    assert lines == [
        "The audit trail feature is in beta. You can enable the feature by running the following "
        "Kosli CLI command (version 2.3.2 or later):",
        "$ kosli enable beta",
        "Join our Slack community for more information: https://www.kosli.com/community/",
    ]


def test_a_bad_payload_comes_before_the_gate(wire: Wire) -> None:
    path, steps = "/api/v2/audit_trails/gated", ["one"]
    bad = wire.call("PUT", path, {"name": "foo_bar", "description": "", "steps": steps})
    assert (bad.status, list(bad.json["errors"])) == (400, ["name"])
    good = wire.call("PUT", path, {"name": "foo-bar", "description": "", "steps": steps})
    assert (good.status, good.json["message"]) == (403, BETA_GATE)


def test_the_gate_opens_and_closes(wire: Wire) -> None:
    switch = "/api/v2/organizations/acme/experimental_features"
    for enabled, status in ((False, 403), (False, 403), (True, 200)):
        got = wire.call("PUT", switch, {"experimental_features_enabled": enabled}, by="writer")
        assert (got.status, got.json) == (200, {"experimental_features_enabled": enabled})
        assert wire.call("GET", "/api/v2/audit_trails/acme").status == status


@pytest.mark.parametrize("said", [None, {}, [], {"experimental_features_enabled": "true"}])
def test_a_switch_needs_true_or_false(wire: Wire, said: object) -> None:
    got = wire.call("PUT", "/api/v2/organizations/acme/experimental_features", said)
    assert got.status == 400 and got.json["message"]


@pytest.mark.parametrize("organization", ["owner", "nowhere", "", "ACME", "a%20b"])
def test_another_s_organization_and_none_are_the_same(wire: Wire, organization: str) -> None:
    path = f"/api/v2/workflows/{organization}/trail/run-1"
    got = wire.call("GET", path, by="writer")
    decoded = path.replace("%20", " ")
    assert (got.status, got.json) == (403, {"message": f"Access denied to {decoded}"})
