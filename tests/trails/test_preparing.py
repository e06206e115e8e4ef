"""Preparing in turns: by several at once, with a crash between, by the command, and its end."""

import datetime
import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from evidence.ledger import log as ledger
from tests.plugins.world import World
from tests.trails.preparing import asked, finish, ready, whole
from trails import preparing
from trails.models import TrailPackage, TrailPackageBlock
from trails.preparing import Preparation


def fill(world: World, count: int = 6) -> None:
    for number in range(count):
        world.attest(world.begin(f"run-{number}"), files={"a": b"%d" % number})
    ledger.seal(world.acme.log)


def test_a_turn_that_is_lost_half_way_is_taken_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    expected = whole(ready(world))
    TrailPackage.objects.all().delete()
    package = asked(world)
    keep = preparing._keep
    monkeypatch.setattr(preparing, "_keep", lambda package, blocks: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            Preparation(package).turn(0)
        assert Preparation(package).turn(0) is None  # it is taken, for all that others know
        TrailPackage.objects.update(taken_until=timezone.now() - datetime.timedelta(seconds=1))
    monkeypatch.setattr(preparing, "_keep", keep)
    assert whole(finish(package, 0)) == expected


def test_who_comes_second_throws_the_same_turn_away(world: World) -> None:
    fill(world)
    package = asked(world)
    slow = preparing._take(package.pk)
    assert slow is not None
    TrailPackage.objects.update(taken_until=None)
    assert Preparation(package).turn(0) is not None
    blocks = TrailPackageBlock.objects.count()
    with pytest.raises(preparing.Overtaken):
        preparing._keep(slow, [])
    assert TrailPackageBlock.objects.count() == blocks


@pytest.mark.django_db(transaction=True)
def test_several_prepare_one_package_side_by_side(shared_world: World) -> None:
    fill(shared_world)
    package = asked(shared_world)

    def work() -> None:
        try:
            preparation = Preparation(package)
            while TrailPackage.objects.preparing().exists():
                preparation.turn(0)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    package = TrailPackage.objects.select_related("trail", "checkpoint").get()
    assert package.is_ready
    data = whole(package)
    package.delete()
    assert whole(ready(shared_world)) == data


def test_the_command_prepares_what_is_asked_for(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(world, 2)
    package = asked(world)
    call_command("prepare")
    package.refresh_from_db()
    assert package.is_ready
    assert capsys.readouterr().out == "prod-server-access: ready, 2 workflows\n"
    call_command("prepare")
    assert capsys.readouterr().out == ""


def test_what_has_ended_is_swept_a_day_later(world: World) -> None:
    fill(world, 2)
    ready(world)
    now = timezone.now()
    TrailPackage.objects.update(expires_at=now - datetime.timedelta(hours=23))
    assert preparing.sweep() == 0
    TrailPackage.objects.update(expires_at=now - datetime.timedelta(hours=25))
    assert preparing.sweep() == 1
    assert not TrailPackageBlock.objects.exists()
