"""The vault's page, and what strangers read: write-once is said on the ground of a check alone."""

import datetime

import pytest
from django.core.files.storage import storages
from pytest_django import Settings

from evidence.models import VaultCheck
from evidence.vault.check import run
from evidence.vault.check.standing import address
from evidence.vault.check.verdict import Attempt, Outcome, Report
from evidence.vault.places import Place
from tests.plugins.world import World

PAGE = "/acme/settings/vault"


def checked(
    outcome: Outcome, *, bucket_wide: bool = True, found: str = "It is there."
) -> VaultCheck:
    """Keep a check that ended so."""
    attempt = Attempt("delete-version", "Deletion of the version.", "403", found, outcome)
    vault = address(storages["vault"])
    return run.keep(Report(vault, "", [attempt], ["A remark."], bucket_wide=bucket_wide))


def text_of(world: World, page: str = PAGE, who: str | None = "auditor") -> str:
    return world.client(who).get(page).content.decode()


def test_admins_and_auditors_see_it_and_nobody_else(world: World) -> None:
    answers: dict[str | None, int] = {
        None: 404,
        "outsider": 404,
        "writer": 403,
        "auditor": 200,
        "owner": 200,
    }
    for who, status in answers.items():
        assert world.client(who).get(PAGE).status_code == status, who


def test_a_vault_that_nobody_tried_promises_nothing_and_says_how_to_try(world: World) -> None:
    text = text_of(world)
    assert "Write-once: never tried" in text
    assert "manage.py vault_check" in text


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.HELD, "Write-once: proven on {day}"),
        (Outcome.BROKEN, "Write-once: not enforced ({day})"),
        (Outcome.NOT_TRIED, "Write-once: not known (tried on {day})"),
    ],
)
def test_members_and_strangers_read_the_verdict_with_its_day(
    world: World, outcome: Outcome, words: str
) -> None:
    at = checked(outcome).at
    said = words.format(day=f"{at.day} {at:%B %Y}")
    assert said in text_of(world)
    assert said in text_of(world, "/about/", None)
    assert "never tried" not in text_of(world, "/about/", None)


def test_it_shows_each_attempt_and_not_where_the_vault_is(world: World) -> None:
    row = checked(Outcome.BROKEN)
    text = text_of(world)
    for part in ("Deletion of the version.", "Went through", "It is there.", "403", "A remark."):
        assert part in text
    assert row.vault.removeprefix("file://") not in text


def test_a_proof_that_left_the_bucket_alone_says_so(world: World) -> None:
    checked(Outcome.HELD, bucket_wide=False)
    assert "The settings of the bucket were left alone." in text_of(world)


def test_the_proof_of_another_vault_is_none(world: World, settings: Settings) -> None:
    checked(Outcome.HELD)
    elsewhere = Place(folder="/nowhere/else").storage()
    settings.STORAGES = settings.STORAGES | {"vault": elsewhere}
    assert "Write-once: never tried" in text_of(world, "/about/", None)


def test_an_old_proof_is_one_of_its_day(world: World) -> None:
    row = checked(Outcome.HELD)
    long_ago = row.at - datetime.timedelta(days=100)
    VaultCheck(vault=row.vault, verdict="proven", findings=row.findings, at=long_ago).save()
    text = text_of(world)
    assert f"proven on {long_ago.day} {long_ago:%B %Y}, and not tried since" in text


def test_what_a_store_answers_is_shown_as_text(world: World) -> None:
    checked(Outcome.HELD, found="<b>x</b>\u202e")
    text = text_of(world)
    assert "<b>x" not in text and "\u202e" not in text


def test_what_went_through_comes_first(world: World) -> None:
    held = Attempt("delete", "Deletion of the name.", "204", "It is there.", Outcome.HELD)
    broken = Attempt("overwrite", "Other bytes.", "200", "They are there.", Outcome.BROKEN)
    run.keep(Report(address(storages["vault"]), "", [held, broken]))
    text = text_of(world)
    assert text.index("Other bytes.") < text.index("Deletion of the name.")
