"""How long a creator's diamonds take to read with ten million gifts of a year in the books: the figures, the days behind
them, the gifts of a day, and the statements.

The gifts are made set-based, to one creator on one LIVE, evenly over a year on four stripes, with the earnings that they
come to. What is measured are the reads of the services, on a warm database.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg

from bench import report, world
from bench.world import CREATORS, VIEWERS
from largesse import ledger
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payouts import PayoutsService
from largesse.policy import PolicyService

BOB, LIVE = 1, 1  # as `world.people` makes them
STRIPES = 4
READS = 20
REACH_MS = 20
STEP = 500_000
DAYS = 364
BATCH = """
INSERT INTO ledger.batch (batch, n, recorded_at, policy, gifts, root, chain)
SELECT (b + 1) * 64 + b %% %(stripes)s, b / %(stripes)s + 1, date_trunc('day', now(), 'UTC') - make_interval(days => %(days)s)
    + b * (make_interval(days => %(days)s) / (%(gifts)s / 1000)), 1, 1000, sha256(int8send(b)), sha256(int8send(-b))
FROM generate_series(%(low)s::bigint / 1000, %(high)s::bigint / 1000 - 1) b
"""
GIFTS = """
INSERT INTO ledger.gift (id, batch, paid_before, promo_before, diamonds_milli, sender, receiver, stage, coins_paid, coins_promo,
    api_key, kind, count, policy, leaf, flags)
SELECT (lpad(to_hex((extract(epoch FROM b.recorded_at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(i %% 4096), 3, '0') || '8'
        || lpad(to_hex(i), 15, '0'))::uuid,
    b.batch, i, 0, 700, %(creators)s + 1 + i %% %(viewers)s, 1, 1, 1, 0, 0, 1, 1, 1, i %% 1000, 0
FROM generate_series(%(low)s::bigint, %(high)s::bigint - 1) i
JOIN ledger.batch b ON b.batch = (i / 1000 + 1) * 64 + i / 1000 %% %(stripes)s
"""
STAGED = """
INSERT INTO ledger.staged (stage, hour, batch) SELECT 1, (floor(extract(epoch FROM recorded_at)) / 3600)::int, batch FROM ledger.batch
"""
EARNED = """
INSERT INTO ledger.earning (creator, day, policy, stripe, gifts, coins, milli_in)
SELECT 1, (recorded_at AT TIME ZONE 'UTC')::date, 1, batch & 63, 1000 * count(*), 1000 * count(*), 700000 * count(*)
FROM ledger.batch GROUP BY 2, 4
"""


def fill(url: str, gifts: int) -> None:
    """Put a year of one creator's gifts into the books."""
    with psycopg.connect(url, autocommit=True, options="-c synchronous_commit=off -c work_mem=256MB") as connection:
        connection.execute("SELECT ledger.make_partitions(now() - interval '13 months', 15)")
        named = {"gifts": gifts, "creators": CREATORS, "viewers": VIEWERS, "stripes": STRIPES, "days": DAYS}
        for low in range(0, gifts, STEP):
            part = named | {"low": low, "high": min(low + STEP, gifts)}
            for statement in (BATCH, GIFTS):
                connection.execute(statement.encode(), part)
        for statement in (STAGED, EARNED):
            connection.execute(statement.encode())
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


async def milliseconds(read: Callable[[], Awaitable[object]]) -> float:
    """The median of some reads."""
    times = []
    for _ in range(READS):
        begin = time.perf_counter()
        await read()
        times.append(1000 * (time.perf_counter() - begin))
    return sorted(times)[READS // 2]


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gifts", type=int, default=10_000_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    async with world.servers() as servers:
        url = world.database(servers.database_url, "diamonds")
        await world.people(url)
        await asyncio.to_thread(fill, url, args.gifts)
        db = Database(url, connections_max=2)
        await db.open()
        try:
            payouts = PayoutsService(db, PolicyService(db, Settings(sandbox=True)))
            day = datetime.now(UTC).date() - timedelta(days=30)

            async def gifts() -> None:
                async with db.read() as tx:
                    found = await ledger.list_received_on(tx, BOB, [LIVE], day=day, before=None, limit=50)
                assert len(found) == 50, len(found)

            reads: dict[str, Callable[[], Awaitable[object]]] = {
                "the figures": lambda: payouts.get_statement(BOB),
                "the days behind a figure": lambda: payouts.list_days(BOB, state="pending", since=None, until=None),
                "fifty gifts of a day": gifts,
                "every month's statement": lambda: payouts.list_months(BOB),
            }
            statement = await payouts.get_statement(BOB)
            assert statement.balance.lifetime_milli == 700 * args.gifts, statement.balance
            found: dict[str, list[float]] = {name: [] for name in reads}
            for _ in range(args.rounds):
                for name, read in reads.items():
                    found[name].append(await milliseconds(read))
        finally:
            await db.close()
    figures = [report.Figure(name, "ms", tuple(times), REACH_MS, at_most=True) for name, times in found.items()]
    report.show(figures, title=f"diamonds, {args.gifts:,} gifts of a year")


if __name__ == "__main__":
    world.run(main())
