"""Paying by card in real browsers, with localstripe in Stripe's place: its card fields, its 3-D Secure, its webhooks.

Its fake Stripe.js lacks the Payment Element's two calls; stand_in.js maps them to what it has. The real form, Apple Pay
and Google Pay are not covered here (docs/howto/stripe.md).
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from playwright.async_api import Browser, Locator, Page, Route, expect

from browsing import DESK, PHONE, Visitor, visitor
from running import PASSWORD, Service, Someone, running
from stripe_peers import DECLINED, THREE_D_SECURE, VISA, LocalStripe, localstripe

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
STAND_IN = Path(__file__).with_name("stand_in.js").read_text("utf-8")


@pytest.fixture(scope="module")
def peer() -> Iterator[LocalStripe]:
    with localstripe() as made:
        yield made


@pytest.fixture(scope="module")
def shop(peer: LocalStripe) -> Iterator[Service]:
    """A service that takes localstripe for Stripe, and is told of its events."""
    with running(**peer.settings) as made:
        peer.tell(f"{made.base}/v1/webhooks/stripe")
        yield made


@pytest.fixture(scope="module")
def bob(shop: Service) -> Someone:
    return shop.join("bob")


@pytest.fixture(scope="module")
def live(shop: Service, bob: Someone) -> str:
    found: str = shop.live(bob)["id"]
    return found


async def at_the_till(who: Visitor, peer: LocalStripe) -> None:
    """Let this window load localstripe's Stripe.js with the stand-in behind it."""

    async def give(route: Route) -> None:
        async with httpx.AsyncClient() as client:
            script = (await client.get(route.request.url)).text
        await route.fulfill(body=f"{script}\n{STAND_IN}", content_type="text/javascript")

    def pay(secret: str, number: str) -> dict[str, Any]:
        try:
            return {"status": peer.pay(secret.partition("_secret_")[0], number).status}
        except stripe.CardError as error:
            return {"error": {"type": "card_error", "message": error.user_message}}

    async def as_stripe(_: Any, secret: str, number: str) -> dict[str, Any]:
        return await asyncio.to_thread(pay, secret, number)

    await who.context.route("**/js.stripe.com/v3/", give)
    await who.page.expose_binding("asStripe", as_stripe)


@pytest.fixture
async def alice(browser: Browser, shop: Service, peer: LocalStripe) -> AsyncIterator[Visitor]:
    """Alice, signed in, on a phone."""
    async with visitor(browser, shop, shop.join("alice")) as who:
        await at_the_till(who, peer)
        yield who


async def fill_card(form: Locator, number: str) -> None:
    for field, text in {"number": number, "exp_month": "12", "exp_year": "40", "cvc": "123"}.items():
        await form.get_by_placeholder(field, exact=True).fill(text)


