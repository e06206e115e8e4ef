"""Readers of a log who believe nothing: each checks what it fetches against one pinned key."""

import random
from collections import Counter
from pathlib import Path

from evidence.ledger.note import Key
from evidence.package.report import Verdict
from evidence.package.verify import verify
from tests import stranger
from tests.anomalies.ledger_aftermath import WIDTH
from tests.anomalies.outsider import LOG, Outsider
from tests.anomalies.reporters import TRAIL, Load, ask
from tests.plugins.server import Server


def pinned_key(server: Server, outsider: Outsider, organization: str = "acme") -> Key:
    """Return the key of an organization's log as a verifier brings it."""
    origin = f"{server.url.partition('://')[2]}/{organization}"
    return Key(origin, outsider.key.public_bytes_raw())


def tile_path(level: int, index: int, width: int) -> str:
    """Return the path of a tile (C2SP tlog-tiles); indexes up to 999,999."""
    thousands, rest = divmod(index, 1000)
    name = f"x{thousands:03}/{rest:03}" if thousands else f"{rest:03}"
    return f"{LOG}/tile/{level}/{name}" + (f".p/{width}" if width < WIDTH else "")


class Readers:
    """What readers do, each call one round; `read` counts what they have verified."""

    def __init__(self, server: Server, token: str, workflows: list[str], folder: Path) -> None:
        self.server, self.token, self.workflows = server, token, workflows
        self.outsider = Outsider(server)
        self.key = pinned_key(server, self.outsider)
        self.read: Counter[str] = Counter()
        self._folder = folder
        self._chance = random.Random()  # noqa: S311

    def a_package(self, reader: int) -> None:
        """Fetch a package and verify it, unless it says that it came before the seal."""
        workflow = self._chance.choice(self.workflows)
        status, body = ask(self.server, "GET", f"{TRAIL}/{workflow}/package", self.token)
        assert status == 200, body
        path = self._folder / f"{reader}.zip"
        path.write_bytes(body)
        report = verify(path, [self.key])
        if report.verdict is Verdict.UNPROVEN:
            found = [finding.code for check in report.checks.values() for finding in check.findings]
            assert "no-proof" in found
        else:
            assert report.verdict is Verdict.VERIFIED, report.as_json()
        self.read[report.verdict] += 1

    def a_proof(self, load: Load) -> None:
        """Fetch a statement that was acknowledged, any, and its proof."""
        known = [report for report in load.sent[:] if report.id]
        if not known:
            return
        report = self._chance.choice(known)
        assert report.id is not None
        self.outsider.take_proof(self.server, self.token, report.workflow, report.id)

    def all_tiles(self) -> None:
        """Fetch a checkpoint and all tiles below it; each root so far must follow from them."""
        said = self.outsider.take_checkpoint(self.server, self.token)
        if said is None:
            return
        leaves = self._row(0, said.size)
        tree = stranger.Tree(
            [b""] * said.size, {(at, at + 1): leaf for at, leaf in enumerate(leaves)}
        )
        for size, known in list(self.outsider.roots.items()):
            if size <= said.size:
                assert tree.mth(0, size) == known.root
        above = [tree.mth(at, at + WIDTH) for at in range(0, said.size - WIDTH + 1, WIDTH)]
        assert self._row(1, len(above)) == above
        self.read["tiles"] += 1

    def _row(self, level: int, length: int) -> list[bytes]:
        """Return a row of the tree as its tiles hold it."""
        row = b""
        for index in range(-(-length // WIDTH)):
            width = min(WIDTH, length - index * WIDTH)
            status, tile = ask(self.server, "GET", tile_path(level, index, width), self.token)
            assert (status, len(tile)) == (200, 32 * width), tile[:200]
            row += tile
        return [row[at : at + 32] for at in range(0, len(row), 32)]
