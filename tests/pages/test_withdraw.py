"""A creator's money on its way out: a method, an offer, the withdrawal with every state, and what stands in its way."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

import running
from browsing import Visitor, visitor
from earning import earns
from office import announce_policy, announce_region, operator
from running import Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]


@pytest.fixture(scope="module")
def paying() -> Iterator[Service]:
    """A sandbox where earnings are available at once and the United States may withdraw."""
    with running.running(log_level="info", payout_cool_off_hours="0") as service:
        announce_policy(service, hold_days=0)
        announce_region(service, "US", withdrawing=True)
        announce_region(service, "FR", withdrawing=False)
        yield service


def approve(service: Service, payout: str) -> None:
    path = f"{service.base}/v1/office/payouts/{payout}/approve"
    assert httpx.post(path, headers=operator(service)).is_success


async def _links(who: Visitor, currency: str) -> None:
    await who.go("/studio/withdraw")
    await who.press("Add a payout method")
    await who.page.get_by_label("Currency").select_option(currency)
    await who.press("Link this account")
    await expect(who.page.get_by_text("The account is linked.")).to_be_visible()
    await expect(who.page.locator("li.card")).to_contain_text("Sandbox bank")


async def test_a_creator_withdraws_in_euros_and_watches_it_arrive(browser: Browser, paying: Service) -> None:
    bob = await earns(paying, 30_000)
    async with visitor(browser, paying, bob) as who:
        page = who.page
        await _links(who, "EUR")
        await who.go("/studio/withdraw")
        await expect(page.get_by_text("Worth $147.00")).to_be_visible()
        await who.fill(amount="20.5")
        await who.press("See what arrives")
        await expect(page.get_by_text(re.compile("^Whole diamonds"))).to_be_visible()
        await who.fill(amount="100")
        await who.press("See what arrives")
        await expect(page.get_by_text("This is less than the smallest withdrawal.")).to_be_visible()
        who.forgive("422")
        await who.fill(amount="14,286")
        await who.press("See what arrives")
        await expect(page.get_by_text(re.compile(r"^1 USD = 0\.\d+ EUR$"))).to_be_visible()
        await expect(page.get_by_text(re.compile(r"^Fixed for 9:\d\d\."))).to_be_visible()
        await who.has_no_barriers()
        confirm = page.get_by_role("button", name=re.compile("^Withdraw €"))
        net = (await confirm.inner_text()).removeprefix("Withdraw ").strip()
        await confirm.click()
        await page.wait_for_url("**/studio/withdraw/payout_*")
        await expect(page.get_by_role("heading", name=net)).to_be_visible()
        await expect(page.get_by_text("your first withdrawal, a new account")).to_be_visible()
        await expect(page.get_by_text(re.compile("^A person looks at it"))).to_be_visible()
        await who.settled()
        await who.has_no_barriers()
        payout = page.url.rpartition("/")[2]
        approve(paying, payout)
        await expect(page.get_by_text(re.compile("^It has arrived"))).to_be_visible()
        own: dict[str, Any] = bob.http.get(f"/v1/me/payouts/{payout}").json()
        assert own["status"] == "paid"
        assert own["rate"]["source"] == "ecb"
        await who.go("/studio/withdraw")
        await expect(page.get_by_role("link", name=re.compile("Sandbox bank"))).to_contain_text("Arrived")
        await expect(page.get_by_text("Worth $46.99")).to_be_visible()  # 147 without 100, which came to a cent more


async def test_one_is_canceled_before_it_leaves_and_its_diamonds_are_back(browser: Browser, paying: Service) -> None:
    bob = await earns(paying, 30_000)
    async with visitor(browser, paying, bob) as who:
        await _links(who, "USD")
        await who.go("/studio/withdraw")
        await who.press("See what arrives")
        await who.page.get_by_role("button", name=re.compile(r"^Withdraw \$")).click()
        await who.page.wait_for_url("**/studio/withdraw/payout_*")
        await who.go("/studio/withdraw")
        await expect(who.page.get_by_role("heading", name=re.compile("^One is on its way"))).to_be_visible()
        await who.press("See it")
        await who.press("Cancel it")
        await who.page.get_by_role("dialog").get_by_role("button", name="Cancel it").click()
        await expect(who.page.get_by_text("Canceled. Your diamonds are available again.")).to_be_visible()
        assert bob.http.get("/v1/me/payouts/terms").json()["available"]["minor"] == 14_700


async def test_where_withdrawing_does_not_exist_it_is_said(browser: Browser, paying: Service) -> None:
    bob = await earns(paying, 30_000)
    assert bob.http.patch("/v1/me", json={"country": "FR"}).is_success
    async with visitor(browser, paying, bob) as who:
        await _links(who, "EUR")
        await who.go("/studio/withdraw")
        await who.press("See what arrives")
        await expect(who.page.get_by_text("Withdrawing does not exist in your country yet.")).to_be_visible()
        who.forgive("403")
