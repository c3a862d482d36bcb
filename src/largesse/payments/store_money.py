"""Statements of refunds and disputes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql


class WantedRefund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund that the provider is to be asked for. Minor units of `currency`."""

    id: UUID
    purchase: UUID
    provider: str
    provider_ref: str
    minor: int
    currency: str
    reason: str


class RefundFound(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as we have it. Minor units of `currency`; `wanted_by` decided it, None where the provider did."""

    id: UUID
    purchase: UUID
    status: str
    minor: int
    currency: str
    reason: str
    wanted_by: int | None


async def find_refund(tx: ReadTx, refund: UUID) -> RefundFound | None:
    """A refund, whoever's it is."""
    return await tx.one(RefundFound, sql("payments", "refund_find"), {"id": refund})


async def has_withdrawn(tx: ReadTx, purchase: UUID) -> bool:
    """Whether the buyer gave coins of a purchase back, and that stands or is on its way."""
    found: bool = await tx.scalar(sql("payments", "refund_withdrawn"), {"purchase": purchase})
    return found


async def put_refund(tx: WriteTx, **columns: Any) -> None:
    """Put a refund down, or move one that is known; columns as in sql/refund_put.sql."""
    await tx.execute(sql("payments", "refund_put"), columns)


async def move_refund(tx: WriteTx, refund: UUID, status: str) -> None:
    """Move a refund."""
    await tx.execute(sql("payments", "refund_move"), {"id": refund, "status": status})


async def refunded(
    tx: WriteTx, purchase: UUID, *, minor: int, status: str | None, actor: str, reason: str = ""
) -> None:
    """Count what went back (or, below zero, came again), and move the purchase where `status` says so."""
    values = {"id": purchase, "minor": minor, "status": status, "actor": actor, "reason": reason}
    await tx.execute(sql("payments", "refunded"), values)


async def list_wanted_refunds(tx: ReadTx, providers: Sequence[str], limit: int) -> list[WantedRefund]:
    """Refunds that we want and the provider does not show yet, `limit` of each provider."""
    values = {"providers": list(providers), "limit": limit}
    return await tx.all(WantedRefund, sql("payments", "refunds_wanted"), values)


async def find_wanted_refund(tx: ReadTx, refund: UUID) -> WantedRefund | None:
    """A refund that we want, if the provider does not show it yet."""
    return await tx.one(WantedRefund, sql("payments", "refund_wanted"), {"id": refund})


async def asked(tx: WriteTx, refund: UUID) -> None:
    """The provider is about to be asked for a refund: nobody else asks for a minute."""
    await tx.execute(sql("payments", "refund_asked"), {"id": refund})


async def fail_refund(tx: WriteTx, refund: UUID) -> bool:
    """A refund that we want has failed; False where it had gone on before."""
    found = await tx.execute(sql("payments", "refund_fail"), {"id": refund})
    return found.rowcount == 1


async def is_taken(tx: ReadTx, refund: UUID) -> bool:
    """Whether the coins of a refund left before the provider was asked."""
    taken: bool = await tx.scalar(sql("payments", "refund_taken"), {"id": refund})
    return taken


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """What a bank asks about: open, won or lost. Minor units of `currency`."""

    id: UUID
    purchase: UUID
    status: str
    minor: int
    currency: str


async def find_dispute(tx: ReadTx, dispute: UUID) -> Dispute | None:
    """A dispute by its id."""
    return await tx.one(Dispute, sql("payments", "dispute_find"), {"id": dispute})


async def put_dispute(tx: WriteTx, **columns: Any) -> None:
    """Put a dispute down; columns as in sql/dispute_put.sql."""
    await tx.execute(sql("payments", "dispute_put"), columns)


async def decide_dispute(tx: WriteTx, dispute: UUID, status: str) -> None:
    """A dispute is won or lost."""
    await tx.execute(sql("payments", "dispute_decide"), {"id": dispute, "status": status})


async def get_caught_up(tx: ReadTx, provider: str) -> datetime | None:
    """Until when a provider's own list of news has been read."""
    until: datetime | None = await tx.scalar(sql("payments", "caught_up_get"), {"provider": provider})
    return until


async def put_caught_up(tx: WriteTx, provider: str, until: datetime) -> None:
    """A provider's own list of news has been read until then."""
    await tx.execute(sql("payments", "caught_up_put"), {"provider": provider, "until": until})
