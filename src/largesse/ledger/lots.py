"""Lots by interval: which purchase paid for which gift, without a row on the hot path.

Every function here expects the wallet to be locked by its caller.
"""

from collections.abc import Sequence

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger.model import Cut, Line, Lot, Wallet


async def lay(
    tx: WriteTx,
    wallet: Wallet,
    *,
    transfer: int,
    line: Line,
    kind: str,
    coins: int,
    to_debt: int = 0,
    gross: Money | None = None,
    net: Money | None = None,
) -> None:
    """Put a new lot at the end of the wallet's line and count it in the wallet; `to_debt` of its coins repay debt."""
    await tx.execute(
        sql("ledger", "lay_lot"),
        {
            "account": wallet.account,
            "class": line,
            "kind": kind,
            "transfer": transfer,
            "coins": coins,
            "to_debt": to_debt,
            "gross_minor": gross.minor if gross else 0,
            "net_minor": net.minor if net else 0,
            "currency": gross.currency if gross else None,
        },
    )
    await _count(tx, wallet.account, line, coins - to_debt, -to_debt)


async def list_lots(tx: ReadTx, account: int, line: Line) -> list[Lot]:
    """The lots of a line in the order in which they were laid."""
    return await tx.all(Lot, sql("ledger", "list_lots"), {"account": account, "class": line})


async def remove(tx: WriteTx, wallet: Wallet, line: Line, transfer: int, cuts: Sequence[Cut]) -> None:
    """Take unspent coins out of lots: their intervals shorten, later ones move down, the wallet counts it."""
    if not cuts:
        return
    await tx.execute(
        sql("ledger", "cut_lots"),
        {
            "lots": [c.lot.key for c in cuts],
            "coins": [c.coins for c in cuts],
            "transfer": transfer,
        },
    )
    first = min((c.lot for c in cuts), key=lambda lot: lot.key)
    await tx.execute(
        sql("ledger", "relay_lots"),
        {"account": wallet.account, "class": line, "lot": first.key, "start": first.start},
    )
    await _count(tx, wallet.account, line, -sum(c.coins for c in cuts), 0)


async def _count(tx: WriteTx, account: int, line: Line, coins: int, debt: int) -> None:
    await tx.execute(
        sql("ledger", "count_wallet"),
        {
            "account": account,
            "paid": coins if line == "paid" else 0,
            "promo": coins if line == "promo" else 0,
            "debt": debt,
        },
    )
