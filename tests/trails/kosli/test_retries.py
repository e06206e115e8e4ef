"""A repeated call neither loses anything nor doubles it, also when the repetitions overlap."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.trails.kosli.wire import Wire, trail, wire

__all__ = ["trail", "wire"]
SAID = {"external_id": "run-1", "step": "one", "user_data": {"try": 1}}
FILE = ("evidence.tgz", b"the same bytes")


def recorded(wire: Wire, path: str) -> list[Any]:
    return list(wire.call("GET", path).json["evidence"].get("one", []))


def test_a_repetition_is_answered_with_what_is_recorded(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    first = wire.report(trail, SAID, FILE)
    again = wire.report(trail, SAID, FILE)
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert recorded(wire, path) == [first.json]


def test_twenty_repetitions_at_once_are_one_attestation(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: wire.report(trail, SAID, FILE), range(20)))
    assert sorted(got.status for got in answers) == [200] * 19 + [201]
    assert len({got.json["attestation_id"] for got in answers}) == 1
    assert len(recorded(wire, path)) == 1


def test_twenty_different_reports_at_once_are_twenty_attestations(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    with ThreadPoolExecutor(20) as pool:
        reports = (SAID | {"user_data": {"try": number}} for number in range(20))
        answers = list(pool.map(lambda said: wire.report(trail, said, FILE), reports))
    assert [got.status for got in answers] == [201] * 20
    assert [entry["number"] for entry in recorded(wire, path)] == list(range(1, 21))


def test_news_is_not_taken_for_a_repetition(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    wire.report(trail, SAID, FILE)
    assert wire.report(trail, SAID, ("evidence.tgz", b"other bytes")).status == 201
    assert wire.report(trail, SAID, ("other.tgz", FILE[1])).status == 201
    assert wire.report(trail, SAID).status == 201
    assert wire.report(trail, SAID | {"user_data": {}}).status == 201
    # What it was at first, but it is not the newest any more: the step has changed back.
    assert wire.report(trail, SAID, FILE).status == 201
    assert wire.report(trail, SAID, FILE, by="writer").status == 201
    assert len(recorded(wire, path)) == 7


def test_another_step_between_does_not_hide_a_repetition(wire: Wire, trail: str) -> None:
    path = wire.workflow(trail)
    wire.report(trail, SAID, FILE)
    wire.report(trail, SAID | {"step": "two"}, FILE)
    assert wire.report(trail, SAID, FILE).status == 200
    assert len(recorded(wire, path)) == 1
