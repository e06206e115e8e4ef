"""The leaves of a log, its tiles and its roots: the whole tree is grown once, leaf by leaf."""

from collections.abc import Iterator
from typing import Any

from evidence import raw_rows
from evidence.errors import BadNote
from evidence.findings import Finding, Kind, Part, Step
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import note, tiles
from evidence.ledger.fsck.growth import (
    CHECKPOINT,
    LEAF,
    TILE,
    Growth,
    Signed,
    Stored,
    hash_of,
    misplaced,
)
from evidence.ledger.fsck.records import odd_numbers
from evidence.models import Checkpoint, Leaf, Log, Record, Tile
from evidence.raw_rows import Join, Row

AT_ONCE = 16 * tiles.WIDTH
"""Leaves read together: whole tiles, so that a step ends where a tile does."""
_COVERED = (
    '(SELECT COALESCE(MAX(c."size"), 0) FROM evidence_checkpoint c '
    "WHERE c.log_id = t.log_id AND {})"
)


def tree(log: str, origin: str) -> Part:
    """Return the part that grows the tree of a log and compares leaves, tiles and roots with it."""

    def steps(after: Any) -> Iterator[Step]:
        after = after or {}
        if not after.get("grown"):
            check = _Tree(log)
            yield from check.grow(after.get("state"))
        yield Step({"grown": True}, check_beyond(log))

    return Part(f"tree of {origin} {log}", steps)


def check_beyond(log: str) -> list[Finding]:
    """Return the leaves and tiles that no checkpoint covers, and those whose numbers are none."""
    return [*_leaves_beyond(log), *_tiles_beyond(log)]


def covered(log: str) -> int:
    """Return how many records the newest checkpoint of a log covers, as its row says."""
    rows = raw_rows.select(
        Checkpoint,
        "size",
        where=["t.log_id = %s", raw_rows.whole('t."size"')],
        params=[raw_rows.parameter(Log, log)],
        order='t."size" DESC',
        limit=1,
    )
    return rows[0]["size"] if rows else 0


