"""Pages, API lists and proofs of a trail that grew: a million workflows against a thousand.

Each size is an instance of its own, so that nothing of the large one slows down the yardstick; the
large one holds a small trail as well, as instances do. A signed-in member asks both in turns, and
an API key where it is the API, over connections that stay open, each time for another workflow.
Times are those of a client next door.
"""

import http.client
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.bench.figures import Figure, Spread
from tests.bench.ground import BenchServer, Ground, run
from tests.plugins.template import SET_UP

FEW = 1_000
BOUND = 1.3
PATIENCE = 120.0
_WARMING = 12
"""Requests that are not counted: they fill the caches of both workers of a server."""

Facts = dict[str, Any]
Address = Callable[[Facts, dict[str, str]], str]
"""Takes what there is to know of a trail, and of one of its workflows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to ask for. `whole`: all of it is awaited, not its first byte alone."""

    name: str
    address: Address
    because: str
    whole: bool = True
    bound: float | None = BOUND


def _in_trail(query: str) -> Address:
    return lambda trail, workflow: trail["path"] + query.format(**workflow)


def _search(query: str) -> Address:
    return lambda trail, workflow: "/search?q=" + query.format(**trail, **workflow)


def _in_api(rest: str) -> Address:
    return lambda trail, workflow: trail["api_trail"] + rest.format(**workflow)


_ATTESTATION = "/workflows/{name}/attestations/{attestation}"
_PROOF = "a tile or two for each level of the tree, of 256 hashes each"

