"""What hostile requests and hostile administrators of files once achieved, and no longer do."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from evidence.errors import Corrupt
from evidence.vault import store
from tests import vaults
from tests.plugins.world import World
from trails import actors
from trails.actions import attestations
from trails.actions.keys import revoke_key
from trails.errors import Forbidden
from trails.models import ApiKey, Attestation
from trails.web.visible import reveal


@pytest.mark.parametrize("path", ["/", "/account/login/", "/acme/", "/admin/login/"])
def test_no_page_reads_a_large_body(world: World, path: str) -> None:
    # A token of the stranger's own making is enough for Django to read the form.
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    body = b"--b\r\n" + b"x" * (1 << 20)
    answer = client.generic("POST", path, body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413


def test_a_session_key_that_is_none_is_no_session(world: World) -> None:
    client = Client()
    client.cookies.load(r'sessionid="aaaaaaaaaa\000aaaa"')
    assert client.get("/acme/").status_code == 200


def test_the_link_that_sets_a_password_leads_to_the_public_address(world: World) -> None:
    headers = {"Host": "testserver:6666"}
    Client().post("/account/password/reset/", {"email": "auditor@example.com"}, headers=headers)
    [link] = re.findall(r"http://\S+", str(mail.outbox[0].body))
    assert link.startswith("http://testserver/account/password/reset/key/")


@pytest.mark.parametrize(
    "asked", ["user/?password__startswith=md5", "apikey/?sha256__startswith=0", "user/?email=%00"]
)
def test_an_operator_cannot_ask_for_what_is_not_shown(world: World, asked: str) -> None:
    world.auditor.is_staff = True
    world.auditor.save()
    answer = world.client("auditor").get(f"/admin/trails/{asked}")
    assert answer.status_code in (302, 400)


def test_a_key_that_is_revoked_while_the_files_arrive_attests_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attestations, "RIGHTS_LAST", 0.0)
    workflow = world.begin()
    key = ApiKey.objects.get(user=world.writer)
    actor = actors.for_user(world.writer, key)
    revoke_key(key=key, actor=actor)
    report = attestations.Report(step="user-identity", is_compliant=True)
    with pytest.raises(Forbidden):
        attestations.attest(actor=actor, workflow=workflow, report=report)
    assert not Attestation.objects.exists()


def test_a_text_of_hidden_characters_makes_no_page_of_gigabytes() -> None:
    shown = reveal("\u206c" * 10_000)
    assert shown.count("U+206C") == 100
    assert "9900 more hidden" in shown
    assert len(shown.encode()) < 60_000


@pytest.mark.parametrize(
    "path", ["/api/v2/audit_trails/acme", "/api/v1/organizations/acme/trails/a"]
)
def test_json_that_would_fill_the_memory_is_not_parsed(world: World, path: str) -> None:
    body = b"[" + b"[]," * 600_000 + b"1]"
    answer = Client().put(
        path, body, content_type="application/json", headers=world.bearer("owner")
    )
    assert answer.status_code == 413
    assert "500000" in answer.content.decode()


def altered(attestation: Attestation) -> None:
    vault, name = vaults.of_settings(), store.address(attestation.evidence.get().blob_id)
    vault.write(name, b"X" * len(vault.read(name)))


def test_the_download_of_an_altered_file_does_not_complete(world: World) -> None:
    attestation = world.attest(world.begin(), files={"a.log": b"a" * 700_000})
    altered(attestation)
    file = attestation.evidence.get()
    sent: list[Any] = []
    with pytest.raises(Corrupt):
        sent.extend(store.read_checked(file.blob, 0, file.blob.size))
    assert 0 < sum(map(len, sent)) < 700_000


def test_new_evidence_does_not_rest_on_altered_bytes(world: World) -> None:
    workflow = world.begin()
    altered(world.attest(workflow, files={"a.log": b"the same"}))
    with pytest.raises(Corrupt):
        world.attest(workflow, files={"b.log": b"the same"})
    assert Attestation.objects.count() == 1
