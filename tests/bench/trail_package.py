"""The package of a whole trail: how fast it is prepared, when its first byte comes, what it weighs.

The yardstick of streaming is `cat` of the same files, as for the package of a workflow.
"""

from tests.bench import wire, yardsticks
from tests.bench.figures import Figure, Spread
from tests.bench.ground import MEGABYTE, Ground

FIRST_BYTE_BOUND = 100  # ms
MEMORY_BOUND = 100  # MB


def measure(ground: Ground, *, quick: bool) -> list[Figure]:
    """Prepare a package of many workflows with small files, and download it."""
    workflows, rounds = (10, 2) if quick else (200, 5)
    attestations, each = 5, 100
    with ground.server() as server:
        sizes = {"workflows": workflows, "attestations": attestations, "each": each}
        made = ground.fill(server, "whole_trail", **sizes)
        path, files = made["address"], made["files"]
        places = [f"{server.vault_root}/{name}" for name in made["objects"]]
        places *= workflows * attestations
        megabytes = files * 4096 / MEGABYTE
        ready, firsts, grown, ours, cats = [], [], [], [], []
        for _ in range(rounds):
            server.start()
            # Something else first: the process has imported its code and knows the database.
            wire.first_byte(server, path.rpartition("/")[0])
            ready.append(wire.first_byte(server, "/ready") * 1000)
            before = server.memory()
            firsts.append(wire.first_byte(server, path) * 1000)
            ours.append(wire.download(server.url + path, least=made["bytes"]))
            grown.append((server.peak() - before) / MEGABYTE)
            cats.append(yardsticks.cat(places))
            server.stop()
    return [
        Figure(
            name=f"package of a trail: first byte at {files:,} files in {workflows} workflows",
            value=Spread.of(firsts),
            unit="ms",
            yardstick="the first byte of /ready, which asks database and vault",
            yardstick_value=Spread.of(ready),
            ratio=Spread.of_ratios(firsts, ready),
            below=FIRST_BYTE_BOUND,
            because="bounded by the request itself: one block of the recipe is read",
        ),
        Figure(
            name=f"package of a trail: memory that the server gains over {files:,} files",
            value=Spread.of(grown),
            unit="MB",
            yardstick="the bytes that it streams meanwhile",
            yardstick_value=Spread.of([made["bytes"] / MEGABYTE]),
            ratio=Spread.of([one * MEGABYTE / made["bytes"] for one in grown]),
            below=MEMORY_BOUND,
            because="bounded by a block of the recipe and the chunks under way",
        ),
        Figure(
            name=f"package of a trail: {files:,} files of 4 KB, streamed to curl",
            value=Spread.of([megabytes / one for one in ours]),
            unit="MB/s",
            yardstick="cat of the files through a pipe to cat",
            yardstick_value=Spread.of([megabytes / one for one in cats]),
            ratio=Spread.of_ratios(cats, ours),
            because="bounded by an open and a read for each file in Python",
        ),
        Figure(
            name=f"package of a trail: files prepared, {files:,} in all",
            value=Spread.of([files / made["seconds"]]),
            unit="1/s",
            because="bounded by Python: a header, a line of manifest and one of the index each",
        ),
        Figure(
            name="package of a trail: memory of the process that prepares it",
            value=Spread.of([made["peak"] / MEGABYTE]),
            unit="MB",
            below=MEMORY_BOUND * 2,
            because="bounded by one workflow, the blocks of a turn, and Django itself",
        ),
    ]
