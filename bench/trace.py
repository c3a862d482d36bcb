# ruff: noqa: A005 - the bench is called so, and is only run as bench.trace
"""Time of a chargeback of a lot that was spent over 100,000 gifts, with five million gifts in the books.

Its giver is in every batch of the hold: the most that can be read for one chargeback. A round opens a dispute, loses it (which
reverses a part of each of those gifts and tells each of its rooms), and wins it after all, which undoes it. The same again with
gifts whose hold is over, which reverses nothing: without receivables, and with a policy that books what creators owe of each.
"""

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from bench import report, world
from bench.world import CREATORS, VIEWERS
from largesse import ledger
from largesse.kit.db import Database
from largesse.kit.money import Money

TRACED = 100_000
BATCH = 50
COINS = 10
GIVER = CREATORS + VIEWERS
PRICE = Money(1_399_000, "USD")
NOTHING = Money(0, "USD")
ADULT = date(2008, 1, 1)
# Gifts of the last ten days; every so-manieth is the giver's, end to end on the line.
GIFTS = """
INSERT INTO ledger.gift (id, batch, paid_before, promo_before, diamonds_milli, sender, receiver, stage, coins_paid, coins_promo,
    api_key, kind, count, policy, leaf, flags)
SELECT (lpad(to_hex((extract(epoch FROM now() - interval '10 days') * 1000)::bigint + i * 860000000 / %(gifts)s), 12, '0') || '7'
        || lpad(to_hex(i %% 4096), 3, '0') || '8' || lpad(to_hex(i), 15, '0'))::uuid,
    (i / %(batch)s + 1) * 64 + 63, CASE WHEN i %% %(every)s = 0 THEN i / %(every)s * %(coins)s ELSE i END, 0, 700 * %(coins)s,
    CASE WHEN i %% %(every)s = 0 THEN %(giver)s ELSE %(creators)s + 1 + i %% (%(viewers)s - 1) END, 1 + i / %(every)s %% %(creators)s,
    1 + i / %(every)s %% %(creators)s, %(coins)s, 0, 0, 1, 1, 1, i %% %(batch)s, 0
FROM generate_series(%(low)s::bigint, %(high)s::bigint - 1) i
"""
BATCHES = """
INSERT INTO ledger.batch (batch, n, recorded_at, policy, gifts, root, chain)
SELECT (b + 1) * 64 + 63, b + 1, now() - interval '10 days' + make_interval(secs => b * 860000.0 * %(batch)s / %(gifts)s), 1, %(batch)s,
    sha256(int8send(b)), sha256(int8send(-b)) FROM generate_series(0, %(gifts)s / %(batch)s - 1) b
"""
SENT = """
INSERT INTO ledger.sent (sender, hour, batch)
SELECT DISTINCT g.sender, (extract(epoch FROM b.recorded_at)::bigint / 3600)::int, g.batch
FROM ledger.gift g JOIN ledger.batch b ON b.batch = g.batch ORDER BY 3, 1
"""
EARNED = """
INSERT INTO ledger.earning (creator, day, policy, stripe, gifts, coins, milli_in)
SELECT g.receiver, (b.recorded_at AT TIME ZONE 'UTC')::date, g.policy, g.batch & 63, count(*), sum(coins_paid), sum(diamonds_milli)
FROM ledger.gift g JOIN ledger.batch b ON b.batch = g.batch GROUP BY 1, 2, 3, 4
"""
SPENT = """
UPDATE ledger.wallet SET paid_out = paid_in WHERE account = %(giver)s;
UPDATE ledger.lot SET recorded_at = now() - interval '10 days' WHERE account = %(giver)s
"""
STEP = 500_000
# Kinds of chargebacks: its name, the hold of the gifts in days, and whether creators owe what was given before it.
KINDS = (("hold", 14, False), ("hold on", 14, True), ("late", 0, False), ("late on", 0, True))


async def sell(db: Database) -> None:
    """The giver buys the coins of the traced gifts, and nothing else."""
    async with db.write() as tx:
        await tx.execute("UPDATE ledger.wallet SET paid_in = 0 WHERE account = %s", [GIVER])
        await ledger.sell_coins(
            tx, account=GIVER, gives_from=ADULT, coins=TRACED * COINS, gross=PRICE, tax=NOTHING, provider_fee=NOTHING,
            source="traced", happened_at=datetime.now(UTC),
        )  # fmt: skip


