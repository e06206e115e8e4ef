"""A1, A2, A3 over the wire, beyond what the recorded conversation shows."""

import re
from typing import Any

import pytest

from tests.trails.kosli.wire import Wire, wire

__all__ = ["wire"]
PATH = "/api/v2/audit_trails/acme"


def payload(**fields: Any) -> dict[str, Any]:
    return {"name": "trail", "description": "", "steps": ["one", "two"]} | fields


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": "foo.bar"}, {"name": r"'foo.bar' does not match '^[a-zA-Z0-9\\-]+$'"}),
        ({"name": ""}, {"name": r"'' does not match '^[a-zA-Z0-9\\-]+$'"}),
        ({"name": "it's"}, {"name": r'"it' + r"""'s" does not match '^[a-zA-Z0-9\\-]+$'"""}),
        ({"name": "foo\n"}, {"name": r"'foo\n' does not match '^[a-zA-Z0-9\\-]+$'"}),
        ({"name": 5}, {"name": "5 is not of type 'string'"}),
        ({"name": "flows"}, {"name": "'flows' is reserved. Choose another name."}),
        ({"description": 5}, {"description": "description must be text."}),
        ({"steps": "one"}, {"steps": "'one' is not of type 'array'"}),
        ({"steps": []}, {"steps": "Name at least one step, as in --steps one,two."}),
        ({"steps": ["one", ""]}, {"steps": "A step needs a name."}),
        ({"steps": ["one", "One"]}, {"steps": "The step 'One' is there twice."}),
        ({"steps": [{"name": "one"}]}, {"steps": "{'name': 'one'} is not of type 'string'"}),
        ({"is_public": True}, {"is_public": "This property is not known here. Remove it."}),
    ],
)
def test_what_does_not_fit_is_named(wire: Wire, fields: Any, errors: dict[str, str]) -> None:
    got = wire.call("PUT", PATH, payload(**fields))
    assert got.status == 400
    assert got.json == {"message": "Input payload validation failed", "errors": errors}


def test_a_payload_without_its_keys_names_them(wire: Wire) -> None:
    got = wire.call("PUT", PATH, {})
    assert set(got.json["errors"]) == {"name", "steps"}


@pytest.mark.parametrize("name", ["a" * 101, "-foo", "é" * 3, "a" * 100_000])
def test_a_name_beyond_our_own_rule_gets_a_short_readable_answer(wire: Wire, name: str) -> None:
    got = wire.call("PUT", PATH, payload(name=name))
    assert got.status == 400
    assert 10 < len(got.json["errors"]["name"]) < 500


def test_an_error_holds_no_percent_sign_because_the_cli_formats_with_it(wire: Wire) -> None:
    got = wire.call("PUT", PATH, payload(name="100%d"))
    assert got.status == 400
    assert b"%" not in got.body and "100\uff05d" in got.json["errors"]["name"]


def test_updates_keep_what_the_cli_cannot_say(wire: Wire) -> None:
    wire.call("PUT", PATH, payload(name="kept", description="as it was"))
    got = wire.call("PUT", PATH, {"name": "kept", "steps": ["two", "three"]})
    assert got.status == 200
    assert got.json["description"] == "as it was"
    assert got.json["steps"] == ["two", "three"] == got.json["required_steps"]
    assert (got.json["version"], got.json["visibility"]) == (2, "private")


def test_times_are_seconds_with_fractions(wire: Wire) -> None:
    made = wire.call("PUT", PATH, payload(name="timed")).json
    for field in ("created_at", "last_modified_at"):
        assert type(made[field]) is float
        assert re.search(
            rb'"%s": \d{10}\.\d+' % field.encode(), wire.call("GET", f"{PATH}/timed").body
        )


def test_the_list_is_a_bare_array_by_name(wire: Wire) -> None:
    for name in ("zebra", "aardvark"):
        wire.call("PUT", PATH, payload(name=name))
    names = [trail["name"] for trail in wire.call("GET", PATH).json]
    assert names == sorted(names) and {"aardvark", "zebra"} <= set(names)


@pytest.mark.parametrize("name", ["a/b", "a%2Fb", "a%20b", "a%0Ab", "a_b"])
def test_a_name_that_cannot_be_does_not_exist(wire: Wire, name: str) -> None:
    got = wire.call("GET", f"{PATH}/{name}")
    assert got.status == 404
    assert got.json["message"].endswith("does not exist for organization 'acme'")


def test_another_organization_has_its_own_trails(wire: Wire) -> None:
    wire.call("PUT", PATH, payload(name="ours"))
    assert wire.call("GET", "/api/v2/audit_trails/owner/ours").status == 404
