"""Risk signals: noted once by the rooms that come to know a fact, read by people."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from largesse.accounts import Account, AccountsService
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import NotFound
from largesse.safety import store_signals
from largesse.safety.model_signals import WEIGHTS, Fact, Signal

_EXPORTED_MAX = 10_000


async def note_fact(tx: WriteTx, fact: Fact, accounts: Collection[int], *, source: str) -> None:
    """Note a fact about accounts in the transaction that learns of it: each gets a signal that names the others.

    `source` is its cause, such as `dispute:<uuid>`; the same fact of the same cause is noted once for an account.
    """
    if accounts:
        await store_signals.note(tx, fact, sorted(set(accounts)), weight=WEIGHTS[fact], source=source)


async def list_signals_of(tx: ReadTx, account: int, limit: int) -> list[Signal]:
    """The newest signals about an account, for rooms that decide about it."""
    return await store_signals.list_of(tx, account, None, limit)


async def export_signals(tx: ReadTx, account: int) -> dict[str, Any]:
    """What was noted about a person: `signals`; who else it is about is other people's, and left out."""
    found = await store_signals.list_of(tx, account, None, _EXPORTED_MAX)
    return {
        "signals": [
            {"kind": one.kind, "source": one.source, "others": one.related_count, "noted_at": one.noted_at}
            for one in found
        ]
    }


class SignalsService:
    """Signals, as operators read them."""

    def __init__(self, db: Database, people: AccountsService) -> None:
        self._db = db
        self._people = people

    async def list_signals(self, account: UUID | None, before: int | None, limit: int) -> list[Signal]:
        """Signals, newest first, behind a key; about one account where it is named. Raises `NotFound`."""
        subject = await self._find(account) if account else None
        async with self._db.read() as tx:
            if subject is None:
                return await store_signals.list_all(tx, before, limit)
            return await store_signals.list_of(tx, subject.key, before, limit)

    async def _find(self, account: UUID) -> Account:
        found = await self._people.find_account(account)
        if found is None:
            raise NotFound
        return found
