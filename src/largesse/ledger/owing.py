"""What creators owe: diamonds of gifts whose coins were taken back after their hold, where the gift's policy books it.

A taking enters what is owed; set-off takes it out of days that have cleared, under the creator's lock; what undoes the
taking gives back exactly what was set off, to the days that it came from. A diamond owed is a diamond given back,
whatever either is worth. Rules: docs/decisions/0043-receivables.md
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from largesse.kit import ids
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.ledger import parts
from largesse.ledger.entering import Cause, enter
from largesse.ledger.line import Span
from largesse.ledger.model import Book, Leg
from largesse.ledger.reckoning import MILLI_MICROS_A_CENT, Reversed, half_even, netted

SETOFF = "setoff"
_DOLLAR = "USD"


class Row(NamedTuple):
    """One of a creator's earnings, locked: what is `left` of it in milli-diamonds, each worth `micros` a diamond."""

    day: date
    policy: int
    stripe: int
    left: int
    micros: int
    cleared: bool


class Claim(NamedTuple):
    """What a creator owes since a taking of gifts under a policy: `minor` US cents; `gone` of its milli is set off."""

    claim: int
    policy: int
    milli: int
    minor: int
    gone: int


class Setoff(NamedTuple):
    """Milli-diamonds of one of a creator's earnings, worth `worth` US cents, for `minor` of what they owe."""

    creator: int
    claim: int
    claim_policy: int
    day: date
    policy: int
    stripe: int
    milli: int
    minor: int
    worth: int


async def claim(tx: WriteTx, transfer: int, giver: int, spans: Sequence[Span], laid_at: datetime) -> list[Leg]:
    """Note what creators owe of gifts that clawed `spans` of the giver's line paid for and `transfer` did not reverse.

    Returns the legs that go into that transfer: Dr assets:creators / Cr expenses:creators. `laid_at` is when the oldest
    of those coins were bought.
    """
    named = {"giver": giver, "pieces": [f"[{low},{high})" for low, high in spans], "since": laid_at - parts.BEFORE}
    rows = await tx.rows(sql("ledger", "claim_parts"), {"transfer": transfer, **named})
    if not rows:
        return []
    minors = [half_even(row["milli"] * row["micros"], MILLI_MICROS_A_CENT) for row in rows]
    columns = {
        "creators": [row["creator"] for row in rows],
        "policies": [row["policy"] for row in rows],
        "millis": [row["milli"] for row in rows],
        "minors": minors,
    }
    await tx.execute(sql("ledger", "put_receivables"), {"transfer": transfer, **columns})
    return [
        *(Leg(Book.CREATORS_OWE, n, row["creator"], _DOLLAR) for row, n in zip(rows, minors, strict=True)),
        Leg(Book.CREATORS_COST, -sum(minors), 0, _DOLLAR),
    ]


async def forgive(tx: WriteTx, transfer: int, taken: int, cause: Cause) -> list[Reversed]:
    """Note that `transfer` undid the taking `taken`: nothing is owed since it, and what was set off comes back.

    Takes the locks of those who owed. Returns what goes back to their earnings, negative; its money and units are a
    transfer of their own. What was owed itself goes out with the legs of `taken`.
    """
    creators = [row["creator"] for row in await tx.rows(sql("ledger", "owing_creators"), {"taken": taken})]
    if not creators:
        return []
    await tx.execute(sql("ledger", "lock_payees"), {"creators": creators})
    await tx.execute(sql("ledger", "undo_receivables"), {"transfer": transfer, "taken": taken})
    back = [
        one._replace(milli=-one.milli, minor=-one.minor, worth=-one.worth)
        for one in await tx.all(Setoff, sql("ledger", "list_setoffs"), {"taken": taken})
    ]
    if back:
        await _enter(tx, Cause(SETOFF, f"{cause.kind}:{cause.source}", cause.happened_at), back)
    return _reversed(back)


