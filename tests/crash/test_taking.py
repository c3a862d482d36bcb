"""Refunds and disputes while committers credit the same creators: nobody waits in a circle, and nothing is lost."""

import asyncio
import random
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from largesse import catalog, ledger
from largesse.gifting import Committer, Receipt, Request
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.money import Money
from largesse.ledger.audit import audit
from largesse.ledger.keys import load_keys

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
VIEWERS, CREATORS, COMMITTERS = 12, 5, 4
ADULT, PRICE, NOTHING = date(2008, 1, 1), Money(1000, "USD"), Money(0, "USD")


async def world(db: Database) -> tuple[list[int], list[int], int]:
    """Viewers who bought a thousand coins each in ten purchases, LIVEs of as many creators, and a rose."""
    async with db.write() as tx:
        await catalog.seed(tx)
        rows = await tx.rows(
            "INSERT INTO accounts.account (id, username, display_name, birth_date, country, adult_from)"
            " SELECT gen_random_uuid(), 'person' || i, 'Alice', '1990-01-01', 'US', '2008-01-01'"
            " FROM generate_series(1, %s) i ORDER BY i RETURNING key",
            [VIEWERS + CREATORS],
        )
        people = [row["key"] for row in rows]
        stages = [
            await tx.scalar(
                "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
                " VALUES (%s, 'live', %s, 'Evening songs', 'live', now()) RETURNING key",
                [ids.new(), creator],
            )
            for creator in people[VIEWERS:]
        ]
        rose: int = await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'")
    for viewer in people[:VIEWERS]:
        for n in range(10):
            async with db.write() as tx:
                await ledger.sell_coins(
                    tx, account=viewer, gives_from=ADULT, coins=100, gross=PRICE, tax=NOTHING, provider_fee=NOTHING,
                    source=f"{viewer}.{n}", happened_at=datetime.now(UTC),
                )  # fmt: skip
    return people[:VIEWERS], stages, rose


async def test_refunds_and_disputes_beside_committers_neither_deadlock_nor_lose_anything(
    database_url: str, tmp_path: Path
) -> None:
    db = Database(database_url, connections_max=12)
    await db.open()
    keys = load_keys(tmp_path)
    viewers, stages, rose = await world(db)
    done = asyncio.Event()

    async def give(seed: int) -> int:
        committer, rng, settled = Committer(db, None, keys.salt_secret), random.Random(seed), 0
        while not done.is_set():
            asked = [Request(ids.new().bytes, rng.choice(viewers), rng.choice(stages), rose, 1) for _ in range(40)]
            settled += sum(isinstance(outcome, Receipt) for outcome in await committer.settle(asked))
        await committer.close()
        return settled

    async def take(viewer: int) -> None:
        rng = random.Random(viewer)
        for n in range(10):
            purchase, source = f"{viewer}.{n}", f"event {viewer}.{n}"
            kind = rng.choice(["refund", "restored", "lost", "won", "won after it was lost"])
            for verb, named in steps(kind, purchase, source):
                async with db.write() as tx:
                    await verb(tx, source=source, happened_at=datetime.now(UTC), **named)
                await asyncio.sleep(rng.random() / 50)

    givers = [asyncio.create_task(give(seed)) for seed in range(COMMITTERS)]
    await asyncio.gather(*(take(viewer) for viewer in viewers))
    done.set()
    settled = await asyncio.gather(*givers)
    report = await audit(db, keys)
    assert report.findings == []
    assert report.gifts == sum(settled) > 0
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM ledger.gift_part") > 0
    assert await deadlocks(db) == 0
    await db.close()


def steps(kind: str, purchase: str, source: str):
    refund = (
        ledger.refund_coins,
        {"purchase": purchase, "refunded": Money(700, "USD"), "via": "psp", "reason": "asked"},
    )
    asked = (ledger.open_dispute, {"purchase": purchase, "disputed": PRICE, "fee": NOTHING})
    lost, won = (ledger.lose_dispute, {}), (ledger.win_dispute, {"fee_back": NOTHING})
    return {
        "refund": [refund],
        "restored": [refund, (ledger.restore_refund, {})],
        "lost": [asked, lost],
        "won": [asked, won],
        "won after it was lost": [asked, lost, won],
    }[kind]


async def test_a_taker_locks_earnings_in_the_order_in_which_committers_credit_them(
    database_url: str, tmp_path: Path
) -> None:
    """The middle creator's row is held until both wait: in another order each would then hold what the other wants."""
    db = Database(database_url, connections_max=6)
    await db.open()
    keys = load_keys(tmp_path)
    (giver, other, *_), stages, rose = await world(db)
    committer = Committer(db, None, keys.salt_secret)

    def gifts(viewer: int, count: int) -> list[Request]:
        return [Request(ids.new().bytes, viewer, stage, rose, count) for stage in stages]

    await committer.settle(gifts(giver, 20))
    async with db.write() as tx:
        middle = "SELECT creator FROM ledger.earning ORDER BY creator OFFSET 2 LIMIT 1"
        await tx.execute(f"SELECT 1 FROM ledger.earning WHERE creator = ({middle}) FOR UPDATE")
        async with asyncio.TaskGroup() as group:
            settled = group.create_task(committer.settle(gifts(other, 1)))
            await waiting(db, 1)
            taken = group.create_task(refund(db, f"{giver}.0"))
            await waiting(db, 2)
            await tx.connection.execute("COMMIT")
        await tx.connection.execute("BEGIN")
    assert all(isinstance(outcome, Receipt) for outcome in settled.result())
    assert taken.result().reversed_coins == 100
    assert (await audit(db, keys)).findings == []
    assert await deadlocks(db) == 0, "a committer would try again, and say nothing"
    await committer.close()
    await db.close()


async def refund(db: Database, purchase: str) -> ledger.Taken:
    async with db.write() as tx:
        return await ledger.refund_coins(
            tx, purchase=purchase, refunded=PRICE, via="psp", source="r", happened_at=datetime.now(UTC), reason="asked"
        )


async def deadlocks(db: Database) -> int:
    async with db.write() as tx:
        await tx.execute("SELECT pg_stat_force_next_flush()")
        return int(await tx.scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


async def waiting(db: Database, backends: int) -> None:
    """Until so many wait for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(20), db.read() as tx:
        while await tx.scalar(asked) < backends:
            await tx.execute("SELECT pg_stat_clear_snapshot()")
            await asyncio.sleep(0.02)
