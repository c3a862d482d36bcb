"""Diamonds that an operator grants: earned without a gift, and from then on like any other.

The verb is one transfer, once for ever, under the creator's lock, which comes after wallets: so it is called last of
what a transaction does with the books. Entries: docs/explanation/books.md
"""

from datetime import datetime

from largesse.kit.db import WriteTx, sql
from largesse.kit.money import Money
from largesse.ledger.entering import Cause, enter, money
from largesse.ledger.errors import SourceReused
from largesse.ledger.model import Book, Leg
from largesse.ledger.reckoning import half_even
from largesse.ledger.redeeming import lock_creator

GRANTED = "diamonds"
_MILLI_MICROS_A_CENT = 10_000_000  # milli-diamonds x micros a diamond, to US cents


async def grant_diamonds(
    tx: WriteTx, *, creator: int, policy: int, micros: int, milli: int, source: str, happened_at: datetime
) -> int:
    """Grant a creator milli-diamonds under the policy in force, whose key and value (micros) these are.

    They are an earning of the UTC day of recording, worth US cents half-even once, and clear by the policy's hold. Two
    people have decided before this is called. Returns the transfer's key; raises `SourceReused` where the source stands
    for another grant.
    """
    assert milli > 0, milli
    await lock_creator(tx, creator)
    known = await tx.row(sql("ledger", "find_diamond_grant"), {"source": source})
    if known is not None:
        if (known["creator"], known["milli"]) != (creator, milli):
            raise SourceReused(source)
        found: int = known["transfer"]
        return found
    worth = Money(half_even(milli * micros, _MILLI_MICROS_A_CENT), "USD")
    legs = [
        *money(Book.GRANTS_COST, worth),
        *money(Book.CREATORS_OWED, worth, credit=True),
        Leg(Book.DIAMONDS_ISSUED, -milli),
        Leg(Book.DIAMONDS_CREATOR, milli, creator),
    ]
    key = await enter(tx, Cause(GRANTED, source, happened_at), legs)
    if key is None:  # the same source for another creator, whose lock is not ours
        raise SourceReused(source)
    named = {"transfer": key, "creator": creator, "policy": policy, "milli": milli, "minor": worth.minor}
    await tx.execute(sql("ledger", "put_diamond_grant"), named)
    return key
