"""Money that arrived and is nobody's order: kept apart until a person grants it or it goes back."""

from datetime import datetime

from largesse.kit.db import WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger.entering import Cause, enter, money
from largesse.ledger.errors import NotEnoughUnallocated, SourceReused, UnknownPurchase
from largesse.ledger.model import Book, Leg, Via

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

    The sale's provider fee is nought: it was entered when the money came. Returns the transfer's key. Raises as
    `send_back`.
    """
    return await _give_out(tx, Cause("allocation", source, happened_at), purchase, money, via)


async def send_back(tx: WriteTx, *, purchase: str, money: Money, via: Via, source: str, happened_at: datetime) -> int:
    """Send money that was kept under the source `purchase` back to who paid it; returns the transfer's key.

    Raises `UnknownPurchase` where nothing was kept under that source, `NotEnoughUnallocated`, `SourceReused`.
    """
    return await _give_out(tx, Cause("sendback", source, happened_at), purchase, money, via)


async def keep_again(tx: WriteTx, *, purchase: str, money: Money, via: Via, source: str, happened_at: datetime) -> int:
    """Keep money that was sent back and came again, with what is left of `purchase`; returns the transfer's key.

    Raises `UnknownPurchase` where nothing was kept under that source, `SourceReused`.
    """
    kept = await tx.row(sql("ledger", "lock_unallocated"), {"source": purchase})
    if kept is None:
        raise UnknownPurchase(purchase)
    assert kept["currency"] == money.currency, (purchase, money)
    key = await enter(tx, Cause("mismatch", source, happened_at), _kept(money, via))
    if key is None:
        return await _same(tx, "mismatch", source, money)
    await tx.execute(sql("ledger", "take_unallocated"), {"transfer": kept["transfer"], "minor": -money.minor})
    return key


async def _give_out(tx: WriteTx, cause: Cause, purchase: str, amount: Money, via: Via) -> int:
    assert amount.minor > 0, amount
    kept = await tx.row(sql("ledger", "lock_unallocated"), {"source": purchase})
    if kept is None:
        raise UnknownPurchase(purchase)
    known = await tx.scalar(sql("ledger", "find_transfer"), {"kind": cause.kind, "source": cause.source})
    if known is not None:
        return await _same(tx, cause.kind, cause.source, Money(-amount.minor, amount.currency))
    assert kept["currency"] == amount.currency, (purchase, amount)
    if kept["left_minor"] < amount.minor:
        raise NotEnoughUnallocated(needed_minor=amount.minor, available_minor=kept["left_minor"])
    legs = [*money(Book.UNALLOCATED, amount), *money(_ASSETS[via][0], amount, credit=True)]
    key = await enter(tx, cause, legs)
    if key is None:
        raise SourceReused(cause.source)
    await tx.execute(sql("ledger", "take_unallocated"), {"transfer": kept["transfer"], "minor": amount.minor})
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
