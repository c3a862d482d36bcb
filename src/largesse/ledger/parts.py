"""Parts of gifts that are reversed or come back, and creators' earnings that a dispute holds.

Everything here is set-based: a lot may have paid for a hundred thousand gifts. Earnings are changed by `book`, which
waits for committers and makes them wait: it comes last in a transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.kit.outbox import Row
from largesse.ledger.reckoning import Piece, Reversed

TOPIC = "gift.reversed"
_TOLD = ("receipt", "batch", "leaf", "sender", "receiver", "coins", "diamonds_milli", "anonymous", "reason")
# A plan is kept while a new month's partition fills: one made of an empty partition would scan it.
_NO_SCAN = "SET LOCAL enable_seqscan = off"
# A committer's transaction may begin before the purchase whose coins it spends, and a clock may be set back.
BEFORE = timedelta(days=1)


class Held(NamedTuple):
    """Milli-diamonds of one of a creator's earnings that a dispute holds, or lets go (negative)."""

    dispute: int
    creator: int
    day: date
    policy: int
    stripe: int
    milli: int


async def reverse(tx: WriteTx, transfer: int, giver: int, pieces: Sequence[Piece], laid_at: datetime) -> list[Reversed]:
    """Reverse the parts of gifts that pieces of the giver's line paid for and that are in their hold; return the sums.

    `laid_at` is when the oldest of those coins were bought.
    """
    if not pieces:
        return []
    await tx.execute(_NO_SCAN)
    await tx.execute(sql("ledger", "reverse_parts"), {"transfer": transfer, **_named(giver, pieces, laid_at)})
    return await _sums(tx, transfer)


async def give_back(tx: WriteTx, transfer: int, taken: int) -> list[Reversed]:
    """Give back the parts that the transfer `taken` reversed; return the sums, which are negative."""
    await tx.execute(sql("ledger", "give_back_parts"), {"transfer": transfer, "taken": taken})
    return await _sums(tx, transfer)


async def hold(tx: WriteTx, dispute: int, giver: int, pieces: Sequence[Piece], laid_at: datetime) -> list[Held]:
    """Note what a dispute holds: the earnings of the parts that would be reversed now."""
    if not pieces:
        return []
    named = {"dispute": dispute, **_named(giver, pieces, laid_at)}
    await tx.execute(_NO_SCAN)
    return await tx.all(Held, sql("ledger", "hold_parts"), named)


async def list_held(tx: ReadTx, dispute: int) -> list[Held]:
    """What a dispute holds now."""
    return await tx.all(Held, sql("ledger", "list_held"), {"dispute": dispute})


async def put_held(tx: WriteTx, transfer: int, held: Sequence[Held]) -> None:
    """Note that a transfer made disputes hold more, or let go."""
    if held:
        columns: dict[str, list[Any]] = {name: [getattr(h, name) for h in held] for name in Held._fields}
        await tx.execute(sql("ledger", "put_held"), {"transfer": transfer, **columns})


async def tell(tx: WriteTx, transfer: int, reason: str) -> None:
    """Put the parts of gifts of a transfer into the outbox, for the rooms where the gifts were given.

    Topic `gift.reversed`, subject the stage's key, up to a hundred parts a row: a chargeback may have a hundred
    thousand, and a row each took a third of its time. `each_part` reads them.
    """
    await tx.execute(sql("ledger", "tell_parts"), {"transfer": transfer, "topic": TOPIC, "reason": reason})


def each_part(row: Row) -> list[Row]:
    """The parts in a row that `tell` put, each as a row of its own at the same place.

    Body: `{"receipt", "batch", "leaf", "sender", "receiver", "coins", "diamonds_milli", "anonymous", "reason"}`;
    coins and milli-diamonds are signed, and negative where they come back.
    """
    reason = row.body["reason"]
    return [
        replace(row, body=dict(zip(_TOLD, (f"{part[0]}.{part[1]}", *part, reason), strict=True)))
        for part in row.body["parts"]
    ]


async def book(tx: WriteTx, undone: Iterable[Reversed], held: Iterable[Held]) -> None:
    """Change creators' earnings: their rows are locked in ascending order, as committers credit them."""
    sums: dict[tuple[int, date, int, int], list[int]] = {}
    for part in undone:
        sums.setdefault((part.creator, part.day, part.policy, part.stripe), [0, 0])[0] += part.milli
    for one in held:
        sums.setdefault((one.creator, one.day, one.policy, one.stripe), [0, 0])[1] += one.milli
    rows = [(*key, *milli) for key, milli in sorted(sums.items()) if any(milli)]
    if rows:
        names = ("creators", "days", "policies", "stripes", "reversed", "held")
        await tx.execute(
            sql("ledger", "book_earnings"),
            {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)},
        )


def _named(giver: int, pieces: Sequence[Piece], laid_at: datetime) -> dict[str, Any]:
    return {
        "giver": giver,
        "pieces": [f"[{low},{high})" for (low, high), _, _ in pieces],
        "as_of": [piece.as_of for piece in pieces],
        "disputes": [piece.dispute for piece in pieces],
        "since": laid_at - BEFORE,
    }


async def _sums(tx: ReadTx, transfer: int) -> list[Reversed]:
    return await tx.all(Reversed, sql("ledger", "sum_parts"), {"transfer": transfer})
