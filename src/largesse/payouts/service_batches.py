"""Batches: the books are proved before payouts are handed over, and after; findings before, and nothing leaves.

Whatever hands payouts to a rail runs inside `BatchesService.run`: the worker that hands over what was approved, and
whoever writes a file for a bank. One batch at a time: it says every minute that it runs, however long its audits take.
One that died is forgotten after a few minutes of silence, which costs nothing but an audit, since a payout is handed
over once however many try.
"""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import structlog

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.ledger import Finding
from largesse.payouts import store_batches
from largesse.payouts.store_batches import Batch

log = structlog.get_logger(__name__)
Audit = Callable[[], Awaitable[list[Finding]]]
"""Proves the whole books as `largesse audit` does, and returns what does not hold."""

_BEAT_S = 60.0
_OPEN_S, _STOPPED_S = 300, 60  # several beats may be lost


class BatchesService:
    """Hands payouts over between two audits."""

    def __init__(self, db: Database, settings: Settings, audit: Audit) -> None:
        self._db = db
        self._audit = audit
        self._pause_s = 0 if settings.sandbox else settings.payout_batch_seconds

    async def run(self, kind: str, do: Callable[[int], Awaitable[int]]) -> bool:
        """Run a batch: audit, `do` (which hands over and counts), audit; whether it was done. `do` gets its key.

        Not done where another batch is open or has just ended, and where the audit before it finds something. What the
        audit after it finds stops the next one.
        """
        async with self._db.write() as tx:
            key = await store_batches.begin(
                tx, kind, open_s=_OPEN_S, pause_s=self._pause_s, stopped_s=_STOPPED_S
            )  # fmt: skip
        if key is None:
            return False
        beating = asyncio.create_task(self._beat(key))
        try:
            return await self._run(key, kind, do)
        except Exception:  # the next one need not wait for this one to be taken for dead
            async with self._db.write() as tx:
                await store_batches.note(tx, key, ended=True)
            raise
        finally:
            beating.cancel()
            await asyncio.wait([beating])

    async def _beat(self, key: int) -> None:
        while True:
            await asyncio.sleep(_BEAT_S)
            try:
                async with self._db.write() as tx:
                    await store_batches.beat(tx, key)
            except (psycopg.Error, OSError) as error:
                log.warning("payout.batch_unheard", batch=key, error=type(error).__name__)

    async def _run(self, key: int, kind: str, do: Callable[[int], Awaitable[int]]) -> bool:
        before = await self._audit()
        async with self._db.write() as tx:
            await store_batches.note(tx, key, before=len(before), finding=_first(before), ended=bool(before))
        if before:
            log.error("payout.batch_stopped", batch=key, kind=kind, findings=len(before), first=_first(before))
            return False
        count = await do(key)
        async with self._db.write() as tx:
            await store_batches.note(tx, key, payouts=count)
        after = await self._audit()
        async with self._db.write() as tx:
            await store_batches.note(tx, key, after=len(after), finding=_first(after), ended=True)
        if after:
            log.error("payout.batch_broke_the_books", batch=key, kind=kind, findings=len(after), first=_first(after))
        log.info("payout.batch", batch=key, kind=kind, payouts=count)
        return True

    async def list_batches(self, before: int | None, limit: int) -> list[Batch]:
        """Batches, newest first, behind a key."""
        async with self._db.read() as tx:
            return await store_batches.list_batches(tx, before, limit)


def _first(findings: list[Finding]) -> str:
    return f"{findings[0]}"[:500] if findings else ""
