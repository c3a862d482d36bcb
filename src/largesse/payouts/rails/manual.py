"""A rail of people: an operator makes the transfer at the bank by hand, and says what became of it.

What is handed over waits in `payouts.transfer` until a person says that it is paid, that it failed, or that it came
back.
"""

from datetime import timedelta
from typing import Literal

from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.payouts import store_rails
from largesse.payouts.rails.port import Attempt, Capabilities, Seen

Said = Literal["in_transit", "paid", "failed", "returned"]


class Manual:
    """Notes what a person is to pay."""

    name = "manual"
    capabilities = Capabilities(repeats=True, late=timedelta(0), window=timedelta(days=30))

    def __init__(self, db: Database) -> None:
        self._db = db

    async def submit(self, attempt: Attempt) -> Seen:
        """Noted; the same key again is the same transfer."""
        async with self._db.write() as tx:
            return await store_rails.put(tx, self.name, attempt, "submitted")

    async def look(self, attempt: Attempt) -> Seen:
        """What people have said of it."""
        async with self._db.read() as tx:
            return await store_rails.look(tx, attempt.key)

    async def say(self, key: str, said: Said, *, ref: str = "", reason: str = "", back: Money | None = None) -> bool:
        """Note what a person says became of a transfer; False where it cannot follow what was said before."""
        async with self._db.write() as tx:
            return await store_rails.say(tx, key, said, ref=ref, reason=reason, back=back)

    async def close(self) -> None:
        """Nothing is open."""
