"""Lots by interval: which purchase paid for which gift, without a row on the hot path.

Every function here expects the wallet to be locked by its caller.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger.line import Cut, Lot, Span, Worth
from largesse.ledger.model import Line
from largesse.ledger.restoring import Change, Restored


async def list_lots(tx: ReadTx, account: int, line: Line) -> list[Lot]:
    """The lots of a line in the order in which they were laid."""
    rows = await tx.rows(sql("ledger", "list_lots"), {"account": account, "class": line})
    return [lot_of(row) for row in rows]


async def remove(tx: WriteTx, account: int, line: Line, transfer: int, cuts: Sequence[Cut]) -> None:
    """Take unspent coins out of lots: their intervals shorten, later ones move down, the wallet counts it."""
    await change(tx, transfer, [Change(cut.lot.key, "removed", cut.coins, cut.worth) for cut in cuts])
    await shorten(tx, account, line, cuts)


async def change(tx: WriteTx, transfer: int, changes: Sequence[Change]) -> None:
    """Change lots' counters, and say why; where coins leave the line, `shorten` goes with it."""
    if changes:
        await tx.execute(
            sql("ledger", "change_lots"),
            {
                "transfer": transfer,
                "lots": [c.lot for c in changes],
                "whats": [c.what for c in changes],
                "coins": [c.coins for c in changes],
                "net_minor": [c.worth.net for c in changes],
                "gross_minor": [c.worth.gross for c in changes],
                "spans": [text_of(c.spans) for c in changes],
            },
        )


async def shorten(tx: WriteTx, account: int, line: Line, cuts: Sequence[Cut]) -> None:
    """Move down the lots behind those that unspent coins left, and count it in the wallet."""
    if not cuts:
        return
    first = min((cut.lot for cut in cuts), key=lambda lot: lot.key)
    await tx.execute(
        sql("ledger", "relay_lots"), {"account": account, "class": line, "lot": first.key, "start": first.start}
    )
    coins = -sum(cut.coins for cut in cuts)
    await tx.execute(
        sql("ledger", "count_wallet"),
        {"account": account, "paid": coins if line == "paid" else 0, "promo": coins if line == "promo" else 0},
    )


async def lay_restored(tx: WriteTx, account: int, transfer: int, lots: Sequence[Restored]) -> None:
    """Lay coins that come back at the end of the paid line, and count them in the wallet."""
    if lots:
        await tx.execute(
            sql("ledger", "lay_restored"),
            {
                "account": account,
                "transfer": transfer,
                "roots": [lot.root for lot in lots],
                "currencies": [lot.currency for lot in lots],
                "coins": [lot.coins for lot in lots],
                "to_debt": [lot.to_debt for lot in lots],
                "net_minor": [lot.worth.net for lot in lots],
                "gross_minor": [lot.worth.gross for lot in lots],
            },
        )


async def list_changes(tx: ReadTx, transfer: int) -> list[Change]:
    """What a transfer changed of lots."""
    rows = await tx.rows(sql("ledger", "list_changes"), {"transfer": transfer})
    return [
        Change(r["lot"], r["what"], r["coins"], Worth(r["net_minor"], r["gross_minor"]), spans_of(r["at"]))
        for r in rows
    ]


def text_of(spans: Iterable[Span]) -> str:
    """Spans as the text of an int8multirange."""
    return "{" + ",".join(f"[{low},{high})" for low, high in spans) + "}"


def spans_of(found: Iterable[Any]) -> tuple[Span, ...]:
    """Spans of an int8multirange as the driver reads it."""
    return tuple((one.lower, one.upper) for one in found)


def lot_of(row: dict[str, Any]) -> Lot:
    """A lot of a row of list_lots.sql."""
    repaid = Worth(row.pop("repaid_net"), row.pop("repaid_gross"))
    return Lot(**row | {"clawed_at": spans_of(row["clawed_at"]), "repaid": repaid})
