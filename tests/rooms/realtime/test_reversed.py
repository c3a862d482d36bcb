"""A chargeback reaches the room: coins, diamonds and rankings go down, nobody is named, and nothing counts twice."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from largesse import ledger
from largesse.kit import ids, outbox
from largesse.kit.money import Money
from watching import Watcher

PRICE = Money(1000, "USD")
NOTHING = Money(0, "USD")


@pytest.fixture
async def dora(make_person, db):
    """Somebody whose coins were all bought: a thousand."""
    made = await make_person("dora")
    async with db.write() as tx:
        await ledger.sell_coins(
            tx, account=made.key, gives_from=date(2000, 1, 1), coins=1000, gross=PRICE, tax=NOTHING,
            provider_fee=NOTHING, source="p", happened_at=datetime.now(UTC),
        )  # fmt: skip
    return made


async def refund(live, minor: int, source: str):
    async with live.db.write() as tx:
        await ledger.refund_coins(
            tx, purchase="p", refunded=Money(minor, "USD"), via="psp", source=source, happened_at=datetime.now(UTC),
            reason="asked",
        )  # fmt: skip
    await live.news.publish(outbox.NEWS_SUBJECT, b"")


async def restore(live, source: str):
    async with live.db.write() as tx:
        await ledger.restore_refund(tx, source=source, happened_at=datetime.now(UTC))
    await live.news.publish(outbox.NEWS_SUBJECT, b"")


async def test_a_refund_is_told_to_the_room_without_the_giver(process, live, cast, dora):
    async with Watcher.watching(process.port, live.id, token=cast.bob.token) as watcher:
        await live.give(cast.alice, count=90)
        await live.give(dora, count=100)
        _, given = await watcher.until_events("gift.sent", 2)
        await refund(live, 950, "r1")
        (told,) = await watcher.until_events("gift.reversed")
        assert {name: told[name] for name in told if name != "at"} == {
            "type": "gift.reversed", "receipt": given["receipt"], "coins": 50,
            "diamonds_milli": 35_000, "reason": "refund",
        }  # fmt: skip
        totals = watcher.frames[-1]["totals"]
        assert totals["coins"] == 140, "of the frame that tells it"
        assert (totals["gifts"], totals["gifters"], totals["diamonds_milli"]) == (2, 2, 140 * 700)
        await watcher.until(lambda _: _first(watcher) == "alice")
        await restore(live, "r1")
        await watcher.until(lambda m: m["totals"]["coins"] == 190)
        await watcher.until(lambda _: _first(watcher) == "dora")
        assert [e["coins"] for e in watcher.events("gift.reversed")] == [50, -50]


def _first(watcher) -> str:
    ranked = watcher.events("rank.updated")
    return ranked[-1]["top_gifters"][0]["account"]["username"] if ranked else ""


async def standing(process, stage, *, coins):
    """What a stage stands at, once it counts so many coins: transactions of other tests keep news back a while."""
    async with asyncio.timeout(30):
        while True:
            async with process.db.read() as tx:
                (found,) = (await process.realtime.standings.standings(tx, [stage], top=10)).values()
            if found.totals.coins == coins:
                return found
            await asyncio.sleep(0.05)


async def test_a_room_that_rests_counts_what_was_reversed_since(make_process, live, cast, dora):
    process = await make_process()
    await process.serve()
    async with Watcher.watching(process.port, live.id) as watcher:
        await live.give(dora, cast.alice, count=10)
        await watcher.until_events("gift.sent", 2)
    await process.close()
    async with live.db.write() as tx:
        await tx.execute("UPDATE stage.stage SET status = 'ended', ended_at = now() WHERE key = %s", [live.key])
    await refund(live, 1000, "r1")
    other = await make_process(owning=False)
    stage = await other.stage.get(ids.decode(live.id, "live"))
    found = await standing(other, stage, coins=10)
    assert (found.totals.coins, found.totals.gifts, found.diamonds_milli) == (10, 2, 7000)
    assert found.top == [(cast.alice.key, 10)]


async def test_a_new_owner_counts_each_reversal_once(make_process, live, cast, dora):
    """Frames that the last owner showed after its last fold are counted again, and not told again."""
    first = await make_process()
    await first.serve()
    async with Watcher.watching(first.port, live.id) as watcher:
        await live.give(dora, count=500)
        await watcher.until_events("gift.sent")
        for n in range(5):
            await refund(live, 200, f"r{n}")
        await watcher.until(lambda m: m["totals"]["coins"] == 0)
        await first.die()
    second = await make_process()
    await second.serve()
    async with Watcher.watching(second.port, live.id) as watcher:
        await live.give(cast.alice, count=7)
        await watcher.until(lambda m: m["totals"]["coins"] == 7, seconds=15)
        assert watcher.events("gift.reversed") == []
