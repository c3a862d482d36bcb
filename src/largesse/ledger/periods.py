"""Freezing months: what is recorded afterwards belongs to the first open month, and the database gives no other.

Rules: docs/decisions/0033-periods.md
"""

from datetime import UTC, date, datetime

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger import closing
from largesse.ledger.errors import HoursOpen, MonthFrozen, MonthNotOver
from largesse.ledger.journal import STRIPES

_DECEMBER = 12
# Whoever enters something waits behind a freeze that waits for a slow entry: not for long.
_IMPATIENT = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10min'"


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen month, by its first day; people are account keys."""

    month: date
    proposed_by: int
    approved_by: int
    frozen_at: datetime


def end_of_month(month: date) -> datetime:
    """The first moment behind a month that is given by its first day."""
    assert month.day == 1, month
    year, number = (month.year + 1, 1) if month.month == _DECEMBER else (month.year, month.month + 1)
    return datetime(year, number, 1, tzinfo=UTC)


async def check_month(tx: ReadTx, month: date) -> None:
    """Raise `MonthFrozen`, `MonthNotOver` or `HoursOpen` where a month cannot be frozen now."""
    newest = await tx.scalar(sql("ledger", "newest_period"))
    if newest is not None and month <= newest:
        raise MonthFrozen(newest.isoformat()[:7])
    end = end_of_month(month)
    if not await closing.has_ended(tx, end):
        raise MonthNotOver
    closed = await closing.find_closed(tx)
    first = await tx.scalar(sql("ledger", "first_unclosed"), {"cursor": closed.cursor if closed else [0] * STRIPES})
    if first is not None and first < end:
        raise HoursOpen


async def freeze_month(tx: WriteTx, *, month: date, proposed_by: int, approved_by: int) -> None:
    """Freeze a month, and every one before it, with what it came to; raises as `check_month`.

    It waits until no entry is under way; `psycopg.errors.LockNotAvailable` where one takes over 2 s.
    """
    await tx.connection.execute(_IMPATIENT)
    await tx.execute(sql("ledger", "period_lock"))
    await check_month(tx, month)
    named = {"month": month, "proposed_by": proposed_by, "approved_by": approved_by}
    await tx.execute(sql("ledger", "freeze_month"), named)


async def list_periods(tx: ReadTx, limit: int) -> list[Period]:
    """Frozen months, the newest first."""
    return await tx.all(Period, sql("ledger", "list_periods"), {"limit": limit})