PAGES = (
    Asked("home", lambda trail, _: "/", "the first few of each kind, by an index for each"),
    Asked("trail", _in_trail(""), "fifty statuses by their index, sums, and a count of today"),
    Asked(
        "trail, incomplete ones", _in_trail("?state=incomplete"), "the index begins with the state"
    ),
    Asked("trail, a rare word", _in_trail("?q={ticket}"), "the index of words"),
    Asked(
        "trail, a word of every workflow",
        _in_trail("?q=production"),
        "of the newest 2,000 events that match",
    ),
    Asked("trail, deep in its pages", _in_trail("?before={id}"), "a page begins at a key"),
    Asked("workflow", _in_trail("{name}/"), "its own rows alone"),
    Asked("attestation", _in_trail("{name}/{attestation}/"), "its own rows alone"),
    Asked("search, a rare word", _search("{ticket}"), "the index of words"),
    Asked("search, a word of every workflow", _search("production"), "stops at the newest twenty"),
    Asked("search, a word of one in fifty", _search("host07"), "stops at the newest twenty"),
    Asked("search, a beginning of a hundred words", _search("{ticket:.8}"), "two hundred places"),
    Asked(
        "search, a beginning of a thousand words",
        _search("{ticket:.7}"),
        "not bounded: reads all of its places, two thousand of them, before the newest are known",
        bound=None,
    ),
    Asked(
        "search, a beginning that only the oldest tenth has",
        _search("tkt00"),
        "not bounded: reads all of its places, two hundred of them for each thousand workflows",
        bound=None,
    ),
    Asked("search, the id of a workflow", _search("{name}"), "one key of each visible trail"),
    Asked("search, a digest", _search("{sha256:.12}"), "a range of the keys of blobs"),
    Asked("search, a digest of most files", _search("{shared:.12}"), "stops at the newest twenty"),
    Asked("CSV, first byte", _in_trail("workflows.csv"), "five hundred at a time", whole=False),
    Asked("Atom feed", _in_trail("feed"), "the newest fifty events"),
    Asked("proof of an attestation", _in_trail("{name}/{attestation}/proof"), _PROOF),
    Asked("API: trails", lambda trail, _: trail["api"] + "/trails", "one trail"),
    Asked("API: workflows", _in_api("/workflows"), "fifty by the index of the trail"),
    Asked(
        "API: workflows, incomplete ones",
        _in_api("/workflows?state=incomplete"),
        "the index begins with the state",
    ),
    Asked("API: workflow", _in_api("/workflows/{name}"), "its own rows alone"),
    Asked("API: attestations", _in_api("/workflows/{name}/attestations"), "its own rows alone"),
    Asked("API: attestation", _in_api(f"{_ATTESTATION}"), "its own rows alone"),
    Asked("API: proof of an attestation", _in_api(f"{_ATTESTATION}/proof"), _PROOF),
    Asked("API: log", lambda trail, _: trail["api"] + "/log", "the newest checkpoint"),
    Asked(
        "API: proof that the log has only grown",
        lambda trail, _: trail["api"] + "/log/consistency?old=100",
        _PROOF,
    ),
    Asked(
        "API: export as JSON Lines, first byte",
        _in_api("/attestations"),
        "fifty workflows at a time",
        whole=False,
    ),
)


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Compare both sizes, page by page, on both engines."""
    many, rounds = (5_000, 3) if quick else (1_000_000, 60)
    found: list[Figure] = []
    for engine in ("postgres",) if quick else ("sqlite", "postgres"):
        sizes = {"large": many, "small": FEW}
        with (
            instance(ground, engine, sizes) as (large_server, large_made),
            instance(ground, engine, {"small": FEW}) as (small_server, small_made),
        ):
            large = Visitor(large_server, large_made["trails"]["large"])
            small = Visitor(small_server, small_made["trails"]["small"])
            found += [compared(page, large, small, rounds, many, engine) for page in PAGES]
    return found


@contextmanager
def instance(
    ground: Ground, engine: str, sizes: dict[str, int]
) -> Iterator[tuple[BenchServer, dict[str, Any]]]:
    """Give a running server with trails of these sizes, and what `million` tells of them."""
    with ground.server() as server:
        if engine == "sqlite":
            database = server.data_dir / "bench.sqlite3"
            server.environment["DATABASE_URL"] = f"sqlite:///{database}"
            for command in SET_UP:
                done = server.manage(*command)
                if done.returncode != 0:
                    raise RuntimeError(f"manage.py {command[0]} failed:\n{done.stderr}")
        made = run("tests.bench.million", json.dumps(sizes), environment=server.environment)
        server.start()
        yield server, made


class Visitor:
    """A member of one organization, signed in, who asks one server."""

    def __init__(self, server: BenchServer, trail: Facts) -> None:
        self._address = (server.host, server.port)
        self._trail = trail
        self._workflows = itertools.cycle(trail["workflows"])
        self._open = self._connection()

    def ask(self, page: Asked) -> float:
        """Ask for the page of the next workflow; give the milliseconds until it is there."""
        address = page.address(self._trail, next(self._workflows))
        connection = self._open if page.whole else self._connection()
        headers = (
            {"Authorization": f"Bearer {self._trail['token']}"}
            if address.startswith("/api/")
            else {"Cookie": f"sessionid={self._trail['cookie']}"}
        )
        with ExitStack() as stack:
            if not page.whole:
                stack.callback(connection.close)  # hangs up: the rest is neither made nor sent
            begun = time.perf_counter()
            connection.request("GET", address, headers=headers)
            answer = connection.getresponse()
            data = answer.read() if page.whole else answer.read(1)
            took = (time.perf_counter() - begun) * 1000
        if answer.status != 200 or not data:
            raise RuntimeError(f"{address} answered {answer.status}: {data[:500]!r}")
        return took

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self._address, timeout=PATIENCE)


def compared(
    page: Asked, large: Visitor, small: Visitor, rounds: int, many: int, engine: str
) -> Figure:
    """Ask both in turns, and compare the requests that were neighbours."""
    for _ in range(min(_WARMING, rounds)):
        large.ask(page), small.ask(page)
    pairs = [(large.ask(page), small.ask(page)) for _ in range(rounds)]
    return Figure(
        name=f"{_kind(page)}{page.name}, {many:,} workflows, {engine}",
        value=_quartiles([ours for ours, _ in pairs]),
        unit="ms",
        yardstick=f"{FEW:,} workflows",
        yardstick_value=_quartiles([least for _, least in pairs]),
        ratio=_quartiles([ours / least for ours, least in pairs]),
        at_most=page.bound,
        because=page.because,
    )


def _kind(page: Asked) -> str:
    return "" if page.name.startswith(("API", "proof")) else "page: "


def _quartiles(values: Sequence[float]) -> Spread:
    """Give the median between the quartiles: single requests on a shared machine go astray."""
    first, median, third = statistics.quantiles(values, n=4)
    return Spread(median, first, third)
