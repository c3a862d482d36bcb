"""Two real Chromiums with fake cameras: one publishes by WHIP, the other watches by WHEP, and others by fragments."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, expect

import running
from browsing import DESK, Visitor, visitor
from pictures import hears, moves, sees
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
SOON_MS = 40_000
BY_WHEP = "() => document.querySelector('video').srcObject instanceof MediaStream"
SHOWN = "() => document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames > 0"
LOUD = """() => new Promise((resolve) => {
    const sounds = new AudioContext();
    const analyser = new AnalyserNode(sounds, { fftSize: 2048 });
    sounds.createMediaStreamSource(document.querySelector('video').srcObject).connect(analyser);
    const heard = new Float32Array(2048);
    const end = performance.now() + 5_000;
    const listen = () => {
        analyser.getFloatTimeDomainData(heard);
        const loudest = heard.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
        if (loudest > 0.01 || performance.now() > end) resolve(loudest);
        else setTimeout(listen, 20);
    };
    void sounds.resume().then(listen);
})"""


@pytest.fixture(scope="module")
def calling() -> Iterator[Service]:
    with running.running(webrtc_ports="20200-20299") as service:
        yield service


async def _sends_by_whip(who: Visitor, live: str) -> None:
    await who.go(f"/studio/live/{live}?send=whip")
    await who.press("Turn on the camera")
    await who.press("Go on air")
    await expect(who.page.get_by_text("Viewers see your picture")).to_be_visible(timeout=SOON_MS)


@contextlib.asynccontextmanager
async def _called(
    browser: Browser, cameras: Browser, calling: Service
) -> AsyncIterator[tuple[Someone, str, Visitor, Visitor, Visitor]]:
    """Bob on air by WHIP in his LIVE; his page, one that watches by WHEP, and one that may watch otherwise."""
    bob, alice = calling.join("bob"), calling.join("alice")
    live = calling.live(bob)["id"]
    async with (
        visitor(cameras, calling, bob, viewport=DESK) as creating,
        visitor(cameras, calling, alice) as near,
        visitor(browser, calling, alice) as far,
    ):
        await _sends_by_whip(creating, live)
        await near.go(f"/live/{live}?play=whep")
        yield bob, live, creating, near, far


async def test_a_camera_by_whip_is_seen_and_heard_by_whep_and_by_fragments(
    browser: Browser, cameras: Browser, calling: Service
) -> None:
    async with _called(browser, cameras, calling) as (_, live, creating, near, far):
        await near.page.wait_for_function(SHOWN, timeout=8_000)  # a key frame was asked of it
        await sees(near.page)
        assert await near.page.evaluate(BY_WHEP)
        assert await near.page.evaluate(LOUD) > 0.01
        await far.go(f"/live/{live}")
        await sees(far.page)
        await hears(far.page)
        assert not await far.page.evaluate(BY_WHEP)
        creating.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await creating.page.evaluate("id => sessionStorage.setItem(`largesse.source.${id}`, 'camera')", live)
        await creating.page.reload()  # the page asks first, and goes on air by itself; who watches waits
        await expect(creating.page.get_by_role("button", name="Stop the picture")).to_be_visible(timeout=SOON_MS)
        await asyncio.sleep(4)
        await sees(near.page)
        assert await near.page.evaluate(BY_WHEP)
        await sees(far.page)


async def test_the_pictures_come_back_by_themselves_when_the_process_that_carries_them_is_killed(
    browser: Browser, cameras: Browser, calling: Service
) -> None:
    async with _called(browser, cameras, calling) as (bob, live, creating, near, far):
        await far.go(f"/live/{live}")
        for who in (near, far):
            await sees(who.page)
        for pid in calling.processes()["media"]:
            os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 1.5 * SOON_MS / 1000
        while bob.http.get(f"/v1/lives/{live}").json()["signal"] != {"state": "live", "run": 2}:
            assert time.monotonic() < end, "the camera goes on air again by itself"
            await asyncio.sleep(0.2)
        for who in (near, far):
            await moves(who.page)  # by themselves; the last picture stands until the next one comes
        assert await near.page.evaluate(BY_WHEP)
        for who in (creating, near, far):
            who.forgive("404", "50", "WebSocket")


async def test_who_asks_for_whep_where_no_camera_is_sees_fragments(
    browser: Browser, cameras: Browser, calling: Service
) -> None:
    bob = calling.join("bob")
    live = calling.live(bob)["id"]
    async with visitor(cameras, calling, bob, viewport=DESK) as creating, visitor(browser, calling, None) as who:
        await creating.go(f"/studio/live/{live}")
        await creating.press("Turn on the camera")
        await creating.press("Go on air")
        await expect(creating.page.get_by_text("Viewers see your picture")).to_be_visible(timeout=SOON_MS)
        await who.go(f"/live/{live}?play=whep")
        await sees(who.page)
        assert not await who.page.evaluate(BY_WHEP)
        who.forgive("404")


async def test_a_browser_that_records_no_h264_sends_by_whip_by_itself(
    browser: Browser, cameras: Browser, calling: Service
) -> None:
    bob = calling.join("bob")
    live = calling.live(bob)["id"]
    async with visitor(cameras, calling, bob, viewport=DESK) as creating, visitor(browser, calling, None) as who:
        await creating.page.add_init_script("MediaRecorder.isTypeSupported = () => false")  # as Firefox answers
        await creating.go(f"/studio/live/{live}")
        await creating.press("Turn on the camera")
        await creating.press("Go on air")
        await expect(creating.page.get_by_text("Viewers see your picture")).to_be_visible(timeout=SOON_MS)
        await who.go(f"/live/{live}?play=whep")
        await sees(who.page)
        assert await who.page.evaluate(BY_WHEP)


async def test_the_studio_shows_what_obs_needs_for_whip(browser: Browser, calling: Service) -> None:
    bob = calling.join("bob")
    live = calling.live(bob)["id"]
    async with visitor(browser, calling, bob, viewport=DESK) as who:
        await who.go(f"/studio/live/{live}")
        await who.page.get_by_role("radio", name="OBS or encoder").check(force=True)
        server = await who.page.get_by_label("WHIP server").input_value()
        assert server == f"{calling.base}/v1/lives/{live}/whip"
        await who.has_no_barriers()
