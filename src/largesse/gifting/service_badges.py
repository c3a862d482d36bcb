"""Gifters' levels: what people gave in their own names, folded from the journal behind its settling.

The settle transaction knows nothing of it: a worker sums whole batches by a cursor of its own, in the database, and
writes one row a giver and fold. Each batch is counted once, because sums and cursor are of one transaction.
"""

from largesse import accounts, ledger
from largesse.accounts import AccountsService
from largesse.kit.db import Database

READER = "badges"
BATCHES_A_FOLD = 20  # of each stripe: at most 1.28 million gifts in one statement


class Badges:
    """Folds on; where several workers do at once, one of them counts."""

    def __init__(self, db: Database, people: AccountsService) -> None:
        self.db = db
        self.people = people

    async def fold(self) -> bool:
        """Count what was settled since the last time; whether there is more."""
        async with self.db.write() as tx:
            before = await ledger.get_reader(tx, READER)
            named = await ledger.read_named(tx, before, BATCHES_A_FOLD)
            if named.cursor == before or not await ledger.move_reader(tx, READER, before, named.cursor):
                return False
            changed = await accounts.add_given(tx, named.coins) if named.coins else []
        if changed:
            await self.people.graded(changed)
        return named.more
