"""A room that stays open: gifts and words come and go, and the page does not grow."""

import asyncio

import httpx
import pytest
from playwright.async_api import Browser, CDPSession, expect

from browsing import PHONE, visitor
from largesse.kit import ids
from lively import World
from running import Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(600)]
GROWTH_BYTES_MAX = 5_000_000
NODES_MORE_MAX = 400  # between two moments of a busy room
WARM_S = 10
PAUSE_S = 0.4
GIFTS = ("rose", "heart", "clap", "coffee", "crown", "lion", "rose", "galaxy")


async def _keep_busy(giver: Someone, live: str, nth: int, stop: asyncio.Event) -> None:
    """One of the crowd: gives, and now and then says something."""
    auth = {"Authorization": f"Bearer {giver.token}"}
    async with httpx.AsyncClient(base_url=giver.http.base_url, headers=auth, timeout=30) as client:
        while not stop.is_set():
            nth += 1
            body = {"id": str(ids.new()), "gift_id": GIFTS[nth % len(GIFTS)]}
            await client.post(f"/v1/lives/{live}/gifts", json=body)
            if nth % 4 == 0:
                await client.post(f"/v1/lives/{live}/comments", json={"text": f"line {nth}"})
            await asyncio.sleep(PAUSE_S)


async def _heap(devtools: CDPSession) -> tuple[int, int]:
    """Bytes in use and nodes, after what is garbage has gone."""
    await devtools.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in (await devtools.send("Performance.getMetrics"))["metrics"]}
    return metrics["JSHeapUsedSize"], metrics["Nodes"]


@pytest.mark.parametrize("seconds", [30, pytest.param(300, marks=pytest.mark.slow)])
async def test_a_room_in_use_does_not_grow(browser: Browser, world: World, seconds: int) -> None:
    live = world.service.live(world.service.join("bella"), "A long evening")["id"]
    crowd = [world.service.join(f"fan{nth}") for nth in range(8)]
    for one in crowd:
        world.service.recharge(one, 100_000)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group, visitor(browser, world.service, viewport=PHONE) as who:
        for nth, one in enumerate(crowd):
            group.create_task(_keep_busy(one, live, nth, stop))
        try:
            await who.go(f"/live/{live}")
            devtools = await who.context.new_cdp_session(who.page)
            await devtools.send("Performance.enable")
            await expect(who.page.get_by_label("Chat", exact=True)).to_contain_text("sent Rose")
            await asyncio.sleep(WARM_S)
            bytes_before, nodes_before = await _heap(devtools)
            await asyncio.sleep(seconds)
            bytes_after, nodes_after = await _heap(devtools)
            drawn = await who.drawn()
        finally:
            stop.set()
    assert bytes_after - bytes_before < GROWTH_BYTES_MAX, (bytes_before, bytes_after)
    assert nodes_after - nodes_before < NODES_MORE_MAX
    assert drawn["stage"]
    assert len(drawn["lanes"]) > 3
