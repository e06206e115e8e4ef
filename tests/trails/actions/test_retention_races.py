"""Who extends a retention, and who disposes of what it keeps: one of the two comes first."""

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction
from django.utils import timezone

from tests.disposing import retain
from tests.plugins.world import World
from trails.models import Trail


def test_a_configuration_that_waited_for_a_disposal_is_of_after_it(shared_world: World) -> None:
    """Else the rows would say that the disposal broke a retention that was in force before it."""
    reached, waits = threading.Event(), threading.Event()
    done: list[datetime.datetime] = []

    def dispose() -> None:
        """Hold the lock under which an act of disposal judges and writes."""
        try:
            with transaction.atomic():
                Trail.objects.select_for_update(no_key=True).get(pk=shared_world.public.pk)
                reached.set()
                waits.wait(timeout=1)  # the other one waits for the lock, so this ends by itself
                done.append(timezone.now())
        finally:
            connection.close()

    def extend() -> None:
        try:
            retain(shared_world, shared_world.public, 3650)
            waits.set()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(dispose)]
        assert reached.wait(timeout=60)
        running.append(pool.submit(extend))
        for future in running:
            future.result(timeout=60)
    version = Trail.objects.get(pk=shared_world.public.pk).current
    assert version is not None
    assert version.retention_days == 3650
    assert version.at - done[0] > datetime.timedelta()
