"""What finance reads of the books: a month's trial balance, deferred revenue, what is owed, and breakage."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import msgspec

from largesse.kit.db import ReadTx, sql

T = TypeVar("T")
_UNHURRIED = "SET LOCAL statement_timeout = '5min'"


class TrialLine(msgspec.Struct, frozen=True, kw_only=True):
    """A book in a month, in its own unit (coins, milli-diamonds, minor units of `currency`).

    `opening` and `closing` are debit less credit. Gifts count with their closed hours.
    """

    book: str
    asset: str
    currency: str
    opening: int
    debit: int
    credit: int
    closing: int


class RollForward(msgspec.Struct, frozen=True, kw_only=True):
    """Deferred revenue in a month, in minor units: opening + sold + given - recognised - removed = closing.

    `sold` is without tax and without what repaid debt at once; `given` by operators; `recognised` with spent coins;
    `removed` went back, repaid debt or was taken by an operator, less what came back.
    """

    currency: str
    opening: int
    sold: int
    given: int
    recognised: int
    removed: int
    closing: int


class Liability(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is owed now: `units` are coins or milli-diamonds, and None for a book; `minor` what it is worth.

    Of coins that is what they had cost without tax. The books owe more than unspent coins cost while the hours in which
    others were spent are not closed. What creators owe stands beside it as `assets:creators`, negative.
    """

    what: str
    currency: str
    units: int | None
    minor: int


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """The coins that came in one month: laid = spent + removed + unspent; `unspent_minor` is what those had cost."""

    month: date
    line: str = msgspec.field(name="class")
    currency: str
    laid: int
    spent: int
    removed: int
    unspent: int
    unspent_minor: int


async def trial_balance(tx: ReadTx, month: date) -> list[TrialLine]:
    """Every book that has an entry up to the end of a month; a frozen month as it was written down."""
    return await _all(tx, TrialLine, "report_trial", {"month": month})


async def deferred_revenue(tx: ReadTx, month: date) -> list[RollForward]:
    """How coins that were paid for and not spent came to be what they are, a currency each."""
    return await _all(tx, RollForward, "report_deferred", {"month": month})


async def liabilities(tx: ReadTx) -> list[Liability]:
    """What is owed in coins, in diamonds and by the books, of this moment."""
    return await _all(tx, Liability, "report_liabilities", {})


async def breakage(tx: ReadTx) -> list[Cohort]:
    """How much of the coins of each month is unspent. Coins do not expire: nothing of it is booked."""
    return await _all(tx, Cohort, "report_breakage", {})


async def sum_clearing(tx: ReadTx, causes: Sequence[tuple[str, str]]) -> dict[str, int]:
    """What transfers moved on the accounts at providers and stores, by currency: minor units, plus came in.

    `causes` are kinds and sources; what is not in the books moves nothing.
    """
    named = {"kinds": [kind for kind, _ in causes], "sources": [source for _, source in causes]}
    return {row["currency"]: row["minor"] for row in await tx.rows(sql("ledger", "sum_clearing"), named)}


async def _all(tx: ReadTx, kind: type[T], statement: str, named: dict[str, date]) -> list[T]:
    await tx.connection.execute(_UNHURRIED)
    rows = await tx.rows(sql("ledger", statement), named)
    return [msgspec.convert(row, kind) for row in rows]
