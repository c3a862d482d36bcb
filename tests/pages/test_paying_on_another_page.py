"""Paying at a provider that takes its buyers to a page of its own, in real browsers: there, and back by each way.

PayPal's side is paypal_page.py; the real page is not covered here (docs/howto/paypal.md).
"""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from browsing import DESK, PHONE, Visitor, visitor
from paypal_page import PayPalSite, paypal_site
from running import Service, running

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
TABLET = {"width": 768, "height": 1024}
SEEN = os.environ.get("LARGESSE_SCREENSHOTS")


@pytest.fixture(scope="module")
def paypal() -> Iterator[PayPalSite]:
    with paypal_site() as made:
        yield made


@pytest.fixture(scope="module")
def shop(paypal: PayPalSite) -> Iterator[Service]:
    with running(**paypal.settings) as made:
        yield made


@pytest.fixture(scope="module")
def live(shop: Service) -> str:
    return str(shop.live(shop.join("bob"))["id"])


@pytest.fixture
async def alice(browser: Browser, shop: Service) -> AsyncIterator[Visitor]:
    async with visitor(browser, shop, shop.join("alice"), viewport=PHONE) as who:
        await agrees(who)
        yield who


async def agrees(who: Visitor) -> None:
    """To the terms of coins."""
    await who.go("/recharge")
    terms = (await who.api("GET", "/v1/terms"))[1]["items"]
    coins = next(one for one in terms if one["document"] == "coins")
    await who.api("POST", "/v1/me/terms", {"document": "coins", "version": coins["version"]})


async def to_paypal(who: Visitor) -> None:
    await who.page.locator("main label", has_text="PayPal").click()
    await who.page.locator(".till button").click()
    await expect(who.page.get_by_role("heading", name="Pay with PayPal")).to_be_visible()


async def looked_at(who: Visitor, name: str) -> None:
    """A picture to look at, for whoever names a folder for it."""
    if SEEN:
        await who.settled()
        await who.page.screenshot(path=Path(SEEN, f"{name}.png"))


async def newest(who: Visitor) -> dict[str, Any]:
    found: dict[str, Any] = (await who.api("GET", "/v1/purchases"))[1]["items"][0]
    return found


async def test_whoever_pays_there_comes_back_to_the_coins(alice: Visitor) -> None:
    await to_paypal(alice)
    await alice.page.get_by_role("link", name="Complete Purchase").click()
    await expect(alice.page.get_by_role("heading", name=re.compile("coins are yours"))).to_be_visible()
    assert "purchase=" not in alice.page.url
    assert "token=" not in alice.page.url
    assert (await newest(alice))["status"] == "granted"
    await looked_at(alice, "paid")


async def test_whoever_goes_back_reads_that_nothing_was_charged_and_chooses_again(alice: Visitor) -> None:
    await to_paypal(alice)
    await alice.page.get_by_role("link", name="Cancel and return").click()
    await expect(left(alice)).to_contain_text("You came back without paying.")
    assert "canceled=" not in alice.page.url
    assert (await newest(alice))["status"] == "canceled"
    await to_paypal(alice)  # another order
    await alice.page.get_by_role("link", name="Complete Purchase").click()
    await expect(alice.page.get_by_role("heading", name=re.compile("coins are yours"))).to_be_visible()
    found = (await alice.api("GET", "/v1/purchases"))[1]["items"]
    assert [one["status"] for one in found] == ["granted", "canceled"]


def left(who: Visitor) -> Locator:
    return who.page.get_by_role("status").filter(has_text="without paying")


async def test_an_account_that_is_declined_there_says_so_and_can_be_tried_again(alice: Visitor) -> None:
    await to_paypal(alice)
    await alice.page.get_by_role("link", name="Pay by an empty account").click()
    await expect(alice.page.get_by_role("alert")).to_contain_text("Nothing was charged.")
    await expect(alice.page.get_by_role("button", name=re.compile("^Pay "))).to_be_enabled()
    assert (await newest(alice))["status"] == "failed"
    await looked_at(alice, "failed")


async def test_whoever_paid_and_then_comes_back_as_if_not_has_the_coins(alice: Visitor, paypal: PayPalSite) -> None:
    await to_paypal(alice)
    paypal.theirs.declines = False
    paypal.theirs.approve(list(paypal.theirs.orders.values())[-1])
    await alice.page.get_by_role("link", name="Cancel and return").click()
    await expect(alice.page.get_by_role("heading", name=re.compile("coins are yours"))).to_be_visible()


async def test_inside_a_live_the_sheet_says_it_and_the_gift_is_still_chosen(alice: Visitor, live: str) -> None:
    page = alice.page
    await alice.go(f"/live/{live}")
    await alice.press("Gift")
    chooser = page.get_by_role("dialog", name="Gifts", exact=True)
    await chooser.get_by_role("radio", name=re.compile("^Lion")).check(force=True)
    await chooser.get_by_role("button", name=re.compile("^Recharge")).click()
    sheet = page.get_by_role("dialog", name=re.compile("more coins needed"))
    await sheet.locator("label", has_text="PayPal").click()
    await sheet.get_by_role("button", name=re.compile("^Pay ")).click()
    await page.get_by_role("link", name="Cancel and return").click()
    await expect(sheet.get_by_text("You came back without paying.")).to_be_visible()
    await looked_at(alice, "left-in-a-live")
    await sheet.locator("label", has_text="PayPal").click()
    await sheet.get_by_role("button", name=re.compile("^Pay ")).click()
    await page.get_by_role("link", name="Complete Purchase").click()
    await expect(page.locator(".toast").filter(has_text="coins are yours")).to_be_visible()
    await expect(chooser.get_by_role("radio", checked=True).first).to_have_accessible_name(re.compile("^Lion"))


@pytest.mark.parametrize("size", [PHONE, TABLET, DESK], ids=lambda size: str(size["width"]))
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("language", ["en-US", "ar"])
async def test_what_is_said_has_no_barriers_and_fits(
    browser: Browser, shop: Service, *, size: dict[str, int], look: Any, language: str
) -> None:
    who_is = shop.join("alice")
    async with visitor(browser, shop, who_is, viewport=size, color_scheme=look, locale=language) as who:
        await agrees(who)
        await to_paypal(who)
        await who.page.get_by_role("link", name="Cancel and return").click()
        await expect(who.page.locator("main [role=status] b").first).to_be_visible()
        await looked_at(who, f"left-{language}-{size['width']}-{look}")
        assert await who.barriers() == []
        assert await who.sticks_out() == []
