"""The page of a log: what is signed and by whom, what is pending and why, and how to check it."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evidence.ledger import checkpoint, note
from evidence.ledger import log as ledger
from evidence.ledger.note import Algorithm, SigningKey, new_private_key, private_key
from evidence.models import Checkpoint, Contradiction, Cosignature, Log, Published, Timestamp
from tests.plugins.world import World
from trails import sealed

LOG = "/acme/log/"


def seal(log: Log) -> Checkpoint:
    found = ledger.seal(log)
    assert found is not None
    return found


def text_of(world: World, who: str | None = None) -> str:
    response = world.client(who).get(LOG)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_it_shows_the_newest_checkpoint_as_it_was_signed(world: World) -> None:
    row = seal(world.acme.log)
    text = text_of(world)
    assert bytes(row.note).decode() in text
    assert f"<dd>{row.size}</dd>" in text
    assert row.at.strftime("%Y-%m-%d %H:%M:%S UTC") in text
    assert f"log {row.key.vkey}" in text  # the line for a witness
    assert f"--key {row.key.vkey}" in text


def test_the_organization_links_to_it(world: World) -> None:
    for who in (None, "auditor"):
        assert f'href="{LOG}"' in world.client(who).get("/acme/").content.decode()


def test_before_the_first_checkpoint_it_says_what_is_pending(world: World) -> None:
    text = text_of(world)
    assert "There is none yet" in text
    assert f"{world.acme.log.records.count()} records are pending" in text
    assert "For programs" not in text  # no command that would fail


def test_it_counts_what_is_pending_up_to_a_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(world.acme.log)
    world.attest(world.begin())
    assert re.search(r"<dt>Pending</dt><dd>2 ", text_of(world))
    monkeypatch.setattr(sealed, "PENDING_COUNTED", 1)
    assert "<dt>Pending</dt><dd>more than 1 " in text_of(world)


def test_members_read_why_the_log_refuses_and_strangers_that_it_does(world: World) -> None:
    log = world.acme.log
    seal(log)
    Contradiction(log=log, source="witness.example", size=99, reason="It has seen 99 <b>").save()
    for who in (None, "outsider", "auditor"):
        text = world.client(who).get(LOG).content.decode()
        assert "The log refuses to sign." in text
        assert ("It has seen 99 &lt;b&gt;" in text) == (who == "auditor")
    assert "refuses" not in world.client("outsider").get("/rival/log/").content.decode()


def test_a_checkpoint_that_comes_meanwhile_is_no_contradiction(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its copy outside the database is newer than what was read from the database just before."""
    from evidence.ledger import objections, reading

    log = world.acme.log
    seal(log)
    world.begin()
    look, seen = reading.last_checkpoint, []

    def look_and_be_overtaken(of: Log) -> Checkpoint | None:
        seen.append(look(of))
        if len(seen) == 1:
            monkeypatch.setattr(objections, "last_checkpoint", look)
            ledger.seal(of)
        return seen[-1]

    monkeypatch.setattr(objections, "last_checkpoint", look_and_be_overtaken)
    assert objections.refusal(log) is None
    assert len(seen) == 1


def test_old_keys_stay_and_the_one_that_signs_comes_first(world: World, settings: Any) -> None:
    log = world.acme.log
    pems = [settings.LOG_KEY, new_private_key()]
    vkeys = [SigningKey(log.origin, private_key(pem)).key.vkey for pem in pems]
    for number, pem in enumerate([pems[0], pems[1], pems[0]]):
        settings.LOG_KEY = pem
        world.begin(f"run-{number}")
        seal(log)
        served = world.client().get(f"{LOG}key").content.decode().splitlines()
        assert served[0] == vkeys[pems.index(pem)]
        text = text_of(world)
        assert [served.index(key) for key in served] == list(range(len(served)))
        assert text.index("Signs now") < (text + "Signed before").index("Signed before")
    assert sorted(served) == sorted(vkeys)


def test_those_who_vouched_for_the_checkpoint_are_named(world: World) -> None:
    row, now = seal(world.acme.log), timezone.now()
    assert "Nobody else has vouched" in text_of(world)
    witness = SigningKey("w.example", private_key(new_private_key()), Algorithm.COSIGNATURE)
    line = witness.sign(note.parse(bytes(row.note)).text, time=int(now.timestamp())).line
    Cosignature(checkpoint=row, vkey=witness.key.vkey, line=line, at=now).save()
    Timestamp(checkpoint=row, authority="https://tsa.example", token=b"-", at=now).save()
    text = text_of(world)
    for said in (witness.key.vkey, "https://tsa.example", line, "over the newest checkpoint"):
        assert said in text, said
    served = world.client().get(f"{LOG}checkpoint").content
    keys = [note.Key.parse(row.key.vkey), witness.key]
    assert [key for key, _ in checkpoint.opened(served, keys)[2]] == keys
    assert (
        world.client("auditor")
        .get("/api/v1/organizations/acme/log")
        .json()["checkpoint"]
        .endswith(line)
    )


def test_what_was_vouched_for_last_is_shown_when_there_is_a_newer_checkpoint(
    world: World,
) -> None:
    row, now = seal(world.acme.log), timezone.now()
    Timestamp(checkpoint=row, authority="https://tsa.example", token=b"-", at=now).save()
    Published(checkpoint=row, log=row.log, size=row.size, note=row.note).save()
    world.begin()
    seal(world.acme.log)
    text = text_of(world)
    assert f"over {row.size} records, signed" in text
    assert "https://tsa.example" in text


def test_who_may_see_the_organization_sees_its_log(world: World) -> None:
    seal(world.rival.log)
    answers = {
        who: world.client(who).get("/rival/log/").status_code for who in (None, "owner", "outsider")
    }
    assert answers == {None: 404, "owner": 404, "outsider": 200}
    text = world.client("outsider").get("/rival/log/").content.decode()
    assert "Authorization: Bearer $KEY" in text  # strangers are not answered there
    assert "Authorization" not in text_of(world, "owner")


def test_a_member_s_page_is_kept_nowhere_and_a_stranger_s_is_sent_once(world: World) -> None:
    assert world.client("auditor").get(LOG)["Cache-Control"] == "no-store"
    first = world.client().get(LOG)
    assert first["Cache-Control"] == "no-cache"
    again = world.client().get(LOG, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_the_number_of_queries_does_not_grow_with_the_log(world: World) -> None:
    client = world.client("auditor")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LOG).status_code == 200
        return len(captured)

    seal(world.acme.log)
    few = queries()
    for number in range(300):
        world.begin(f"run-{number}")
    seal(world.acme.log)
    # The right edge has one tile more now, whose rows are read by one query.
    assert queries() <= few + 1 <= 18
