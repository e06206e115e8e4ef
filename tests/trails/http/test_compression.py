"""Pages are sent small where that tells an onlooker nothing, and never where it could."""

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from tests.plugins.world import World
from trails.http.compression import compress

TRAIL = "/acme/prod-server-access/"
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def test_a_stranger_s_page_is_compressed_and_the_same_each_time(world: World) -> None:
    world.begin()
    plain = world.client().get(TRAIL)
    packed = world.client().get(TRAIL, headers=GZIP)
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) < len(plain.content) / 2
    assert packed.content == world.client().get(TRAIL, headers=GZIP).content
    assert packed["ETag"] == f"W/{plain['ETag']}"  # the same page, and not the same bytes
    for response in (plain, packed):
        assert {"Cookie", "Accept-Encoding"} <= set(response["Vary"].split(", "))
    headers = GZIP | {"If-None-Match": packed["ETag"]}
    assert world.client().get(TRAIL, headers=headers).status_code == 304


def test_a_member_s_page_has_another_length_each_time(world: World) -> None:
    client = world.client("owner")
    pages = [client.get(TRAIL, headers=GZIP) for _ in range(8)]
    assert {page["Content-Encoding"] for page in pages} == {"gzip"}
    assert len({len(page.content) for page in pages}) > 1


def test_a_member_s_page_that_repeats_its_address_is_not_compressed(world: World) -> None:
    for query in ("?q=guess", "?state=compliant", "?x"):
        response = world.client("owner").get(TRAIL + query, headers=GZIP)
        assert "Content-Encoding" not in response, query
    assert "Content-Encoding" in world.client().get(f"{TRAIL}?q=guess", headers=GZIP)


@pytest.mark.parametrize(
    "path", ["/account/login/", "/nothing/?guess", "/account/password/change/"]
)
def test_forms_of_accounts_and_errors_are_not_compressed(world: World, path: str) -> None:
    for who in (None, "owner"):
        assert "Content-Encoding" not in world.client(who).get(path, headers=GZIP)


def test_downloads_are_sent_as_they_are(world: World) -> None:
    world.attest(world.begin(), files={"a.txt": b"a" * 10_000})
    for path in (f"{TRAIL}run-1/package", f"{TRAIL}workflows.csv"):
        response = world.client().get(path, headers=GZIP)
        assert response.streaming
        assert "Content-Encoding" not in response


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        *(("gzip", True), ("br, gzip;q=0.5", True), ("", False), ("br", False)),
        *(("gzip;q=0", False), ("gzip;q=0.0, br", False), ("xgzip", False)),
    ],
)
def test_it_is_compressed_for_whoever_takes_it(accepted: str, is_packed: bool) -> None:
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepted})
    response = compress(request, HttpResponse("words " * 1000), secret=False)
    assert response.has_header("Content-Encoding") == is_packed


def test_what_is_sent_to_a_form_is_not_compressed() -> None:
    request = RequestFactory().post("/", headers=GZIP)
    response = compress(request, HttpResponse("words " * 1000), secret=True)
    assert not response.has_header("Content-Encoding")
