"""Organizations and trails: who sees which, and how an admin configures them."""

from tests.plugins.world import World
from tests.trails.api.conftest import Api
from trails.models import TrailVersion

TRAILS = "/organizations/acme/trails"


def names(answer_rows: list[dict[str, str]]) -> list[str]:
    return [row["name"] for row in answer_rows]


def test_a_stranger_sees_organizations_with_a_public_trail(api: Api) -> None:
    assert names(api.get("/organizations").json["organizations"]) == ["acme"]


def test_a_member_sees_their_own_organization_too(api: Api) -> None:
    found = api.get("/organizations", "outsider").json["organizations"]
    assert names(found) == ["acme", "rival"]
    assert api.get(found[1]["trails_url"], "outsider").json["trails"] == []


def test_strangers_and_outsiders_see_public_trails_only(api: Api) -> None:
    for who in (None, "outsider"):
        assert names(api.get(TRAILS, who).json["trails"]) == ["prod-server-access"]


def test_members_see_all_trails_by_name(api: Api) -> None:
    for who in ("owner", "writer", "auditor", "robot"):
        found = names(api.get(TRAILS, who).json["trails"])
        assert found == ["case-worker-access", "prod-server-access"]


def test_trails_come_in_parts(api: Api) -> None:
    first = api.get(f"{TRAILS}?limit=1", "owner").json
    second = api.get(first["next"], "owner").json
    assert names(first["trails"] + second["trails"]) == ["case-worker-access", "prod-server-access"]
    assert second["next"] is None


def test_an_admin_creates_a_private_trail_and_then_configures_it(api: Api, world: World) -> None:
    made = api.put(f"{TRAILS}/drill", "owner")
    assert (made.status, made.json["visibility"], made.json["steps"]) == (201, "private", [])
    assert made.headers["Location"] == made.json["url"]

    body = {"description": "Drill", "steps": ["restore", {"name": "report", "required": False}]}
    changed = api.put(f"{TRAILS}/drill", "owner", body)
    assert (changed.status, changed.json["version"]) == (200, 2)
    assert changed.json["steps"] == [
        {"name": "restore", "required": True},
        {"name": "report", "required": False},
    ]
    assert api.get(made.json["url"], "auditor").json == changed.json


def test_what_the_body_leaves_out_stays_and_the_same_again_writes_nothing(
    api: Api, world: World
) -> None:
    before = TrailVersion.objects.count()
    answer = api.put(f"{TRAILS}/prod-server-access", "owner", {"visibility": "public"})
    assert (answer.status, answer.json["version"]) == (200, 1)
    assert answer.json["description"] == "The trail prod-server-access"
    assert TrailVersion.objects.count() == before


def test_a_bad_name_and_a_reserved_one_are_refused_with_the_rule(api: Api) -> None:
    for name, part in (("a%20b", "Use letters"), ("settings", "reserved"), ("-x", "Use letters")):
        answer = api.put(f"{TRAILS}/{name}", "owner")
        assert (answer.status, answer.json["field"]) == (400, "name")
        assert part in answer.json["detail"]


def test_fields_that_do_not_fit_are_named(api: Api) -> None:
    for body, field in (
        ({"visiblity": "public"}, "visiblity"),
        ({"visibility": "everybody"}, "visibility"),
        ({"description": None}, "description"),
        ({"steps": "restore"}, "steps"),
        ({"steps": [{"name": "a", "requird": False}]}, "steps.0.requird"),
        ({"steps": [{"name": "a", "required": "no"}]}, "steps.0.required"),
        ({"steps": ["a", "A"]}, "steps"),
        ({"steps": [7]}, "steps.0"),
    ):
        answer = api.put(f"{TRAILS}/prod-server-access", "owner", body)
        assert (answer.status, answer.json["field"]) == (400, field), answer.json


def test_an_unknown_parameter_of_a_list_is_refused(api: Api) -> None:
    answer = api.get(f"{TRAILS}?visibility=public")
    assert (answer.status, answer.json["field"]) == (400, "visibility")
