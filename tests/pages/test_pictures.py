"""Moving pictures in the room: watched, lost and back, muted, and played again after the end."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

import running
from browsing import visitor
from pictures import encoding, hears, sees
from running import Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
SOON_MS = 40_000


@pytest.fixture(scope="module")
def on_air() -> Iterator[Service]:
    with running.running(rtmp_port=str(running.free_port())) as service:
        yield service


NO_MEDIA_SOURCE = "delete window.MediaSource; delete window.ManagedMediaSource"


@pytest.mark.parametrize(
    ("way", "scripts"),
    [("", ""), ("?play=hls", ""), ("", NO_MEDIA_SOURCE)],
    ids=["Media Source", "HLS", "the browser's own HLS"],
)
async def test_an_encoders_pictures_move_and_come_back_by_themselves(
    browser: Browser, on_air: Service, way: str, scripts: str
) -> None:
    bob = on_air.join("bob")
    live = on_air.live(bob)["id"]
    async with visitor(browser, on_air) as guest:
        await guest.page.add_init_script(scripts)
        await guest.go(f"/live/{live}{way}")
        async with encoding(bob, live):
            await sees(guest.page)
            await hears(guest.page)
            await guest.has_no_barriers()
        await expect(guest.page.get_by_text("Waiting for Bob to come back…")).to_be_visible(timeout=SOON_MS)
        await guest.has_no_barriers()
        async with encoding(bob, live):
            await expect(guest.page.get_by_text("Waiting for Bob to come back…")).to_have_count(0, timeout=SOON_MS)
            await sees(guest.page)
            await hears(guest.page)
        guest.forgive("404")  # the playlist, for a moment


async def test_the_replay_of_an_ended_live_plays_and_takes_a_gift(browser: Browser, on_air: Service) -> None:
    bob, alice = on_air.join("bob"), on_air.join("alice")
    on_air.recharge(alice, 350)
    live = on_air.live(bob)["id"]
    async with visitor(browser, on_air, alice) as who:
        await who.go(f"/live/{live}")
        async with encoding(bob, live):
            await sees(who.page)
            assert bob.http.post(f"/v1/lives/{live}/end").is_success
            await expect(who.page.get_by_text("The LIVE has ended")).to_be_visible()
        replay = who.page.get_by_role("button", name="Watch the replay")
        await expect(replay).to_be_visible(timeout=SOON_MS)
        await replay.click()
        await sees(who.page)
        await who.has_no_barriers()
        await who.press("Send a gift anyway")
        sheet = who.page.get_by_role("dialog", name="Gifts", exact=True)
        await sheet.get_by_role("radio", name=re.compile("^Rose")).check(force=True)
        await sheet.get_by_role("button", name=re.compile("^Send 1 coin")).click()
        await expect(who.page.get_by_text("Rose sent")).to_be_visible()
        await who.page.keyboard.press("Escape")
        await who.press("Close the replay")
        await expect(who.page.get_by_text("The LIVE has ended")).to_be_visible()


async def test_sound_is_muted_by_a_key_and_the_choice_stays(browser: Browser, on_air: Service) -> None:
    bob = on_air.join("bob")
    live = on_air.live(bob)["id"]
    async with encoding(bob, live), visitor(browser, on_air) as guest:
        await guest.go(f"/live/{live}")
        await sees(guest.page)
        turn_on = guest.page.get_by_role("button", name="Turn on the sound")
        if await turn_on.count():  # the picture came before anything that the browser takes for a gesture
            await turn_on.click()
        await guest.page.wait_for_function("() => !document.querySelector('video').muted")
        await guest.page.keyboard.press("m")
        await guest.page.wait_for_function("() => document.querySelector('video').muted")
        await guest.go(f"/live/{live}")
        await expect(guest.page.locator("video.shown")).to_have_count(1, timeout=SOON_MS)
        assert await guest.page.evaluate("document.querySelector('video').muted")
        await guest.page.get_by_role("button", name="Settings").click()
        await guest.page.get_by_role("slider", name="Volume").fill("0.4")
        await guest.page.wait_for_function("() => (v => !v.muted && v.volume === 0.4)(document.querySelector('video'))")


# What a browser does before a gesture; that of the tests takes every question that Playwright asks it for one.
_WANTS_A_GESTURE = """(play => HTMLMediaElement.prototype.play = function () {
    return this.muted ? play.call(this) : Promise.reject(new DOMException('no gesture yet', 'NotAllowedError'));
})(HTMLMediaElement.prototype.play)"""


async def test_where_sound_wants_a_gesture_the_picture_comes_without_it(browser: Browser, on_air: Service) -> None:
    bob = on_air.join("bob")
    live = on_air.live(bob)["id"]
    async with encoding(bob, live), visitor(browser, on_air) as guest:
        await guest.context.add_init_script(_WANTS_A_GESTURE)
        await guest.go(f"/live/{live}")
        await sees(guest.page)
        assert await guest.page.evaluate("document.querySelector('video').muted")
        await guest.press("Turn on the sound")
        await guest.page.wait_for_function("() => !document.querySelector('video').muted")
        await hears(guest.page)
        await expect(guest.page.get_by_role("button", name="Turn on the sound")).to_have_count(0)
