"""A guest in a LIVE: three real browsers with fake cameras, two cameras seen, a gift for the guest."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

import running
from browsing import DESK, PHONE, Visitor, visitor
from pictures import goes_on_air, moves
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(300)]
SOON_MS = 60_000


@pytest.fixture(scope="module")
def on_air() -> Iterator[Service]:
    with running.running(rtmp_port="0") as service:
        yield service


async def _asks(who: Visitor, live: str) -> None:
    await who.go(f"/live/{live}")
    await who.press("Join with your camera")
    sheet = who.page.get_by_role("dialog", name="Join Bob")
    await sheet.get_by_role("button", name="Turn on the camera").click()
    await expect(sheet.get_by_label("Preview")).to_be_visible()
    ask = sheet.get_by_role("button", name="Ask to join")
    await expect(ask).to_be_disabled()
    await sheet.get_by_role("checkbox").check()
    await who.has_no_barriers()
    await ask.click()
    await expect(who.page.get_by_text("Waiting for an answer")).to_be_visible()


async def _gives_to(who: Visitor, name: str) -> None:
    await who.press(f"Give to {name}")
    sheet = who.page.get_by_role("dialog", name="Gifts", exact=True)
    await expect(sheet.get_by_role("radio", name=name, exact=True)).to_be_checked()
    await sheet.get_by_role("radio", name=re.compile("^Rose")).check(force=True)
    await sheet.get_by_role("button", name=re.compile("^Send 1 coin")).click()
    await expect(who.page.get_by_text("Rose sent")).to_be_visible()
    await who.page.keyboard.press("Escape")


def _diamonds(of: Someone) -> int:
    return int(of.http.get("/v1/me/diamonds").json()["pending_milli"])


async def test_a_viewer_asks_is_accepted_is_seen_beside_the_creator_and_given_to(
    browser: Browser, cameras: Browser, on_air: Service
) -> None:
    bob, alice, kai = on_air.join("bob"), on_air.join("alice"), on_air.join("kai")
    for creator in (bob, kai):  # who is no creator sees their diamonds once they are
        assert creator.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    on_air.recharge(alice, 350)
    async with (
        visitor(cameras, on_air, bob, viewport=DESK) as creating,
        visitor(cameras, on_air, kai) as guest,
        visitor(browser, on_air, alice) as viewer,
    ):
        live = await goes_on_air(creating, "Two of us")
        await viewer.go(f"/live/{live}")
        await expect(viewer.page.locator("video.shown")).to_have_count(1, timeout=SOON_MS)
        await _asks(guest, live)
        queue = creating.page.get_by_role("list", name="Ask to join")
        await expect(queue).to_contain_text("Kai")
        await creating.has_no_barriers()
        await queue.get_by_role("button", name="Accept").click()
        await expect(creating.page.get_by_role("list", name="On with you")).to_contain_text("Kai", timeout=SOON_MS)
        theirs = viewer.page.locator(".guests video.seen")
        await expect(theirs).to_have_count(1, timeout=SOON_MS)
        await moves(viewer.page, ".guests video")
        await moves(viewer.page, "video.shown")
        await expect(guest.page.locator(".guests video.own.seen")).to_have_count(1)
        await viewer.has_no_barriers()
        await viewer.fits()
        before = _diamonds(bob)
        await _gives_to(viewer, "Kai")
        await expect(viewer.page.locator(".guests .tile .chip")).to_contain_text("1")
        assert (_diamonds(kai), _diamonds(bob) - before) == (700, 0)
        await expect(creating.page.locator(".gifts")).to_contain_text("for Kai")
        await guest.press("Leave the LIVE")
        await expect(viewer.page.locator(".guests")).to_have_count(0, timeout=SOON_MS)
        await expect(creating.page.get_by_role("list", name="On with you")).to_have_count(0)
        await moves(viewer.page, "video.shown")
        for who in (creating, guest, viewer):
            who.forgive("404")


@pytest.mark.parametrize(
    ("size", "options"),
    [(PHONE, {"color_scheme": "dark"}), ({"width": 768, "height": 1024}, {}), (DESK, {}), (PHONE, {"locale": "ar"})],
    ids=["phone", "tablet", "desk", "ar"],
)
async def test_several_guests_fit_every_width(
    browser: Browser, on_air: Service, size: dict[str, int], options: dict[str, str]
) -> None:
    bob, alice = on_air.join("bob"), on_air.join("alice")
    live = on_air.live(bob)["id"]
    async with visitor(browser, on_air, alice, viewport=size, **options) as who:
        await who.go(f"/live/{live}")
        for n in range(5):
            one = on_air.join(f"guest{n}")
            assert one.http.post(f"/v1/lives/{live}/guests").is_success
            me = one.http.get("/v1/me").json()["id"]
            assert bob.http.post(f"/v1/lives/{live}/guests/{me}", json={"action": "accept"}).is_success
        await expect(who.page.locator(".guests .tile")).to_have_count(5)
        await asyncio.sleep(0.5)
        await who.fits()
        await who.has_no_barriers()
        boxes = [await tile.bounding_box() for tile in await who.page.locator(".guests .tile").all()]
        assert all(box and box["width"] > 90 and box["height"] > 120 for box in boxes), boxes
