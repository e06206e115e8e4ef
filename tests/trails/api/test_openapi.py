"""The API describes itself completely: every route, every status, every body, every shape.

That no call answers with a status it does not declare is checked by the client of all tests here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from evidence.ledger import log as ledger
from tests.contracts.test_site_map import uploaded
from tests.plugins.world import World
from tests.trails.api.conftest import Api
from tests.trails.preparing import ready

METHODS = {"get", "head", "put", "post", "delete"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The description as it is served, to strangers."""
    from trails.api.app import api

    return dict(json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))))


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield path, method, operation


def test_it_is_served_to_anybody(db: None, described: dict[str, Any]) -> None:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.json() == described
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "http://testserver"}]


def test_it_lists_every_route(described: dict[str, Any]) -> None:
    routes = {
        "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(route.pattern))
        for prefix in get_resolver().url_patterns
        if str(prefix.pattern).endswith("api/v1/")
        for inner in getattr(prefix, "url_patterns", [])
        for route in getattr(inner, "url_patterns", [])
        if route.name not in {"openapi-json", "api-root"}
    }
    assert routes
    assert set(described["paths"]) == routes


def test_every_operation_declares_what_it_can_answer(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        expected = {"401", "500"}
        if "{" in path:
            expected.add("404")
        if any(parameter["in"] == "query" for parameter in operation["parameters"]):
            expected.add("400")
        if "requestBody" in operation:
            expected |= {"400", "403", "411", "413", "415"}
            expected |= {"202", "409"} if path.endswith("/packages") else {"200", "201"}
            expected -= {"200"} if path.endswith("/uploads") else set()
            expected |= {"409"} if path.endswith("/uploads") else set()
        else:
            expected |= {"204", "403"} if method == "delete" else {"200"}
            expected |= {"403", "409"} if method == "post" else set()
        if path.endswith(("/workflows/{workflow}", "/attestations")) and method in {"put", "post"}:
            expected.add("409")
        files = ("/statement", "/proof", "/package", "/download", "/evidence/{evidence}")
        if path.endswith(files):
            expected |= {"206", "304", "412", "416"}
        if path.endswith("/evidence/{evidence}"):
            expected.add("410")
        if path.endswith("/proof"):
            expected.add("503")
        assert set(operation["responses"]) == expected, (method, path)


def test_every_refusal_is_a_problem_and_every_good_answer_has_a_shape(
    described: dict[str, Any],
) -> None:
    for path, method, operation in operations(described):
        for status, response in operation["responses"].items():
            assert response["description"]
            if method == "head" or status in ("204", "304"):
                assert "content" not in response
                continue
            if status >= "400":
                [(media_type, content)] = response["content"].items()
                assert media_type == "application/problem+json"
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
            else:
                assert all(content["schema"] for content in response["content"].values()), path


def test_every_operation_has_an_id_words_a_tag_and_says_who_may(described: dict[str, Any]) -> None:
    found = list(operations(described))
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(set(ids)) == len(ids)
    tags = {tag["name"] for tag in described["tags"]}
    keys: list[dict[str, list[str]]] = [{"bearer": []}, {"basic": []}]
    assert set(described["components"]["securitySchemes"]) == {"bearer", "basic"}
    for path, method, operation in found:
        assert operation["summary"] and operation["description"]
        assert set(operation["tags"]) <= tags
        # What somebody is uploading is for nobody else.
        reading = method in {"get", "head"} and "/uploads" not in path
        assert operation["security"] == ([*keys, {}] if reading else keys)
        named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_every_reference_leads_somewhere_and_nothing_is_left_over(
    described: dict[str, Any],
) -> None:
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(described)))
    assert referred == set(described["components"]["schemas"])


def test_the_form_of_an_attestation_is_described(described: dict[str, Any]) -> None:
    path = "/api/v1/organizations/{organization}/trails/{trail}/workflows/{workflow}/attestations"
    content = described["paths"][path]["post"]["requestBody"]["content"]
    assert set(content) == {"multipart/form-data", "application/json"}
    assert content["multipart/form-data"]["schema"]["required"] == ["attestation"]
    report = described["components"]["schemas"]["AttestationIn"]
    assert report["required"] == ["step", "is_compliant"]
    assert "default" not in report["properties"]["is_compliant"]
    assert report["additionalProperties"] is False


def test_every_path_answers_and_keeps_to_its_shape(
    api: Api, world: World, run: str, described: Any
) -> None:
    report = {"step": "a", "is_compliant": True, "user_data": {}}
    made = api.attest(run, report, [("a.log", b"a")]).json
    ledger.seal(world.acme.log)
    names = {"organization": "acme", "trail": "prod-server-access", "workflow": "run-1"}
    names |= {"attestation": made["id"], "evidence": made["evidence"][0]["id"]}
    names["package"] = str(ready(world).pk)
    names["upload"] = str(uploaded(world).pk)
    for path, methods in described["paths"].items():
        assert "get" in methods
        who = "owner" if "/uploads" in path else None
        answer = api.get(path.format(**names), who)
        assert answer.status == 200, path
        media_type = answer.headers["Content-Type"].partition(";")[0]
        content = methods["get"]["responses"]["200"]["content"][media_type]
        if media_type == "application/json":
            check(answer.json, content["schema"], described["components"]["schemas"])


def check(value: Any, schema: dict[str, Any], shapes: dict[str, Any]) -> None:
    """Hold a value against as much of JSON Schema as the API uses."""
    if "$ref" in schema:
        schema = shapes[schema["$ref"].rpartition("/")[2]]
    if "allOf" in schema:
        [schema] = schema["allOf"]
        return check(value, schema, shapes)
    if "anyOf" in schema:
        kinds = [
            kind for kind in schema["anyOf"] if (kind.get("type") == "null") == (value is None)
        ]
        assert len(kinds) == 1
        return check(value, kinds[0], shapes)
    kinds_of = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    if "type" in schema and schema["type"] != "null":
        assert type(value) is kinds_of[schema["type"]], (value, schema)
    if "enum" in schema:
        assert value in schema["enum"]
    if schema.get("pattern"):
        assert re.search(schema["pattern"], value)
    if schema.get("format") == "date-time":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", value)
    for item in value if isinstance(value, list) else ():
        check(item, schema["items"], shapes)
    if isinstance(value, dict) and "properties" in schema:
        assert set(value) == set(schema["properties"])
        for key, inner in schema["properties"].items():
            check(value[key], inner, shapes)
    return None