def gifts(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Gifts", exact=True)


async def short_of_a_crown(who: Visitor, live: str) -> Locator:
    """Open the LIVE without coins, choose a gift, and run short; the recharge sheet."""
    page = who.page
    await who.go(f"/live/{live}")
    await who.press("Gift")
    await gifts(page).get_by_role("radio", name=re.compile("^Lion")).check(force=True)
    await gifts(page).get_by_role("button", name=re.compile("^Recharge")).click()
    return page.get_by_role("dialog", name=re.compile("more coins needed"))


async def test_a_new_user_recharges_by_card_inside_a_live_and_sends_the_same_gift(
    browser: Browser, shop: Service, peer: LocalStripe, live: str
) -> None:
    async with visitor(browser, shop) as who:
        await at_the_till(who, peer)
        page, name = who.page, f"nora.{secrets.token_hex(3)}"
        await who.go(f"/signup?next=/live/{live}")
        await who.fill(
            display_name="Nora", username=name, email=f"{name}@example.org", password=PASSWORD,
            birth_date="1992-02-03", country="US",
        )  # fmt: skip
        await page.get_by_role("checkbox", name=re.compile("^I accept the terms")).check()
        await who.press("Join")
        await who.press("Go on")
        await expect(page.get_by_placeholder("Add a comment")).to_be_visible()
        sheet = await short_of_a_crown(who, live)
        assert not await page.locator("script[src*='js.stripe.com']").count()  # not before it is needed
        await pay_by_card(sheet, VISA)
        await expect(page.locator(".toast").filter(has_text="coins are yours")).to_be_visible()
        await expect(sheet).to_be_hidden()
        await expect(gifts(page).get_by_role("radio", checked=True).first).to_have_accessible_name(re.compile("^Lion"))
        await gifts(page).get_by_role("button", name=re.compile("^Send 500 coins")).click()
        sent = page.locator(".toast").filter(has_text=re.compile("Lion.* sent"))
        await sent.get_by_role("link", name="Receipt").click()
        await expect(page.get_by_role("heading", name=re.compile("^Lion"))).to_be_visible()
        await who.go("/recharge")
        await expect(page.get_by_text("Coins delivered").first).to_be_visible()
        await page.get_by_role("button").filter(has_text="Coins delivered").first.click()
        await expect(page.get_by_role("dialog", name="Purchase")).to_contain_text("Waiting for payment")
        who.faults[:] = [fault for fault in who.faults if "403" not in fault]  # the terms, before they were accepted


async def test_a_declined_card_says_why_and_charges_nothing(alice: Visitor, live: str) -> None:
    sheet = await short_of_a_crown(alice, live)
    await pay_by_card(sheet, DECLINED)
    await expect(sheet.get_by_role("alert")).to_have_text("Your card was declined.")
    await expect(sheet.get_by_role("button", name=re.compile("^Pay "))).to_be_enabled()
    assert (await alice.api("GET", "/v1/me/wallet"))[1]["coins"] == 0
    await sheet.get_by_role("button", name="Back").click()
    await expect(sheet.get_by_role("radio", name=re.compile("500 coins|350 coins")).first).to_be_visible()


async def pay_by_card(sheet: Locator, number: str) -> None:
    await sheet.get_by_role("radio", name=re.compile("Card, Apple Pay or Google Pay")).check()
    pay = sheet.get_by_role("button", name=re.compile("^Pay "))
    await pay.click()
    accept = sheet.get_by_role("checkbox", name=re.compile("^I accept the terms of coins"))
    await accept.or_(sheet.get_by_placeholder("number")).first.wait_for()
    if await accept.count():
        await accept.check()
        await pay.click()
    await fill_card(sheet, number)
    await pay.click()


@pytest.mark.parametrize("agrees", [True, False])
async def test_a_card_whose_bank_asks_is_paid_when_its_owner_agrees(alice: Visitor, live: str, *, agrees: bool) -> None:
    page = alice.page
    sheet = await short_of_a_crown(alice, live)
    await pay_by_card(sheet, THREE_D_SECURE)
    await expect(page.get_by_text("3D Secure")).to_be_visible()
    await page.get_by_text("Complete authentication" if agrees else "Fail authentication").click()
    if agrees:
        await expect(page.locator(".toast").filter(has_text="coins are yours")).to_be_visible()
        await expect(gifts(page).get_by_role("radio", checked=True).first).to_have_accessible_name(re.compile("^Lion"))
    else:
        await expect(sheet.get_by_role("alert")).to_contain_text("failed authentication")
        assert (await alice.api("GET", "/v1/me/wallet"))[1]["coins"] == 0


async def test_coming_back_from_a_banks_page_leads_to_the_coins_and_the_same_gift(
    alice: Visitor, shop: Service, peer: LocalStripe, live: str
) -> None:
    made = await ordered(alice)
    await alice.go(f"/live/{live}?purchase={made['id']}&gift=lion&count=1&needed=500&redirect_status=succeeded")
    sheet = alice.page.get_by_role("dialog", name=re.compile("more coins needed"))
    await expect(sheet.get_by_role("status")).to_contain_text("Not paid yet")
    assert "purchase=" not in alice.page.url
    await asyncio.to_thread(peer.pay, made["next"]["client_secret"].partition("_secret_")[0])
    await expect(alice.page.locator(".toast").filter(has_text="coins are yours")).to_be_visible()
    lion = gifts(alice.page).get_by_role("radio", checked=True).first
    await expect(lion).to_have_accessible_name(re.compile("^Lion"))


async def ordered(who: Visitor) -> dict[str, Any]:
    await who.go("/recharge")
    terms = (await who.api("GET", "/v1/terms"))[1]["items"]
    coins = next(one for one in terms if one["document"] == "coins")
    await who.api("POST", "/v1/me/terms", {"document": "coins", "version": coins["version"]})
    status, made = await who.api("POST", "/v1/purchases", {"provider": "stripe", "coins": 500, "channel": "web"})
    assert status == 201, made
    found: dict[str, Any] = made
    return found


async def test_a_payment_that_failed_on_the_banks_page_says_so_and_can_be_tried_again(alice: Visitor) -> None:
    made = await ordered(alice)
    await alice.go(f"/recharge?purchase={made['id']}&redirect_status=failed&payment_intent_client_secret=x")
    await expect(alice.page.get_by_role("alert")).to_contain_text("The payment did not go through.")
    await expect(alice.page.get_by_role("button", name=re.compile("^Pay "))).to_be_enabled()


@pytest.mark.parametrize("size", [PHONE, DESK, {"width": 320, "height": 640}])
async def test_the_recharge_page_takes_a_card_too_and_has_no_barriers(
    browser: Browser, shop: Service, peer: LocalStripe, size: dict[str, int]
) -> None:
    async with visitor(browser, shop, shop.join("alice"), viewport=size) as who:
        await at_the_till(who, peer)
        page = who.page
        await who.go("/recharge")
        await page.get_by_role("radio", name=re.compile("Card, Apple Pay or Google Pay")).check()
        await expect(
            page.get_by_role("button", name="Pay $3.20").or_(page.get_by_role("button", name=re.compile("^Pay ")))
        ).to_be_enabled()
        await pay_by_card(page.locator("main"), VISA)
        await expect(page.get_by_text("coins are yours.")).to_be_visible()
        assert await who.barriers() == []
        assert await who.sticks_out() == []


async def test_an_order_that_was_left_unpaid_can_be_paid_from_the_list(alice: Visitor) -> None:
    await ordered(alice)
    page = alice.page
    await alice.go("/recharge")
    await page.get_by_role("button").filter(has_text="Waiting for payment").first.click()
    await page.get_by_role("dialog", name="Purchase").get_by_role("button", name="Pay $4.58").click()
    await fill_card(page.locator("main"), VISA)
    await page.locator("main").get_by_role("button", name="Pay $4.58").click()
    await expect(page.get_by_text("500 coins are yours.")).to_be_visible()
