"""Demos that are started together make one demo, and all print the same way in."""

from concurrent.futures import ThreadPoolExecutor

from tests.plugins.servers import MakeServer


def test_two_demos_at_once_make_one(make_server: MakeServer) -> None:
    server = make_server()
    with ThreadPoolExecutor(2) as pool:
        first, second = (pool.submit(server.manage, "demo") for _ in range(2))
    done = [first.result(), second.result()]
    assert [run.returncode for run in done] == [0, 0], [run.stderr for run in done]
    heads, rests = zip(*(run.stdout.split("\n", 1) for run in done), strict=True)
    assert sorted("all there already" in head for head in heads) == [False, True]
    assert rests[0] == rests[1]
    assert server.sql("SELECT count(*) FROM trails_user") == [(3,)]
    assert server.sql("SELECT count(*) FROM trails_apikey") == [(2,)]
    assert server.sql("SELECT count(*) FROM trails_hold") == [(1,)]
