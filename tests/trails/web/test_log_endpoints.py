"""What witnesses and monitors read of a log, by a client that has nothing but HTTP and the key."""

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.test import Client

from evidence.ledger import checkpoint, note, tiles
from evidence.ledger import log as ledger
from evidence.models import Log
from tests.evidence.ledger.conftest import body
from tests.plugins.world import World

LOG = "/acme/log/"
FOR_EVER = "public, max-age=31536000, immutable"


def grow(log: Log, size: int) -> None:
    """Append facts until the log has so many records, and seal it."""
    for number in range(log.records.count(), size):
        ledger.append(log, body(number))
    ledger.seal(log)


def read(client: Client) -> checkpoint.Checkpoint:
    """Return the newest checkpoint of a log, its signature checked with the key that it serves."""
    keys = client.get(LOG + "key").content.decode().splitlines()
    said, _, _ = checkpoint.opened(
        client.get(LOG + "checkpoint").content, [note.Key.parse(key) for key in keys]
    )
    return said


def row(client: Client, level: int, width: int) -> list[bytes]:
    """Return the hashes of a level, from its tiles as C2SP tlog-tiles says they are fetched."""
    hashes: list[bytes] = []
    for index in range(-(-width // 256)):
        part = min(256, width - 256 * index)
        path = tiles.Tile(level, index, part).path
        response = client.get(LOG + path)
        assert response.status_code == 200, path
        assert response["Content-Type"] == "application/octet-stream"
        assert len(response.content) == 32 * part
        hashes += [response.content[at : at + 32] for at in range(0, 32 * part, 32)]
    return hashes


def root(hashes: list[bytes]) -> bytes:
    """Return the root over leaves, as RFC 6962 §2.1 defines it, word for word."""
    if len(hashes) == 1:
        return hashes[0]
    cut = 1
    while 2 * cut < len(hashes):
        cut *= 2
    return hashlib.sha256(b"\x01" + root(hashes[:cut]) + root(hashes[cut:])).digest()


@pytest.mark.parametrize("size", [20, 256, 600])
def test_the_root_can_be_built_again_from_the_tiles(world: World, size: int) -> None:
    grow(world.acme.log, size)
    client = world.client()
    said = read(client)
    assert (said.origin, said.size) == ("testserver/acme", size)
    leaves = row(client, 0, size)
    assert root(leaves) == said.root
    above = [root(leaves[at : at + 256]) for at in range(0, size - 255, 256)]
    assert row(client, 1, size // 256) == above


def test_a_tile_is_what_it_was_when_the_log_has_grown(world: World) -> None:
    log, client = world.acme.log, world.client()
    grow(log, 200)
    partial = client.get(LOG + "tile/0/000.p/200").content
    grow(log, 300)
    assert client.get(LOG + "tile/0/000.p/200").content == partial
    assert client.get(LOG + "tile/0/000").content[: 32 * 200] == partial
    assert client.get(LOG + "tile/0/001.p/44").status_code == 200


def test_nothing_beyond_the_newest_checkpoint_is_served(world: World) -> None:
    log, client = world.acme.log, world.client()
    grow(log, 258)
    ledger.append(log, body(1000))  # pending
    for path in ("tile/0/001.p/3", "tile/0/001", "tile/0/002.p/1", "tile/1/000.p/2", "tile/2/000"):
        response = client.get(LOG + path)
        assert response.status_code == 404, path
        assert response["Cache-Control"] == "no-store"
        assert "over 258 records" in response.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        *("0/0", "0/000.p/0", "0/000.p/01", "0/000.p/256", "0/000.p/257", "0/000.p", "0/000.p/"),
        *("00/000", "64/000", "-1/000", "a/000", "0/x000/001", "0/x001/1", "0/1000", "0/000/"),
        *("0/../0/000", "0/%2e%2e/000", "0/000%0a", "0/000%00", "0//000", "/0/000", "0/000?/x"),
        *(
            "0/\u0660\u0660\u0660",
            "0/000.p/\uff11",
            "0/" + "x999/" * 6 + "999",
            "0/" + "x999/" * 500 + "999",
        ),
        *("63/000", "8/000", "0/" + "9" * 5000, "data/000", "entries/000"),
    ],
)
def test_whatever_is_no_tile_is_not_found(world: World, path: str) -> None:
    grow(world.acme.log, 20)
    response = world.client().get(f"{LOG}tile/{path}")
    assert response.status_code == 404


def test_numbers_that_no_database_takes_are_not_found(world: World) -> None:
    grow(world.acme.log, 20)
    for index in ("x036/x028/x797/x018/x963/967", "x009/x223/x372/x036/x854/x775/807"):
        for path in (f"0/{index}", f"0/{index}.p/1", f"7/{index}"):
            assert world.client().get(f"{LOG}tile/{path}").status_code == 404, path


def test_before_the_first_checkpoint_there_is_a_sentence(world: World) -> None:
    client = world.client()
    for name in ("checkpoint", "key"):
        response = client.get(LOG + name)
        assert response.status_code == 404
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert "not signed a checkpoint yet" in response.content.decode()
    assert client.get(LOG + "tile/0/000.p/1").status_code == 404


def test_a_stranger_may_keep_the_checkpoint_for_seconds_and_a_tile_for_ever(world: World) -> None:
    log, client = world.acme.log, world.client()
    grow(log, 20)
    first = client.get(LOG + "checkpoint")
    assert first["Content-Type"] == "text/plain; charset=utf-8"
    assert first["Cache-Control"] == "public, max-age=5"
    for name in ("checkpoint", "key", "tile/0/000.p/20"):
        response = client.get(LOG + name)
        assert {"Cookie", "Authorization"} <= set(response["Vary"].split(", "))
        again = client.get(LOG + name, headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == response["Cache-Control"]
    assert client.get(LOG + "tile/0/000.p/20")["Cache-Control"] == FOR_EVER
    grow(log, 21)
    changed = client.get(LOG + "checkpoint", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def readers(world: World) -> Iterator[tuple[str, Callable[[str], Any]]]:
    for who in ("owner", "auditor", "outsider"):
        yield f"{who}'s session", world.client(who).get
        yield f"{who}'s key", partial(Client().get, headers=world.bearer(who))


def test_what_is_given_to_somebody_by_name_is_kept_nowhere(world: World) -> None:
    grow(world.acme.log, 20)
    for who, get in readers(world):
        for name in ("checkpoint", "key", "tile/0/000.p/20"):
            response = get(LOG + name)
            assert response.status_code == 200, who
            assert response["Cache-Control"] == "no-store", who


def test_the_log_of_a_private_organization_exists_for_its_members_alone(world: World) -> None:
    ledger.seal(world.rival.log)
    for name in ("checkpoint", "key", "tile/0/000.p/1"):
        path = f"/rival/log/{name}"
        assert world.client("outsider").get(path).status_code == 200
        assert Client().get(path, headers=world.bearer("outsider")).status_code == 200
        for refused in (
            world.client().get(path),
            world.client("owner").get(path),
            Client().get(path, headers=world.bearer("owner")),
        ):
            assert refused.status_code == 404
            assert refused["Cache-Control"] == "no-store"
            # The same words as for an organization that is not there.
            missing = world.client().get(path.replace("rival", "nobody")).content.decode()
            assert refused.content.decode() == missing.replace("nobody", "rival")


def test_a_key_that_does_not_work_is_refused_in_plain_words(world: World) -> None:
    grow(world.acme.log, 20)
    response = Client().get(LOG + "checkpoint", headers={"Authorization": "Bearer tk_nothing"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "text/plain; charset=utf-8"


def test_head_tells_the_same_without_a_body_and_nothing_else_is_possible(world: World) -> None:
    grow(world.acme.log, 20)
    client = world.client()
    for name in ("checkpoint", "key", "tile/0/000.p/20"):
        got, head = client.get(LOG + name), client.head(LOG + name)
        assert head.status_code == 200
        for header in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
            assert head[header] == got[header], header
        assert head.content == b""
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            assert client.generic(method, LOG + name).status_code == 405


def test_only_the_one_address_answers(world: World) -> None:
    grow(world.acme.log, 20)
    client = world.client()
    for path in ("checkpoint/", "key/", "Checkpoint", "tile", "tile/", "/checkpoint", "entries/0"):
        assert client.get(LOG + path).status_code == 404, path
    assert client.get("/acme/LOG/checkpoint").status_code == 404


def test_a_record_that_was_lost_is_a_failure_and_not_a_short_tile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.ledger import reading

    grow(world.acme.log, 20)
    whole = reading.tile_hashes
    monkeypatch.setattr(reading, "tile_hashes", lambda log, tile: whole(log, tile)[:-1])
    client = Client(raise_request_exception=False)
    response = client.get(LOG + "tile/0/000.p/20")
    assert response.status_code == 500
    assert response["Cache-Control"] == "no-store"
