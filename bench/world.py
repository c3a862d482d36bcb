"""Throw-away servers and a world of people on them, made set-based."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from largesse import catalog
from largesse.kit import embedded, ids, migrate
from largesse.kit.config import Settings
from largesse.kit.db import Database

VIEWERS = 10_000
CREATORS = 1_000
SECRET = b"bench-secret-of-no-consequence!!"

PEOPLE = """
INSERT INTO accounts.account (id, username, display_name, birth_date, country, adult_from, creator_since)
SELECT gen_random_uuid(), 'u' || i, 'U' || i, '1990-01-01', 'US', '2008-01-01', CASE WHEN i <= %(creators)s THEN now() END
FROM generate_series(1, %(creators)s + %(viewers)s) i ORDER BY i
"""
WALLETS = """
INSERT INTO ledger.wallet (account, paid_in, gives_from)
SELECT key, %(coins)s, '2008-01-01' FROM accounts.account WHERE key > %(creators)s
"""
STAGES = """
INSERT INTO stage.stage (id, kind, creator, title, status, started_at)
SELECT gen_random_uuid(), 'live', i, 'LIVE', 'live', now() FROM generate_series(1, %(creators)s) i ORDER BY i
"""
# Nobody meets the day's maximum while figures are taken.
POLICY = """
INSERT INTO policy.version (id, share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min,
    payout_week_minor_max, payout_fee_bps, payout_fee_minor, give_day_coins_max, buy_day_minor_max, announced_at, effective_at, reason)
SELECT gen_random_uuid(), share_bps, promo_share_bps, diamond_value_micros, hold_days, payout_minor_min, payout_week_minor_max,
    payout_fee_bps, payout_fee_minor, 1000000000000, buy_day_minor_max, announced_at, '2026-01-02', 'for measuring'
FROM policy.version LIMIT 1
"""


@asynccontextmanager
async def servers() -> AsyncIterator[embedded.Servers]:
    """PostgreSQL and NATS of their own, as `serve` runs them, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="largesse-bench-", ignore_cleanup_errors=True) as folder:
        async with embedded.running(Settings(data_dir=f"{folder}/data", sandbox=True)) as found:
            yield found


def database(server_url: str, name: str) -> str:
    """A fresh, migrated database of that name; returns its address."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    url = make_conninfo(server_url, dbname=name)
    migrate.migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO kit.world (id, sandbox) VALUES (%s, true) ON CONFLICT DO NOTHING", [ids.new()])
    return url


async def people(url: str, *, viewers: int = VIEWERS, creators: int = CREATORS, coins: int = 10**12) -> None:
    """Creators with keys 1..creators, each with a running LIVE of the same key; then viewers with full wallets.

    The catalogue is the product's own; a rose has the key 1.
    """
    named = {"viewers": viewers, "creators": creators, "coins": coins}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (PEOPLE, WALLETS, STAGES, POLICY):
            connection.execute(statement.encode(), named if b"%(" in statement.encode() else None)
    db = Database(url, connections_max=2)
    await db.open()
    async with db.write() as tx:
        await catalog.seed(tx)
        assert await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'") == 1
    await db.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def run(work: "asyncio._CoroutineLike[None]") -> None:
    """Run a benchmark; Ctrl-C ends it quietly."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work)
