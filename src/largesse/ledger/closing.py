"""Closing hours of gifts: what their coins cost becomes revenue, what their diamonds are worth is owed to creators.

An hour holds the batches behind the cursor of the hour before, so each batch is closed once, whatever commits late.
Gifts are closed whole, as given: what reverses them is an entry of its own, and before or after comes to the same.
Rules: docs/decisions/0027-closing.md
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger.entering import Cause, enter
from largesse.ledger.journal import LOCK_CLASS, STRIPES
from largesse.ledger.model import Book, Leg
from largesse.ledger.reckoning import half_even, netted

KIND = "close"
# A transaction's time shows in the server's list of sessions an instant after it was taken.
_GRACE_S = 1
_LOCK = 7316505
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLI_MICROS_A_CENT = 10_000_000
# Ids are within a day of their record; more, for a server's clock that was set back. Then all ids, should that not do.
_IDS_AROUND = timedelta(days=8)
# An hour of a hundred million gifts takes a quarter of an hour; plans are made for each hour's own numbers.
_PATIENT = "SET LOCAL statement_timeout = '45min'; SET LOCAL plan_cache_mode = force_custom_plan"


class Totals(NamedTuple):
    """Milli-diamonds x micros of all closed hours: what paid coins made creators earn, and promotional ones."""

    creators: int = 0
    promotion: int = 0


class Closed(NamedTuple):
    """The newest closed hour (since 1970), by stripe the last batch in it, and the running totals behind it."""

    hour: int
    cursor: list[int]
    totals: Totals


class Given(NamedTuple):
    """What an hour's gifts gave under one policy; `paid_milli` is what paid coins made, a diamond's worth `micros`."""

    gifts: int
    coins_paid: int
    coins_promo: int
    diamonds_milli: int
    paid_milli: int
    micros: int


def hour_of(at: datetime) -> int:
    """The UTC hour of a moment, counted from 1970."""
    return (at - _EPOCH) // _HOUR


def end_of(hour: int) -> datetime:
    """The first moment behind an hour."""
    return _EPOCH + (hour + 1) * _HOUR


def added(totals: Totals, given: Sequence[Given]) -> Totals:
    """Running totals with another hour's gifts."""
    creators = sum(g.paid_milli * g.micros for g in given)
    promotion = sum((g.diamonds_milli - g.paid_milli) * g.micros for g in given)
    return Totals(totals.creators + creators, totals.promotion + promotion)


def closing_legs(before: Totals, after: Totals, costs: Mapping[str, int]) -> list[Leg]:
    """An hour's entry: what its coins cost, in minor units by currency, and what its diamonds are worth in US cents.

    Cents are the growth of running totals that are rounded half-even: the books are never further than half a cent from
    everything that was ever given.
    """
    creators = _cents(after.creators) - _cents(before.creators)
    promotion = _cents(after.promotion) - _cents(before.promotion)
    money = [(Book.COINS_OWED, Book.GIFTS, minor, currency) for currency, minor in costs.items()]
    money += [(Book.CREATORS_COST, Book.CREATORS_OWED, creators, "USD")]
    money += [(Book.PROMOTION_COST, Book.CREATORS_OWED, promotion, "USD")]
    return netted(
        leg
        for debit, credit, minor, currency in money
        for leg in (Leg(debit, minor, 0, currency), Leg(credit, -minor, 0, currency))
    )


