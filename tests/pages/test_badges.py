"""Gifters stand out in a room, by shape, number and words; whoever does not want to, does not."""

import asyncio
import secrets
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from browsing import DESK, PHONE, Visitor, visitor
from largesse.kit import ids
from running import Service, Someone


class Scene:
    """A LIVE with the names of who gave how much in it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.live = service.live(service.join("mira"))
        self.path = f"/live/{self.live['id']}"

    def giver(self, name: str, roses: int, **more: Any) -> Someone:
        who = self.service.join(name)
        self.service.recharge(who, 1_000)
        body = {"id": str(ids.new()), "gift_id": "rose", "count": roses, **more}
        assert who.http.post(f"/v1/lives/{self.live['id']}/gifts", json=body).status_code == 201
        return who

    def say(self, who: Someone) -> str:
        text = f"hello {secrets.token_hex(4)}"
        assert who.http.post(f"/v1/lives/{self.live['id']}/comments", json={"text": text}).status_code == 201
        return text


async def until_level(who: Someone, level: int) -> None:
    async with asyncio.timeout(20):
        while (who.http.get("/v1/me").json()["badge"] or {}).get("level") != level:  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.2)


def line(guest: Visitor, text: str) -> Locator:
    return guest.page.get_by_role("listitem").filter(has_text=text).filter(visible=True)


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
async def test_a_givers_comment_says_so_in_words_and_an_anonymous_ones_does_not(
    service: Service, browser: Browser, window: Any
) -> None:
    scene = Scene(service)
    first, named, unnamed = scene.giver("ana", 300), scene.giver("kai", 5), scene.giver("noor", 400, anonymous=True)
    for at in range(3):
        scene.giver(f"crowd{at}", 100)
    await until_level(first, 3)
    async with visitor(browser, service, viewport=window) as guest:
        await guest.go(scene.path)
        said = [scene.say(who) for who in (first, named, unnamed)]
        top, giver, quiet = (line(guest, text) for text in said)
        await expect(top.get_by_role("img", name="Place 1 among the gifters of this LIVE")).to_be_visible()
        await expect(top.get_by_role("img", name="Gifter level 3")).to_be_visible()
        await expect(giver.get_by_role("img", name="Gave in this LIVE")).to_be_visible()
        await expect(quiet).to_be_visible()
        await expect(quiet.get_by_role("img")).to_have_count(0)
        assert await guest.sticks_out() == []
        assert await guest.barriers() == []


async def test_one_switch_hides_badge_and_light(service: Service, browser: Browser) -> None:
    scene = Scene(service)
    alice = scene.giver("alice", 300)
    await until_level(alice, 3)
    async with visitor(browser, service, alice) as own:
        await own.go("/account#profile")
        await expect(own.page.get_by_text("200 more coins to level 4")).to_be_visible()
        await own.page.get_by_role("checkbox", name="Hide my gifter badge").check()
        await own.press("Save")
        await expect(own.page.get_by_text("Saved.")).to_be_visible()
        assert await own.barriers() == []
    async with visitor(browser, service) as guest:
        await guest.go(scene.path)
        said = line(guest, scene.say(alice))
        await expect(said).to_be_visible()
        await expect(said.get_by_role("img")).to_have_count(0)
        await guest.go(f"/@{alice.username}")
        await expect(guest.page.get_by_role("heading", name="Alice")).to_be_visible()
        await expect(guest.page.get_by_role("img", name="Gifter level 3")).to_have_count(0)
