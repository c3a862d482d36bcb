"""Diamonds that leave: a payout reserves them, then redeems them or lets them go; what came back is given back.

Each verb is one transfer, once for ever, under the creator's lock, which comes after wallets and before earnings: so it
is called last of what a transaction does with the books. Entries: docs/explanation/books.md, docs/reference/economy.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger.entering import Cause, enter, money
from largesse.ledger.errors import NotEnoughDiamonds, PayoutDecided, PayoutOpen, SourceReused, UnknownPayout
from largesse.ledger.model import Book, Leg
from largesse.ledger.owing import Row, set_off
from largesse.ledger.reckoning import netted, opposite

ASKED, PAID, LET_GO, RETURNED = "payout", "paidout", "letgo", "return"
_DOLLAR = "USD"
_MILLI_MICROS_A_CENT = 10_000_000  # milli-diamonds x micros a diamond, to US cents


class DayPart(NamedTuple):
    """Milli-diamonds of what a creator earned on a UTC day under a policy."""

    day: date
    policy: int
    milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """A payout as the books have it, by its transfers. Gross and fee are US cents; `sent` is in its own currency."""

    transfer: int
    creator: int
    milli: int
    gross_minor: int
    fee_minor: int | None
    sent_minor: int | None
    sent_currency: str | None
    paid: int | None
    let_go: int | None
    returned: int | None

    @property
    def is_open(self) -> bool:
        """Whether it still reserves diamonds."""
        return self.paid is None and self.let_go is None

    @property
    def gross(self) -> Money:
        """What its diamonds are worth."""
        return Money(self.gross_minor, _DOLLAR)

    @property
    def sent(self) -> Money:
        """What left us; only of one that is paid."""
        assert self.sent_minor is not None, self
        assert self.sent_currency is not None, self
        return Money(self.sent_minor, self.sent_currency)


class PayoutMove(msgspec.Struct, frozen=True, kw_only=True):
    """Money of a payout that left (`paidout`) or came back (`return`): minor units of what was sent, plus."""

    source: str
    kind: str
    recorded_at: datetime
    currency: str
    minor: int


async def lock_creator(tx: WriteTx, creator: int) -> None:
    """Take the creator's lock: until the transaction ends nobody else reserves or decides a payout of theirs."""
    await tx.execute(sql("ledger", "lock_payee"), {"creator": creator})


async def lock_creators(tx: WriteTx, creators: Sequence[int]) -> None:
    """Take the locks of several creators at once, ascending."""
    await tx.execute(sql("ledger", "lock_payees"), {"creators": list(creators)})


async def reserve_payout(
    tx: WriteTx, *, creator: int, days: Sequence[DayPart], gross: Money, source: str, happened_at: datetime
) -> int:
    """Reserve what a payout takes of a creator's days, worth `gross` US cents; returns the transfer's key.

    Raises `NotEnoughDiamonds` where less is left of a day that has cleared, `PayoutOpen` where another payout of theirs
    is undecided, `SourceReused` where the source stands for another payout. What the creator owes is set off first.
    """
    wanted = sum(part.milli for part in days)
    assert wanted > 0, days
    assert all(part.milli > 0 for part in days), days
    await lock_creator(tx, creator)
    known = await find_payout(tx, source)
    if known:
        if (known.creator, known.milli, known.gross) != (creator, wanted, gross):
            raise SourceReused(source)
        return known.transfer
    if await tx.scalar(sql("ledger", "open_payout"), {"creator": creator}):
        raise PayoutOpen
    await set_off(tx, creator=creator, happened_at=happened_at)
    named = {"creator": creator, "days": [p.day for p in days], "policies": [p.policy for p in days]}
    rows = await tx.rows(sql("ledger", "lock_earnings"), named)
    parts = spread(days, [Row(**row) for row in rows])
    worth = sum(part.left * part.micros for part in parts) // _MILLI_MICROS_A_CENT
    assert Money(worth, _DOLLAR) == gross, (worth, gross)
    legs = [
        *money(Book.CREATORS_OWED, gross),
        *money(Book.LEAVING, gross, credit=True),
        Leg(Book.DIAMONDS_CREATOR, -wanted, creator),
        Leg(Book.DIAMONDS_REDEEMING, wanted, creator),
    ]
    key = await enter(tx, Cause(ASKED, source, happened_at), legs)
    assert key is not None, source
    columns = {
        "days": [part.day for part in parts],
        "policies": [part.policy for part in parts],
        "stripes": [part.stripe for part in parts],
        "millis": [part.left for part in parts],
    }
    noted = {"payout": key, "creator": creator, "milli": wanted, "gross_minor": gross.minor}
    await tx.execute(sql("ledger", "put_payout"), noted | columns)
    await _move(tx, key, reserved=1, redeemed=0)
    return key


