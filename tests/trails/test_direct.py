"""Direct uploads end, survive sweeps until then, and are checked by whoever comes."""

import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from evidence.errors import VaultUnavailable
from evidence.models import Blob
from evidence.vault import s3_direct, store
from evidence.vault.direct import path as path_of_the_vault
from evidence.vault.s3_direct import DirectPath
from tests import vaults
from tests.plugins.s3 import S3
from tests.plugins.world import World
from tests.trails.commands.test_sweep import sweep
from trails import checking, direct
from trails.actions.attestations import Report, attest
from trails.errors import Conflict
from trails.models import DirectUpload

DATA = bytes(range(256)) * 50_000
SHA256 = hashlib.sha256(DATA).hexdigest()
ADDRESS = store.address(SHA256)


@pytest.fixture(autouse=True)
def bucket(settings: Any, s3: S3, tmp_path: Any) -> vaults.Vault:
    """An empty vault in a bucket of its own."""
    settings.VAULT_STAGING = tmp_path / "staging"
    return vaults.corner(settings, s3, lock=False)


def announce(world: World) -> DirectUpload:
    return direct.announce(
        actor=world.actor("writer"), organization=world.acme, sha256=SHA256, size=len(DATA)
    )[0]


def send(world: World, upload: DirectUpload, bucket: vaults.Vault) -> DirectUpload:
    bucket.write(upload.incoming.name, DATA)
    return direct.sent(actor=world.actor("writer"), upload=upload)


def age(upload: DirectUpload) -> None:
    DirectUpload.objects.filter(pk=upload.pk).update(expires_at=timezone.now())


def all_of(bucket: vaults.Vault) -> list[str]:
    return list(store.storage().names(""))


def test_the_command_checks_what_was_sent(world: World, bucket: vaults.Vault) -> None:
    upload, waiting = send(world, announce(world), bucket), announce(world)
    out = io.StringIO()
    call_command("check_uploads", stdout=out)
    assert out.getvalue() == f"{upload.pk}: ready, {len(DATA)} bytes\n"
    upload.refresh_from_db()
    waiting.refresh_from_db()
    assert (upload.state, upload.checked, waiting.state) == ("ready", len(DATA), "waiting")
    assert all_of(bucket) == [ADDRESS]


def test_one_process_checks_at_a_time_until_its_time_has_run_out(
    world: World, bucket: vaults.Vault
) -> None:
    upload = send(world, announce(world), bucket)
    rows = DirectUpload.objects.filter(pk=upload.pk)
    rows.update(taken_until=timezone.now() + timedelta(minutes=1))
    assert checking.check(upload) is None
    rows.update(taken_until=timezone.now() - timedelta(seconds=1))
    found = checking.check(upload)
    assert found is not None and found.is_ready
    assert checking.check(upload) is None


def test_who_has_lost_a_check_writes_nothing(
    world: World, bucket: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(world, announce(world), bucket)
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(checking, "_TOLD_EVERY", -1.0)
    read = DirectPath.check

    def overtaken(self: Any, incoming: Any, watch: Any) -> Any:
        DirectUpload.objects.filter(pk=upload.pk).update(taken_until=later)
        return read(self, incoming, watch)

    monkeypatch.setattr(DirectPath, "check", overtaken)
    assert checking.check(upload) is None
    upload.refresh_from_db()
    assert (upload.state, upload.taken_until) == ("checking", later)
    assert all_of(bucket) == [upload.incoming.name]


def test_a_store_that_is_away_costs_nothing_but_time(
    world: World, bucket: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(world, announce(world), bucket)

    def away(*_: Any) -> Any:
        raise VaultUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(DirectPath, "check", away)
        with pytest.raises(VaultUnavailable):
            checking.check(upload)
    upload.refresh_from_db()
    assert upload.state == "checking"
    DirectUpload.objects.update(taken_until=None)
    assert checking.check(upload) is not None


def test_a_sweep_spares_what_is_under_way_and_what_is_ready(
    world: World, bucket: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direct, "KEPT_FOR", timedelta(seconds=-5))  # of what came, all is old
    monkeypatch.setattr(s3_direct, "SINGLE", 1)
    upload = announce_in(world, timezone.now() + timedelta(hours=1))
    sent = announce_in(world, timezone.now() + timedelta(hours=1))
    bucket.write(sent.incoming.name, DATA)
    call_command("sweep", "--older-than-hours", "0", "--force", verbosity=0)
    assert sent.incoming.name in all_of(bucket)
    assert multiparts() == {upload.multipart, sent.multipart}
    DirectUpload.objects.update(state="ready")
    bucket.write(ADDRESS, DATA)
    bucket.write(store.address("a" * 64), b"nobody waits for it")
    call_command("sweep", "--older-than-hours", "0", "--force", verbosity=0)
    assert all_of(bucket) == [ADDRESS]
    assert multiparts() == set()


def announce_in(world: World, until: Any) -> DirectUpload:
    upload = DirectUpload(
        organization=world.acme, sha256=SHA256, size=len(DATA), expires_at=until,
        **world.actor("writer").by_columns,
    )  # fmt: skip
    path = path_of_the_vault()
    assert path is not None
    upload.multipart = path.begin(upload.incoming.name, upload.size)
    upload.save()
    return upload


def multiparts() -> set[str]:
    vault = store.storage()
    found = vault.client.list_multipart_uploads(Bucket=vault.bucket, Prefix=vault.prefix).get(
        "Uploads", []
    )
    return {row["UploadId"] for row in found}


def test_a_sweep_ends_what_nobody_has_attested_in_time(
    world: World, bucket: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, ended = announce(world), announce(world)
    for upload in (kept, ended):
        bucket.write(upload.incoming.name, DATA)
    age(ended)
    assert "Removed 1 direct uploads that had ended." in sweep()
    assert DirectUpload.objects.get() == kept
    assert all_of(bucket) == [kept.incoming.name]


def test_what_is_sent_after_the_end_is_swept_a_day_later(
    world: World, bucket: vaults.Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = announce(world)
    age(upload)
    sweep()
    bucket.write(upload.incoming.name, DATA)
    bucket.write("incoming/nothing of ours", b"a")
    assert "direct uploads" not in sweep()
    monkeypatch.setattr(direct, "KEPT_FOR", timedelta(seconds=-5))
    assert "Removed 2 direct uploads" in sweep()
    assert all_of(bucket) == []


def test_bytes_that_have_gone_from_the_vault_are_not_attested(
    world: World, bucket: vaults.Vault
) -> None:
    upload = send(world, announce(world), bucket)
    checking.check(upload)
    actor, named = world.actor("writer"), [(upload.pk, "disk.img")]
    uploads = direct.ready(actor=actor, organization=world.acme, named=named)
    bucket.remove(ADDRESS)
    with pytest.raises(Exception, match="gone from the vault"):
        attest(actor=actor, workflow=world.begin(), report=Report("a", True), uploads=uploads)
    assert not Blob.objects.filter(pk=SHA256).exists()
    with pytest.raises(Conflict, match="Upload them again"):
        direct.ready(actor=actor, organization=world.acme, named=named)
