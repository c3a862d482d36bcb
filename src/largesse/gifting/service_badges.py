"""Gifters' levels: what people gave in their own names, folded from the journal behind its settling.

The settle transaction knows nothing of it: a worker sums whole batches by a cursor of its own, in the database, and
writes one row a giver and fold. Each batch is counted once, because sums and cursor are of one transaction. Parts of
gifts that are reversed, and those that come back, are news in the outbox, counted in the same way.
"""

from collections import Counter
from collections.abc import Iterable

from largesse import accounts, ledger
from largesse.accounts import AccountsService
from largesse.kit import outbox
from largesse.kit.db import Database, WriteTx, sql
from largesse.kit.outbox import Row

READER = "badges"
BATCHES_A_FOLD = 20  # of each stripe: at most 1.28 million gifts in one statement
ROWS_A_FOLD = 5_000


class Badges:
    """Folds on; of several workers one does at a time."""

    def __init__(self, db: Database, people: AccountsService) -> None:
        self.db = db
        self.people = people
        self._seen = outbox.Cursor()  # up to here is nothing of ours: not looked at again

    async def fold(self) -> bool:
        """Count what was settled, reversed and given back since the last time; whether there is more."""
        async with self.db.write() as tx:
            if not await tx.scalar(sql("gifting", "fold_lock")):
                return False
            before = await ledger.get_reader(tx, READER)
            named = await ledger.read_named(tx, before, BATCHES_A_FOLD)
            # A reversal waits until its gift has been counted.
            place, rows = (self._seen, []) if named.more else await self._read_reversals(tx)
            coins = _sum(named.coins, rows)
            changed = await accounts.add_given(tx, coins) if coins else []
            if named.cursor != before:
                moved = await ledger.move_reader(tx, READER, before, named.cursor)
                assert moved, "somebody moved the reader past its lock"
            if rows:
                await outbox.move_cursor(tx, READER, place)
        self._seen = place
        if changed:
            await self.people.graded(changed)
        return named.more or len(rows) == ROWS_A_FOLD

    async def _read_reversals(self, tx: WriteTx) -> tuple[outbox.Cursor, list[Row]]:
        known = max(self._seen, await outbox.get_cursor(tx, READER))
        return await outbox.read(tx, known, [ledger.GIFT_REVERSED], ROWS_A_FOLD)


def _sum(named: Iterable[tuple[int, int]], reversals: Iterable[Row]) -> list[tuple[int, int]]:
    """(giver, coins), less what was reversed; coins that came back are negative there."""
    coins = Counter(dict(named))
    for row in (part for told in reversals for part in ledger.each_part(told)):
        if not row.body["anonymous"]:
            coins[row.body["sender"]] -= row.body["coins"]
    return [(giver, n) for giver, n in coins.items() if n]
