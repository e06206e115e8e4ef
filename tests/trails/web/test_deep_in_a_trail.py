"""To find where a page of a trail begins, the index of statuses is walked and nothing is joined.

A database that joins walks the workflows of all trails from the newest on to that place.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.plugins.world import World

TRAIL = "/acme/prod-server-access/"


@pytest.mark.parametrize("address", ["", "?state=incomplete", "?before={id}", "workflows.csv"])
def test_statuses_are_read_alone(world: World, address: str) -> None:
    for number in range(3):
        run = world.begin(f"run-{number}")
    with CaptureQueriesContext(connection) as captured:
        answer = world.client().get(TRAIL + address.format(id=run.pk))
        content = answer.getvalue().decode()
    assert "run-1" in content
    read = [
        query["sql"] for query in captured if '"trails_workflowstatus"."latest"' in query["sql"]
    ]
    assert read
    assert not any("JOIN" in sql for sql in read)
