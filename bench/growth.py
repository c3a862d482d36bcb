"""Time of a batch with five million gifts in the books against an empty journal."""

import argparse
import asyncio
import random
import time

import psycopg

from bench import durable, report, world
from bench.world import CREATORS, SECRET, VIEWERS
from largesse.gifting import Committer
from largesse.kit.db import Database

BATCHES = 40
# Gifts of the past two weeks, made set-based: only their number and their places matter here.
FILL = """
INSERT INTO ledger.gift (id, batch, paid_before, promo_before, diamonds_milli, sender, receiver, stage, coins_paid, coins_promo,
    api_key, kind, count, policy, leaf, flags)
SELECT (lpad(to_hex((extract(epoch FROM now() - interval '14 days') * 1000)::bigint + i / 5), 12, '0') || '7'
        || lpad(to_hex(i %% 4096), 3, '0') || '8' || lpad(to_hex(i), 15, '0'))::uuid,
    (i / 1000 + 1) * 64 + 63, i, 0, 700, %(creators)s + 1 + i %% %(viewers)s, 1, 1, 1, 0, 0, 1, 1, 1, i %% 1000, 0
FROM generate_series(%(low)s::bigint, %(high)s::bigint - 1) i
"""
BATCH = """
INSERT INTO ledger.batch (batch, n, recorded_at, policy, gifts, root, chain)
SELECT (b + 1) * 64 + 63, b + 1, now() - interval '14 days' + make_interval(secs => b / 10.0), 1, 1000,
    sha256(int8send(b)), sha256(int8send(-b)) FROM generate_series(%(low)s::bigint / 1000, %(high)s::bigint / 1000 - 1) b
"""
SENT = """
INSERT INTO ledger.sent (sender, hour, batch)
SELECT DISTINCT sender, (extract(epoch FROM b.recorded_at)::bigint / 3600)::int, g.batch
FROM ledger.gift g JOIN ledger.batch b ON b.batch = g.batch WHERE g.batch > %(low)s::bigint / 1000 * 64
"""
STAGED = """
INSERT INTO ledger.staged (stage, hour, batch)
SELECT 1, (extract(epoch FROM recorded_at)::bigint / 3600)::int, batch FROM ledger.batch WHERE batch > %(low)s::bigint / 1000 * 64
"""
STEP = 500_000


def fill(url: str, gifts: int) -> None:
    """Put gifts of the past into the journal, on a stripe that no committer of the bench takes."""
    with psycopg.connect(url, autocommit=True, options="-c synchronous_commit=off -c work_mem=256MB") as connection:
        connection.execute("SELECT ledger.make_partitions(now() - interval '2 months', 6)")
        for low in range(0, gifts, STEP):
            named = {"low": low, "high": min(low + STEP, gifts), "creators": CREATORS, "viewers": VIEWERS}
            for statement in (BATCH, FILL):
                connection.execute(statement.encode(), named)
        named = {"low": 0}
        for statement in (SENT, STAGED):
            connection.execute(statement.encode(), named)
        connection.execute("SELECT setval('ledger.batch_sequence', %s)", [gifts // 1000 + 2])
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


async def seconds_a_batch(url: str, seed: int) -> float:
    """The median of some batches of a thousand gifts."""
    committer = Committer(Database(url), None, SECRET)
    rng = random.Random(seed)
    times = []
    try:
        for number in range(BATCHES + 5):
            batch = [durable.request(rng, hot=True) for _ in range(1000)]
            begin = time.perf_counter()
            await committer.settle(batch)
            if number >= 5:
                times.append(time.perf_counter() - begin)
    finally:
        await committer.close()
    times.sort()
    return times[len(times) // 2]


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gifts", type=int, default=5_000_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    async with world.servers() as servers:
        empty, full = (world.database(servers.database_url, name) for name in ("empty", "full"))
        for url in (empty, full):
            await world.people(url)
        await asyncio.to_thread(fill, full, args.gifts)
        times: dict[str, list[float]] = {empty: [], full: []}
        for number in range(args.rounds):
            for url, found in times.items():
                found.append(1000 * await seconds_a_batch(url, number))
    ratios = tuple(a / b for a, b in zip(times[full], times[empty], strict=True))
    report.show(
        [
            report.Figure("batch of 1,000, empty books", "ms", tuple(times[empty])),
            report.Figure(f"batch of 1,000, {args.gifts:,} gifts in the books", "ms", tuple(times[full])),
            report.Figure("the second against the first", "x", ratios, 1.5, at_most=True),
        ],
        title="growth",
    )


if __name__ == "__main__":
    world.run(main())
