"""The page of one attestation hides nothing that is recorded."""

import datetime
import json

import pytest

from tests.plugins.world import World
from trails.web import attestations as page


def test_it_shows_the_statement_and_its_hashes(world: World) -> None:
    attestation = world.attest(
        world.begin(),
        files={"a.txt": b"hello"},
        occurred_at=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
        user_data='{"score":1.10}',
        description="Seen by two people",
    )
    text = world.client().get(f"/acme/prod-server-access/run-1/{attestation.pk}/").content.decode()
    record = attestation.record
    for said in (
        record.sha256,
        record.leaf_hash,
        str(record.pk),
        attestation.by_id,
        attestation.evidence.get().blob_id,
        "2026-01-02 03:04:05 UTC",
        "Seen by two people",
        "&quot;score&quot;: 1.10",
        attestation.user_data.sha256,
        "https://in-toto.io/Statement/v1",
    ):
        assert said in text, said


def test_the_statement_is_sent_as_its_exact_bytes(world: World) -> None:
    attestation = world.attest(world.begin(), user_data='{"b":1,"a":"é"}')
    base = f"/acme/prod-server-access/run-1/{attestation.pk}/"
    response = world.client().get(base + "statement")
    body = response.getvalue()
    assert body == bytes(attestation.record.body)
    assert json.loads(body)["predicate"]["id"] == str(attestation.pk)
    assert response["ETag"] == f'"{attestation.record.sha256}"'
    assert "attachment" in response["Content-Disposition"]
    assert world.client().get(base + "user-data").getvalue() == '{"b":1,"a":"é"}'.encode()


def test_without_user_data_there_is_none_to_download(world: World) -> None:
    attestation = world.attest(world.begin())
    address = f"/acme/prod-server-access/run-1/{attestation.pk}/user-data"
    assert world.client().get(address).status_code == 404


def test_a_long_list_of_files_has_pages(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "FILES_SHOWN", 2)
    files = {f"{n}.txt": b"" for n in range(1, 6)}
    address = f"/acme/prod-server-access/run-1/{world.attest(world.begin(), files=files).pk}/"
    seen = []
    for query in ("", "?files=2", "?files=4"):
        text = world.client().get(address + query).content.decode()
        seen += [name for name in files if f">{name}<" in text]
        assert ("Next files" in text) == (query != "?files=4")
    assert seen == list(files)


def test_a_superseded_one_names_the_one_that_counts(world: World) -> None:
    run = world.begin()
    first, second = world.attest(run, is_compliant=False), world.attest(run)
    text = world.client().get(f"/acme/prod-server-access/run-1/{first.pk}/").content.decode()
    assert f'href="/acme/prod-server-access/run-1/{second.pk}/">#2</a>' in text
