"""The page of a workflow: verdict, steps, timeline, and how it stays small."""

import pytest

from tests.plugins.world import World
from trails.web import workflows as page

RUN = "/acme/prod-server-access/run-1/"


def test_the_state_comes_with_its_reasons(world: World) -> None:
    world.attest(world.begin(description="Shell for OPS-1"), is_compliant=False)
    text = world.client().get(RUN).content.decode()
    assert "<code>user-identity</code> is non-compliant." in text
    assert "<code>command-logs</code> has not been attested." in text
    assert "Shell for OPS-1" in text
    assert "Download evidence package" in text
    assert 'href="/acme/prod-server-access/run-1/package"' in text


def test_superseded_attestations_stay_visible_marked_and_folded(world: World) -> None:
    run = world.begin()
    world.attest(run, is_compliant=False, description="The first attempt", files={"a": b"1"})
    world.attest(run, is_compliant=True, description="The second attempt", files={"b": b"2"})
    text = world.client().get(RUN).content.decode()
    newest, oldest = text.index("The second attempt"), text.index("The first attempt")
    mark = text.index(">Superseded<")
    assert newest < mark < oldest
    assert text.count(">Superseded<") == 1
    assert "<details" in text[newest:oldest]


def test_times_sizes_and_digests_have_their_exact_values(world: World) -> None:
    attestation = world.attest(world.begin(), files={"big.bin": bytes(4096)})
    text = world.client().get(RUN).content.decode()
    sha256 = attestation.evidence.get().blob_id
    assert f"<code>{sha256[:12]}…</code>" in text
    assert f"<code>{sha256}</code>" in text
    assert '<span title="4,096 bytes">4.0 KiB</span>' in text
    assert attestation.at.strftime('title="%Y-%m-%d %H:%M:%S.%f UTC"') in text


def test_many_files_and_long_data_are_cut_with_a_link_to_all(world: World) -> None:
    files = {f"{n:03}.txt": b"" for n in range(25)}
    attestation = world.attest(world.begin(), files=files, user_data='"' + "x" * 20_000 + '"')
    text = world.client().get(RUN).content.decode()
    assert "019.txt" in text
    assert "020.txt" not in text
    assert "5 more files" in text
    assert "xxxx" not in text
    assert f"/{attestation.pk}/user-data" in text


def test_a_long_timeline_has_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "ATTESTATIONS_SHOWN", 2)
    run = world.begin()
    for number in range(1, 6):
        world.attest(run, f"step-{number}", None)
    first = world.client().get(RUN).content.decode()
    assert 'id="a5"' in first
    assert 'id="a4"' in first
    assert 'id="a3"' not in first
    assert 'href="?before=4"' in first
    second = world.client().get(RUN + "?before=4").content.decode()
    assert 'id="a3"' in second
    assert 'id="a4"' not in second
    assert world.client().get(RUN + "?before=-1").status_code == 400
    assert world.client().get(RUN + "?before=" + "9" * 40).status_code == 400


def test_ids_with_every_allowed_character_have_a_page(world: World) -> None:
    name = "a:b@c+d~e.f_g-h"
    world.begin(name)
    client = world.client()
    assert client.get(f"/acme/prod-server-access/{name}/").status_code == 200
    link = f'href="/acme/prod-server-access/{name}/"'
    assert link in client.get("/acme/prod-server-access/").content.decode()


def test_the_package_says_how_large_its_files_are(world: World) -> None:
    run = world.begin()
    assert "No files, statements and proofs alone" in world.client().get(RUN).content.decode()
    world.attest(run, files={"a": bytes(2048), "b": bytes(1024)})
    assert "2 files, 3.0 KiB, and their proofs" in world.client().get(RUN).content.decode()


def test_whoever_may_attest_is_led_to_each_missing_step(world: World) -> None:
    world.attest(world.begin(), "user-identity")
    text = world.client("writer").get(RUN).content.decode()
    assert f'href="{RUN}attest?step=command-logs"' in text
    assert f'href="{RUN}attest?step=user-identity"' not in text
    for who in (None, "auditor"):
        assert f"{RUN}attest" not in world.client(who).get(RUN).content.decode()
