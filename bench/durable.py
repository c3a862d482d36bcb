"""Durable gifts a second through the committer, against one transaction a gift; bytes a gift on disk.

Five interleaved rounds of each way, on one PostgreSQL with the product's own settings; the ratio is taken round by round.
"""

import argparse
import asyncio
import multiprocessing
import random
import time
from typing import Any

import psycopg
import uuid_utils
import uvloop

from bench import report, world
from bench.baselines import one_by_one
from bench.world import CREATORS, SECRET, VIEWERS
from largesse.gifting import Committer, Outcome, Request
from largesse.kit.batch import Batcher
from largesse.kit.db import Database

BATCH = 1000
CALLERS = 1000
Way = tuple[str, int, bool, str]  # name, processes, hot, premade or callers


def request(rng: random.Random, hot: bool) -> Request:
    """One rose from a random viewer to the hot creator, or to any of a thousand."""
    return Request(
        uuid_utils.uuid7().bytes, CREATORS + 1 + rng.randrange(VIEWERS), 1 if hot else 1 + rng.randrange(CREATORS), 1
    )


async def premade(committer: Committer, hot: bool, seconds: float, seed: int, started: Any) -> tuple[int, float]:
    """Settle batches that were made before; what another process's wallets defer rides in the next batch."""
    rng = random.Random(seed)
    batches = [[request(rng, hot) for _ in range(BATCH)] for _ in range(int(seconds * 90))]
    batches.reverse()
    await committer.settle(batches.pop())
    await asyncio.to_thread(started.wait)
    begin, settled, waiting = time.perf_counter(), 0, []
    while time.perf_counter() - begin < seconds and batches:
        if len(waiting) < BATCH:
            waiting += batches.pop()
        batch, rest = waiting[:BATCH], waiting[BATCH:]
        outcomes = await committer.settle(batch)
        deferred = [r for r, outcome in zip(batch, outcomes, strict=True) if outcome is None]
        settled += len(batch) - len(deferred)
        waiting = deferred + rest
    return settled, time.perf_counter() - begin


async def callers(committer: Committer, hot: bool, seconds: float, seed: int, started: Any) -> tuple[int, float]:
    """A thousand callers, each waiting for its own receipt before it gives again."""
    batcher: Batcher[Request, Outcome] = Batcher(size_max=BATCH, linger_us=1000, waiting_max=20_000)
    lane = asyncio.create_task(batcher.run(committer.settle))
    rng = random.Random(seed)
    settled = 0
    await batcher.ask(request(rng, hot))
    await asyncio.to_thread(started.wait)
    begin = time.perf_counter()
    end = begin + seconds

    async def caller() -> None:
        nonlocal settled
        while time.perf_counter() < end:
            await batcher.ask(request(rng, hot))
            settled += 1

    await asyncio.gather(*[caller() for _ in range(CALLERS)])
    took = time.perf_counter() - begin
    batcher.close()
    await lane
    return settled, took


def process(url: str, way: Way, seconds: float, seed: int, started: Any, results: Any) -> None:
    """One process with a committer of its own."""

    async def work() -> None:
        committer = Committer(Database(url), None, SECRET)
        try:
            measure = premade if way[3] == "premade" else callers
            results.put(await measure(committer, way[2], seconds, seed, started))
        finally:
            await committer.close()

    uvloop.run(work())


def run_way(url: str, way: Way, seconds: float, seed: int) -> float:
    """Gifts a second of all processes of a way together."""
    context = multiprocessing.get_context("spawn")
    started, results = context.Event(), context.Queue()
    processes = [
        context.Process(target=process, args=(url, way, seconds, seed * 10 + i, started, results))
        for i in range(way[1])
    ]
    for one in processes:
        one.start()
    time.sleep(1.5 + seconds / 2)  # they make their requests first
    started.set()
    found = [results.get(timeout=120) for _ in processes]
    for one in processes:
        one.join()
    return sum(settled / took for settled, took in found)


def bytes_a_gift(url: str) -> float:
    """The journal with its indexes and postings, over the gifts in it."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT sum(pg_total_relation_size(c.oid))::float8, (SELECT count(*) FROM ledger.gift)"
            " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'ledger' AND c.relkind = 'r' AND c.relname ~ '^(gift_|batch|sent|staged)'"
        ).fetchone()
    assert row is not None
    return float(row[0]) / row[1]


WAYS: tuple[Way, ...] = (
    ("pre-made batches, hot creator, 2 processes", 2, True, "premade"),
    ("1,000 awaiting callers each, hot creator, 2 processes", 2, True, "callers"),
    ("pre-made batches, 1,000 creators, 2 processes", 2, False, "premade"),
    ("pre-made batches, hot creator, 1 process", 1, True, "premade"),
)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    base: list[float] = []
    rates: dict[str, list[float]] = {way[0]: [] for way in WAYS}
    sizes: dict[bool, list[float]] = {True: [], False: []}
    async with world.servers() as servers:
        one = world.database(servers.database_url, "one_by_one")
        await one_by_one.prepare(one)
        urls = {hot: world.database(servers.database_url, "hot" if hot else "even") for hot in (True, False)}
        for url in urls.values():
            await world.people(url)
        for number in range(args.rounds):
            base.append(await one_by_one.measure(one, args.seconds))
            for way in WAYS:
                rates[way[0]].append(await asyncio.to_thread(run_way, urls[way[2]], way, args.seconds, number))
        for hot, url in urls.items():
            sizes[hot].append(bytes_a_gift(url))
    batches, asking, even, single = (rates[way[0]] for way in WAYS)
    report.show(
        [
            report.Figure("one transaction a gift, 32 clients", "gifts/s", tuple(base)),
            *[report.Figure(name, "gifts/s", tuple(values)) for name, values in rates.items()],
            report.ratio("pre-made batches against one transaction a gift", batches, base, 60),
            report.ratio("awaiting callers against one transaction a gift", asking, base, 50),
            report.ratio("hot creator against 1,000 creators evenly", batches, even, 0.9),
            report.ratio("two processes against one, hot creator", batches, single, 1.4),
            report.Figure("bytes a gift on disk, hot creator", "bytes", tuple(sizes[True]), 240, at_most=True),
            report.Figure("bytes a gift on disk, 1,000 creators", "bytes", tuple(sizes[False]), 300, at_most=True),
        ],
        title="durable",
    )


if __name__ == "__main__":
    world.run(main())
