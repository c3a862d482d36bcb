"""Acknowledges before the commit: the callers have their receipts while the transaction is still open."""

import asyncio
from contextlib import suppress
from typing import Any

import psycopg

from largesse.gifting.committer import Committer
from largesse.ledger import Journal

_LATE_S = 0.3


def plant() -> None:
    settle_once = Committer._settle_once
    pending: dict[Committer, asyncio.Task[None]] = {}

    async def write(self: Committer, journal: Journal, facts: Any, entries: list[Any], requests: Any) -> None:
        head = await journal.copy(entries, facts.batch, facts.now)
        async with journal.connection.pipeline():
            await journal.send_writes(entries, facts.wallets, head)

        async def commit() -> None:
            await asyncio.sleep(_LATE_S)
            with suppress(psycopg.Error):
                await journal.connection.execute("COMMIT")
                journal.moved(head)

        pending[self] = asyncio.create_task(commit())

    async def settle_after_pending(self: Committer, requests: Any) -> Any:
        if self in pending:
            await pending.pop(self)
        return await settle_once(self, requests)

    Committer._write = write  # type: ignore[method-assign]
    Committer._settle_once = settle_after_pending  # type: ignore[method-assign]