async def pay_payout(tx: WriteTx, *, payout: str, fee: Money, sent: Money, cost: Money, happened_at: datetime) -> int:
    """A payout arrived: `sent` left us for gross less `fee`, and `cost` is what the rail takes beside it.

    In US dollars `sent` is exactly gross less fee; another currency passes through `equity:fx`. `payout` is the source
    of its request. Returns the transfer's key. Raises `UnknownPayout`, `PayoutDecided` where it was let go, and
    `SourceReused` where it is paid with other amounts.
    """
    known = await _lock(tx, payout)
    if known.paid is not None:
        if (known.fee_minor, known.sent) != (fee.minor, sent):
            raise SourceReused(payout)
        return known.paid
    if known.let_go is not None:
        raise PayoutDecided
    net = known.gross - fee
    legs = [
        *money(Book.LEAVING, known.gross),
        *money(Book.PAYOUT_FEES, fee, credit=True),
        *_across(net, sent),
        *money(Book.PAYOUT_COST, cost),
        *money(Book.PSP, cost, credit=True),
        Leg(Book.DIAMONDS_REDEEMING, -known.milli, known.creator),
        Leg(Book.DIAMONDS_REDEEMED, known.milli),
    ]
    key = await _enter(tx, Cause(PAID, payout, happened_at), legs)
    named = {"fee_minor": fee.minor, "sent_minor": sent.minor, "sent_currency": sent.currency}
    await tx.execute(sql("ledger", "payout_paid"), {"payout": known.transfer, "paid": key} | named)
    await _move(tx, known.transfer, reserved=-1, redeemed=1)
    return key


async def let_payout_go(tx: WriteTx, *, payout: str, happened_at: datetime) -> int:
    """A payout was rejected, canceled, or failed: its diamonds are available again; returns the transfer's key.

    Raises `UnknownPayout`, `PayoutDecided` where it is paid.
    """
    known = await _lock(tx, payout)
    if known.let_go is not None:
        return known.let_go
    if known.paid is not None:
        raise PayoutDecided
    legs = [
        *money(Book.LEAVING, known.gross),
        *money(Book.CREATORS_OWED, known.gross, credit=True),
        Leg(Book.DIAMONDS_REDEEMING, -known.milli, known.creator),
        Leg(Book.DIAMONDS_CREATOR, known.milli, known.creator),
    ]
    key = await _enter(tx, Cause(LET_GO, payout, happened_at), legs)
    await tx.execute(sql("ledger", "payout_let_go"), {"payout": known.transfer, "let_go": key})
    await _move(tx, known.transfer, reserved=-1, redeemed=0)
    return key


