"""What a LIVE's summary draws of viewers and likes is kept by the minute."""

import asyncio

import httpx

from largesse.realtime import sampling
from watching import Watcher


async def until(holds, seconds: float = 20):
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - it is asked for, nobody tells it
            await asyncio.sleep(0.1)


async def _minutes(db, live):
    async with db.read() as tx:
        return await tx.rows("SELECT minute, viewers, likes FROM stage.minute WHERE stage = %s", [live.key])


async def test_the_owner_keeps_the_most_viewers_of_a_minute(monkeypatch, make_process, live, db):
    monkeypatch.setattr(sampling, "SAMPLE_S", 0.2)
    process = await make_process()
    await process.serve()
    async with Watcher.watching(process.port, live.id), Watcher.watching(process.port, live.id) as watcher:
        await watcher.until(lambda m: m["totals"]["viewers"] == 2)

        async def kept() -> bool:
            return 2 in [row["viewers"] for row in await _minutes(db, live)]

        await until(kept)

    async def gone() -> bool:
        return process.realtime.owner.rooms[live.key].viewers == 0

    await until(gone)
    await asyncio.sleep(0.5)  # they are looked at again, and the minute keeps the most
    assert max(row["viewers"] for row in await _minutes(db, live)) == 2


async def test_likes_are_kept_by_the_minute_and_sum_to_all_of_them(process, live, cast, db):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}") as client:
        for count in (3, 4):
            path = f"/v1/lives/{live.id}/likes"
            assert (await client.post(path, json={"count": count}, headers=cast.alice.headers)).is_success

        async def kept() -> bool:
            return sum(row["likes"] for row in await _minutes(db, live)) == 7

        await until(kept)
    async with db.read() as tx:
        assert await tx.scalar("SELECT likes FROM stage.stage WHERE key = %s", [live.key]) == 7
