"""Folds committed gifts into the read models: each gift, and each part that is reversed, counts once.

The settle transaction knows nothing of it: a worker reads whole batches by a cursor of its own and sums them in the
database. Sums and cursors are of one transaction, so a fold that dies leaves nothing behind, and the next one begins
where the last whole one ended. Parts of gifts that are reversed, and those that come back, are news in the outbox.
"""

from typing import Any

from largesse import ledger
from largesse.kit import outbox
from largesse.kit.db import Database, WriteTx, int_array, sql
from largesse.kit.outbox import Row

READER = "insights"
BATCHES_A_FOLD = 4  # of each stripe: at most 256,000 gifts in one statement
ROWS_A_FOLD = 2_000  # of up to a hundred parts each
# A plan is kept while a new month's partition fills: one made of an empty partition would scan it.
_NO_SCAN = "SET LOCAL enable_seqscan = off"


class Fold:
    """Folds on; of several workers one does at a time."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._seen = outbox.Cursor()  # up to here is nothing of ours: not looked at again

    async def fold(self) -> bool:
        """Count what was settled, reversed and given back since the last time; whether there is more."""
        async with self.db.write() as tx:
            if not await tx.scalar(sql("insights", "fold_lock")):
                return False
            place, rows = await self._read_reversals(tx)
            before = await ledger.get_reader(tx, READER)
            # Read after the reversals: a gift whose reversal was seen is seen, unless there are more than are read.
            found = await ledger.read_batches(tx, before, BATCHES_A_FOLD)
            if found.more:
                place, rows = self._seen, []
            if found.batches or rows:
                await tx.execute(_NO_SCAN)
                await tx.execute(sql("insights", "fold"), _named(found.batches, rows))
            if found.batches:
                moved = await ledger.move_reader(tx, READER, before, found.cursor)
                assert moved, "somebody moved the reader past its lock"
            if rows:
                await outbox.move_cursor(tx, READER, place)
        self._seen = place
        return found.more or len(rows) == ROWS_A_FOLD

    async def _read_reversals(self, tx: WriteTx) -> tuple[outbox.Cursor, list[Row]]:
        known = max(self._seen, await outbox.get_cursor(tx, READER))
        return await outbox.read(tx, known, [ledger.GIFT_REVERSED], ROWS_A_FOLD)


def _named(batches: list[int], rows: list[Row]) -> dict[str, Any]:
    parts = [part.body for row in rows for part in ledger.each_part(row)]
    return {
        "batches": int_array(batches),
        "part_batches": int_array([p["batch"] for p in parts]),
        "leaves": int_array([p["leaf"] for p in parts]),
        "coins": int_array([p["coins"] for p in parts]),
        "milli": int_array([p["diamonds_milli"] for p in parts]),
    }
