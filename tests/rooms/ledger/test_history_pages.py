"""Pages of gifts leave none out and show none twice, also where batches of two stripes cross the edge of an hour."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookkeeping import Bookkeeper, Gift, people
from largesse import ledger
from largesse.kit.db import Database

ALICE, CHARLIE, BOB = 1, 2, 3
STAGES = (1, 2)
EDGE = datetime(2026, 3, 1, 12, tzinfo=UTC)
Page = Callable[[str | None, int], Awaitable[list[ledger.GiftRow]]]


@pytest.fixture
async def books(db: Database, tmp_path: Any) -> Bookkeeper:
    made = Bookkeeper(db, ledger.load_keys(tmp_path / "data"))
    await people(made, 3)
    await made.buy(ALICE, 1000)
    await made.buy(CHARLIE, 1000)
    return made


async def settle(books: Bookkeeper, hours: list[int]) -> list[str]:
    """A batch for each of `hours`, by two stripes in turn, recorded so many hours from the edge; its two gifts.

    A batch gets its number after its time: of two stripes, the one with the higher number may be the older one.
    """
    receipts: list[str] = []
    journals = [await ledger.Journal.open(books.db, books.keys.salt_secret) for _ in range(2)]
    try:
        for n, _ in enumerate(hours):
            gifts = [Gift(ALICE, BOB, stage=STAGES[n % 2]), Gift(ALICE, BOB, stage=STAGES[n // 2 % 2])]
            receipts += await books.give([*gifts, Gift(CHARLIE, BOB, stage=1)], journal=journals[n % 2])
    finally:
        for journal in journals:
            await journal.close()
    batches = sorted({int(one.partition(".")[0]) for one in receipts})
    assert {batch % ledger.STRIPES for batch in batches} == {0, 1}
    async with books.db.write() as tx:
        await tx.execute("SET LOCAL session_replication_role = replica")  # a time of one's own choice
        for batch, hour in zip(batches, hours, strict=True):
            at = EDGE + timedelta(hours=hour)
            number = int(at.timestamp()) // 3600
            await tx.execute("UPDATE ledger.batch SET recorded_at = %s WHERE batch = %s", [at, batch])
            for table in ("sent", "staged"):
                await tx.execute(f"UPDATE ledger.{table} SET hour = %s WHERE batch = %s", [number, batch])
    return receipts


async def turned(page: Page, size: int) -> list[ledger.GiftRow]:
    """All pages, one after another."""
    found: list[ledger.GiftRow] = []
    before: str | None = None
    while rows := await page(before, size):
        found += rows
        assert len(found) < 200, "turns in a circle"
        before = f"{rows[-1].batch}.{rows[-1].leaf}"
    return found


def numbers(rows: list[ledger.GiftRow]) -> list[str]:
    return [f"{row.batch}.{row.leaf}" for row in rows]


def orders() -> list[list[int]]:
    """The edge in every plain shape, and some of chance."""
    chance = random.Random(7)
    plain = [[1, 0], [0, 1, 0, 1], [1, 1, 1, 0], [1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 1]]
    return plain + [[chance.choice([-1, 0, 0, 1]) for _ in range(7)] for _ in range(4)]


@pytest.mark.parametrize("hours", orders(), ids=str)
async def test_no_page_leaves_a_gift_out_at_the_edge_of_an_hour(books: Bookkeeper, hours: list[int]) -> None:
    receipts = await settle(books, hours)
    async with books.db.read() as tx:

        async def sent(before: str | None, n: int) -> list[ledger.GiftRow]:
            return await ledger.list_sent(tx, CHARLIE, before, n)

        async def given(before: str | None, n: int) -> list[ledger.GiftRow]:
            return await ledger.list_sent(tx, ALICE, before, n)

        async def received(before: str | None, n: int) -> list[ledger.GiftRow]:
            return await ledger.list_received(tx, BOB, STAGES, before, n)

        async def on_day(before: str | None, n: int) -> list[ledger.GiftRow]:
            return await ledger.list_received_on(tx, BOB, STAGES, day=EDGE.date(), before=before, limit=n)

        for size in (1, 2, 3, 100):
            of_charlie, of_alice = await turned(sent, size), await turned(given, size)
            assert sorted(numbers(of_charlie) + numbers(of_alice)) == sorted(receipts), size
            for page in (received, on_day):
                assert sorted(numbers(await turned(page, size))) == sorted(receipts), (page.__name__, size)
            for rows in (of_alice, await turned(received, size)):
                assert [row.recorded_at for row in rows] == sorted((row.recorded_at for row in rows), reverse=True)
