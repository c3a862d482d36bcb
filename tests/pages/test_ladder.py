"""A viewer of the playlist whose network is slow is shown the lower rendition."""

import asyncio

import pytest
from playwright.async_api import Browser, Page

import running
from browsing import visitor
from pictures import encoding, moves

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
SOON_S = 60
SLOW = {"offline": False, "latency": 20, "downloadThroughput": 40_000, "uploadThroughput": 40_000}  # bytes a second


async def test_a_slow_network_takes_the_lower_rendition(browser: Browser) -> None:
    with running.running(rtmp_port=str(running.free_port()), live_ladder="144") as on_air:
        bob = on_air.join("bob")
        live = on_air.live(bob)["id"]
        async with encoding(bob, live), visitor(browser, on_air) as guest:
            async with asyncio.timeout(SOON_S):
                while "144/live.m3u8" not in bob.http.get(f"/hls/{live}/master.m3u8").text:  # noqa: ASYNC110
                    await asyncio.sleep(0.3)
            await guest.go(f"/live/{live}?play=hls")
            await _shows(guest.page, 180)
            session = await guest.page.context.new_cdp_session(guest.page)
            await session.send("Network.enable")
            await session.send("Network.emulateNetworkConditions", SLOW)
            await _shows(guest.page, 144)
            await moves(guest.page)


async def _shows(page: Page, lines: int) -> None:
    """Wait for a picture of so many lines."""
    async with asyncio.timeout(SOON_S):
        while await page.evaluate("document.querySelector('video.shown')?.videoHeight") != lines:  # noqa: ASYNC110
            await asyncio.sleep(0.3)
