"""A report that does not fit is refused in words, and nothing of it enters the vault or a table."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from evidence.models import Blob, Record
from evidence.vault import store
from tests import vaults
from tests.plugins.world import World
from trails.actions.attestations import Report, Upload, attest, canonical_json
from trails.errors import Forbidden, Invalid, TooMuch
from trails.models import Attestation

LINK = {"uri": "https://tickets.example.com/" + "x" * 1900, "name": "n" * 2000}

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"step": ""}, "step", "needs a name"),
    ({"step": "a/b"}, "step", "Leave out"),
    ({"step": ".."}, "step", "leading dot"),
    ({"step": "x" * 101}, "step", "101 characters; at most 100"),
    ({"step": "a\x00b"}, "step", "U\\+0000"),
    ({"step": "a\u202eb"}, "step", "invisible"),
    ({"step": 7}, "step", "must be text"),
    ({"is_compliant": 1}, "is_compliant", "true, false or null"),
    ({"is_compliant": "yes"}, "is_compliant", "true, false or null"),
    ({"description": "a\x00b"}, "description", "U\\+0000"),
    ({"description": "a\ud800b"}, "description", "U\\+D800"),
    ({"description": "x" * 10_001}, "description", "10001 characters; at most 10000"),
    ({"description": "a" + "\u0300\u0327" * 20}, "description", "combining"),
    # A mark that Unicode does not call one until it is taken apart.
    ({"description": "a" + "\u0f73" * 31}, "description", "combining"),
    ({"occurred_at": datetime.datetime(2026, 1, 1)}, "occurred_at", "without a zone"),
    ({"user_data": '"\x00"'}, "user_data", "NUL"),
    ({"user_data": '"\ud800"'}, "user_data", "surrogate"),
    ({"external": [{"uri": "javascript:alert(1)"}]}, "external", "must begin with"),
    ({"external": [{"uri": "https://a.example  forged"}]}, "external", "holds a space"),
    ({"external": [{"uri": "https://[bad"}]}, "external", "not a web address"),
    ({"external": [{"uri": "https://a.example", "digest": {"md5": "a"}}]}, "external", "sha256"),
    ({"external": [{"uri": "https://a.example"}] * 101}, "external", "101 links"),
    ({"external": [{"uri": "https://a.example", "x": 1}]}, "external", "keys"),
    ({"external": [LINK] * 100}, "", "at most 65535 can be recorded"),
    ({"description": "😀" * 10_000, "external": [LINK] * 8}, "", "at most 65535"),
]


def vault_files() -> set[str]:
    staged = {path.name for path in Path(settings.VAULT_STAGING).glob("*")}
    return staged | set(vaults.of_settings().names())


@pytest.mark.parametrize(
    ("fields", "field", "words"), WRONG, ids=[f"{case[1]}: {case[2]}" for case in WRONG]
)
def test_it_says_which_field_and_leaves_nothing(
    fields: dict[str, Any], field: str, words: str, world: World
) -> None:
    workflow, before = world.begin(), vault_files()
    records = Record.objects.count()
    with pytest.raises(Invalid, match=words) as refused:
        world.attest(
            workflow, **({"files": {"new.log": b"of " + repr(fields).encode()[:99]}} | fields)
        )
    assert (refused.value.field or "") == field
    assert "%" not in refused.value.message
    assert not Attestation.objects.exists()
    assert not Blob.objects.exists()
    assert Record.objects.count() == records
    assert vault_files() == before


@pytest.mark.parametrize("person", ["auditor", "outsider"])
def test_who_may_not_attest_is_refused_before_anything_is_promoted(
    person: str, world: World
) -> None:
    workflow, staged = world.begin(), store.stage([person.encode()])
    with pytest.raises(Forbidden):
        attest(
            actor=world.actor(person),
            workflow=workflow,
            report=Report("user-identity", True),
            uploads=[Upload("x", staged)],
        )
    assert not store.storage().exists(store.address(staged.digest.sha256))
    staged.discard()


def test_a_text_is_measured_as_it_is_kept(world: World) -> None:
    """10,000 letters in two characters each are 10,000 when they are composed."""
    made = world.attest(world.begin(), description="e\u0301" * 10_000)
    assert made.description == "é" * 10_000


def test_free_data_is_stored_in_one_way_of_writing_it() -> None:
    assert canonical_json({"b": 1, "a": "é"}, limit=100) == '{"a":"é","b":1}'
    assert canonical_json(None, limit=0) is None
    assert canonical_json({}, limit=2) == "{}"
    with pytest.raises(TooMuch, match="the limit is 10 bytes"):
        canonical_json("é" * 5, limit=10)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (float("nan"), "\ud800", deep):
        with pytest.raises(Invalid, match="user_data is not JSON that can be kept"):
            canonical_json(value, limit=1_000_000)
