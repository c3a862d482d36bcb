"""One transaction a gift, as most systems settle: asyncpg, 32 clients.

Lock the wallet first and the hot rows last; insert the gift and three entries, update three balances, commit.
"""

import asyncio
import random
import time
from typing import Any

import asyncpg
import uuid_utils
from psycopg.conninfo import conninfo_to_dict

from bench.world import CREATORS, VIEWERS

CLIENTS = 32
SCHEMA = """
CREATE SCHEMA one;
CREATE TABLE one.gift (id uuid PRIMARY KEY, sender int NOT NULL, receiver int NOT NULL, stage int NOT NULL, kind int NOT NULL,
    coins int NOT NULL, diamonds_milli bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE one.entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gift uuid NOT NULL, account int NOT NULL, amount bigint NOT NULL);
CREATE INDEX ON one.entry (account);
CREATE TABLE one.balance (account int PRIMARY KEY, n bigint NOT NULL);
INSERT INTO one.balance SELECT i, 1000000000000 FROM generate_series(0, %d) i;
"""


def _arguments(url: str) -> dict[str, Any]:
    """The same server by the driver's own argument names."""
    named = conninfo_to_dict(url)
    names = {"host": "host", "port": "port", "user": "user", "password": "password", "dbname": "database"}
    return {names[name]: value for name, value in named.items() if name in names}


async def prepare(url: str) -> None:
    """Make its tables: balance 0 is the platform's, 1 the hot creator's."""
    connection = await asyncpg.connect(**_arguments(url))
    try:
        await connection.execute(SCHEMA % (CREATORS + VIEWERS))
    finally:
        await connection.close()


async def measure(url: str, seconds: float) -> float:
    """Gifts a second, one hot creator."""
    async with asyncpg.create_pool(**_arguments(url), min_size=CLIENTS, max_size=CLIENTS) as pool:
        counts = [0] * CLIENTS
        await asyncio.gather(*[_client(pool, i, time.perf_counter() + 0.5, [0] * CLIENTS) for i in range(CLIENTS)])
        start = time.perf_counter()
        await asyncio.gather(*[_client(pool, i, start + seconds, counts) for i in range(CLIENTS)])
        return sum(counts) / (time.perf_counter() - start)


async def _client(pool: asyncpg.Pool, number: int, end: float, counts: list[int]) -> None:
    rng = random.Random(number)
    async with pool.acquire() as connection:
        while time.perf_counter() < end:
            await _give(connection, CREATORS + 1 + rng.randrange(VIEWERS))
            counts[number] += 1


async def _give(connection: asyncpg.pool.PoolConnectionProxy, sender: int) -> None:
    gift = uuid_utils.uuid7().hex
    async with connection.transaction():
        await connection.fetchval("SELECT n FROM one.balance WHERE account = $1 FOR NO KEY UPDATE", sender)
        await connection.execute(
            "INSERT INTO one.gift (id, sender, receiver, stage, kind, coins, diamonds_milli) VALUES ($1, $2, 1, 1, 1, 1, 700)",
            gift, sender,
        )  # fmt: skip
        for account, amount in ((sender, -1), (0, 1), (1, 700)):
            await connection.execute(
                "INSERT INTO one.entry (gift, account, amount) VALUES ($1, $2, $3)", gift, account, amount
            )
        await connection.execute("UPDATE one.balance SET n = n - 1 WHERE account = $1", sender)
        await connection.execute("UPDATE one.balance SET n = n + 700 WHERE account = 1")
        await connection.execute("UPDATE one.balance SET n = n + 1 WHERE account = 0")