class _Tree:
    def __init__(self, log: str) -> None:
        self.log = log
        self.key = raw_rows.parameter(Log, log)
        self.growth = Growth(log)
        self.stored: dict[tuple[int, int], Stored] = {}

    def grow(self, state: Any) -> Iterator[Step]:
        self.growth = growth = Growth.at(self.log, state)
        size = covered(self.log)
        while growth.size < size:
            start = growth.size
            page = self._leaves(start, size)
            # What is missing may be any number of leaves: it is one gap and one step.
            stop = size
            if len(page) == AT_ONCE:
                stop = min(size, max(start + AT_ONCE, page[0]["index"] // AT_ONCE * AT_ONCE))
            findings: list[Finding] = []
            signed = self._signed(start, stop)
            self.stored = self._tiles(start, stop)
            for row in page:
                index = row["index"]
                if index >= stop:
                    break
                if index < growth.size:
                    reason = f"Another leaf has the index {index} already."
                    findings.append(Finding(Kind.EXTRA, LEAF, str(row["record_id"]), reason))
                    continue
                if index > growth.size:
                    findings += self._gap(growth.size, index, signed)
                findings += self._add(row, signed)
            if growth.size < stop:
                findings += self._gap(growth.size, stop, signed)
            ended = growth.size >= size
            # Only where a tile ends can the growth be taken up again.
            position = {"grown": True} if ended else {"state": growth.state()}
            findings += growth.undecided() if ended else []
            yield Step(position, findings, len(page))

    def _leaves(self, start: int, size: int) -> list[Row]:
        return raw_rows.select(
            Leaf,
            "index record_id record.id record.leaf_hash",
            joins=[Join("record", Record, "record.id = t.record_id")],
            where=[
                "t.log_id = %s",
                raw_rows.whole('t."index"'),
                't."index" >= %s',
                't."index" < %s',
            ],
            params=[self.key, start, size],
            order='t."index"',
            limit=AT_ONCE,
        )

    def _tiles(self, start: int, stop: int) -> dict[tuple[int, int], Stored]:
        """Return the stored tiles that leaves from `start` to `stop` fill, of every level."""
        found = {}
        for level in range(tiles.LEVELS // tiles.HEIGHT):
            height = tiles.HEIGHT * (level + 1)
            first, last = start >> height, stop >> height
            if first == last:
                break
            rows = raw_rows.select(
                Tile,
                "id index hashes root",
                where=["t.log_id = %s", "t.level = %s", 't."index" >= %s', 't."index" < %s'],
                params=[self.key, level, first, min(last, first + AT_ONCE)],
                limit=2 * AT_ONCE,
            )
            for row in rows:
                if isinstance(row["index"], int):
                    hashes, root = (
                        row[name] if isinstance(row[name], bytes) else b""
                        for name in ("hashes", "root")
                    )
                    found[level, row["index"]] = Stored(str(row["id"]), hashes, root)
        return found

    def _signed(self, start: int, stop: int, limit: int = AT_ONCE) -> dict[int, Signed]:
        rows = raw_rows.select(
            Checkpoint,
            "id size root note",
            where=["t.log_id = %s", raw_rows.whole('t."size"'), 't."size" > %s', 't."size" <= %s'],
            params=[self.key, start, stop],
            order='t."size"',
            limit=limit,
        )
        return {
            row["size"]: Signed(str(row["id"]), row["size"], tuple(_roots(row))) for row in rows
        }

    def _add(self, row: Row, signed: dict[int, Signed]) -> Iterator[Finding]:
        hash = hash_of(row["record.leaf_hash"])
        if hash is None:
            if row["record.id"] is None:
                reason = f"The record at index {row['index']} of log {self.log} does not exist."
                yield Finding(Kind.MISSING, LEAF, str(row["record_id"]), reason)
            else:
                reason = f"leaf_hash is no hash: {row['record.leaf_hash']}."
                yield Finding(Kind.MALFORMED, "evidence_record", str(row["record_id"]), reason)
            yield from self._fill(row["index"] + 1, signed)
            return
        yield from self._append(hash, str(row["record_id"]), signed)

    def _gap(self, start: int, stop: int, signed: dict[int, Signed]) -> Iterator[Finding]:
        last = f" to {stop - 1}" if stop - start > 1 else ""
        reason = f"No record of log {self.log} has the index {start}{last}."
        yield Finding(Kind.GAP, LEAF, f"{self.log}/{start}", reason)
        yield from self._fill(stop, signed)

    def _fill(self, stop: int, signed: dict[int, Signed]) -> Iterator[Finding]:
        """Go on to `stop` with the hashes that full tiles have, as long as they have any."""
        growth = self.growth
        while growth.size < stop and growth.edge is not None:
            index, at = divmod(growth.size, tiles.WIDTH)
            tile = self.stored.get((0, index))
            row = tile.row if tile else None
            if row is not None:
                yield from self._append(row[at], f"{self.log}/{growth.size}", signed)
                continue
            yield from growth.give_up()
            for checkpoint in self._signed(
                growth.size, checkpoints.SIZE_LIMIT - 1, limit=1
            ).values():
                reason = (
                    f"Its root cannot be recomputed, nor any later one: what was at index "
                    f"{growth.size} is gone."
                )
                yield Finding(Kind.ROOT, CHECKPOINT, checkpoint.id, reason)
        growth.size = max(growth.size, stop)

    def _append(self, hash: bytes, record: str, signed: dict[int, Signed]) -> Iterator[Finding]:
        yield from self.growth.append(hash, record, self.stored)
        checkpoint = signed.get(self.growth.size)
        if checkpoint is None:
            return
        good = self.growth.good
        found, wrong = self.growth.check(checkpoint)
        yield from found
        if wrong and checkpoint.size - good <= AT_ONCE:
            rows = self._leaves(good, checkpoint.size)
            yield from misplaced((row["index"], str(row["record_id"])) for row in rows)


def _roots(row: Row) -> Iterator[bytes]:
    """Yield what the column and the note say; whether they agree is another part's question."""
    if isinstance(row["root"], bytes):
        yield row["root"]
    try:
        yield checkpoints.Checkpoint.parse(note.parse(row["note"]).text).root
    except (BadNote, TypeError, AttributeError):
        return


def _leaves_beyond(log: str) -> Iterator[Finding]:
    key = raw_rows.parameter(Log, log)
    yield from odd_numbers(Leaf, "index", key)
    covered = _COVERED.format(raw_rows.whole('c."size"'))
    for _, page in raw_rows.pages(
        Leaf,
        "record_id index",
        where=[
            "t.log_id = %s",
            raw_rows.whole('t."index"'),
            f't."index" < 0 OR t."index" >= {covered}',
        ],
        params=[key],
    ):
        for row in page:
            reason = f"No checkpoint of log {log} covers its index {row['index']}."
            yield Finding(Kind.EXTRA, LEAF, str(row["record_id"]), reason)


def _tiles_beyond(log: str) -> Iterator[Finding]:
    key = raw_rows.parameter(Log, log)
    yield from odd_numbers(Tile, "index", key)
    yield from odd_numbers(Tile, "level", key)
    for _, page in raw_rows.pages(Tile, "id level index", where=["t.log_id = %s"], params=[key]):
        size = covered(log)  # after the page: a tile is written with the checkpoint over it
        for row in page:
            level, index = row["level"], row["index"]
            if not isinstance(level, int) or not isinstance(index, int):
                continue
            fits = 0 <= level < tiles.LEVELS // tiles.HEIGHT and 0 <= index < 1 << 62
            if not fits or (index + 1) << (tiles.HEIGHT * (level + 1)) > size:
                reason = f"The {size} records of log {log} do not fill a tile {level}/{index}."
                yield Finding(Kind.EXTRA, TILE, str(row["id"]), reason)
