"""Statements of price books that are proposed, and of those that are to come."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from largesse.catalog.model import BookContent, Channel
from largesse.kit.db import ReadTx, WriteTx, sql

BookStatus = Literal["proposed", "rejected", "withdrawn", "coming", "applied", "canceled"]


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """A whole book for a region and channel."""

    id: UUID
    region: str
    channel: Channel
    content: BookContent


class BookRow(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed book; `effective_at` is None until it is approved. People are account keys."""

    id: UUID
    body: dict[str, Any]
    reason: str
    ticket: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    effective_at: datetime | None
    status: BookStatus


async def put(tx: WriteTx, coming: Coming, effective_at: datetime | None) -> None:
    """Enter an approved book; None is now, and so is what has passed."""
    values = {name: getattr(coming, name) for name in ("id", "region", "channel")}
    values |= {"content": msgspec.json.encode(coming.content).decode(), "effective_at": effective_at}
    await tx.execute(sql("catalog", "coming_put"), values)


async def is_due(tx: ReadTx) -> bool:
    """Whether some book's time has come."""
    return bool(await tx.scalar(sql("catalog", "coming_due")))


async def take_due(tx: WriteTx) -> list[Coming]:
    """The books whose time has come, in their order, locked."""
    return [msgspec.convert(row, Coming) for row in await tx.rows(sql("catalog", "coming_take"))]


async def done(tx: WriteTx, book: UUID, *, canceled: bool) -> None:
    """Say what became of a book whose time has come."""
    await tx.execute(sql("catalog", "coming_done"), {"id": book, "canceled": canceled})


async def cancel(tx: WriteTx, book: UUID) -> bool:
    """Take back a book that has not come yet; False where there is none."""
    return (await tx.execute(sql("catalog", "coming_cancel"), {"id": book})).rowcount == 1


async def list_proposed(tx: ReadTx, *, before: UUID | None, limit: int) -> list[BookRow]:
    """Proposed books, the newest first."""
    return await tx.all(BookRow, sql("catalog", "book_proposals"), {"id": None, "before": before, "limit": limit})


async def find_proposed(tx: ReadTx, book: UUID) -> BookRow | None:
    """One of them."""
    return await tx.one(BookRow, sql("catalog", "book_proposals"), {"id": book, "before": None, "limit": 1})
