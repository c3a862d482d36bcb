"""The page of one's own limits: tighter at once, looser in a day, and a break that is confirmed and holds."""

import re

import pytest
from playwright.async_api import Browser, Locator, expect

from browsing import PHONE, Visitor, visitor
from lively import World
from running import Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]
SIZES = [{"width": 320, "height": 700}, PHONE, {"width": 1280, "height": 800}]


def field(who: Visitor, name: str) -> Locator:
    return who.page.locator(f"[name={name}]")


async def save(who: Visitor) -> None:
    await who.press("Save limits")
    await expect(who.page.locator(".toast").filter(has_text="Your limits are saved.")).to_be_visible()
    await who.page.locator(".toast button").first.click()


async def test_a_limit_tightens_at_once_and_loosens_in_a_day(browser: Browser, world: World) -> None:
    kim = world.service.join("kim")
    async with visitor(browser, world.service, kim) as who:
        await who.go("/account#limits")
        await who.settled()
        await field(who, "give_day").fill("1,000")
        await field(who, "buy_month").fill("50.5")
        await save(who)
        own = kim.http.get("/v1/me/limits").json()
        assert own["give"]["day"] == {"coins": 1000, "next_coins": None, "next_at": None}
        assert own["buy"]["month"]["money"] == {"minor": 5050, "currency": "USD"}
        await field(who, "give_day").fill("400")
        await save(who)
        assert kim.http.get("/v1/me/limits").json()["give"]["day"]["coins"] == 400
        await field(who, "give_day").fill("")
        await save(who)
        loosened = kim.http.get("/v1/me/limits").json()["give"]["day"]
        assert (loosened["coins"], loosened["next_coins"]) == (400, None)
        assert loosened["next_at"] is not None
        said = who.page.get_by_text(re.compile(r"^400 coins until .*\d:\d\d.*, then this\.$"))
        await expect(said).to_be_visible()
        await who.page.reload()
        await expect(said).to_be_visible()
        await expect(field(who, "buy_month")).to_have_value("50.50")


async def test_what_is_no_amount_is_said_at_its_field(browser: Browser, world: World) -> None:
    async with visitor(browser, world.service, world.service.join("kim")) as who:
        await who.go("/account#limits")
        await who.settled()
        await field(who, "give_week").fill("many")
        await field(who, "buy_day").fill("1.999")
        await who.press("Save limits")
        await expect(who.page.get_by_text("Whole coins, such as 500.")).to_be_visible()
        await expect(who.page.get_by_text("An amount, such as 20.00.")).to_be_visible()
        await expect(field(who, "give_week")).to_be_focused()
        await who.has_no_barriers()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_a_break_is_confirmed_and_then_holds_in_the_room_and_at_the_till(
    browser: Browser, world: World, size: dict[str, int]
) -> None:
    kim = world.service.join("kim")
    world.service.recharge(kim, 500)
    async with visitor(browser, world.service, kim, viewport=size) as who:
        page = who.page
        await who.go("/account#limits")
        await who.settled()
        choice = page.get_by_label("How long")
        await choice.select_option(label="7 days")
        await who.press("Take a break")
        sheet = page.get_by_role("dialog", name="Take a break")
        await expect(sheet).to_contain_text("for 7 days. This cannot be undone.")
        await who.settled()
        await who.fits()
        await who.has_no_barriers()
        await sheet.get_by_role("button", name="Cancel").click()
        assert kim.http.get("/v1/me/limits").json()["rest"] is None
        await choice.select_option(label="6 months")
        await who.press("Take a break")
        await expect(sheet).to_contain_text("for 6 months.")
        await sheet.get_by_role("button", name="Begin the break now").click()
        await expect(
            page.get_by_text(re.compile("^You are taking a break from buying and giving until")).first
        ).to_be_visible()
        rest = kim.http.get("/v1/me/limits").json()["rest"]
        assert rest["kind"] == "exclusion"
        await who.settled()
        await who.fits()
        await who.go("/recharge")
        await page.get_by_role("button", name=re.compile("^Pay ")).first.click()
        await expect(page.get_by_role("alert")).to_contain_text(
            re.compile(r"taking a break until .*\d.*Nothing was charged")
        )
        assert await page.get_by_role("alert").evaluate(
            """e => { const box = e.getBoundingClientRect();
            return e.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"""
        ), "why nothing was bought lies below something"
        await page.set_viewport_size(PHONE)  # where the gifts are behind a button
        await who.go(f"/live/{world.live}")
        await who.press("Gift")
        sent = page.get_by_role("dialog", name="Gifts", exact=True).get_by_role("button", name=re.compile("^Send "))
        await sent.first.click()
        await expect(
            page.locator(".toast").filter(has_text=re.compile("break until .*No coins were taken"))
        ).to_be_visible()
        who.forgive("status of 403")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en-US", "$3.20 spent so far, $6.80 left."), ("de", "3,20 $ bisher ausgegeben, 6,80 $ übrig."),
     ("es", "quedan"), ("zh", "还剩"), ("ar", "وبقي")],
)  # fmt: skip
async def test_what_was_spent_of_a_limit_and_what_is_left_stand_beside_it(
    browser: Browser, service: Service, language: str, said: str
) -> None:
    kim = service.join("kim")
    terms = kim.http.get("/v1/terms").json()["items"]
    coins = next(one for one in terms if one["document"] == "coins")
    kim.http.post("/v1/me/terms", json={"document": "coins", "version": coins["version"]})
    kim.http.put("/v1/me/limits", json={"buy": {"day": {"minor": 1000, "currency": "USD"}}})
    made = kim.http.post("/v1/purchases", json={"coins": 350, "provider": "sandbox", "channel": "web"})
    assert made.status_code == 201, made.text
    async with visitor(browser, service, kim, locale=language) as who:
        await who.go("/account#limits")
        await expect(who.page.locator("main form")).to_contain_text(said)
        await who.settled()
        await who.fits()
        await who.has_no_barriers()
