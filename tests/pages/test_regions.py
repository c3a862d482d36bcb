"""What exists where, as people read it; and giving coins back from the list of purchases."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from browsing import DESK, PHONE, visitor
from lively import World
from office import announce_region, operator
from running import Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]

MAPLE = {
    "currency": "CAD", "tax_bps": 1300, "unit_usd_micros": 720_000, "bundles": [{"coins": 100, "price_minor": 135}],
    "custom_amount": {"coins_min": 10, "coins_max": 1000, "micros_per_coin": 13_500},
}  # fmt: skip


def sell(service: Service, country: str, book: dict[str, Any]) -> None:
    """An operator puts a price book for the web."""
    path = f"{service.base}/v1/office/price-books/{country}/web"
    assert httpx.put(path, json=book, headers=operator(service)).is_success


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


async def test_where_tax_is_added_the_price_the_tax_and_the_sum_are_told_before_and_after(
    browser: Browser, world: World
) -> None:
    sell(world.service, "CA", MAPLE)
    announce_region(world.service, "CA")
    maple = world.service.join("maple", country="CA")
    async with visitor(browser, world.service, maple, viewport=PHONE) as who:
        await who.go("/recharge")
        await expect(who.page.get_by_text("Prices without tax; 13% is added.")).to_be_visible()
        await expect(who.page.get_by_text("CA$1.35 and CA$0.18 tax make CA$1.53.")).to_be_visible()
        await who.settled()
        await who.has_no_barriers()
        await who.press("Pay CA$1.53")
        await expect(who.page.get_by_text("100 coins are yours.")).to_be_visible()
        await who.go("/account#purchases")
        await who.page.locator("summary").click()
        await expect(who.page.get_by_text("Tax, added")).to_be_visible()
        await expect(who.page.get_by_text("100 unspent coins can go back for CA$1.53 until")).to_be_visible()
        await who.go("/regions")
        await expect(who.page.get_by_role("region", name="Canada")).to_contain_text("13%, added to prices")


async def test_where_nothing_is_sold_the_recharge_page_says_so(browser: Browser, world: World) -> None:
    announce_region(world.service, "BR", buying=False)
    bia = world.service.join("bia", country="BR")
    async with visitor(browser, world.service, bia, viewport=PHONE) as who:
        await who.go("/recharge")
        await expect(who.page.get_by_text("This is not sold in your country.").first).to_be_visible()
        await who.settled()
        await who.has_no_barriers()