def fill(url: str, gifts: int) -> None:
    """The journal of ten days, on a stripe of its own."""
    options = "-c synchronous_commit=off -c work_mem=256MB -c session_replication_role=replica"
    named = {
        "gifts": gifts, "batch": BATCH, "every": gifts // TRACED, "coins": COINS, "giver": GIVER, "creators": CREATORS,
        "viewers": VIEWERS,
    }  # fmt: skip
    with psycopg.connect(url, autocommit=True, options=options) as connection:
        connection.execute("SELECT ledger.make_partitions(now() - interval '2 months', 6)")
        connection.execute(BATCHES.encode(), named)
        for low in range(0, gifts, STEP):
            connection.execute(GIFTS.encode(), named | {"low": low, "high": min(low + STEP, gifts)})
        for statement in (SENT, EARNED, *SPENT.split(";")):
            connection.execute(statement.encode(), named if "%(" in statement else None)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


async def seconds(
    db: Database, verb: Callable[..., Awaitable[ledger.Taken]], **named: Any
) -> tuple[float, ledger.Taken]:
    """How long a verb takes, to its commit."""
    begin = time.perf_counter()
    async with db.write() as tx:
        taken = await verb(tx, happened_at=datetime.now(UTC), **named)
    return time.perf_counter() - begin, taken


async def turn(url: str, *, hold_days: int, owes: bool) -> None:
    """Change the only policy, as no operator can: whether the gifts' hold is over, and whether creators then owe."""
    options = "-c session_replication_role=replica"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True, options=options) as connection:
        changed = "UPDATE policy.version SET hold_days = %s, receivable = %s"
        await connection.execute(changed, [hold_days, owes])


async def rounds(url: str, count: int) -> dict[str, list[float]]:
    """Seconds of each verb, a round each, one kind of chargeback beside the others."""
    db = Database(url, connections_max=2)
    await db.open()
    found: dict[str, list[float]] = defaultdict(list)
    for number in range(count):
        for kind, hold_days, owes in KINDS:
            await turn(url, hold_days=hold_days, owes=owes)
            source = f"dispute {number} {kind}"
            spent, _ = await seconds(
                db, ledger.open_dispute, purchase="traced", disputed=PRICE, fee=NOTHING, source=source
            )
            found[f"{kind} open"].append(spent)
            spent, taken = await seconds(db, ledger.lose_dispute, source=source)
            reversed_coins = TRACED * COINS if hold_days else 0
            assert (taken.reversed_coins, taken.debt) == (reversed_coins, TRACED * COINS - reversed_coins), taken
            found[f"{kind} lose"].append(spent)
            async with db.read() as tx:
                owed = sum([await ledger.owed_milli(tx, creator) for creator in range(1, CREATORS + 1)])
            assert owed == (TRACED * COINS * 700 if owes and not hold_days else 0), owed
            spent, _ = await seconds(db, ledger.win_dispute, source=source, fee_back=NOTHING)
            found[f"{kind} win"].append(spent)
    await db.close()
    return found


def ratio(found: dict[str, list[float]], one: str, other: str) -> tuple[float, ...]:
    """Of each round, one kind's seconds to another's."""
    return tuple(a / b for a, b in zip(found[one], found[other], strict=True))


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gifts", type=int, default=5_000_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    async with world.servers() as servers:
        url = world.database(servers.database_url, "traced")
        await world.people(url)
        db = Database(url, connections_max=1)
        await db.open()
        await sell(db)
        await db.close()
        await asyncio.to_thread(fill, url, args.gifts)
        found = await rounds(url, args.rounds)
    report.show(
        [
            report.Figure("dispute opened: earnings held", "s", tuple(found["hold open"])),
            report.Figure(f"lost: {TRACED:,} gifts reversed, {args.gifts:,} in the books", "s", tuple(found["hold lose"]), 2, at_most=True),
            report.Figure("won after all: undone", "s", tuple(found["hold win"])),
            report.Figure("lost in the hold where creators may owe, to the same without", "x", ratio(found, "hold on lose", "hold lose")),
            report.Figure(f"lost late: debt, of {TRACED:,} gifts", "s", tuple(found["late lose"])),
            report.Figure("lost late where creators owe", "s", tuple(found["late on lose"])),
            report.Figure("lost late where creators owe, to the same without", "x", ratio(found, "late on lose", "late lose")),
            report.Figure("late, won after all where creators owe", "s", tuple(found["late on win"])),
        ],
        title="trace",
    )  # fmt: skip


if __name__ == "__main__":
    world.run(main())
