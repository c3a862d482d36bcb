"""Whom people block. Somebody who is blocked is banned from all rooms of who blocked them; nobody is told.

A block is committed first and what it ends is ended then, so nobody takes a place between the two.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from largesse import ledger
from largesse.accounts import ACCOUNT_PREFIX, AccountsService, Person
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.http import Conflict, Invalid, NotFound
from largesse.safety import store_blocks
from largesse.safety.store_blocks import BLOCKS_MAX, Block

BLOCK_PREFIX = "block"


class BlocksService:
    """Block, lift, list. `ends` is called with (who blocked, whom, whether they are known to them) after each block."""

    def __init__(
        self, db: Database, people: AccountsService, ends: Callable[[int, int, bool], Awaitable[None]]
    ) -> None:
        self._db = db
        self.people = people
        self._ends = ends

    async def block(self, account: int, named: str) -> Block:
        """Block a person by id or username; again is the same. Raises `NotFound`, `Invalid`, `Conflict`."""
        person = await self._person(named)
        return await self._put(account, person.key, "")

    async def block_giver(self, account: int, receipt: str) -> Block:
        """Block who gave a gift to `account`; an anonymous giver stays unknown.

        Raises `NotFound` where no such gift was given to this account, `Invalid`, `Conflict`.
        """
        parsed = ledger.parse_receipt(receipt)
        if parsed is None:
            raise Invalid.field("receipt", "is not a receipt's number")
        async with self._db.read() as tx:
            gift = await ledger.find_by_receipt(tx, *parsed)
        if gift is None or gift.receiver != account:
            raise NotFound
        return await self._put(account, gift.sender, gift.receipt if gift.anonymous else "")

    async def lift(self, account: int, which: str) -> None:
        """Lift a block by its own id, or that of a named person; again is the same. Raises `NotFound`."""
        block = ids.decode(which, BLOCK_PREFIX) if which.startswith(f"{BLOCK_PREFIX}_") else None
        blocked = None if block else (await self._person(which)).key
        async with self._db.write() as tx:
            await store_blocks.remove(tx, account, block=block, blocked=blocked)

    async def list_of(self, account: int, before: UUID | None, limit: int) -> Sequence[Block]:
        """Whom somebody blocked, the newest first."""
        async with self._db.read() as tx:
            return await store_blocks.list_of(tx, account, before, limit)

    async def _put(self, account: int, blocked: int, receipt: str) -> Block:
        if blocked == account:
            raise Invalid.field("account", "is your own")
        async with self._db.write() as tx:
            found = await store_blocks.put(tx, ids.new(), account, blocked, receipt)
        if found is None:
            raise Conflict(detail=f"at most {BLOCKS_MAX} are blocked")
        await self._ends(account, blocked, not receipt)
        return found

    async def _person(self, named: str) -> Person:
        value = ids.decode(named, ACCOUNT_PREFIX)
        found = await (self.people.person_by_id(value) if value else self.people.person_by_username(named))
        if found is None:
            raise NotFound
        return found
