"""Money that arrived and is nobody's order: kept apart until a person grants it or it goes back.

It goes back by a refund, or because its payer's bank takes it. Both are facts, entered whatever is left: money that
went twice is a loss, in expenses:chargebacks.
"""

from datetime import datetime
from typing import Any

from largesse.kit.db import WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger.entering import Cause, enter, money
from largesse.ledger.errors import NotEnoughUnallocated, SourceReused, UnknownPurchase
from largesse.ledger.model import Book, Leg, Via
from largesse.ledger.reckoning import netted
from largesse.ledger.taking import list_legs

_ASSETS = {"psp": (Book.PSP, Book.PSP_FEES), "store": (Book.STORE, Book.STORE_FEES)}


async def hold_unallocated(
    tx: WriteTx, *, paid: Money, provider_fee: Money, via: Via, source: str, happened_at: datetime
) -> int:
    """Keep money apart, `provider_fee` of which the provider kept; returns the transfer's key.

    Raises `SourceReused` where the source stands for another amount.
    """
    assert paid.minor > 0, paid
    asset, fees = _ASSETS[via]
    legs = [
        *_kept(paid, via),
        *money(fees, provider_fee),
        *money(asset, provider_fee, credit=True),
    ]
    key = await enter(tx, Cause("mismatch", source, happened_at), legs)
    if key is None:
        return await _same(tx, "mismatch", source, paid)
    named = {"transfer": key, "minor": paid.minor, "currency": paid.currency}
    await tx.execute(sql("ledger", "put_unallocated"), named)
    return key


async def allocate(tx: WriteTx, *, purchase: str, money: Money, via: Via, source: str, happened_at: datetime) -> int:
    """Take money that was kept under the source `purchase` out again, for a sale in the same transaction.

    The sale's provider fee is nought: it was entered when the money came. Returns the transfer's key. Raises
    `UnknownPurchase` where nothing was kept under that source, `NotEnoughUnallocated`, `SourceReused`.
    """
    kept = await _lock(tx, purchase, money)
    cause = Cause("allocation", source, happened_at)
    known = await tx.scalar(sql("ledger", "find_transfer"), {"kind": cause.kind, "source": source})
    if known is None and kept["left_minor"] < money.minor:
        raise NotEnoughUnallocated(needed_minor=money.minor, available_minor=kept["left_minor"])
    return await _take(tx, cause, kept, money, _ASSETS[via][0])


async def send_back(tx: WriteTx, *, purchase: str, money: Money, via: Via, source: str, happened_at: datetime) -> int:
    """Money that was kept under the source `purchase` went back to who paid it; returns the transfer's key.

    Raises `UnknownPurchase` where nothing was kept under that source, `SourceReused`.
    """
    kept = await _lock(tx, purchase, money)
    return await _take(tx, Cause("sendback", source, happened_at), kept, money, _ASSETS[via][0])


async def keep_again(tx: WriteTx, *, purchase: str, money: Money, via: Via, source: str, happened_at: datetime) -> int:
    """Money that was sent back under the same `source` came again; returns the transfer's key.

    Raises `UnknownPurchase` where nothing was kept under the source `purchase`, `SourceReused`.
    """
    kept = await _lock(tx, purchase, money)
    sent = await tx.scalar(sql("ledger", "find_transfer"), {"kind": "sendback", "source": source})
    return await _put_again(tx, Cause("mismatch", source, happened_at), kept, money, came=_ASSETS[via][0], gone=sent)


async def ask_for_kept(
    tx: WriteTx, *, purchase: str, disputed: Money, fee: Money, source: str, happened_at: datetime
) -> None:
    """A bank has taken `disputed` of money that was kept under the source `purchase`, and its `fee`, and asks.

    Nobody is frozen, and nothing held: no coins were given for it. Raises `UnknownPurchase`.
    """
    await _lock(tx, purchase, disputed)
    legs = [
        *money(Book.DISPUTED, disputed),
        *money(Book.DISPUTE_FEES, fee),
        *money(Book.PSP, disputed, credit=True),
        *money(Book.PSP, fee, credit=True),
    ]
    await enter(tx, Cause("dispute", source, happened_at), netted(legs))


