"""Packages through HTTP: how fast they stream, what memory that takes, when the first byte comes.

The yardstick of streaming is `cat` of the same files through a pipe; beside it, only to be known,
what else can make an archive of them or send as many bytes. All read from a warm page cache, in
turns, and are compared in pairs of neighbours.
"""

import shutil
from collections.abc import Callable
from contextlib import ExitStack

from tests.bench import wire, yardsticks
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, BenchServer, Ground

SPEED_BOUND = 0.7
MEMORY_BOUND = 64
FIRST_BYTE_BOUND = 50
MANY_FIRST_BYTE_BOUND = 100
MANY_MEMORY_BOUND = 100
TIMES = 4  # how much bigger the bigger package is


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Stream 2 GB of mixed files, and the same files four times over."""
    huge, scale, rounds = (50_000_000, 5, 2) if quick else (700_000_000, 100, 7)
    with ground.server() as server, ExitStack() as stack:
        made = ground.fill(server, "mixed", huge=huge, scale=scale, times=TIMES)
        path, more = f"{made['address']}/package", f"{made['more']}/package"
        server.start()
        wire.first_byte(server, path)
        growth = [growth_of(server, one) for one in (path, more)]
        files = [f"{server.vault_root}/{name}" for name in made["objects"]]
        runs: dict[str, Callable[[], float]] = {
            "ours": lambda: wire.download(server.url + path, least=made["bytes"]),
            "cat": lambda: yardsticks.cat(files),
            "zipstream-ng": lambda: yardsticks.zipstream_ng(files),
        }
        if shutil.which("zip"):
            runs["zip"] = lambda: yardsticks.info_zip(files)
        if yardsticks.NGINX:
            folder = ground.folder / "static"
            folder.mkdir()
            stack.callback(shutil.rmtree, folder)
            wire.download(server.url + path, folder / "package.zip")
            address = stack.enter_context(yardsticks.nginx(folder))
            runs["nginx"] = lambda: wire.download(f"{address}/package.zip")
        took: dict[str, list[float]] = {name: [] for name in runs}
        for one in runs.values():
            one()
        for _ in range(rounds):
            for name, one in runs.items():
                took[name].append(one())
    size, count = made["bytes"] / MEGABYTE, len(files)
    return [
        _speed(f"package: {size:,.0f} MB in {count:,} mixed files", size, took),
        *_others(size, took),
        *(
            Figure(
                name=f"package: memory that the server gains over {times * size:,.0f} MB",
                value=Spread.of([grown / MEGABYTE]),
                unit="MB",
                yardstick="the bytes that it streams meanwhile",
                yardstick_value=Spread.of([times * size]),
                ratio=Spread.of([grown / MEGABYTE / times / size]),
                below=MEMORY_BOUND,
                because=f"bounded by the list of {times * count:,} files, by the chunks under way "
                "and by what the process keeps for the next; not by the bytes",
            )
            for times, grown in ((1, growth[0]), (TIMES, growth[1]))
        ),
    ]


def _speed(name: str, size: float, took: dict[str, list[float]]) -> Figure:
    return Figure(
        name=f"{name}, streamed to curl",
        value=Spread.of([size / one for one in took["ours"]]),
        unit="MB/s",
        yardstick="cat of the files through a pipe to cat",
        yardstick_value=Spread.of([size / one for one in took["cat"]]),
        ratio=Spread.of_ratios(took["cat"], took["ours"]),
        at_least=SPEED_BOUND,
        because="bounded by copying: the file to Python, to the server's buffers, to the "
        "socket, to curl; cat copies twice. Small files cost an open each",
    )


def _others(size: float, took: dict[str, list[float]]) -> list[Figure]:
    """Compare with what else there is; a bound would be about them."""
    others = (
        ("zip", "Info-ZIP: zip -0 - into a pipe", yardsticks.NO_ZIP),
        ("zipstream-ng", "zipstream-ng, uncompressed, into a pipe", ""),
        ("nginx", "nginx sending the same zip as a static file to curl", yardsticks.NO_NGINX),
    )
    return [
        Figure(
            name=f"package: the same against {name}",
            value=Spread.of([size / one for one in took["ours"]]),
            unit="MB/s",
            yardstick=yardstick,
            yardstick_value=Spread.of([size / one for one in took[name]]) if name in took else None,
            ratio=Spread.of_ratios(took[name], took["ours"]) if name in took else None,
            because="nginx lets the kernel send a file that is made already: the bound is the "
            "socket"
            if name == "nginx"
            else "it reads every byte through CRC-32 while it streams; ours knows them since the "
            "bytes came",
            unmeasured="" if name in took else missing,
        )
        for name, yardstick, missing in others
    ]


def measure_first_byte(ground: Ground, *, quick: bool) -> list[Figure]:
    """Wait for the first byte of packages of many files, after a start and later on."""
    starts, again = (1, 3) if quick else (7, 5)
    # As many files as one request may bring, in one attestation after the other.
    sizes = ((2, 5_000, FIRST_BYTE_BOUND), (20, 5_000, MANY_FIRST_BYTE_BOUND))
    found: list[Figure] = []
    for attestations, each, bound in sizes[:1] if quick else sizes:
        with ground.server() as server:
            made = ground.fill(server, "many_files", attestations=attestations, each=each)
            path = f"{made['address']}/package"
            cold, warm, ready, grown = [], [], [], []
            for _ in range(starts):
                server.start()
                # Something else first: the process has imported its code and knows the database.
                wire.first_byte(server, made["address"])
                before = server.memory()
                cold.append(wire.first_byte(server, path) * 1000)
                for _ in range(again):
                    ready.append(wire.first_byte(server, "/ready") * 1000)
                    warm.append(wire.first_byte(server, path) * 1000)
                wire.download(server.url + path)
                grown.append((server.peak() - before) / MEGABYTE)
                server.stop()
        found += [
            _first(made["files"], "first package after a start", cold, ready, bound),
            _first(made["files"], "again", warm, ready, bound),
            Figure(
                name=f"package: memory that the server gains over {made['files']:,} files",
                value=Spread.of(grown),
                unit="MB",
                below=MANY_MEMORY_BOUND,
                because="bounded by the layout of the package, a few hundred bytes for each file, "
                "which each of the two processes keeps for the next request",
            ),
        ]
    return found


def _first(files: int, how: str, times: list[float], ready: list[float], bound: float) -> Figure:
    return Figure(
        name=f"package: first byte at {files:,} files of one workflow, {how}",
        value=Spread.of(times),
        unit="ms",
        yardstick="the first byte of /ready, which asks database and vault",
        yardstick_value=Spread.of(ready),
        ratio=Spread.of([one / Spread.of(ready).median for one in times]),
        below=bound,
        because="bounded by the request itself: each process keeps the layouts asked for last; the "
        "longest is the first look of the other process"
        if how == "again"
        else "bounded by Python and the query: the length and the entity tag, which come first, "
        "depend on the name, size and digest of every file",
    )


def growth_of(server: BenchServer, path: str) -> int:
    """Download a package; give the bytes by which the server's memory has peaked meanwhile."""
    before = server.memory()
    wire.download(server.url + path)
    return server.peak() - before
