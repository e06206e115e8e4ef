"""The members page: adding by e-mail, roles, removal, and the admin who must stay."""

import re
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from tests.plugins.world import PASSWORD, World
from trails.models import Membership, User
from trails.permissions import ALLOWED, Act

PAGE = "/acme/settings/members"


def roles(world: World) -> dict[str, str]:
    return dict(
        Membership.objects.filter(organization=world.acme).values_list("user__email", "role")
    )


def test_somebody_new_gets_an_account_and_a_link_to_set_a_password(world: World) -> None:
    form = {"act": "add", "email": "New@Example.com", "name": "New", "role": "auditor"}
    response = world.client("owner").post(PAGE, form, follow=True)
    assert "new@example.com is a member now." in response.content.decode()
    assert roles(world)["new@example.com"] == "auditor"
    [message] = mail.outbox
    assert message.to == ["new@example.com"]
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", str(message.body))
    assert link
    person = world.client()
    page = person.get(link[1], follow=True)
    target = page.redirect_chain[-1][0]
    chosen = {"password1": PASSWORD + "!", "password2": PASSWORD + "!"}
    assert person.post(target, chosen, follow=True).status_code == 200
    assert person.login(email="new@example.com", password=PASSWORD + "!")
    assert person.get("/acme/case-worker-access/").status_code == 200
    # The link works once.
    assert "works no more" in world.client().get(link[1], follow=True).content.decode()


def test_somebody_with_an_account_is_added_without_mail(world: World) -> None:
    form = {"act": "add", "email": "outsider@example.com", "role": "writer"}
    world.client("owner").post(PAGE, form)
    assert roles(world)["outsider@example.com"] == "writer"
    assert mail.outbox == []
    assert User.objects.count() == 4


def test_refusals_stand_beside_the_field_with_the_input_kept(world: World) -> None:
    client = world.client("owner")
    before = roles(world)
    for email, role in (("nobody", "auditor"), ("writer@example.com", "auditor")):
        form = {"act": "add", "email": email, "name": "Kept name", "role": role}
        text = client.post(PAGE, form).content.decode()
        assert 'id="id_email_error"' in text
        assert f'value="{email}"' in text
        assert 'value="Kept name"' in text
    bad = {"act": "add", "email": "x@example.com", "role": "king"}
    assert 'id="id_role_error"' in client.post(PAGE, bad).content.decode()
    assert roles(world) == before


def test_when_the_mail_cannot_be_sent_the_page_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Any, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("no")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    form = {"act": "add", "email": "new@example.com", "role": "auditor"}
    text = world.client("owner").post(PAGE, form, follow=True).content.decode()
    assert "could not be sent" in text
    assert "new@example.com" in roles(world)


def test_roles_change_and_people_leave(world: World) -> None:
    client = world.client("owner")
    writer = {"user": str(world.writer.pk)}
    client.post(PAGE, {"act": "change-role", "role": "auditor", **writer})
    assert roles(world)["writer@example.com"] == "auditor"
    for typed in ("", "auditor@example.com"):
        text = client.post(PAGE, {"act": "remove", "confirm": typed, **writer}).content.decode()
        assert "Type writer@example.com to remove this person." in text
        assert "writer@example.com" in roles(world)
    client.post(PAGE, {"act": "remove", "confirm": "Writer@example.com", **writer})
    assert "writer@example.com" not in roles(world)
    assert client.post(PAGE, {"act": "remove", **writer}).status_code == 404
    assert client.post(PAGE, {"act": "remove", "user": "x"}).status_code == 400


@pytest.mark.parametrize("act", [{"act": "remove"}, {"act": "change-role", "role": "writer"}])
def test_the_last_admin_stays(world: World, act: dict[str, str]) -> None:
    form = act | {"user": str(world.owner.pk), "confirm": "owner@example.com"}
    text = world.client("owner").post(PAGE, form).content.decode()
    assert "is the last admin of &#x27;acme&#x27;" in text
    assert roles(world)["owner@example.com"] == "admin"


def test_an_admin_who_steps_back_is_led_away_from_the_page(world: World) -> None:
    client = world.client("owner")
    auditor = {"user": str(world.auditor.pk), "role": "admin"}
    client.post(PAGE, {"act": "change-role", **auditor})
    form = {"act": "change-role", "user": str(world.owner.pk), "role": "writer"}
    response = client.post(PAGE, form, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "owner@example.com is Writer now." in response.content.decode()


def test_the_page_says_what_each_role_may_do_as_it_is_decided(world: World) -> None:
    text = world.client("owner").get(PAGE).content.decode()
    rows = re.findall(r"<tr><th scope=\"row\">([^<]+)</th>(.*?)</tr>", text)
    said = {act: re.findall(r">(may(?: not)?)<", marks) for act, marks in rows}
    assert set(said) == {"Read everything, private trails too"} | {
        act.value.capitalize() for act in Act
    }
    for act in Act:
        assert said[act.value.capitalize()] == [
            "may" if act in ALLOWED[role] else "may not" for role in ("admin", "writer", "auditor")
        ]


def test_others_change_nothing(world: World) -> None:
    before = roles(world)
    form = {"act": "add", "email": "x@example.com", "role": "admin"}
    for who, status in ((None, 404), ("outsider", 404), ("writer", 403), ("auditor", 403)):
        assert world.client(who).post(PAGE, form).status_code == status
    assert roles(world) == before
    assert not User.objects.filter(email="x@example.com").exists()
