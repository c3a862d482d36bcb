"""A creator's balance in a browser: a figure opens to its days, a day to its gifts and the rates behind them."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import Browser, expect

import running
from browsing import DESK, PHONE, visitor
from earning import earns
from largesse.kit import ids
from office import announce_policy, announce_region, operator
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]
SIZES = [{"width": 320, "height": 700}, PHONE, {"width": 768, "height": 1024}, DESK]


@pytest.fixture(scope="module")
def paying() -> Iterator[Service]:
    """A sandbox where earnings are available at once, and are owed where their coins go back."""
    with running.running(log_level="info", payout_cool_off_hours="0") as service:
        announce_policy(service, hold_days=0, receivable=True)
        announce_region(service, "US", withdrawing=True)
        yield service


async def test_a_figure_opens_to_its_days_and_a_day_to_its_gifts(browser: Browser, paying: Service) -> None:
    bob = await earns(paying, 30_000)
    own = bob.http.get("/v1/me/diamonds").json()
    days = bob.http.get("/v1/me/diamonds/days?in=available").json()["items"]
    assert sum(day["available_milli"] for day in days) == own["available_milli"] == 21_000_000
    async with visitor(browser, paying, bob) as who:
        page = who.page
        await who.go("/studio/balance")
        await page.get_by_role("button", name=re.compile("^Available: 21,000")).click()
        sheet = page.get_by_role("dialog", name="Available")
        rows = sheet.get_by_role("list", name="The days behind it").get_by_role("button")
        await expect(rows).to_have_count(len(days))
        await expect(rows.first).to_contain_text("3 gifts")
        await expect(rows.first).to_contain_text("21,000")
        await who.settled()
        await who.has_no_barriers()
        await rows.first.click()
        day = page.get_by_role("dialog")
        await expect(day.get_by_text(days[0]["policy"]["id"])).to_be_visible()
        await expect(day.get_by_text(re.compile("Share 70%"))).to_be_visible()
        gifts = day.get_by_role("list", name="Every gift").get_by_role("link")
        await expect(gifts).to_have_count(3)
        await expect(gifts.first).to_contain_text("+7,000")
        await who.settled()
        await who.has_no_barriers()
        await who.press("Back")
        await expect(rows).to_have_count(len(days))
        await who.press("Close")
        await page.get_by_role("button", name=re.compile("^Paid out: 0")).click()
        await expect(page.get_by_role("heading", name="Nothing is in this figure")).to_be_visible()


async def test_the_estimate_is_said_in_the_currency_of_the_newest_method(browser: Browser, paying: Service) -> None:
    bob = await earns(paying, 30_000)
    made = bob.http.post("/v1/me/payout-methods", json={"rail": "sandbox", "currency": "EUR"})
    assert made.status_code == 201, made.text
    local = bob.http.get("/v1/me/diamonds").json()["estimated_local"]
    assert local["value"]["currency"] == "EUR"
    async with visitor(browser, paying, bob) as who:
        await who.go("/studio/balance")
        await expect(who.page.get_by_text(f"About €{local['value']['minor'] / 100:,.2f}.")).to_be_visible()
        await expect(who.page.get_by_text(re.compile(r"^1 USD = 0\.\d+ EUR$"))).to_be_visible()
        await expect(who.page.get_by_text("European Central Bank,", exact=False)).to_be_visible()
        await who.settled()
        await who.has_no_barriers()


def _taken_back(service: Service, bob: Someone, coins: int) -> None:
    """Somebody gives Bob so many coins, and their bank takes the money back."""
    alice = service.join("alice")
    live = service.live(bob)["id"]
    purchase = service.recharge(alice, coins)
    given = alice.http.post(f"/v1/lives/{live}/gifts", json={"id": str(ids.new()), "gift_id": "rocket", "count": 1})
    assert given.status_code == 201, given.text
    assert bob.http.post(f"/v1/lives/{live}/end").is_success
    for status in ("open", "lost"):
        played = httpx.post(
            f"{service.base}/v1/office/purchases/{purchase}/sandbox-bank", json={"status": status},
            headers=operator(service, "admin"),
        )  # fmt: skip
        assert played.is_success, played.text


async def test_what_is_owed_is_said_with_how_it_is_set_off(browser: Browser, paying: Service) -> None:
    bob = await earns(paying, 30_000)
    _taken_back(paying, bob, 10_000)
    own = bob.http.get("/v1/me/diamonds").json()
    assert (own["owed_milli"], own["available_milli"]) == (7_000_000, 21_000_000)
    async with visitor(browser, paying, bob) as who:
        page = who.page
        await who.go("/studio/balance")
        await expect(page.get_by_text("You owe 7,000 diamonds")).to_be_visible()
        await expect(page.get_by_text("set off against your oldest available diamonds", exact=False)).to_be_visible()
        await expect(page.get_by_text("28,000 earned in all, what you owe included.", exact=False)).to_be_visible()
        await who.settled()
        await who.has_no_barriers()
        await who.go("/studio/balance?lang=ar")
        await who.settled()
        await who.has_no_barriers()
        await page.set_viewport_size({"width": 320, "height": 700})
        await who.fits()
        method = bob.http.post("/v1/me/payout-methods", json={"rail": "sandbox", "currency": "USD"}).json()["id"]
        quoted = bob.http.post("/v1/me/payouts/quote", json={"method_id": method, "all": True})
        assert quoted.is_success, quoted.text
        await who.go("/studio/balance?lang=en")
        await expect(page.get_by_text("21,000 earned in all. The figures sum to it", exact=False)).to_be_visible()
        await expect(page.get_by_text("You owe", exact=False)).to_have_count(0)
        month = bob.http.get("/v1/me/statements").json()["items"][0]["month"]
        await who.go(f"/studio/statements/{month}")
        await expect(page.get_by_text("Set off against what you owed")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_nothing_of_it_sticks_out(browser: Browser, paying: Service, size: dict[str, int]) -> None:
    bob = await earns(paying, 30_000)
    async with visitor(browser, paying, bob, viewport=size) as who:
        for language in ("en", "ar", "de"):
            await who.go(f"/studio/balance?lang={language}")
            await who.page.locator("dd button").first.click()
            await who.page.get_by_role("dialog").get_by_role("listitem").get_by_role("button").first.click()
            await who.settled()
            await who.fits()
            await who.has_no_barriers()