async def lose_kept(
    tx: WriteTx, *, purchase: str, disputed: Money, before: str, source: str, happened_at: datetime
) -> None:
    """The bank keeps it; `before` says whether the dispute was open, or won. Raises `UnknownPurchase`."""
    kept = await _lock(tx, purchase, disputed)
    cause = Cause("chargeback", await _next(tx, "chargeback", source), happened_at)
    await _take(tx, cause, kept, disputed, Book.DISPUTED if before == "open" else Book.PSP)


async def win_kept(
    tx: WriteTx, *, purchase: str, disputed: Money, fee_back: Money, before: str, source: str, happened_at: datetime
) -> None:
    """The bank gives it back, and `fee_back`; `before` says whether the dispute was open, or lost.

    Raises `UnknownPurchase`.
    """
    kept = await _lock(tx, purchase, disputed)
    cause = Cause("won", await _next(tx, "won", source), happened_at)
    fee = [*money(Book.PSP, fee_back), *money(Book.DISPUTE_FEES, fee_back, credit=True)]
    if before == "open":
        back = [*money(Book.PSP, disputed), *money(Book.DISPUTED, disputed, credit=True)]
        await enter(tx, cause, netted([*back, *fee]))
        return
    lost = await tx.scalar(sql("ledger", "last_cause"), {"kind": "chargeback", "source": source})
    await _put_again(tx, cause, kept, disputed, came=Book.PSP, gone=lost, fee=fee)


async def _lock(tx: WriteTx, purchase: str, amount: Money) -> dict[str, Any]:
    kept = await tx.row(sql("ledger", "lock_unallocated"), {"source": purchase})
    if kept is None:
        raise UnknownPurchase(purchase)
    assert amount.minor > 0, amount
    assert kept["currency"] == amount.currency, (purchase, amount)
    return kept


async def _next(tx: WriteTx, kind: str, source: str) -> str:
    """The source of a decision: the second one of its kind has a number behind it."""
    had = await tx.scalar(sql("ledger", "count_causes"), {"kind": kind, "source": source})
    return source if not had else f"{source}#{had + 1}"


async def _take(tx: WriteTx, cause: Cause, kept: dict[str, Any], amount: Money, to: Book) -> int:
    """Out of what is left; the rest is a loss."""
    out = min(kept["left_minor"], amount.minor)
    legs = [
        *money(Book.UNALLOCATED, Money(out, amount.currency)),
        *money(Book.CHARGEBACKS, Money(amount.minor - out, amount.currency)),
        *money(to, amount, credit=True),
    ]
    key = await enter(tx, cause, legs)
    if key is None:
        return await _same(tx, cause.kind, cause.source, Money(-amount.minor, amount.currency))
    await tx.execute(sql("ledger", "take_unallocated"), {"transfer": kept["transfer"], "minor": out})
    return key


async def _put_again(
    tx: WriteTx, cause: Cause, kept: dict[str, Any], amount: Money, *, came: Book, gone: int | None, fee: Any = ()
) -> int:
    """Money that went by the transfer `gone` is there again: kept as far as it was, the rest is no loss after all."""
    legs = await list_legs(tx, gone) if gone is not None else []
    back = [leg._replace(amount=-leg.amount) for leg in legs if leg.book in {Book.UNALLOCATED, Book.CHARGEBACKS}]
    assert sum(leg.amount for leg in back) == -amount.minor, (cause, amount)
    key = await enter(tx, cause, netted([*back, *money(came, amount), *fee]))
    if key is None:
        return await _same(tx, cause.kind, cause.source, amount)
    minor = sum(leg.amount for leg in back if leg.book == Book.UNALLOCATED)
    await tx.execute(sql("ledger", "take_unallocated"), {"transfer": kept["transfer"], "minor": minor})
    return key


def _kept(amount: Money, via: Via) -> list[Leg]:
    return [*money(_ASSETS[via][0], amount), *money(Book.UNALLOCATED, amount, credit=True)]


async def _same(tx: WriteTx, kind: str, source: str, amount: Money) -> int:
    """The transfer that this cause already has; raises `SourceReused` where it is about another amount."""
    found = await tx.row(sql("ledger", "unallocated_content"), {"kind": kind, "source": source})
    if found is None or (found["minor"], found["currency"]) != (amount.minor, amount.currency):
        raise SourceReused(source)
    key: int = found["transfer"]
    return key
