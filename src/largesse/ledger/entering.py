"""Entering transfers: one cause, one entry, whose legs sum to zero per asset."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from largesse.kit import ids
from largesse.kit.db import WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger.errors import SourceReused
from largesse.ledger.model import Book, Leg, Line


class Cause(NamedTuple):
    """Why something is entered: (kind, source) is unique. `happened_at` is the world's time."""

    kind: str
    source: str
    happened_at: datetime


class NewLot(NamedTuple):
    """Coins to lay at the end of a line of a locked wallet, with what they are worth."""

    account: int
    line: Line
    coins: int
    gross: Money | None = None
    net: Money | None = None


class Sold(NamedTuple):
    """A sale's transfer; `thaws`: its coins repaid all the debt of a wallet that is frozen."""

    key: int
    thaws: bool


def money(book: Book, amount: Money, *, credit: bool = False) -> list[Leg]:
    """A leg of money, debit unless said otherwise."""
    return [Leg(book, -amount.minor if credit else amount.minor, 0, amount.currency)]


async def enter(tx: WriteTx, cause: Cause, legs: Sequence[Leg] = ()) -> int | None:
    """Enter a transfer with those of its legs that are not zero; None where its cause is in the books already."""
    key: int | None = await tx.scalar(sql("ledger", "enter_transfer"), _named(cause) | _arrays(legs))
    return key


async def enter_lot(tx: WriteTx, cause: Cause, legs: Sequence[Leg], lot: NewLot) -> int | None:
    """The same, with the lot that it lays and its wallet's counters: one statement."""
    key: int | None = await tx.scalar(sql("ledger", "enter_lot"), _named(cause) | _arrays(legs) | _laid(lot))
    return key


async def enter_sale(tx: WriteTx, cause: Cause, legs: Sequence[tuple[Leg, int]], lot: NewLot) -> Sold | None:
    """The same for coins that were paid for, which repay the wallet's debt first.

    Beside each leg stands how often the number (of units) or the worth (of money) of the coins that repay is added.
    """
    columns = {"repaying": [times for _, times in legs], **_columns([leg for leg, _ in legs]), **_laid(lot)}
    return await tx.one(Sold, sql("ledger", "enter_sale"), _named(cause) | columns)


async def add_legs(tx: WriteTx, transfer: int, legs: Sequence[Leg]) -> None:
    """Give a transfer of this transaction its legs, those that are not zero."""
    await tx.execute(sql("ledger", "add_legs"), {"transfer": transfer} | _arrays(legs))


async def same(tx: WriteTx, cause: Cause, *, account: int, coins: int, gross: Money | None = None) -> int:
    """The transfer that this cause already has; raises `SourceReused` where it says something else."""
    found = await tx.row(sql("ledger", "transfer_content"), {"kind": cause.kind, "source": cause.source})
    assert found is not None
    is_same = (found["account"], found["coins"]) == (account, coins)
    if gross is not None:
        is_same = is_same and (found["gross_minor"], found["currency"]) == (gross.minor, gross.currency)
    if not is_same:
        raise SourceReused(cause.source)
    key: int = found["key"]
    return key


def _named(cause: Cause) -> dict[str, Any]:
    return {"id": ids.new(), **cause._asdict()}


def _laid(lot: NewLot) -> dict[str, Any]:
    return {
        "account": lot.account,
        "class": lot.line,
        "coins": lot.coins,
        "net_minor": lot.net.minor if lot.net else 0,
        "gross_minor": lot.gross.minor if lot.gross else 0,
        "currency": lot.gross.currency if lot.gross else None,
    }


def _arrays(legs: Sequence[Leg]) -> dict[str, Any]:
    return _columns([leg for leg in legs if leg.amount])


def _columns(legs: Sequence[Leg]) -> dict[str, Any]:
    return {
        "books": [int(leg.book) for leg in legs],
        "holders": [leg.holder for leg in legs],
        "currencies": [leg.currency for leg in legs],
        "amounts": [leg.amount for leg in legs],
    }
