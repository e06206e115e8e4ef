"""Who may do what: every route, asked by everybody, in a public and in a private trail."""

import base64
import json
from collections.abc import Mapping

import pytest

from tests.plugins.world import World
from tests.trails.api.conftest import Api

EVERYBODY = ("owner", "writer", "auditor", "robot", "outsider", None)
WRITES = {
    "configure": ("PUT", "{trail}", {"description": "changed"}),
    "begin": ("PUT", "{trail}/workflows/new-run", {}),
    "attest": ("POST", "{run}/attestations", {"step": "a", "is_compliant": True}),
}
READS = ("{trail}", "{trail}/workflows", "{run}", "{run}/attestations", "{run}/package")
READS_OF_ONE = ("{one}", "{one}/statement", "{one}/evidence/{file}")

# Of owner, writer, auditor, robot, outsider, stranger.
IN_PUBLIC = {
    "configure": (200, 403, 403, 403, 403, 401),
    "begin": (201, 200, 403, 200, 403, 401),
    "attest": (201, 201, 403, 201, 403, 401),
    "read": (200, 200, 200, 200, 200, 200),
}
IN_PRIVATE = {
    # That `acme` exists is public, so that an outsider may not configure its trails is no secret.
    "configure": (200, 403, 403, 403, 403, 401),
    "begin": (201, 200, 403, 200, 404, 401),
    "attest": (201, 201, 403, 201, 404, 401),
    "read": (200, 200, 200, 200, 404, 404),
}


def places(api: Api, run: str) -> Mapping[str, str]:
    made = api.attest(run, {"step": "a", "is_compliant": None}, [("a.log", b"a")]).json
    trail = run.partition("/workflows")[0]
    return {"trail": trail, "run": run, "one": made["url"], "file": made["evidence"][0]["id"]}


@pytest.mark.parametrize(("fixture", "table"), [("run", IN_PUBLIC), ("secret_run", IN_PRIVATE)])
def test_the_table(
    request: pytest.FixtureRequest, api: Api, fixture: str, table: Mapping[str, tuple[int, ...]]
) -> None:
    where = places(api, request.getfixturevalue(fixture))
    for name, (method, path, body) in WRITES.items():
        text = json.dumps(body).encode()
        got = tuple(api.call(method, path.format(**where), who, text).status for who in EVERYBODY)
        assert got == table[name], name
    for path in READS + READS_OF_ONE:
        got = tuple(api.get(path.format(**where), who).status for who in EVERYBODY)
        assert got == table["read"], path


def test_what_is_private_reads_like_what_does_not_exist(api: Api, secret_run: str) -> None:
    for path in READS[:3]:
        where = {"trail": secret_run.partition("/workflows")[0], "run": secret_run}
        private = api.get(path.format(**where), "outsider")
        absent = {key: value.replace("case-worker", "no-such") for key, value in where.items()}
        missing = api.get(path.format(**absent), "outsider")
        assert private.status == missing.status == 404
        assert private.json["detail"].replace("case-worker", "no-such") == missing.json["detail"]


def test_an_outsider_cannot_tell_the_private_trails_by_configuring(api: Api) -> None:
    answers = [
        api.put(f"/organizations/acme/trails/{name}", "outsider")
        for name in ("case-worker-access", "no-such-trail")
    ]
    assert answers[0].status == answers[1].status == 403
    assert answers[0].json["detail"] == answers[1].json["detail"]


def test_a_key_that_does_not_work_is_401_even_for_what_is_public(api: Api, run: str) -> None:
    for header in ("Bearer tk_wrong", "Bearer ", "Basic !!!", "Basic eDp5", "Digest x", "\xff"):
        for path in ("/organizations", run, f"{run}?nonsense=1", f"{run}/package"):
            answer = api.get(path, Authorization=header)
            assert (answer.status, answer.headers["WWW-Authenticate"][:6]) == (401, "Bearer")


def test_a_key_may_come_as_the_user_name_of_basic(api: Api, secret_run: str) -> None:
    pair = base64.b64encode(f"{api.world.tokens['auditor']}:anything".encode()).decode()
    assert api.get(secret_run, Authorization=f"Basic {pair}").status == 200


def test_a_session_cookie_means_nothing_here(api: Api, world: World, secret_run: str) -> None:
    api.client.force_login(world.owner)
    assert api.client.get(f"/api/v1{secret_run}").status_code == 404
    assert api.client.put(f"/api/v1{secret_run}").status_code == 401
