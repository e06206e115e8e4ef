"""The overview of a person's own account: theirs alone, and true."""

from allauth.mfa.models import Authenticator
from django.utils import timezone

from tests.plugins.world import World
from trails.models import ApiKey

PAGE = "/account/"


def test_it_says_who_one_is_and_where_one_belongs(world: World) -> None:
    text = world.client("auditor").get(PAGE).content.decode()
    for said in ("Auditor", "auditor@example.com", str(world.auditor.pk), "None.", "1 key works."):
        assert said in text, said
    assert 'href="/acme/"' in text
    assert "rival" not in text and "owner@example.com" not in text


def test_it_counts_what_works_now(world: World) -> None:
    ApiKey.objects.filter(user=world.auditor).update(expires_at=timezone.now())
    for number in range(2):
        Authenticator.objects.create(
            user=world.auditor, type=Authenticator.Type.WEBAUTHN, data={"name": str(number)}
        )
    text = world.client("auditor").get(PAGE).content.decode()
    assert "0 keys work." in text
    assert "2 passkeys" in text


def test_a_name_is_shown_as_what_it_is(world: World) -> None:
    world.auditor.name = "<b>Eve</b>\u202e"
    world.auditor.save()
    text = world.client("auditor").get(PAGE).content.decode()
    assert "<b>Eve" not in text
    assert "U+202E" in text


def test_a_stranger_is_asked_to_sign_in(world: World) -> None:
    for page in (PAGE, "/account/keys/", "/account/second-factor/"):
        assert world.client().get(page)["Location"] == f"/account/login/?next={page}"
    assert world.client("owner").post(PAGE).status_code == 405


def test_who_belongs_nowhere_is_told_what_to_do(world: World) -> None:
    world.auditor.memberships.all().delete()
    assert "You belong to no organization." in world.client("auditor").get(PAGE).content.decode()
