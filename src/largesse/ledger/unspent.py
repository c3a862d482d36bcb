"""What of a purchase is still unspent, and what those coins cost: the part that can leave without touching a gift."""

from collections.abc import Sequence
from typing import NamedTuple

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger import lots
from largesse.ledger.line import Lot, Worth, plan_removal
from largesse.ledger.taking import lock_purchase
from largesse.ledger.wallets import get_wallet


class Unspent(NamedTuple):
    """Unspent coins, and their part of the price, tax in it."""

    coins: int
    money: Money


async def lock_unspent(tx: WriteTx, purchase: str) -> Unspent:
    """The unspent coins of a purchase, named by its source: nobody spends them until the transaction ends.

    Raises `UnknownPurchase`.
    """
    bought = await lock_purchase(tx, purchase)
    return _unspent(bought.own, bought.wallet.paid_out, bought.purchase.currency)


async def list_unspent(tx: ReadTx, account: int, purchases: Sequence[str]) -> dict[str, Unspent]:
    """The same of several purchases of an account, without a lock; those that the books do not have are left out."""
    rows = await tx.rows(sql("ledger", "own_lots"), {"account": account, "sources": list(purchases)})
    spent = (await get_wallet(tx, account)).paid_out
    own: dict[str, list[Lot]] = {}
    for row in rows:
        own.setdefault(row.pop("source"), []).append(lots.lot_of(row))
    return {source: _unspent(found, spent, found[0].currency or "") for source, found in own.items()}


def _unspent(own: Sequence[Lot], spent: int, currency: str) -> Unspent:
    coins = sum(lot.unspent(spent) for lot in own)
    worth = sum((cut.worth for cut in plan_removal(own, spent, coins)), Worth())
    return Unspent(coins, Money(worth.gross, currency))
