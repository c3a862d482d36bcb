"""How long it takes to close an hour of gifts into revenue and what creators are owed, lot by lot.

The gifts are given by two committers to a thousand creators, from ten thousand wallets with four lots each, of prices
that do not divide. The hour is closed for real and rolled back, round for round; then it is closed, and the audit of
closed hours must find nothing. What else is in the books must not matter, so it is done again behind an hour as large.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import psycopg

from bench import audit, report, world
from largesse import ledger
from largesse.kit.db import Database, sql
from largesse.ledger import closing

AUDIT_SECONDS_A_MILLION = 12  # an audit of five million in a minute, as a whole
SECONDS_A_MILLION = 30
LOTS = 4
# Every wallet's coins as four purchases: three that the gifts use up and end in, and the rest.
PURCHASES = """
WITH made AS (
    INSERT INTO ledger.transfer (id, kind, source, happened_at)
    SELECT gen_random_uuid(), 'purchase', 'bench-' || account || '-' || n, now() FROM ledger.wallet, generate_series(1, %(lots)s) n
    RETURNING key, split_part(source, '-', 2)::int AS account, split_part(source, '-', 3)::int AS n
), bought AS (
    SELECT m.key, m.account, m.n, CASE WHEN m.n < %(lots)s THEN 37 ELSE w.paid_in - 37 * (%(lots)s - 1) END AS coins
    FROM made m JOIN ledger.wallet w ON w.account = m.account
), legs AS (
    INSERT INTO ledger.leg (transfer, n, book, holder, currency, amount)
    SELECT key, 1, 1, 0, '', -coins FROM bought UNION ALL SELECT key, 2, 2, account, '', coins FROM bought
    UNION ALL SELECT key, 3, 21, 0, 'USD', 1399 FROM bought UNION ALL SELECT key, 4, 31, 0, 'USD', -1399 FROM bought
)
INSERT INTO ledger.lot (account, class, kind, start, coins, transfer, net_minor, gross_minor, currency)
SELECT account, 'paid', 'purchase', 37 * (n - 1), coins, key, 1399, 1399, 'USD' FROM bought ORDER BY account, n
"""
# As if what was given since the last close had been given some hours ago.
AGED = """
UPDATE ledger.batch SET recorded_at = date_trunc('hour', now()) - make_interval(hours => %(hours)s) + interval '1 minute'
WHERE batch > (SELECT coalesce(max(c), 0) FROM ledger.hour, unnest(cursor) c)
"""


def age(url: str, hours: int) -> None:
    """Let the newest gifts lie in an hour that is over; only a bench may: rows of the journal are for ever."""
    with psycopg.connect(url, options="-c session_replication_role=replica") as connection:
        connection.execute(AGED.encode(), {"hours": hours})


async def closed(db: Database, *, keep: bool) -> tuple[float, int]:
    """Close the oldest hour; seconds and gifts."""
    connection = await db.connect()
    async with connection, connection.transaction(force_rollback=not keep):
        started = time.perf_counter()
        gifts = await closing.close_next(closing.WriteTx(connection))
        seconds = time.perf_counter() - started
    assert gifts is not None
    return seconds, gifts


async def measure(db: Database, rounds: int) -> tuple[tuple[float, ...], int]:
    """Seconds of each round, and gifts of the hours; then they are closed."""
    found = [await closed(db, keep=False) for _ in range(rounds)]
    await closed(db, keep=True)
    return tuple(seconds for seconds, _ in found), found[0][1]


async def proved(db: Database) -> float:
    """Seconds in which the audit's statement proves all closed hours; ends the program where they do not hold.

    It is the one part of an audit that closed hours make longer: `bench audit` has its hours open.
    """
    async with db.read() as tx:
        await tx.execute("SET LOCAL statement_timeout = 0")
        started = time.perf_counter()
        wrong = await (await tx.execute(sql("ledger", "audit_closing"))).fetchall()
        seconds = time.perf_counter() - started
    if wrong:
        raise SystemExit(f"the hours do not hold: {wrong[:3]}")
    return seconds


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gifts", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    figures = []
    async with world.servers() as servers:
        url = world.database(servers.database_url, "closing")
        await world.people(url)
        with tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
            keys = ledger.load_keys(Path(folder))
            with psycopg.connect(url) as connection:
                connection.execute(PURCHASES.encode(), {"lots": LOTS})
            db = Database(url, connections_max=2)
            await db.open()
            for hours, which in ((2, "the first"), (1, "a later")):
                await asyncio.to_thread(audit.give_all, url, keys.salt_secret, args.gifts)
                await asyncio.to_thread(age, url, hours)
                seconds, gifts = await measure(db, args.rounds)
                reach = SECONDS_A_MILLION * args.gifts / 1_000_000
                figures.append(
                    report.Figure(f"closing {which} hour of {gifts:,} gifts", "s", seconds, reach, at_most=True)
                )
            seconds = tuple([await proved(db) for _ in range(args.rounds)])
            reach = AUDIT_SECONDS_A_MILLION * 2 * args.gifts / 1_000_000
            figures.append(
                report.Figure(f"closed hours of {2 * args.gifts:,} gifts proved", "s", seconds, reach, at_most=True)
            )
            await db.close()
    report.show(figures, title="closing")


if __name__ == "__main__":
    world.run(main())
