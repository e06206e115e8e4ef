"""What strangers wrote is shown as text, with hidden characters made visible; it never runs."""

import re

from tests.plugins.world import World
from trails.actions.trails import configure_trail

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
OVERRIDE = "\u202egnp.exe"
# Scripts of ours are files, and hold nothing.
OURS = re.compile(r'<script(?: type="module")? src="/static/[^"<>]+"(?: defer)?></script>')


def test_names_descriptions_and_data_are_escaped_everywhere(world: World) -> None:
    configure_trail(
        actor=world.actor("owner"),
        organization=world.acme,
        name=world.public.name,
        description=SCRIPT,
        steps=[IMAGE.replace("/", "")],
    )
    run = world.begin(description=SCRIPT)
    attestation = world.attest(
        run,
        step=IMAGE.replace("/", ""),
        description=SCRIPT + OVERRIDE,
        files={"<img src=x>.html": SCRIPT.encode()},
        user_data='{"k":"<script>alert(1)</script>\u202e"}',
        external=[{"name": SCRIPT, "uri": "https://example.com/?<script>"}],
    )
    base = "/acme/prod-server-access/"
    for who in (None, "owner"):
        for path in ("", "run-1/", f"run-1/{attestation.pk}/"):
            text = OURS.sub("", world.client(who).get(base + path).content.decode())
            assert "<script" not in text
            assert "<img" not in text
            assert "&lt;" in text
            assert "\u202e" not in text
        listed = OURS.sub("", world.client(who).get("/acme/").content.decode())
        assert "<script" not in listed
    page = world.client().get(f"{base}run-1/{attestation.pk}/").content.decode()
    assert page.count("U+202E") >= 3  # in the description, the data and the statement
    assert "RIGHT-TO-LEFT OVERRIDE" in page


def test_only_web_addresses_are_links_and_they_tell_nothing_of_us(world: World) -> None:
    run = world.begin()
    links = [
        {"name": "raw", "uri": "s3://bucket/key"},
        {"name": "stream", "uri": "https://example.com/stream"},
    ]
    world.attest(run, external=links)
    text = world.client().get("/acme/prod-server-access/run-1/").content.decode()
    assert 'href="https://example.com/stream" rel="noopener noreferrer nofollow"' in text
    assert "s3://bucket/key" in text
    assert 'href="s3:' not in text


def test_a_command_to_copy_is_quoted_for_the_shell(world: World) -> None:
    evil = "x'; rm -rf ~; '"
    configure_trail(actor=world.actor("owner"), organization=world.acme, name="evil", steps=[evil])
    world.begin("run-1", world.acme.trails.get(name="evil"))
    text = world.client("writer").get("/acme/evil/run-1/").content.decode()
    # Inside single quotes, a quote is written as '"'"'.
    assert "x&#x27;&quot;&#x27;&quot;&#x27;; rm -rf" in text
