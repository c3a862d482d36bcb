"""Settling a batch of gifts in one transaction: lock, read, decide, write, commit."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog
from prometheus_client import Counter, Histogram

from largesse import catalog, ledger, policy, stage
from largesse.gifting.model import Facts, Kind, Outcome, Place, Request, Terms, decide
from largesse.kit.db import Database, WriteTx, answered_within
from largesse.kit.http import Busy
from largesse.kit.news import News

log = structlog.get_logger(__name__)
SETTLED = "gifts.settled"
_GIFTS = Counter("largesse_gifts_settled", "gifts committed by this process")
_BATCHES = Counter("largesse_gift_batches", "batches committed by this process")
_SECONDS = Histogram(
    "largesse_gift_batch_seconds",
    "time of one batch, lock to commit",
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3),
)
DEFERRALS_MAX = 3
_REOPEN_S = (0.02, 0.05, 0.1, 0.2, 0.4)
_CONTEXT = {("live", "live"): ledger.LIVE, ("live", "ended"): ledger.AFTER_LIVE, ("video", "live"): ledger.VIDEO}


class Committer:
    """One stripe's committer.

    It survives restarts of the database: a lost connection is an unknown outcome, and the same ids are sent again, so
    the books answer with the first receipt.
    """

    def __init__(self, db: Database, news: News | None, secret: bytes, *, patience_s: float = 20.0) -> None:
        self.db = db
        self.news = news
        self.secret = secret
        self.patience_s = patience_s
        self.batches = 0
        self._journal: ledger.Journal | None = None

    async def close(self) -> None:
        """Give the stripe back."""
        if self._journal is not None:
            await self._journal.close()
            self._journal = None

    async def settle(self, requests: list[Request]) -> list[Outcome | None]:
        """Settle a batch; None for a request whose wallet another committer held: it rides in the next batch.

        Waits through a restart of the database for `patience_s`, then raises `Busy`. A batch that the database refuses
        for another reason is settled in halves, so that one bad request fails alone.
        """
        end = asyncio.get_running_loop().time() + self.patience_s
        tries = 0
        while True:
            try:
                with _SECONDS.time():
                    return await self._settle_once(requests)
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError, ledger.NoFreeStripe) as error:
                await self._drop()
                if asyncio.get_running_loop().time() > end:
                    raise Busy from error
                log.warning("gifts.retry", error=str(error)[:200], gifts=len(requests), tries=tries)
                await asyncio.sleep(_REOPEN_S[min(tries, len(_REOPEN_S) - 1)])
                tries += 1
            except psycopg.Error:
                await self._drop()
                if len(requests) == 1:
                    raise
                log.exception("gifts.batch_refused", gifts=len(requests))
                middle = len(requests) // 2
                return await self._settle_half(requests[:middle]) + await self._settle_half(requests[middle:])
            except BaseException:
                await self._drop()
                raise

    async def _settle_half(self, requests: list[Request]) -> list[Outcome | None]:
        try:
            return await self.settle(requests)
        except psycopg.Error as error:
            log.exception("gifts.request_refused", exc_info=error)
            return [Busy() for _ in requests]

    async def _drop(self) -> None:
        with suppress(Exception):
            await self.close()
        self._journal = None

    async def _settle_once(self, requests: list[Request]) -> list[Outcome | None]:
        journal = self._journal
        if journal is None:
            journal = self._journal = await ledger.Journal.open(self.db, self.secret)
        with answered_within(journal.connection, self.patience_s):
            wanted, wallets, held = await self._lock(journal, requests)
            facts = await _read(journal, wanted, wallets)
            outcomes, entries = decide(facts, wanted)
            if entries:
                await self._write(journal, facts, entries, wanted)
            else:
                await journal.connection.execute("ROLLBACK")
        if not held:
            return list(outcomes)
        answers = iter(outcomes)
        return [None if r.sender in held else next(answers) for r in requests]

    async def _lock(
        self, journal: ledger.Journal, requests: list[Request]
    ) -> tuple[list[Request], dict[int, ledger.WalletState], set[int]]:
        senders = sorted({r.sender for r in requests})
        wait = max([r.deferrals for r in requests]) >= DEFERRALS_MAX
        async with journal.connection.pipeline():
            await journal.connection.execute("BEGIN")
            wallets, held = await journal.lock_wallets(senders, wait=wait)
        if held and len(held) * 2 > len(senders):
            # Not in a pipeline: at a rollback psycopg forgets its prepared statements, and there it does so too late,
            # after statements that it then believes to stand.
            await journal.connection.execute("ROLLBACK")
            async with journal.connection.pipeline():
                await journal.connection.execute("BEGIN")
                wallets, held = await journal.lock_wallets(senders, wait=True)
        if not held:
            return requests, wallets, held
        wanted = []
        for request in requests:
            if request.sender in held:
                request.deferrals += 1
            else:
                wanted.append(request)
        return wanted, wallets, held

    async def _write(
        self, journal: ledger.Journal, facts: Facts, entries: list[ledger.Entry], requests: Sequence[Request]
    ) -> None:
        notes = _notes(requests, entries)
        head = await journal.copy(entries, facts.batch, facts.now)
        async with journal.connection.pipeline():
            moved = await journal.send_writes(entries, facts.wallets, head)
            if notes:
                await stage.write_notes(WriteTx(journal.connection), notes)
            await journal.connection.execute("COMMIT")
        assert moved.rowcount == 1, f"stripe {head.stripe} moved under its committer"
        journal.moved(head)
        self.batches += 1
        _BATCHES.inc()
        _GIFTS.inc(len(entries))
        if self.news is not None:
            await self.news.publish(SETTLED, str(head.batch).encode())


def _notes(
    requests: Sequence[Request], entries: list[ledger.Entry]
) -> list[tuple[int, UUID, int, str | None, str | None]]:
    said = {(r.id, r.sender): r for r in requests if r.combo is not None or r.message is not None}
    if not said:
        return []
    written = {(e.id, e.sender) for e in entries}
    return [(r.sender, UUID(bytes=r.id), r.stage, r.combo, r.message) for key, r in said.items() if key in written]


async def _read(journal: ledger.Journal, requests: list[Request], wallets: dict[int, ledger.WalletState]) -> Facts:
    """Read, after the locks, all that decides: one round trip."""
    tx = WriteTx(journal.connection)
    kinds = sorted({r.kind for r in requests})
    stages = sorted({r.stage for r in requests})
    senders = sorted({r.sender for r in requests})
    to_guests = sorted({(r.stage, r.receiver, r.sender) for r in requests if r.receiver})
    async with journal.connection.pipeline():
        batch = await journal.ask_batch()
        known = await journal.ask_known([r.id for r in requests], [r.sender for r in requests])
        kind_rows = await catalog.ask_kinds(tx, kinds)
        policy_row = await policy.ask_in_force(tx)
        place_rows = await stage.ask_facts(tx, stages)
        ban_rows = await stage.ask_bans(tx, stages, senders)
        guest_rows = await stage.ask_guests(tx, to_guests) if to_guests else None
        number = await batch.fetchone()
        terms = await policy_row.fetchone()
        assert number is not None
        assert terms is not None
        return Facts(
            now=max(number[1], journal.head.recorded_at),
            batch=number[0],
            wallets=wallets,
            known={(row[0].bytes, row[1]): _known(row) for row in await known.fetchall()},
            kinds={row[0]: Kind(coins=row[1], streakable=row[2], retired=row[3]) for row in await kind_rows.fetchall()},
            places={row[0]: _place(row) for row in await place_rows.fetchall()},
            bans={(row[0], row[1]) for row in await ban_rows.fetchall()},
            terms=Terms(policy=terms[0], share_bps=terms[2], promo_share_bps=terms[3], give_day_coins_max=terms[6]),
            guests=set(await guest_rows.fetchall()) if guest_rows else frozenset(),
        )


def _place(row: Any) -> Place:
    _, creator, status, gifts_enabled, kind = row
    return Place(receiver=creator, context=_CONTEXT.get((kind, status)) if gifts_enabled else None)


def _known(row: Any) -> tuple[ledger.Entry, datetime]:
    entry = ledger.Entry(
        id=row[0].bytes, sender=row[1], stage=row[2], kind=row[3], count=row[4], flags=row[5], coins_paid=row[6],
        coins_promo=row[7], diamonds_milli=row[8], receiver=row[9], policy=row[10], batch=row[11], leaf=row[12],
        api_key=row[14], paid_before=0, promo_before=0,
    )  # fmt: skip
    return entry, row[13]
