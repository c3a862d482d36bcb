"""What exists where, as people read it; and giving coins back from the list of purchases."""

import re

import pytest
from playwright.async_api import Browser, expect

from browsing import DESK, PHONE, visitor
from lively import World

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]


async def test_a_reader_chooses_a_country_and_sees_what_exists_there(browser: Browser, world: World) -> None:
    async with visitor(browser, world.service, viewport=PHONE) as who:
        await who.go("/")
        await who.page.locator("footer").get_by_role("link", name="Countries", exact=True).click()
        card = who.page.get_by_role("region", name="United States")
        await expect(card.get_by_text("Play money (sandbox)")).to_be_visible()
        await expect(card).to_contain_text("Coins cannot be given back")
        await who.page.get_by_label("Country", exact=True).select_option("DE")
        card = who.page.get_by_role("region", name="Germany")
        await expect(card).to_contain_text("14 days, for unspent coins bought on the web")
        await expect(card).to_contain_text("18 years")
        await who.page.reload()
        await expect(card).to_be_visible()
        table = who.page.get_by_role("region", name="Countries with rules of their own")
        await expect(table.get_by_role("row", name=re.compile("^South Korea")).get_by_role("cell").last).to_have_text(
            "19"
        )
        await table.get_by_role("button", name="South Korea").click()
        await expect(who.page.get_by_role("region", name="South Korea")).to_contain_text("19 years")


async def test_the_country_of_an_account_is_shown_first_and_the_recharge_page_leads_there(
    browser: Browser, world: World
) -> None:
    greta = world.service.join("greta", country="DE")
    async with visitor(browser, world.service, greta, viewport=DESK) as who:
        await who.go("/recharge")
        await who.press("What exists in your country")
        await expect(who.page.get_by_role("region", name="Germany")).to_be_visible()


async def test_unspent_coins_go_back_from_the_list_of_purchases_after_it_says_what_happens(
    browser: Browser, world: World
) -> None:
    greta = world.service.join("greta", country="DE")
    world.service.recharge(greta, 1_750)
    async with visitor(browser, world.service, greta, viewport=PHONE) as who:
        await who.go("/account#purchases")
        await who.page.locator("summary").click()
        await expect(who.page.get_by_text("1,750 unspent coins can go back for $15.00 until")).to_be_visible()
        await who.press("Give coins back")
        sheet = who.page.get_by_role("dialog", name="Give unspent coins back?")
        await expect(sheet).to_contain_text("1,750 coins leave your wallet at once.")
        await who.settled()
        await who.has_no_barriers()
        await sheet.get_by_role("button", name="Cancel").click()
        await expect(sheet).to_be_hidden()
        assert greta.http.get("/v1/me/wallet").json()["coins"] == 1_750
        await who.press("Give coins back")
        await sheet.get_by_role("button", name="Give back for $15.00").click()
        await expect(who.page.get_by_text("$15.00 is on its way back to you.")).to_be_visible()
        await expect(who.page.locator("summary")).to_contain_text("Refunded")
        assert greta.http.get("/v1/me/wallet").json()["coins"] == 0
        await who.page.locator("summary").click()
        await expect(who.page.get_by_role("button", name="Give coins back")).to_have_count(0)
