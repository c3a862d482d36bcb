"""A creator's evening: becoming one, going LIVE, gifts that come in, moderation, the end, thanks, the money."""

import asyncio
import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from browsing import DESK, PHONE, Visitor, visitor
from largesse.kit import ids
from lively import World
from running import Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]


async def _becomes(who: Visitor) -> None:
    await who.go("/studio")
    start = who.page.get_by_role("button", name="Become a creator")
    await expect(start).to_be_disabled()
    await who.page.get_by_role("checkbox", name=re.compile("^I accept the creators' terms")).check()
    await start.click()
    await expect(who.page.get_by_role("heading", name=re.compile("^Hello, "))).to_be_visible()


async def _goes_live(who: Visitor, title: str) -> str:
    """By the form, its mistakes told; the LIVE's id."""
    await who.press("Go LIVE")
    await who.press("Start now")
    await expect(who.page.get_by_text("Give it a title.")).to_be_visible()
    await who.fill(title=title)
    await who.press("Start now")
    await who.page.wait_for_url("**/studio/live/*")
    await expect(who.page.get_by_role("heading", name=title)).to_be_visible()
    return who.page.url.rpartition("/")[2]


def _gives(giver: Someone, live: str, gift: str, count: int = 1) -> None:
    body = {"id": str(ids.new()), "gift_id": gift, "count": count}
    assert giver.http.post(f"/v1/lives/{live}/gifts", json=body).status_code == 201


def _says(who: Someone, live: str, text: str) -> int:
    status: int = who.http.post(f"/v1/lives/{live}/comments", json={"text": text}).status_code
    return status


async def _sees_gifts(who: Visitor, live: str, giver: Someone) -> None:
    await expect(who.page.get_by_text("No gifts yet")).to_be_visible()
    _gives(giver, live, "rose", 10)
    _gives(giver, live, "crown")
    feed = who.page.get_by_label("Gifts", exact=True).locator("li")
    await expect(feed).to_have_count(2)
    await expect(feed.first).to_contain_text("Crown")
    await who.draws("Kai sent Crown")
    await expect(who.page.locator(".totals")).to_contain_text("146")  # 209 coins at 7 in 10, rounded down
    await feed.first.get_by_role("button", name="Thank Kai").click()
    await expect(who.page.get_by_text("1 person thanked.")).to_be_visible()


async def _moderates(who: Visitor, live: str, loud: Someone) -> None:
    assert _says(loud, live, "buy cheap things from me") == 201
    await who.page.get_by_role("button", name="Moderate Lou").first.click()
    await who.press("Hide this comment")
    await expect(who.page.get_by_label("Chat", exact=True).locator("li").last).to_contain_text("hidden")
    await who.page.get_by_role("button", name="Moderate Lou").first.click()
    await who.press("Mute for 10 minutes")
    await expect(who.page.get_by_text("Lou is muted.")).to_be_visible()
    assert _says(loud, live, "still here") == 403
    await who.page.get_by_role("button", name="Moderate Lou").first.click()
    await who.press("Lift the mute")
    await expect(who.page.get_by_text("Lou can speak again.")).to_be_visible()
    assert _says(loud, live, "thank you") == 201
    await who.page.get_by_role("button", name="Moderate Lou").first.click()
    await who.press("Ban from this LIVE")
    await expect(who.page.get_by_text("Lou is banned.")).to_be_visible()
    assert _says(loud, live, "again") == 403


async def test_a_creators_evening_from_becoming_one_to_the_thanks(browser: Browser, world: World) -> None:
    mona, kai, lou = (world.service.join(name) for name in ("mona", "kai", "lou"))
    world.service.recharge(kai, 5_000)
    async with (
        visitor(browser, world.service, mona, viewport=DESK) as who,
        visitor(browser, world.service, lou) as loud,
    ):
        await _becomes(who)
        live = await _goes_live(who, "My first LIVE")
        await loud.go(f"/live/{live}")
        await expect(loud.page.get_by_placeholder("Add a comment")).to_be_visible()
        await _sees_gifts(who, live, kai)
        await _moderates(who, live, lou)
        await expect(loud.page.get_by_text("You cannot watch this LIVE")).to_be_visible()
        loud.forgive("status of 403")
        await _switches_gifts(who, live, kai)
        await who.press("End")
        await expect(who.page.get_by_role("dialog", name="End this LIVE?")).to_be_visible()
        await who.page.get_by_role("dialog").get_by_role("button", name="End", exact=True).click()
        await who.page.wait_for_url("**/summary")
        await _sums_up(who)
        await _is_paid(who)


