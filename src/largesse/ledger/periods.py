"""Freezing months: what is recorded afterwards belongs to the first open month, and the database gives no other.

Rules: docs/decisions/0033-periods.md
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger import closing
from largesse.ledger.errors import HoursOpen, MonthFrozen, MonthNotOver
from largesse.ledger.journal import STRIPES

_DECEMBER = 12
_PERIODS_MAX = 1200
# Whoever enters something waits behind a freeze that waits for a slow entry: not for long.
_IMPATIENT = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10min'"


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen month, by its first day; people are account keys."""

    month: date
    proposed_by: int
    approved_by: int
    frozen_at: datetime


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """A month by its first day: `open`, `closable` (over, all its hours closed), or `frozen` by a period."""

    month: date
    state: Literal["open", "closable", "frozen"]
    period: Period | None = None


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
    first = await _first_unclosed(tx)
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


async def list_months(tx: ReadTx) -> list[Month]:
    """Every month from the first entry's to that of now, the newest first.

    `closable` is what `check_month` would pass at this moment. A month that was frozen with a later one has that one's
    period.
    """
    row = await tx.row(sql("ledger", "months"))
    assert row is not None
    reach, periods = await _closable_until(tx, row["running"]), await list_periods(tx, _PERIODS_MAX)
    months, month = [row["running"]], row["running"]
    while month > min(filter(None, (row["first"], row["frozen"], row["running"]))):
        month = _before(month)
        months.append(month)
    return [_month(each, reach, [period for period in periods if period.month >= each]) for each in months]


def _month(month: date, reach: datetime, periods: Sequence[Period]) -> Month:
    if periods:
        return Month(month=month, state="frozen", period=periods[-1])
    return Month(month=month, state="closable" if end_of_month(month) <= reach else "open")


async def _closable_until(tx: ReadTx, running: date) -> datetime:
    """What ends by this moment is over for every committer, and has no open hour in it."""
    end = end_of_month(_before(running))
    if not await closing.has_ended(tx, end):
        end = end_of_month(_before(_before(running)))
    first = await _first_unclosed(tx)
    return end if first is None else min(end, first)


async def _first_unclosed(tx: ReadTx) -> datetime | None:
    """When the first gifts were recorded whose hour is not closed."""
    closed = await closing.find_closed(tx)
    cursor = closed.cursor if closed else [0] * STRIPES
    first: datetime | None = await tx.scalar(sql("ledger", "first_unclosed"), {"cursor": cursor})
    return first


def _before(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)