async def close_next(tx: WriteTx) -> int | None:
    """Close the oldest hour that has ended and has gifts; returns how many, or None where there is none to close.

    It has ended where no committer is in a transaction that began before its end. None too where another process is
    closing. Nothing that others wait for is locked, and no row is written before all is summed.
    """
    if not await tx.scalar(sql("ledger", "close_lock"), {"lock": _LOCK}):
        return None
    await tx.connection.execute(_PATIENT)
    before = await find_closed(tx)
    cursor = before.cursor if before else [0] * STRIPES
    first = await tx.scalar(sql("ledger", "first_unclosed"), {"cursor": cursor})
    if first is None:
        return None
    hour = hour_of(first) if before is None else max(hour_of(first), before.hour + 1)
    if not await has_ended(tx, end_of(hour)):
        return None
    # Only now, by a statement of its own: it sees all that those who began in the hour have committed.
    found = await tx.row(sql("ledger", "hour_batches"), {"cursor": cursor, "at": end_of(hour)})
    assert found is not None
    if not found["gifts"]:
        return None
    reach, given = await _list_given(tx, cursor, found)
    costs = await _close_lots(tx, hour, reach, sum(g.coins_paid for g in given))
    totals = before.totals if before else Totals()
    legs = closing_legs(totals, added(totals, given), costs)
    await _put(tx, Closed(hour, reach["after"], added(totals, given)), given, legs)
    return sum(g.gifts for g in given)


async def find_closed(tx: ReadTx) -> Closed | None:
    """The newest closed hour, or None before the first."""
    row = await tx.row(sql("ledger", "closed_hour"))
    if row is None:
        return None
    return Closed(row["hour"], row["cursor"], Totals(int(row["creators_total"]), int(row["promotion_total"])))


async def has_ended(tx: ReadTx, at: datetime) -> bool:
    """Whether every committer is past a moment: what is recorded before it is committed.

    Should one still come late, nothing is lost: its batch lies behind the cursor, and the next hour takes it.
    """
    asked = {"at": at, "grace_s": _GRACE_S, "lock_class": LOCK_CLASS, "stripes": STRIPES}
    return bool(await tx.scalar(sql("ledger", "hour_ended"), asked))


async def _list_given(tx: ReadTx, before: list[int], found: Mapping[str, Any]) -> tuple[dict[str, Any], list[Given]]:
    """Where the hour's gifts are found, and their sums; all that its batches say they have."""
    reach = {"before": before, "after": found["cursor"], "first": found["first"], "last": found["last"]}
    around = (_id_at(found["since"] - _IDS_AROUND), _id_at(found["until"] + _IDS_AROUND))
    given: list[Given] = []
    for low, high in (around, (UUID(int=0), UUID(int=2**128 - 1))):
        reach |= {"id_low": low, "id_high": high}
        given = await tx.all(Given, sql("ledger", "hour_gifts"), reach)
        if sum(g.gifts for g in given) == found["gifts"]:
            return reach, given
    raise AssertionError(f"batches say {found['gifts']} gifts, there are {sum(g.gifts for g in given)}")


async def _close_lots(tx: WriteTx, hour: int, reach: Mapping[str, Any], coins: int) -> dict[str, int]:
    """Write down what the coins cost by lot; returns minor units by currency."""
    rows = await tx.rows(sql("ledger", "close_lots"), {**reach, "hour": hour})
    laid = sum(row["coins"] for row in rows)
    assert laid == coins, (hour, laid, coins, "lots do not hold what was spent")
    return {row["currency"]: row["net_minor"] for row in rows if row["currency"]}


async def _put(tx: WriteTx, closed: Closed, given: Sequence[Given], legs: Sequence[Leg]) -> None:
    hour = closed.hour
    happened_at = end_of(hour) - timedelta(microseconds=1)
    transfer = await enter(tx, Cause(KIND, f"hour:{hour}", happened_at), legs) if legs else None
    assert transfer is not None or not legs, (hour, "is in the books, but not closed")
    await tx.execute(
        sql("ledger", "put_hour"),
        {
            "hour": hour,
            "transfer": transfer,
            "cursor": closed.cursor,
            "gifts": sum(g.gifts for g in given),
            "coins_paid": sum(g.coins_paid for g in given),
            "coins_promo": sum(g.coins_promo for g in given),
            "diamonds_milli": sum(g.diamonds_milli for g in given),
            "creators_total": closed.totals.creators,
            "promotion_total": closed.totals.promotion,
        },
    )


def _cents(milli_micros: int) -> int:
    return half_even(milli_micros, _MILLI_MICROS_A_CENT)


def _id_at(at: datetime) -> UUID:
    """The lowest id of a moment."""
    return UUID(int=((at - _EPOCH) // timedelta(milliseconds=1)) << 80)
