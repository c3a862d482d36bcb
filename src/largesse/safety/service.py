"""Freezing accounts; the only place of this room that opens a transaction."""

from datetime import datetime
from uuid import UUID

from largesse import ledger
from largesse.accounts import ACCOUNT_PREFIX, Account, AccountsService
from largesse.kit import ids, trail
from largesse.kit.db import Database
from largesse.kit.http import NotFound


class SafetyService:
    """What operators do about accounts."""

    def __init__(self, db: Database, people: AccountsService) -> None:
        self._db = db
        self._people = people

    @property
    def now(self) -> datetime:
        """The moment by which ages are told."""
        return self._people.now

    async def find_accounts(self, query: str, before: int | None, limit: int) -> list[Account]:
        """Accounts by id, address, or beginning of the username; newest first."""
        return await self._people.search(query, ids.decode(query, ACCOUNT_PREFIX), before, limit)

    async def get_account(self, account_id: UUID) -> tuple[Account, list[str]]:
        """An account, and what it is frozen for, as `ledger.list_freezes` says; raises `NotFound`."""
        account = await self._find(account_id)
        async with self._db.read() as tx:
            return account, await ledger.list_freezes(tx, account.key)

    async def set_frozen(self, actor: int, account_id: UUID, reason: str, *, frozen: bool) -> tuple[Account, list[str]]:
        """Freeze or unfreeze: a frozen account spends nothing. Again is the same, and is in the trail again.

        Returns the account, and what it is frozen for then: an open dispute freezes until it is decided. Raises
        `NotFound`.
        """
        account = await self._find(account_id)
        async with self._db.write() as tx:
            await ledger.freeze(tx, account.key, frozen)
            causes = await ledger.list_freezes(tx, account.key)
            verb = "account.freeze" if frozen else "account.unfreeze"
            await trail.write(tx, actor, verb, ids.encode(ACCOUNT_PREFIX, account.id), {"reason": reason})
        return account, causes

    async def _find(self, account_id: UUID) -> Account:
        found = await self._people.find_account(account_id)
        if found is None:
            raise NotFound
        return found
