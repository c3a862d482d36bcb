"""A rail that moves no money: what is handed over has arrived at once. Only in a sandbox.

It keeps what a real rail would keep on its own side, in `payouts.transfer`, so that a lost answer and a late return go
the same way as in earnest; an operator of a sandbox can play the receiving bank.
"""

from datetime import timedelta

from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payouts import store_rails
from largesse.payouts.rails.port import Attempt, Capabilities, Seen


class Sandbox:
    """Pays every attempt once."""

    name = "sandbox"
    capabilities = Capabilities(repeats=True, late=timedelta(0), window=timedelta(days=1))

    def __init__(self, db: Database) -> None:
        self._db = db

    async def submit(self, attempt: Attempt) -> Seen:
        """Paid; the same key again is the same transfer."""
        async with self._db.write() as tx:
            return await store_rails.put(tx, self.name, attempt, "paid")

    async def look(self, attempt: Attempt) -> Seen:
        """The transfer with what became of it."""
        async with self._db.read() as tx:
            return await store_rails.look(tx, attempt.key)

    async def play_return(self, key: str, back: Money, reason: str) -> bool:
        """Play the receiving bank: send a transfer back; False where it has not arrived, or less was sent."""
        async with self._db.write() as tx:
            return await store_rails.say(tx, key, "returned", reason=reason, back=back)

    async def close(self) -> None:
        """Nothing is open."""
