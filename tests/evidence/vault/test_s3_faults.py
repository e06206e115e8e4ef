"""A store that fails is said to be unavailable, and never to have nothing, or other bytes."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from evidence.errors import VaultUnavailable
from evidence.vault import places, s3_client, store
from tests.cut_wire import Wire, cut_wire
from tests.evidence.vault.stores import saved, use
from tests.lying_store import Forward, Reply, Request, lying
from tests.plugins.s3 import S3
from tests.vaults import Vault

DATA = bytes(range(256)) * 40_000


@pytest.fixture(autouse=True)
def _retries_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(s3_client, "ATTEMPTS", 2)
    monkeypatch.setattr(s3_client, "READ_SECONDS", 2)
    s3_client._client.cache_clear()
    yield
    s3_client._client.cache_clear()


@pytest.fixture
def bucket(s3: S3) -> str:
    return s3.make_bucket(lock=False)


def at(settings: Settings, s3: S3, bucket: str, endpoint: str) -> Vault:
    place = places.parse(s3.url(bucket, endpoint=endpoint))
    return use(settings, place, (s3.access_key, s3.secret_key))


def failing(status: int, code: str, times: int = 1_000) -> Any:
    """Return a lie: answers so many times with an error, then as the store does."""
    left = [times]

    def lie(request: Request, forward: Forward) -> Reply:
        if left[0] <= 0:
            return forward(request)
        left[0] -= 1
        body = f"<Error><Code>{code}</Code><Message>by the test</Message></Error>"
        return Reply(status, b"" if request.method == "HEAD" else body.encode())

    return lie


FAILURES = [
    (500, "InternalError", "busy or broken"),
    (503, "SlowDown", "busy or broken"),
    (403, "ExpiredToken", "does not take our credentials"),
    (403, "AccessDenied", "refuses this to our credentials"),
    (404, "NoSuchBucket", "bucket of the vault does not exist"),
    (400, "InvalidRequest", "Look at VAULT_URL"),
]


@pytest.mark.parametrize(("status", "code", "words"), FAILURES)
def test_an_error_of_the_store_is_said_in_words_and_saves_nothing(
    status: int, code: str, words: str, settings: Settings, s3: S3, bucket: str
) -> None:
    with lying(s3, failing(status, code)) as endpoint:
        at(settings, s3, bucket, endpoint)
        with pytest.raises(VaultUnavailable, match=words):
            saved(b"x")
        with pytest.raises(VaultUnavailable, match=words):
            list(store.storage().read("blobs/x", 0, 10))
        with pytest.raises(VaultUnavailable, match=words):
            list(store.storage().names("blobs/"))
    assert at(settings, s3, bucket, s3.endpoint).names() == []


@pytest.mark.parametrize(("status", "code"), [(500, "InternalError"), (503, "SlowDown")])
def test_what_passes_is_tried_again(
    status: int, code: str, settings: Settings, s3: S3, bucket: str
) -> None:
    with lying(s3, failing(status, code, times=1)) as endpoint:
        vault = at(settings, s3, bucket, endpoint)
        name = saved(b"x")
        assert vault.read(name) == b"x"


def test_an_answer_that_was_lost_does_not_lose_the_bytes(
    settings: Settings, s3: S3, bucket: str
) -> None:
    said: list[str] = []

    def lie(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        said.append(request.method)
        return Reply(500) if len(said) == 1 else reply

    with lying(s3, lie) as endpoint:
        at(settings, s3, bucket, endpoint)
        name = saved(b"taken twice")
    assert said[:2] == ["PUT", "PUT"]
    assert at(settings, s3, bucket, s3.endpoint).read(name) == b"taken twice"


def test_bytes_that_change_on_the_way_are_refused_by_the_store(
    settings: Settings, s3: S3, bucket: str
) -> None:
    def lie(request: Request, forward: Forward) -> Reply:
        changed = Request(
            request.method, request.path, request.query, request.headers, request.body[::-1]
        )
        return forward(changed)

    with lying(s3, lie) as endpoint:
        at(settings, s3, bucket, endpoint)
        with pytest.raises(VaultUnavailable, match="did not arrive as they were sent"):
            saved(b"abc")
    assert at(settings, s3, bucket, s3.endpoint).names() == []


def test_a_store_that_nobody_listens_for_is_unavailable(
    settings: Settings, s3: S3, bucket: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        at(settings, s3, bucket, f"http://127.0.0.1:{taken.getsockname()[1]}")
        for ask in (lambda: saved(b"x"), lambda: store.storage().exists("blobs/x")):
            with pytest.raises(VaultUnavailable, match="gives no answer"):
                ask()


def test_a_store_that_never_answers_is_unavailable_in_bounded_time(
    settings: Settings, s3: S3, bucket: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        at(settings, s3, bucket, f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(VaultUnavailable, match="gives no answer"):
            saved(b"x")


@pytest.fixture
def wire(settings: Settings, s3: S3, bucket: str) -> Iterator[Wire]:
    with cut_wire(s3.endpoint) as wire:
        at(settings, s3, bucket, wire.endpoint)
        yield wire


def test_a_body_that_is_cut_goes_on_where_it_broke(wire: Wire) -> None:
    name = saved(DATA)
    wire.cut_after, wire.cuts_left = 1_500_000, 6
    assert b"".join(store.storage().read(name, 0, len(DATA))) == DATA
    assert wire.cuts_left < 6, "nothing was cut"


def test_a_body_that_is_cut_at_the_same_place_each_time_is_an_error(wire: Wire) -> None:
    name = saved(DATA)
    wire.cut_after = 100
    with pytest.raises(VaultUnavailable):
        list(store.storage().read(name, 0, len(DATA)))
