"""A creator goes LIVE from a camera, and somebody elsewhere sees and hears it: two real browsers, fake cameras."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

import running
from browsing import DESK, Visitor, visitor
from pictures import encoding, hears, sees
from running import Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
SOON_MS = 40_000


# A phone's camera, which `turned()` turns on its side.
_PHONE = """(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [480, 270];
    window.turned = () => ([canvas.width, canvas.height] = [270, 480]);
    const pen = canvas.getContext('2d', { alpha: false });
    const draw = (now) => {
        pen.fillStyle = `hsl(${now / 5} 90% 50%)`;
        pen.fillRect(0, 0, canvas.width, canvas.height);
        requestAnimationFrame(draw);
    };
    navigator.mediaDevices.getUserMedia = async () => {
        requestAnimationFrame(draw);
        const stream = canvas.captureStream(30);
        const sounds = new AudioContext();
        const out = sounds.createMediaStreamDestination();
        const tone = new OscillatorNode(sounds);
        tone.connect(out);
        tone.start();
        stream.addTrack(out.stream.getAudioTracks()[0]);
        return stream;
    };
})()"""


@pytest.fixture(scope="module")
def on_air() -> Iterator[Service]:
    with running.running(rtmp_port=str(running.free_port())) as service:
        yield service


async def _goes_live(who: Visitor) -> str:
    """By the form, with a look at oneself first; the LIVE's id."""
    await who.go("/studio")
    await who.press("Go LIVE")
    await who.press("Turn on the camera")
    form = who.page.get_by_role("dialog")
    await expect(form.get_by_label("Preview")).to_be_visible()
    await expect(form.get_by_label("Microphone", exact=True)).to_be_visible()
    await who.page.wait_for_function("() => document.querySelector('dialog meter').value > 0.01")  # the fake one beeps
    await who.has_no_barriers()
    await who.fill(title="From my window")
    await who.press("Start now")
    await who.page.wait_for_url("**/studio/live/*")
    await expect(who.page.get_by_text("Viewers see your picture")).to_be_visible(timeout=SOON_MS)
    return who.page.url.rpartition("/")[2]


async def _gives_a_rose(who: Visitor) -> None:
    await who.press("Gift")
    sheet = who.page.get_by_role("dialog", name="Gifts", exact=True)
    await sheet.get_by_role("radio", name=re.compile("^Rose")).check(force=True)
    await sheet.get_by_role("button", name=re.compile("^Send 1 coin")).click()
    await expect(who.page.get_by_text("Rose sent")).to_be_visible()
    await who.page.keyboard.press("Escape")


async def test_a_camera_is_seen_and_heard_elsewhere_and_comes_back_after_a_cut(
    browser: Browser, cameras: Browser, on_air: Service
) -> None:
    bob, alice = on_air.join("bob"), on_air.join("alice")
    assert bob.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    on_air.recharge(alice, 350)
    async with visitor(cameras, on_air, bob, viewport=DESK) as creating, visitor(browser, on_air, alice) as who:
        live = await _goes_live(creating)
        await who.go(f"/live/{live}")
        await sees(who.page)
        await hears(who.page)
        await who.page.get_by_placeholder("Add a comment").fill("I can see you")
        await who.page.keyboard.press("Enter")
        await _gives_a_rose(who)
        await creating.draws("Alice sent Rose")
        await expect(creating.page.get_by_label("Chat", exact=True)).to_contain_text("I can see you")
        await creating.has_no_barriers()
        await creating.press("Stop the picture")
        await expect(who.page.get_by_text("Waiting for Bob to come back…")).to_be_visible(timeout=SOON_MS)
        await creating.press("Go on air")
        await expect(who.page.get_by_text("Waiting for Bob to come back…")).to_have_count(0, timeout=SOON_MS)
        await sees(who.page)
        creating.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
        await creating.page.reload()  # asks first; the camera goes on by itself
        await expect(creating.page.get_by_role("button", name="Stop the picture")).to_be_visible(timeout=SOON_MS)
        await asyncio.sleep(2)
        await sees(who.page)
        await creating.press("End")
        await creating.page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
        await creating.page.wait_for_url("**/summary")
        replay = who.page.get_by_role("button", name="Watch the replay")
        await expect(replay).to_be_visible(timeout=SOON_MS)
        await replay.click()
        await sees(who.page)
        who.forgive("404")


async def test_a_phone_that_is_turned_is_seen_in_its_new_shape(
    browser: Browser, cameras: Browser, on_air: Service
) -> None:
    bob = on_air.join("bob")
    assert bob.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    async with visitor(cameras, on_air, bob, viewport=DESK) as creating, visitor(browser, on_air) as guest:
        await creating.context.add_init_script(_PHONE)
        live = await _goes_live(creating)
        await guest.go(f"/live/{live}")
        await sees(guest.page)
        wide = "() => { const v = document.querySelector('video'); return v.videoWidth > v.videoHeight; }"
        assert await guest.page.evaluate(wide)
        await creating.page.evaluate("() => turned()")
        await guest.page.wait_for_function(f"() => !({wide})()", timeout=SOON_MS)
        await sees(guest.page)


async def test_an_encoders_key_is_hidden_and_replaced_and_its_picture_is_on_the_deck(
    browser: Browser, on_air: Service
) -> None:
    bob = on_air.join("bob")
    live = on_air.live(bob)["id"]
    async with visitor(browser, on_air, bob, viewport=DESK) as who:
        await who.go(f"/studio/live/{live}")
        await who.page.get_by_role("radio", name="OBS or encoder").check(force=True)
        key = who.page.get_by_label("Stream key", exact=True)
        await expect(key).to_have_attribute("type", "password")
        first = await key.input_value()
        assert first == bob.http.get(f"/v1/lives/{live}").json()["ingest"]["key"]
        await who.press("Show key")
        await expect(key).to_have_attribute("type", "text")
        await who.has_no_barriers()
        async with encoding(bob, live) as encoder:
            await expect(who.page.get_by_text("Viewers see your picture")).to_be_visible(timeout=SOON_MS)
            await sees(who.page)
            await who.press("Replace key")
            await who.page.get_by_role("dialog").get_by_role("button", name="Replace key").click()
            await expect(who.page.get_by_text("There is a new key.")).to_be_visible()
            assert await key.input_value() != first
            await asyncio.wait_for(encoder.wait(), 20)
            await expect(who.page.get_by_text("The picture is lost")).to_be_visible(timeout=SOON_MS)


async def test_the_deck_fits_every_width_and_reads_from_right_to_left(cameras: Browser, on_air: Service) -> None:
    bob = on_air.join("bob")
    live = on_air.live(bob)["id"]
    for width, options in ((320, {"locale": "ar"}), (390, {"color_scheme": "dark"}), (1280, {"locale": "de"})):
        async with visitor(cameras, on_air, bob, viewport={"width": width, "height": 844}, **options) as who:
            await who.go(f"/studio/live/{live}")
            if width < 1000:
                await who.page.locator(".tabs button").last.click()
            await who.page.locator(".setup button").click()
            await expect(who.page.locator("video.own")).to_be_visible()
            await who.fits()
            await who.has_no_barriers()