async def _switches_gifts(who: Visitor, live: str, giver: Someone) -> None:
    await who.press("Gifts are on")
    await expect(who.page.get_by_role("button", name="Gifts are off")).to_be_visible()
    refused = giver.http.post(f"/v1/lives/{live}/gifts", json={"id": str(ids.new()), "gift_id": "rose"})
    assert (refused.status_code, refused.json()["code"]) == (403, "gifting-off")
    await who.press("Gifts are off")
    await expect(who.page.get_by_role("button", name="Gifts are on")).to_be_visible()


async def _sums_up(who: Visitor) -> None:
    main = who.page.locator("main")
    await expect(main).to_contain_text("146 diamonds")
    await expect(main.get_by_role("link", name="Kai").first).to_be_visible()
    await expect(who.page.get_by_text("Everybody is thanked.")).to_be_visible()
    await expect(main).to_contain_text("209 in all")  # coins, minute by minute
    await expect(main.get_by_role("slider", name="Coins")).to_have_attribute("aria-valuetext", re.compile("^0:00: "))
    async with who.page.expect_download() as download:
        await who.press("Totals")
    totals = (await (await download.value).path()).read_text(encoding="utf-8").splitlines()
    assert {"coins,209", "new_gifters,1", "diamonds_milli,146300"} <= set(totals)
    async with who.page.expect_download() as download:
        await who.press("Gifts as CSV")
    rows = list(csv.DictReader(io.StringIO((await (await download.value).path()).read_text(encoding="utf-8-sig"))))
    assert sorted((row["gift"], int(row["count"]), int(row["coins"])) for row in rows) == [
        ("Crown", 1, 199), ("Rose", 10, 10),
    ]  # fmt: skip


async def _is_paid(who: Visitor) -> None:
    await who.go("/studio")
    await expect(who.page.locator("main")).to_contain_text("My first LIVE")
    await who.go("/studio/balance")
    await expect(who.page.locator(".total")).to_contain_text("146")
    await expect(who.page.locator("main")).to_contain_text("About $1.02")  # 146.3 diamonds at 0.7 cents
    await expect(who.page.get_by_label("Every gift").get_by_text("+139.3")).to_be_visible()


async def test_an_announced_live_waits_is_followed_and_begins_for_who_waits(browser: Browser, world: World) -> None:
    nora = world.service.join("nora")
    assert nora.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    async with (
        visitor(browser, world.service, nora, viewport=PHONE) as who,
        visitor(browser, world.service, world.charlie) as fan,
    ):
        await who.go("/studio")
        await who.page.get_by_role("button", name="Announce").first.click()
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
        await who.fill(title="Tomorrow's songs", scheduled_at="2026-01-01T10:00")
        await who.page.get_by_role("dialog").get_by_role("button", name="Announce", exact=True).click()
        await expect(who.page.get_by_text("Choose a time that is still to come, within a year.")).to_be_visible()
        await who.fill(scheduled_at=tomorrow)
        await who.page.get_by_role("dialog").get_by_role("button", name="Announce", exact=True).click()
        await expect(who.page.get_by_text(re.compile("^Announced for"))).to_be_visible()
        await fan.go(f"/@{nora.username}")
        await fan.page.get_by_role("link", name=re.compile("Tomorrow's songs")).click()
        await fan.press("Remind me")
        await expect(fan.page.get_by_role("button", name="You will be reminded")).to_be_visible()
        live = fan.page.url.rpartition("/")[2]
        await who.go(f"/studio/live/{live}")
        await who.press("Start now")
        await expect(fan.page.get_by_role("button", name="Gift", exact=True)).to_be_visible()
        told = []
        for _ in range(60):  # that it was announced may come before, and is replaced
            items = world.charlie.http.get("/v1/me/notifications").json()["items"]
            told = [(one["live"], one["kind"]) for one in items]
            if (live, "started") in told:
                break
            await asyncio.sleep(0.5)
        assert told == [(live, "started")]


async def test_a_gift_after_the_end_still_counts(browser: Browser, world: World) -> None:
    owen, pia = world.service.join("owen"), world.service.join("pia")
    world.service.recharge(pia, 600)
    live = world.service.live(owen, "Over soon")["id"]
    async with visitor(browser, world.service, pia) as who:
        await who.go(f"/live/{live}")
        await expect(who.page.get_by_role("button", name="Gift", exact=True)).to_be_visible()
        assert owen.http.post(f"/v1/lives/{live}/end").is_success
        await expect(who.page.get_by_text("The LIVE has ended")).to_be_visible()
        await who.press("Send a gift anyway")
        sheet = who.page.get_by_role("dialog", name="Gifts", exact=True)
        await sheet.get_by_role("radio", name=re.compile("^Lion")).check(force=True)
        await sheet.get_by_role("button", name=re.compile("^Send 500 coins")).click()
        await expect(who.page.get_by_text("Lion sent")).to_be_visible()
        given = pia.http.get("/v1/me/gifts/sent").json()["items"][0]
        assert (given["context"], given["diamonds_milli"]) == ("after_live", 350_000)
