"""Changing prices by two people: a whole price book is proposed, approved, and comes into force at its time."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog

from largesse.catalog import model, store, store_books
from largesse.catalog.errors import BookOutOfLine
from largesse.catalog.model import BookContent, Channel
from largesse.catalog.store_books import BookRow, Coming
from largesse.kit import approval, ids, trail
from largesse.kit.db import Database, ReadTx, WriteTx
from largesse.kit.http import Conflict, Invalid, NotFound

log = structlog.get_logger(__name__)
KIND = "catalog.book"
_YEARS = range(2000, 2201)


class WantedBook(msgspec.Struct, frozen=True, kw_only=True):
    """A whole book for a region and channel, from a date; None is the moment of the approval."""

    region: str
    channel: Channel
    effective_at: datetime | None
    content: BookContent


class BooksOffice:
    """The office's verbs about price books; `editing` opens the catalogue's transaction."""

    def __init__(self, db: Database, editing: Callable[[], AbstractAsyncContextManager[WriteTx]]) -> None:
        self._db = db
        self._editing = editing

    async def propose(
        self, *, by: int, proposal: UUID, wanted: WantedBook, reason: str, ticket: str
    ) -> tuple[BookRow, bool]:
        """Propose a book; True beside it says that it was there before.

        Raises `Invalid`, `BookOutOfLine`, `IdReused`, and `Conflict` for another currency than the book has.
        """
        check_book(wanted.content)
        if wanted.effective_at is not None and wanted.effective_at.year not in _YEARS:
            raise Invalid.field("effective_at", f"not between the years {_YEARS[0]} and {_YEARS[-1]}")
        body: dict[str, Any] = msgspec.to_builtins(wanted)
        async with self._db.write() as tx:
            _, replayed = await approval.propose(
                tx, proposal=proposal, kind=KIND, body=body, reason=reason, ticket=ticket, proposed_by=by
            )
            if not replayed:
                await _check_currency(tx, wanted.region, wanted.channel, wanted.content)
                about = ids.encode("proposal", proposal)
                await trail.write(tx, by, f"{KIND}.proposed", about, body | {"reason": reason, "ticket": ticket})
        return await self.get(proposal), replayed

    async def approve(self, *, by: int, proposal: UUID) -> BookRow:
        """Let a book come, as a second person; where its time is here, it is in force when this returns.

        Raises `NotFound`, `AlreadyDecided`, `FourEyes`, `Conflict`.
        """
        async with self._editing() as tx:
            found = await approval.approve(tx, proposal=proposal, kind=KIND, by=by)
            wanted = msgspec.convert(found.body, WantedBook)
            await _check_currency(tx, wanted.region, wanted.channel, wanted.content)
            coming = Coming(id=proposal, region=wanted.region, channel=wanted.channel, content=wanted.content)
            await store_books.put(tx, coming, wanted.effective_at)
            about = ids.encode("proposal", proposal)
            await trail.write(tx, by, f"{KIND}.approved", about, {"proposed_by": found.proposed_by})
            await _apply(tx)
        return await self.get(proposal)

    async def reject(self, *, by: int, proposal: UUID) -> BookRow:
        """Turn a proposed book down, or withdraw one's own. Raises `NotFound`, `AlreadyDecided`."""
        async with self._db.write() as tx:
            await approval.reject(tx, proposal=proposal, kind=KIND, by=by)
        return await self.get(proposal)

    async def cancel(self, *, by: int, proposal: UUID) -> BookRow:
        """Take back an approved book before its time, alone: prices stay. Raises `NotFound`, `Conflict`."""
        async with self._db.write() as tx:
            if not await store_books.cancel(tx, proposal):
                found = await store_books.find_proposed(tx, proposal)
                if found is None:
                    raise NotFound
                raise Conflict(f"it is {found.status}")
            await trail.write(tx, by, f"{KIND}.canceled", ids.encode("proposal", proposal), {})
        return await self.get(proposal)

    async def get(self, proposal: UUID) -> BookRow:
        """A proposed book, and what became of it; raises `NotFound`."""
        async with self._db.read() as tx:
            found = await store_books.find_proposed(tx, proposal)
        if found is None:
            raise NotFound
        return found

    async def list_proposals(self, *, before: UUID | None, limit: int) -> list[BookRow]:
        """Proposed books, the newest first."""
        async with self._db.read() as tx:
            return await store_books.list_proposed(tx, before=before, limit=limit)

    async def apply_due(self) -> None:
        """For a worker: put the books in force whose time has come."""
        async with self._db.read() as tx:
            if not await store_books.is_due(tx):
                return
        async with self._editing() as tx:
            await _apply(tx)


def check_book(content: BookContent) -> None:
    """Refuse a book that contradicts itself: raises `Invalid`, `BookOutOfLine`."""
    bundles = sorted(content.bundles, key=lambda bundle: bundle.coins)
    if len({bundle.coins for bundle in bundles}) < len(bundles):
        raise Invalid.field("bundles", "two bundles of the same number of coins")
    custom = content.custom_amount
    if custom is not None and custom.coins_max < custom.coins_min:
        raise Invalid.field("custom_amount", "coins_max is less than coins_min")
    if content.currency == "USD" and content.unit_usd_micros != model.MICROS:
        raise Invalid.field("unit_usd_micros", "a US dollar is worth a US dollar")
    if not model.is_in_line(bundles):
        raise BookOutOfLine


async def _check_currency(tx: ReadTx, region: str, channel: str, content: BookContent) -> None:
    known = (await store.read_shelf(tx)).exact(region, channel)
    if known is not None and known.currency != content.currency:
        raise Conflict(f"the book of {region} and {channel} is in {known.currency}")


async def _apply(tx: WriteTx) -> None:
    """Put the books in force whose time has come. One whose currency is no longer the book's is canceled."""
    for coming in await store_books.take_due(tx):
        about, canceled = f"book:{coming.region}/{coming.channel}", False
        try:
            await _check_currency(tx, coming.region, coming.channel, coming.content)
        except Conflict as conflict:
            canceled = True
            log.warning("book.not_applied", book=about, why=conflict.detail)
        else:
            await store.put_book(tx, coming.region, coming.channel, coming.content)
        await store_books.done(tx, coming.id, canceled=canceled)
        noted = {"proposal": ids.encode("proposal", coming.id)}
        await trail.write(tx, trail.SYSTEM, "book.not_put" if canceled else "book.put", about, noted)
