"""The page that finds: exact matches first, why each hit was found, and nothing private."""

import re

import pytest

from tests.plugins.world import World
from trails.web import search as page


def test_a_hit_says_what_matched(world: World) -> None:
    run = world.begin("run-1", description="A shell on the ledger")
    world.attest(
        run,
        files={"Transcript.log": b"x"},
        user_data='{"ticket":"OPS-4711"}',
        description="Two people looked",
    )
    client = world.client()
    for word, label, marked in (
        ("ledger", "Description", "ledger"),
        ("transcr", "Evidence", "Transcript"),
        ("4711", "User data", "4711"),
        ("by:writer people", "Reported by", "Writer"),
        ("step:user", "Step", "user"),
    ):
        text = client.get("/search", {"q": word}).content.decode()
        assert f"<dt>{label}</dt>" in text, word
        assert f"<mark>{marked}</mark>" in text, word


def test_exact_matches_come_first(world: World) -> None:
    attestation = world.attest(world.begin("run-1"), files={"a.txt": b"hello"})
    world.begin("run-2", description="Like run-1")
    client = world.client()
    text = client.get("/search", {"q": "run-1"}).content.decode()
    assert text.index("Exactly this") < text.index("By words")
    assert 'href="/acme/prod-server-access/run-1/"' in text.split("By words")[0]
    digest = attestation.evidence.get().blob_id
    for q in (digest, digest[:8], digest.upper()):
        assert ">a.txt<" in client.get("/search", {"q": q}).content.decode()
    text = client.get("/search", {"q": str(attestation.pk)}).content.decode()
    assert f"/run-1/{attestation.pk}/" in text


@pytest.mark.parametrize("who", [None, "outsider"])
def test_what_is_private_is_not_found_by_others(world: World, who: str | None) -> None:
    attestation = world.attest(
        world.begin("secret-run", world.private, description="Confidential"),
        files={"confidential.txt": b"confidential"},
    )
    client = world.client(who)
    digest = attestation.evidence.get().blob_id
    for q in ("secret-run", "confidential", digest, str(attestation.pk)):
        response = client.get("/search", {"q": q})
        assert response.status_code == 200
        assert "Nothing that you may see matches" in response.content.decode(), q
        assert "case-worker-access" not in response.content.decode()
    for scope in ("acme/case-worker-access", "rival" if who is None else "acme/nothing", "x\x00"):
        assert client.get("/search", {"q": "a", "in": scope}).status_code == 404
    assert "secret-run" in world.client("auditor").get("/search?q=confidential").content.decode()


def test_a_scope_narrows(world: World) -> None:
    world.begin("here", description="Shell")
    world.begin("there", world.private, description="Shell")
    client = world.client("writer")

    def found(scope: str) -> set[str]:
        text = client.get("/search", {"q": "shell", "in": scope}).content.decode()
        return set(re.findall(r"<bdi>(here|there)</bdi></a>", text))

    assert found("") == found("acme") == {"here", "there"}
    assert found("acme/prod-server-access") == {"here"}


def test_pages_of_hits_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "HITS_SHOWN", 2)
    for number in range(5):
        world.begin(f"run-{number}", description="Shell")
    client, seen, address = world.client(), [], "/search?q=shell"
    while address:
        text = client.get(address).content.decode()
        seen += re.findall(r"<bdi>(run-\d)</bdi></a>", text)
        older = re.search(r'href="(\?q=[^"]+)" rel="next"', text)
        address = "/search" + older[1].replace("&amp;", "&") if older else ""
    assert seen == ["run-4", "run-3", "run-2", "run-1", "run-0"]


def test_without_a_query_it_shows_what_can_be_typed(world: World) -> None:
    text = world.client().get("/search").content.decode()
    assert "by:ada approval" in text
    assert world.client().get("/search")["Cache-Control"] == "no-store"


def test_a_query_without_a_word_is_explained_at_the_field(world: World) -> None:
    response = world.client().get("/search", {"q": "???"})
    text = response.content.decode()
    assert response.status_code == 400
    assert "There is no word to look for." in text
    assert 'aria-describedby="q-help q-error"' in text


def test_hostile_words_stay_text(world: World) -> None:
    evil = "<script>alert(1)</script> shell \u202e"
    world.attest(world.begin(description=evil), description=evil, user_data='{"a":"<img src=x>"}')
    for q in ("shell", "img", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'):
        text = world.client().get("/search", {"q": q}).content.decode()
        assert "<script>alert" not in text and "<img" not in text
        assert "\u202e" not in text
