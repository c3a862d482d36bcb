"""Statements of the office's side of payments."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which purchases an operator wants to see; None for any."""

    status: str | None = None
    provider: str | None = None
    account: UUID | None = None
    flagged: bool = False


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase in the office's list. Amounts are minor units of `currency`; `paid_*` is what arrived."""

    id: UUID
    account: UUID
    username: str
    coins: int
    price_minor: int
    currency: str
    paid_minor: int | None
    paid_currency: str | None
    fee_minor: int
    refunded_minor: int
    provider: str
    provider_ref: str | None
    channel: str
    status: str
    live: bool
    flags: list[str]
    created_at: datetime
    granted_at: datetime | None


class DisputeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute in the office's list."""

    id: UUID
    purchase: UUID
    username: str
    provider: str
    ref: str
    minor: int
    currency: str
    fee_minor: int
    status: str
    reason: str
    evidence_due_at: datetime | None
    opened_at: datetime
    decided_at: datetime | None


async def list_purchases(tx: ReadTx, wanted: Wanted, before: tuple[datetime, UUID] | None, limit: int) -> list[Listed]:
    """Purchases, newest first, behind a place."""
    at, last = before or (None, None)
    values = {name: getattr(wanted, name) for name in wanted.__struct_fields__}
    values |= {"before_at": at, "before_id": last, "limit": limit}
    return await tx.all(Listed, sql("payments", "office_page"), values)


async def get_listed(tx: ReadTx, purchase: UUID) -> Listed | None:
    """One purchase as it stands in the list."""
    return await tx.one(Listed, sql("payments", "office_one"), {"id": purchase})


async def list_refunds(tx: ReadTx, purchase: UUID) -> list[dict[str, Any]]:
    """The refunds of a purchase, oldest first."""
    return await tx.rows(sql("payments", "refunds_of"), {"purchase": purchase})


async def list_disputes(
    tx: ReadTx, *, purchase: UUID | None, status: str | None, before: UUID | None, limit: int
) -> list[DisputeRow]:
    """Disputes, newest first, of one purchase or of all, in one state or in any."""
    values = {"purchase": purchase, "status": status, "before": before, "limit": limit}
    return await tx.all(DisputeRow, sql("payments", "disputes"), values)


async def kind_of(tx: ReadTx, proposal: UUID) -> str | None:
    """The kind of a proposal."""
    kind: str | None = await tx.scalar(sql("payments", "proposal_kind"), {"id": proposal})
    return kind


async def get_arrived(tx: ReadTx, purchase: UUID) -> Money | None:
    """The money that arrived for a purchase."""
    row = await tx.row(sql("payments", "arrived_money"), {"id": purchase})
    return Money(row["paid_minor"], row["paid_currency"]) if row else None


async def grant_kept(tx: WriteTx, purchase: UUID, *, actor: str, reason: str) -> None:
    """A purchase whose money was kept apart is granted after all: its price is what arrived."""
    await tx.execute(sql("payments", "grant_kept"), {"id": purchase, "actor": actor, "reason": reason})
