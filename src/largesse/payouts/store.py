"""Statements of payouts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger import DayPart
from largesse.payouts.withdrawal import Method, Payout, Quote, Status, Step


async def get_now(tx: ReadTx) -> datetime:
    """The transaction's time, on the database's clock."""
    at: datetime = await tx.scalar(sql("payouts", "now"))
    return at


async def put_quote(tx: WriteTx, quote: Quote) -> None:
    """Put a quote down."""
    columns = msgspec.structs.asdict(quote)
    days: list[DayPart] = columns.pop("days")
    named = {
        "days": [p.day for p in days],
        "policies": [p.policy for p in days],
        "millis": [p.milli for p in days],
    }
    await tx.execute(sql("payouts", "quote_put"), columns | named)


async def find_quote(tx: ReadTx, quote: UUID) -> tuple[Quote, bool] | None:
    """A quote, whoever's it is, and whether a payout used it."""
    row = await tx.row(sql("payouts", "quote_find"), {"id": quote})
    if row is None:
        return None
    used: bool = row.pop("used")
    return _quote(row), used


async def put_payout(tx: WriteTx, quote: Quote, *, payout: UUID, rail: str, reasons: Sequence[str]) -> None:
    """Put a payout down as requested, with its first step."""
    named = {
        "id": payout,
        "quote": quote.id,
        "creator": quote.creator,
        "rail": rail,
        "gross_minor": quote.gross_minor,
        "reasons": list(reasons),
    }
    await tx.execute(sql("payouts", "payout_put"), named)


async def move(
    tx: WriteTx, payout: UUID, status: Status, actor: str, *, reason: str = "", ref: str | None = None
) -> None:
    """Move a payout on; the database refuses an illegal move, which is a bug. `ref` is kept where not None."""
    named = {"id": payout, "status": status, "actor": actor, "reason": reason, "ref": ref}
    await tx.execute(sql("payouts", "payout_move"), named)


async def begin_attempt(tx: WriteTx, payout: UUID) -> None:
    """Count an attempt, begun now."""
    await tx.execute(sql("payouts", "payout_attempt"), {"id": payout})


async def schedule(tx: WriteTx, payout: UUID, due_at: datetime | None) -> None:
    """When the rail is asked next; None: not by itself."""
    await tx.execute(sql("payouts", "payout_schedule"), {"id": payout, "due_at": due_at})


async def is_approved(tx: ReadTx, by_file: Sequence[str]) -> bool:
    """Whether there is an approved payout whose time has come; those of rails `by_file` wait for their file."""
    found: bool = await tx.scalar(sql("payouts", "is_approved"), {"by_file": list(by_file)})
    return found


async def take_approved(tx: WriteTx, by_file: Sequence[str], limit: int, lease_s: int) -> list[UUID]:
    """Approved payouts whose time has come, for this caller alone during the lease."""
    rows = await tx.rows(
        sql("payouts", "payouts_approved"), {"by_file": list(by_file), "limit": limit, "lease_s": lease_s}
    )
    return [row["id"] for row in rows]


async def take_due(tx: WriteTx, limit: int, lease_s: int) -> list[UUID]:
    """Payouts that were handed over and are to be asked for, for this caller alone during the lease."""
    rows = await tx.rows(sql("payouts", "payouts_due"), {"limit": limit, "lease_s": lease_s})
    return [row["id"] for row in rows]


async def call_person(tx: WriteTx, payout: UUID, reason: str) -> None:
    """Put a payout before a person; nothing asks the rail by itself any more."""
    await tx.execute(sql("payouts", "payout_call_person"), {"id": payout, "reason": reason})


async def flag(tx: WriteTx, payout: UUID, reason: str) -> None:
    """Put a reason for a person to look beside a payout; it goes on as it goes."""
    await tx.execute(sql("payouts", "payout_flag"), {"id": payout, "reason": reason})


async def approve(tx: WriteTx, payout: UUID, by: int) -> int | None:
    """Note that somebody said yes; returns how many have, or None where they had before."""
    row = await tx.scalar(sql("payouts", "approval_put"), {"payout": payout, "by": by})
    return None if row is None else int(row)


async def withdraw_approvals(tx: WriteTx, payout: UUID) -> None:
    """Forget who said yes: a payout that is held is decided anew."""
    await tx.execute(sql("payouts", "approvals_drop"), {"payout": payout})


async def release(tx: WriteTx, payout: UUID) -> None:
    """Let a held payout be decided again."""
    await tx.execute(sql("payouts", "payout_release"), {"id": payout})


async def find_payout(tx: ReadTx, payout: UUID) -> Payout | None:
    """A payout, whoever's it is."""
    row = await tx.row(sql("payouts", "payout_find"), {"id": payout})
    return _payout(row) if row else None


async def list_payouts(
    tx: ReadTx, *, creator: int | None, status: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[Payout]:
    """Payouts, newest first, behind a place; of one creator, or of one status, where named."""
    at, last = before or (None, None)
    named = {"creator": creator, "status": status, "before_at": at, "before_id": last, "limit": limit}
    return [_payout(row) for row in await tx.rows(sql("payouts", "payouts_page"), named)]


async def sum_since(tx: ReadTx, creator: int, since: datetime) -> int:
    """US cents of a creator's payouts that count, requested later than that."""
    minor: int = await tx.scalar(sql("payouts", "sum_since"), {"creator": creator, "since": since})
    return minor


async def has_open(tx: ReadTx, creator: int) -> bool:
    """Whether a creator's payout is neither arrived nor come to nothing."""
    found: bool = await tx.scalar(sql("payouts", "has_open"), {"creator": creator})
    return found


async def has_been_paid(tx: ReadTx, creator: int, method: UUID) -> tuple[bool, bool]:
    """Whether a creator was paid before, at all and to this method."""
    row = await tx.row(sql("payouts", "paid_before"), {"creator": creator, "method": method})
    assert row is not None
    return row["ever"], row["there"]


async def find_rate(tx: ReadTx, currency: str) -> tuple[Any, date] | None:
    """An operator's newest rate of a currency: units for one US dollar, and its day."""
    row = await tx.row(sql("payouts", "rate_find"), {"currency": currency})
    return (row["per_dollar"], row["as_of"]) if row else None


async def put_rate(tx: WriteTx, currency: str, per_dollar: Any, as_of: date, by: int) -> None:
    """Put an operator's rate down."""
    named = {"currency": currency, "per_dollar": per_dollar, "as_of": as_of, "by": by}
    await tx.execute(sql("payouts", "rate_put"), named)


async def find_method(tx: ReadTx, method: UUID) -> Method | None:
    """A method, whoever's it is."""
    return await tx.one(Method, sql("payouts", "method_find"), {"id": method})


def _quote(row: dict[str, Any]) -> Quote:
    parts = zip(row.pop("days"), row.pop("policies"), row.pop("millis"), strict=True)
    return Quote(days=[DayPart(*part) for part in parts], **row)


def _payout(row: dict[str, Any]) -> Payout:
    quote = {name[2:]: row.pop(name) for name in list(row) if name.startswith("q_")}
    history = msgspec.convert(row.pop("history"), list[Step])
    return Payout(quote=_quote(quote), history=history, **row)
