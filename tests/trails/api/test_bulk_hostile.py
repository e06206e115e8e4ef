"""Many attestations in one request, from somebody who looks for what was not thought of."""

from typing import Any

import pytest
from django.test import TestCase

from evidence.models import Blob
from evidence.vault import store
from tests.plugins.world import World
from tests.trails.api.conftest import Api
from tests.trails.api.test_bulk import item, send, send_files
from trails import retaining
from trails.actions import attesting
from trails.models import Attestation, Evidence


@pytest.fixture
def runs(world: World) -> list[str]:
    """Two workflows that have begun."""
    return [world.begin(id).name for id in ("run-1", "run-2")]


@pytest.mark.parametrize("twin", ["build 1 ", "build\u00a01", "e\u0301", "\u00e9 "])
def test_keys_that_are_recorded_as_one_are_taken_for_one(
    api: Api, runs: list[str], twin: str
) -> None:
    """Keys are composed and stripped when they are recorded: so they are when compared."""
    key = "build\u00a01" if twin == "build\u00a01" else twin.strip().replace("e\u0301", "\u00e9")
    answer = send(
        api,
        [item("run-1", idempotency_key=key), item("run-1", "command-logs", idempotency_key=twin)],
    )
    assert answer.status == 400, answer.content
    assert [(one["index"], one["field"]) for one in answer.json["items"]] == [
        (1, "idempotency_key")
    ]
    assert Attestation.objects.count() == 0


def test_half_a_surrogate_pair_names_no_workflow(api: Api, runs: list[str]) -> None:
    assert send(api, [item("run-1"), item("\ud800")]).status == 400
    assert send(api, [item("run-1"), item("run\x00-1")]).status == 400
    assert Attestation.objects.count() == 0


def test_an_item_names_as_many_files_as_a_report_may_have(
    api: Api, runs: list[str], settings: Any
) -> None:
    """One small file, named thousands of times, would become as many rows of evidence."""
    settings.LIMIT_FILES = 3
    files = [("a.log", b"alpha")]
    answer = send_files(api, [item("run-1"), item("run-2", evidence=["a.log"] * 4)], files)
    assert answer.status in {400, 413}, answer.content
    assert Evidence.objects.count() == 0


def test_a_file_that_many_items_name_enters_the_vault_once(
    api: Api, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else one large file and ten thousand items would have the store take it as many times."""
    promoted: list[store.Staged] = []
    promote = store.promote

    def counted(staged: store.Staged) -> str:
        promoted.append(staged)
        return promote(staged)

    monkeypatch.setattr(store, "promote", counted)
    items = [item(run, f"step-{n}", evidence=["a.log"]) for run in runs for n in range(5)]
    assert send_files(api, items, [("a.log", b"alpha")]).status == 201
    assert Evidence.objects.count() == 10
    assert Blob.objects.count() == 1
    assert len(promoted) == 1


def test_all_together_name_no_more_files_than_reports_and_files_may_be(
    api: Api, runs: list[str], settings: Any
) -> None:
    settings.LIMIT_FILES, settings.LIMIT_BULK = 3, 4
    items = [item("run-1", f"step-{n}", evidence=["a.log"] * 2) for n in range(4)]
    answer = send_files(api, items, [("a.log", b"alpha")])
    assert (answer.status, answer.json["limit"]) == (413, 7)
    assert send_files(api, items[:3], [("a.log", b"alpha")]).status == 201


def test_the_store_is_asked_once_for_all_of_them(
    api: Api, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a store keeps what it is asked to, rules are not read anew for each of ten thousand."""
    asked: list[int] = []
    monkeypatch.setattr(attesting, "enforcing", lambda: ["a store"])
    monkeypatch.setattr(retaining, "after_attesting", lambda rows: asked.append(len(rows)))
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert send(api, [item(run, f"step-{n}") for run in runs for n in range(5)]).status == 201
    assert asked == [10]
