"""Limits that people set themselves: pure."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from largesse.kit.money import Money

LOOSENING = timedelta(hours=24)
GIVE = ("give_day", "give_week", "give_month", "give_gift")
BUY = ("buy_day", "buy_week", "buy_month")
NAMES = (*GIVE, *BUY)
COOL_OFF_DAYS_MAX = 90
EXCLUSION_MONTHS = (6, 60)

Amount = int | Money | None
RestKind = Literal["cool_off", "exclusion"]


class OwnLimit(msgspec.Struct, frozen=True, kw_only=True):
    """One limit: what is in force, and what comes at `next_at` (None: nothing). Coins for giving, money for buying."""

    name: str
    amount: Amount = None
    next_amount: Amount = None
    next_at: datetime | None = None


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """A break from buying and giving."""

    kind: RestKind
    since: datetime
    until: datetime


def in_force(limit: OwnLimit, now: datetime) -> OwnLimit:
    """The limit as it is now: one that was to come by now has come."""
    if limit.next_at is None or limit.next_at > now:
        return limit
    return OwnLimit(name=limit.name, amount=limit.next_amount)


def changed(limit: OwnLimit, wanted: Amount, now: datetime) -> OwnLimit:
    """The limit after somebody asks for another amount (None: no limit).

    Tightening is immediate and drops a loosening that was to come; loosening waits 24 hours, and asking for the same
    again does not make it wait longer. Money in another currency than the limit's cannot be compared: it waits.
    Source: requirements.md R13.
    """
    limit = in_force(limit, now)
    if wanted == limit.amount:
        return OwnLimit(name=limit.name, amount=limit.amount)
    if is_tighter(wanted, limit.amount):
        return OwnLimit(name=limit.name, amount=wanted)
    if limit.next_at is not None and limit.next_amount == wanted:
        return limit
    return OwnLimit(name=limit.name, amount=limit.amount, next_amount=wanted, next_at=now + LOOSENING)


def is_tighter(wanted: Amount, current: Amount) -> bool:
    """Whether a limit allows less than another one."""
    if wanted is None:
        return False
    if current is None:
        return True
    if isinstance(wanted, Money) and isinstance(current, Money):
        return wanted.currency == current.currency and wanted.minor < current.minor
    assert isinstance(wanted, int), (wanted, current)
    assert isinstance(current, int), (wanted, current)
    return wanted < current


def months_later(at: datetime, months: int) -> datetime:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(at.month - 1 + months, 12)
    first = at.replace(year=at.year + year, month=month + 1, day=1)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.replace(day=min(at.day, (following - timedelta(days=1)).day))
