"""What strangers read: the first page with real things of the world, and what one can rely on."""

from tests.plugins.world import World


def home(world: World) -> str:
    return world.client().get("/").content.decode()


def test_the_first_page_shows_what_happened_last_in_public(world: World) -> None:
    world.attest(world.begin("run-1"), is_compliant=False)
    world.begin("case-1", trail=world.private)
    text = home(world)
    assert "What happened last" in text
    assert text.count(">run-1<") == 1  # each workflow once
    assert "Non-compliant" in text
    assert "case-1" not in text and "case-worker-access" not in text


def test_its_example_is_a_compliant_workflow_if_there_is_one(world: World) -> None:
    good = world.begin("good")
    for step in ("user-identity", "service-identity", "command-logs"):
        world.attest(good, step=step)
    world.begin("newer")
    button = '<a class="button button-primary" href="/acme/prod-server-access/{}/">'
    assert button.format("good") in home(world)


def test_without_anything_public_it_says_so(world: World) -> None:
    from trails.actions.trails import configure_trail

    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name="prod-server-access",
        visibility="private",
    )
    text = home(world)
    assert "Nothing is public here." in text
    assert "See a real workflow" not in text and "What happened last" not in text


def test_everybody_can_read_what_they_can_rely_on_and_how_to_check(world: World) -> None:
    for who in (None, "owner"):
        response = world.client(who).get("/about/")
        text = response.content.decode()
        for part in ("What the log proves", "What it does not prove", "Limits, on purpose"):
            assert part in text
        assert 'href="/verify/"' in text and 'href="/verify/offline.html"' in text
    first = world.client().get("/about/")
    again = world.client().get("/about/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_every_page_leads_to_it(world: World) -> None:
    for path in ("/", "/acme/", "/acme/prod-server-access/", "/nothing/"):
        assert 'href="/about/"' in world.client().get(path).content.decode()