async def return_payout(tx: WriteTx, *, payout: str, back: Money, happened_at: datetime) -> int:
    """A payout that was paid came back as `back`, of the currency that was sent: all its diamonds are available again.

    What is missing of the money is ours to bear: a currency's difference, or what the rail kept. Returns the transfer's
    key. Raises `UnknownPayout`, `PayoutDecided` where it was never paid; the first amount that came back stands.
    """
    known = await _lock(tx, payout)
    if known.returned is not None:
        return known.returned
    if known.paid is None:
        raise PayoutDecided
    assert known.fee_minor is not None, known
    assert back.currency == known.sent_currency, (back, known)
    fee = Money(known.fee_minor, _DOLLAR)
    lost = known.sent - back
    legs = [
        *opposite(_across(known.gross - fee, known.sent)),
        *money(Book.PSP, lost, credit=True),
        *money(Book.PAYOUT_COST if back.currency == _DOLLAR else Book.FX_COST, lost),
        *money(Book.PAYOUT_FEES, fee),
        *money(Book.CREATORS_OWED, known.gross, credit=True),
        Leg(Book.DIAMONDS_REDEEMED, -known.milli),
        Leg(Book.DIAMONDS_CREATOR, known.milli, known.creator),
    ]
    key = await _enter(tx, Cause(RETURNED, payout, happened_at), legs)
    await tx.execute(sql("ledger", "payout_returned"), {"payout": known.transfer, "returned": key})
    await _move(tx, known.transfer, reserved=0, redeemed=-1)
    return key


async def find_payout(tx: ReadTx, source: str) -> Payout | None:
    """The payout of a source, or None."""
    return await tx.one(Payout, sql("ledger", "find_payout"), {"source": source})


async def list_payout_moves(
    tx: ReadTx, *, sources: Sequence[str], from_at: datetime, to_at: datetime
) -> list[PayoutMove]:
    """Payouts' money that left and came back: of some sources whenever, and of what was recorded in some time."""
    named = {"sources": list(sources), "from_at": from_at, "to_at": to_at}
    return await tx.all(PayoutMove, sql("ledger", "payouts_moved"), named)


async def list_payout_days(tx: ReadTx, payout: int) -> list[DayPart]:
    """What a payout took of which days, oldest first; `payout` is its transfer."""
    rows = await tx.rows(sql("ledger", "payout_parts"), {"payout": payout})
    return [DayPart(**row) for row in rows]


def spread(days: Iterable[DayPart], rows: Sequence[Row]) -> list[Row]:
    """Take each day's milli-diamonds from its stripes, the lowest first; `left` of what comes back is what was taken.

    Raises `NotEnoughDiamonds` where a day has not cleared, or less is left of it.
    """
    taken: list[Row] = []
    for day in days:
        missing = day.milli
        for row in rows:
            part = min(missing, row.left)
            if (row.day, row.policy) == (day.day, day.policy) and row.cleared and part > 0:
                taken.append(row._replace(left=part))
                missing -= part
        if missing:
            raise NotEnoughDiamonds(needed_milli=day.milli, available_milli=day.milli - missing)
    return taken


def _across(net: Money, sent: Money) -> list[Leg]:
    """What leaves us for `net` US cents: the same, or through the exchange what was sent of another currency."""
    if sent.currency == net.currency:
        assert sent == net, (net, sent)
        return money(Book.PSP, sent, credit=True)
    return [
        *money(Book.EXCHANGE, net, credit=True),
        *money(Book.EXCHANGE, sent),
        *money(Book.PSP, sent, credit=True),
    ]


async def _lock(tx: WriteTx, source: str) -> Payout:
    """The payout of a source, under its creator's lock."""
    found = await find_payout(tx, source)
    if found is None:
        raise UnknownPayout(source)
    await lock_creator(tx, found.creator)
    locked = await find_payout(tx, source)
    assert locked is not None, source
    return locked


async def _enter(tx: WriteTx, cause: Cause, legs: Sequence[Leg]) -> int:
    key = await enter(tx, cause, netted(legs))
    assert key is not None, cause
    return key


async def _move(tx: WriteTx, payout: int, *, reserved: int, redeemed: int) -> None:
    named = {"payout": payout, "reserved": reserved, "redeemed": redeemed}
    await tx.execute(sql("ledger", "reserve_earnings"), named)
