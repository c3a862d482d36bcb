"""What gifts to guests cost the committer: batches for creators alone, with one gift in ten for a guest, and all for guests.

Rounds are interleaved, on one PostgreSQL and one database, a thousand gifts a batch in one LIVE, by one committer. The
ratios are taken round by round. `--baseline` measures the first way alone, also in a checkout from before guests.
"""

import argparse
import random
import time

import psycopg
import uuid_utils

from bench import report, world
from bench.world import CREATORS, SECRET, VIEWERS
from largesse.gifting import Committer, Request
from largesse.kit.db import Database

BATCH = 1000
GUESTS = 5
WAYS = {"creators alone": 0, "one in ten for a guest": 10, "all for guests": 1}
PLACES = """
INSERT INTO stage.guest (stage, account, status, joined_at)
SELECT 1, %(first)s + i, 'on', now() FROM generate_series(1, %(guests)s) i
"""


def batch(rng: random.Random, every: int) -> list[Request]:
    """Roses in one LIVE; each `every`th is for one of its guests, none where it is 0."""
    made = []
    for n in range(BATCH):
        viewer = CREATORS + GUESTS + 1 + rng.randrange(VIEWERS - GUESTS)
        request = Request(uuid_utils.uuid7().bytes, viewer, 1, 1)
        if every and n % every == 0:
            request.receiver = CREATORS + 1 + rng.randrange(GUESTS)
        made.append(request)
    return made


async def rate(committer: Committer, every: int, seconds: float, seed: int) -> float:
    """Gifts a second of batches that were made before."""
    rng = random.Random(seed)
    batches = [batch(rng, every) for _ in range(int(seconds * 40))]
    begin, settled = time.perf_counter(), 0
    for made in batches:
        await committer.settle(made)
        settled += len(made)
        if time.perf_counter() - begin > seconds:
            break
    return settled / (time.perf_counter() - begin)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--baseline", action="store_true")
    args = parser.parse_args()
    ways = dict(list(WAYS.items())[:1]) if args.baseline else WAYS
    rates: dict[str, list[float]] = {name: [] for name in ways}
    async with world.servers() as servers:
        url = world.database(servers.database_url, "hosted")
        await world.people(url)
        if not args.baseline:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(PLACES, {"first": CREATORS, "guests": GUESTS})
        db = Database(url, connections_max=2)
        await db.open()
        committer = Committer(db, None, SECRET)
        await rate(committer, 0, 0.5, 0)
        for number in range(args.rounds):
            for name, every in ways.items():
                rates[name].append(await rate(committer, every, args.seconds, number))
        await committer.close()
        await db.close()
    figures = [report.Figure(name, "gifts/s", tuple(values)) for name, values in rates.items()]
    first = rates["creators alone"]
    figures += [report.ratio(f"{name} against creators alone", rates[name], first, 0.85) for name in list(ways)[1:]]
    report.show(figures, title="hosted")


if __name__ == "__main__":
    world.run(main())
