"""An organization that was exported is whole again where it was imported."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from evidence.ledger import log as ledger
from evidence.ledger import note, published
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.keys import signing_key
from evidence.ledger.note import new_private_key
from evidence.models import Blob, Leaf, Pending
from tests import vaults
from tests.plugins.world import PASSWORD
from tests.trails.moving.moved import Exported, MakeExported, rows_of_acme, take_in
from trails import actors, lookups, packages
from trails.actions.attestations import Report, attest
from trails.actions.organizations import create_organization
from trails.models import Activity, Organization, SearchText, StateCount, User, Workflow
from trails.moving.errors import Refused


def test_every_row_is_as_it_was(exported: Exported) -> None:
    take_in(exported.path)
    assert rows_of_acme() == exported.rows


def test_packages_are_the_same_bytes(exported: Exported, other_vault: vaults.Vault) -> None:
    take_in(exported.path)
    run = Workflow.objects.get(name="run-1")
    assert b"".join(packages.package_of(run).archive.read()) == exported.package
    names = {name.rpartition("/")[2] for name in other_vault.names()}
    assert names == set(Blob.objects.values_list("pk", flat=True))


def test_fsck_finds_nothing(
    exported: Exported, other_vault: vaults.Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    take_in(exported.path)
    call_command("fsck")
    assert "Nothing is wrong" in capsys.readouterr().out


def test_the_same_checkpoint_is_served_and_the_next_report_gets_the_next_index(
    exported: Exported,
) -> None:
    acme = take_in(exported.path).organization
    before = ledger.last_checkpoint(acme.log)
    assert before is not None
    assert bytes(before.note) == exported.checkpoint
    robot = acme.service_accounts.get()
    run = lookups.workflow(actors.for_service_account(robot), "acme", "prod-server-access", "run-1")
    made = attest(actor=actors.for_service_account(robot), workflow=run, report=Report("one", True))
    after = ledger.seal(acme.log)
    assert after is not None
    assert (after.previous_size, after.size) == (before.size, before.size + 1)
    assert Leaf.objects.get(record=made.attestation.record).index == before.size
    assert made.attestation.number == 4


def test_what_was_pending_is_sealed(make_exported: MakeExported) -> None:
    exported = make_exported(is_sealed=False)
    acme = take_in(exported.path).organization
    assert not Pending.objects.filter(log=acme.log).exists()
    sealed = ledger.last_checkpoint(acme.log)
    assert sealed is not None
    assert sealed.size == acme.log.records.count()


def test_keys_and_passwords_work(exported: Exported) -> None:
    take_in(exported.path)
    url = "/api/v1/organizations/acme/trails/case-worker-access"
    headers = {"Authorization": f"Bearer {exported.token}"}
    assert Client().get(url, headers=headers).status_code == 200
    assert User.objects.get(email="owner@example.com").check_password(PASSWORD)


def test_nobody_can_come_in_by_what_was_left_out(make_exported: MakeExported) -> None:
    exported = make_exported(with_credentials=False)
    data = exported.path.read_bytes()
    assert b"pbkdf2" not in data and b"md5$" not in data
    take_in(exported.path)
    url = "/api/v1/organizations/acme/trails/case-worker-access"
    headers = {"Authorization": f"Bearer {exported.token}"}
    assert Client().get(url, headers=headers).status_code == 401
    assert not User.objects.get(email="owner@example.com").has_usable_password()


def test_it_is_found_and_counted(exported: Exported) -> None:
    acme = take_in(exported.path).organization
    assert SearchText.objects.filter(organization=acme).count() == 6
    counted = StateCount.objects.filter(trail__organization=acme)
    assert sorted(counted.values_list("state", "change")) == [
        ("incomplete", 1),
        ("non-compliant", 1),
    ]
    page = Client().get("/search", {"q": "OPS-1"})
    assert b"run-1" in page.content


def test_the_newest_checkpoint_is_kept_outside_of_the_database(
    exported: Exported, settings: Any, tmp_path: Path
) -> None:
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    acme = take_in(exported.path).organization
    assert published.path(acme.log_id).read_bytes() == exported.checkpoint


def test_the_act_leaves_an_activity(exported: Exported) -> None:
    acme = take_in(exported.path).organization
    newest = Activity.objects.for_organization(acme)[0]
    assert (newest.verb, newest.record_id) == ("organization.imported", None)


def test_another_organization_here_is_left_alone(exported: Exported) -> None:
    other = create_organization(name="other")
    take_in(exported.path)
    assert set(Organization.objects.values_list("name", flat=True)) == {"acme", "other"}
    assert ledger.seal(other.log) is not None


def test_an_organization_that_is_here_is_not_imported_over(exported: Exported) -> None:
    take_in(exported.path)
    before = rows_of_acme()
    with pytest.raises(Refused, match="an organization called 'acme' here already"):
        take_in(exported.path)
    assert rows_of_acme() == before


def test_an_older_copy_than_this_machine_has_signed_is_refused(
    exported: Exported, settings: Any, tmp_path: Path
) -> None:
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    said = Checkpoint.parse(note.parse(exported.checkpoint).text)
    text = Checkpoint(said.origin, said.size + 1, said.root).text
    signed = note.Note(text, [signing_key(said.origin).sign(text)])
    [(log_id, *_rest)] = exported.rows["evidence.Log"]
    published.write(log_id, bytes(signed))
    with pytest.raises(Refused, match=f"knows {said.size + 1} records of this log"):
        take_in(exported.path)
    assert not Organization.objects.exists()


def test_another_key_signs_only_if_the_operator_says_so(exported: Exported, settings: Any) -> None:
    settings.LOG_KEY = new_private_key()
    with pytest.raises(Refused, match="--change-key") as refused:
        take_in(exported.path)
    assert exported.vkey in str(refused.value)
    done = take_in(exported.path, change_key=True)
    assert "another key signs" in done.warnings[0]


def test_without_a_key_here_the_operator_is_told(exported: Exported, settings: Any) -> None:
    settings.LOG_KEY = ""
    settings.SEALING = "worker"
    done = take_in(exported.path)
    assert "LOG_KEY is not set here" in done.warnings[0]


def test_evidence_that_was_left_out_comes_from_a_vault_that_was_copied(
    make_exported: MakeExported,
) -> None:
    take_in(make_exported(with_evidence=False).path, vault_has_evidence=True)
    call_command("fsck")


def test_evidence_that_was_left_out_must_be_in_the_vault(
    make_exported: MakeExported, settings: Any, tmp_path: Path
) -> None:
    bare = make_exported(with_evidence=False)
    vaults.empty(settings, tmp_path / "vault")
    with pytest.raises(Refused, match="--vault-has-evidence"):
        take_in(bare.path)
    with pytest.raises(Refused, match="The vault does not hold"):
        take_in(bare.path, vault_has_evidence=True)
    assert not Organization.objects.exists()