async def owed_milli(tx: ReadTx, creator: int) -> int:
    """What a creator owes, in milli-diamonds."""
    found: int = await tx.scalar(sql("ledger", "owed_milli"), {"creator": creator})
    return found


async def set_off(tx: WriteTx, *, creator: int, happened_at: datetime) -> int:
    """Take what a creator owes out of their oldest days that have cleared, as far as those go; returns the milli.

    Takes the creator's lock where something is owed, and then locks earnings: it is called last, as payouts are.
    """
    if await owed_milli(tx, creator) == 0:
        return 0
    await tx.execute(sql("ledger", "lock_payee"), {"creator": creator})
    claims = await tx.all(Claim, sql("ledger", "open_receivables"), {"creator": creator})
    wanted = sum(one.milli - one.gone for one in claims)
    days: list[tuple[date, int]] = []
    for row in await tx.rows(sql("ledger", "cleared_days"), {"creator": creator}):
        if wanted > 0:
            days.append((row["day"], row["policy"]))
            wanted -= row["milli"]
    if not claims or not days:
        return 0
    named = {"creator": creator, "days": [day for day, _ in days], "policies": [policy for _, policy in days]}
    rows = [Row(**row) for row in await tx.rows(sql("ledger", "lock_earnings"), named)]
    taken = match(creator, claims, [row for row in rows if row.cleared and row.left > 0])
    if taken:
        await _enter(tx, Cause(SETOFF, f"creator:{creator}:{ids.new()}", happened_at), taken)
        await parts.book(tx, _reversed(taken), [])
    return sum(one.milli for one in taken)


def match(creator: int, claims: Iterable[Claim], rows: Iterable[Row]) -> list[Setoff]:
    """Set the oldest claims off against the first rows.

    A claim's cents leave with its diamonds, rounded down on its running sum, so the last takes the rest; what the
    diamonds are worth is half-even on the running sum of all.
    """
    found: list[Setoff] = []
    places = list(rows)
    left = [row.left for row in places]
    worth = 0
    for one in claims:
        gone = one.gone
        for n, row in enumerate(places):
            milli = min(one.milli - gone, left[n])
            if milli <= 0:
                continue
            before, worth = worth, worth + milli * row.micros
            minor = one.minor * (gone + milli) // one.milli - one.minor * gone // one.milli
            cents = half_even(worth, MILLI_MICROS_A_CENT) - half_even(before, MILLI_MICROS_A_CENT)
            found.append(Setoff(creator, one.claim, one.policy, row.day, row.policy, row.stripe, milli, minor, cents))
            left[n] -= milli
            gone += milli
    return found


def setoff_legs(taken: Iterable[Setoff]) -> list[Leg]:
    """Dr liabilities:creators / Cr assets:creators, the difference to what creators cost; creator -> reversed."""
    legs = []
    for one in taken:
        legs += [
            Leg(Book.CREATORS_OWED, one.worth, 0, _DOLLAR),
            Leg(Book.CREATORS_OWE, -one.minor, one.creator, _DOLLAR),
            Leg(Book.CREATORS_COST, one.minor - one.worth, 0, _DOLLAR),
            Leg(Book.DIAMONDS_CREATOR, -one.milli, one.creator),
            Leg(Book.DIAMONDS_REVERSED, one.milli),
        ]
    return netted(legs)


async def _enter(tx: WriteTx, cause: Cause, taken: Sequence[Setoff]) -> None:
    key = await enter(tx, cause, setoff_legs(taken))
    assert key is not None, cause
    names = ("creators", "claims", "claim_policies", "days", "policies", "stripes", "millis", "minors", "worths")
    columns = dict(zip(names, map(list, zip(*taken, strict=True)), strict=True))
    await tx.execute(sql("ledger", "put_setoffs"), {"transfer": key, **columns})


def _reversed(taken: Iterable[Setoff]) -> list[Reversed]:
    return [Reversed(t.creator, t.day, t.policy, t.stripe, 0, 0, t.milli, 0) for t in taken]
