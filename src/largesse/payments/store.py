"""Statements of payments."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import psycopg

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.idempotency import IdReused
from largesse.payments.model import Purchase, Step


async def lock_buyer(tx: WriteTx, account: int) -> None:
    """Let no other order of this buyer be judged until the transaction ends."""
    await tx.execute(sql("payments", "lock_buyer"), {"account": account})


async def get_now(tx: ReadTx) -> datetime:
    """The transaction's time, on the database's clock."""
    at: datetime = await tx.scalar(sql("payments", "now"))
    return at


async def bought_since(tx: ReadTx, account: int, since: datetime) -> int:
    """US cents that count against the buying limit since then."""
    minor: int = await tx.scalar(sql("payments", "bought_since"), {"account": account, "since": since})
    return minor


async def find(tx: ReadTx, purchase: UUID) -> Purchase | None:
    """A purchase, whoever's it is."""
    row = await tx.row(sql("payments", "find"), {"id": purchase})
    return _purchase(row) if row else None


async def list_page(tx: ReadTx, account: int, before: tuple[datetime, UUID] | None, limit: int) -> list[Purchase]:
    """A buyer's purchases, newest first, behind a place."""
    at, last = before or (None, None)
    values = {"account": account, "before_at": at, "before_id": last, "limit": limit}
    return [_purchase(row) for row in await tx.rows(sql("payments", "page"), values)]


async def enter_order(tx: WriteTx, **columns: Any) -> None:
    """Enter an order as created; raises `IdReused` where somebody used the id a moment ago."""
    try:
        await tx.execute(sql("payments", "order"), columns)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == "purchase_pkey":
            raise IdReused from error
        raise


async def move(tx: WriteTx, purchase: UUID, status: str, actor: str, provider_ref: str | None = None) -> None:
    """Move a purchase on; the database refuses an illegal move, which is a bug."""
    values = {"id": purchase, "status": status, "actor": actor, "provider_ref": provider_ref}
    await tx.execute(sql("payments", "move"), values)


def _purchase(row: dict[str, Any]) -> Purchase:
    return Purchase(**row | {"history": msgspec.convert(row["history"], list[Step])})
