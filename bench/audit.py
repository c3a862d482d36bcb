"""How long the audit takes to prove the books: every leaf, tree and chain again, and every sum of every room.

The gifts are given by two committers to a thousand creators, from wallets with lots and transfers, and folded into what
creators see of them; the audit is `largesse audit`'s, and must find that the books hold.
"""

import argparse
import asyncio
import multiprocessing
import random
import tempfile
from pathlib import Path

import psycopg
import uvloop

from bench import durable, report, world
from bench.durable import BATCH
from largesse import ledger
from largesse.gifting import Committer, Request
from largesse.insights import Fold
from largesse.kit.db import Database
from largesse.main import books

PROCESSES = 2
SECONDS_A_MILLION = 12  # five million in a minute
# A purchase for every wallet that `world.people` has filled.
PURCHASES = """
WITH made AS (
    INSERT INTO ledger.transfer (id, kind, source, happened_at)
    SELECT gen_random_uuid(), 'purchase', 'bench-' || account, now() FROM ledger.wallet
    RETURNING key, substr(source, 7)::int AS account
), bought AS (
    SELECT made.key, wallet.account, wallet.paid_in AS coins FROM made JOIN ledger.wallet ON wallet.account = made.account
), legs AS (
    INSERT INTO ledger.leg (transfer, n, book, holder, amount)
    SELECT key, 1, 1, 0, -coins FROM bought UNION ALL SELECT key, 2, 2, account, coins FROM bought
)
INSERT INTO ledger.lot (account, class, kind, start, coins, transfer)
SELECT account, 'paid', 'purchase', 0, coins, key FROM bought
"""


async def give(url: str, secret: bytes, gifts: int, seed: int) -> None:
    """Give that many gifts; what the other process's wallets defer rides in the next batch."""
    committer = Committer(Database(url), None, secret)
    rng, waiting, left = random.Random(seed), list[Request](), gifts
    while left > 0:
        batch = waiting + [durable.request(rng, hot=False) for _ in range(min(BATCH, left) - len(waiting))]
        outcomes = await committer.settle(batch)
        waiting = [asked for asked, outcome in zip(batch, outcomes, strict=True) if outcome is None]
        left -= len(batch) - len(waiting)
    await committer.close()


def process(url: str, secret: bytes, gifts: int, seed: int) -> None:
    """One process with a committer of its own."""
    uvloop.run(give(url, secret, gifts, seed))


def give_all(url: str, secret: bytes, gifts: int) -> None:
    """All gifts, and the statistics that a running database has of them."""
    context = multiprocessing.get_context("spawn")
    processes = [
        context.Process(target=process, args=(url, secret, gifts // PROCESSES, seed)) for seed in range(PROCESSES)
    ]
    for one in processes:
        one.start()
    for one in processes:
        one.join()
        assert one.exitcode == 0, one.exitcode
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


async def fold(url: str) -> None:
    """Fold the read models of what earned, as the worker does."""
    db = Database(url, connections_max=2)
    await db.open()
    try:
        folding = Fold(db)
        while await folding.fold():
            pass
    finally:
        await db.close()


async def audited(url: str, keys: ledger.Keys) -> ledger.Report:
    """One audit; ends the program where the books do not hold."""
    db = Database(url, connections_max=2)
    await db.open()
    try:
        found = await ledger.audit(db, keys, checks=books.checks())
    finally:
        await db.close()
    if not found.ok:
        raise SystemExit(f"the books do not hold: {found.findings[:3]}")
    return found


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gifts", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    async with world.servers() as servers:
        url = world.database(servers.database_url, "audit")
        await world.people(url)
        with tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
            keys = ledger.load_keys(Path(folder))
            with psycopg.connect(url) as connection:
                connection.execute(PURCHASES.encode())
            await asyncio.to_thread(give_all, url, keys.salt_secret, args.gifts)
            await fold(url)
            found = [await audited(url, keys) for _ in range(args.rounds)]
    seconds = tuple(one.seconds for one in found)
    reach = SECONDS_A_MILLION * args.gifts / 1_000_000
    report.show(
        [
            report.Figure(f"audit of {found[0].gifts:,} gifts", "s", seconds, reach, at_most=True),
            report.Figure("gifts proved a second", "gifts/s", tuple(one.gifts / one.seconds for one in found)),
        ],
        title="audit",
    )


if __name__ == "__main__":
    world.run(main())
