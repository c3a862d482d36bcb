"""Money on its way out, in browsers: a creator from the first gift to a return; finance, who close and reconcile."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from playwright.async_api import Browser, Locator, expect

import clocked
import running
from browsing import DESK, Visitor, visitor
from largesse.kit import ids
from office import announce_policy, hired
from running import Service, Someone
from stripe_peers import LocalStripe, localstripe

pytestmark = [pytest.mark.pages, pytest.mark.timeout(400)]
_HEAD = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id"
_COINS = (25_000, 15_000)
_WAIT_S_MAX = 120


@dataclass
class House:
    """Alice has bought coins by card, and Bob is LIVE."""

    service: Service
    alice: Someone
    bob: Someone
    live: str
    charges: list[tuple[str, int]]  # what Stripe was paid: its name of each payment, and cents

    def give(self, rockets: int) -> None:
        for _ in range(rockets):
            gift = {"id": str(ids.new()), "gift_id": "rocket", "count": 1}
            given = self.alice.http.post(f"/v1/lives/{self.live}/gifts", json=gift)
            assert given.status_code == 201, given.text


@pytest.fixture
def house() -> Iterator[House]:
    """A sandbox without a cool-off that takes localstripe for Stripe."""
    with (
        localstripe() as peer,
        running.running(log_level="info", payout_cool_off_hours="0", **peer.settings) as service,
    ):
        peer.tell(f"{service.base}/v1/webhooks/stripe")
        alice, bob = service.join("alice"), service.join("bob")
        service.prove_address(bob)
        service.turn_on_second_factor(bob)
        live = service.live(bob)["id"]
        charges = [_buys(alice, peer, coins) for coins in _COINS]
        yield House(service, alice, bob, live, charges)


def _buys(alice: Someone, peer: LocalStripe, coins: int) -> tuple[str, int]:
    """Coins by card; Stripe's name of the payment, and what it took in cents."""
    made = alice.http.post("/v1/purchases", json={"id": str(ids.new()), "coins": coins, "provider": "stripe"})
    assert made.status_code == 201, made.text
    intent = made.json()["next"]["client_secret"].partition("_secret_")[0]
    peer.pay(intent)
    found: dict[str, Any] = {}
    deadline = time.monotonic() + _WAIT_S_MAX
    while found.get("status") != "granted" and time.monotonic() < deadline:
        time.sleep(0.1)
        found = alice.http.get(f"/v1/purchases/{made.json()['id']}").json()
    assert found["status"] == "granted", found
    return intent, found["price"]["minor"]


async def _stands(who: Visitor, **figures: str) -> None:
    """The balance's page says this."""
    await who.go("/studio/balance")
    for name, diamonds in figures.items():
        label = f"{name.capitalize().replace('_', ' ')}: {diamonds}"
        await expect(who.page.get_by_role("button", name=re.compile(f"^{re.escape(label)}"))).to_be_visible()


async def test_a_creator_is_paid_and_finance_closes_and_reconciles(browser: Browser, house: House) -> None:
    olga, oscar = hired(house.service), hired(house.service)
    async with visitor(browser, house.service, house.bob) as bob, visitor(browser, house.service, olga) as desk:
        await _earns(bob, house)
        payout = await _withdraws_a_hundred_dollars(bob)
        await _arrives_and_comes_back(bob, desk, payout)
    month = _a_month_passes(house)
    async with visitor(browser, house.service, house.bob) as bob:
        await _stands(bob, available="28,000", pending="0")  # the first gift's hold is over
    async with visitor(browser, house.service, olga) as desk, visitor(browser, house.service, oscar) as second:
        await _close(desk, second, month)
        await _reconcile(desk, house)
    audit = house.service.command("audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr


async def _earns(bob: Visitor, house: House) -> None:
    """A gift waits for its hold; under a policy that has none, what is given is there at once."""
    house.give(1)
    await _stands(bob, pending="7,000", available="0")
    await expect(bob.page.get_by_role("table", name="What clears when")).to_contain_text("7,000")
    announce_policy(house.service, hold_days=0)
    house.give(3)
    await _stands(bob, pending="7,000", available="21,000")


async def _withdraws_a_hundred_dollars(bob: Visitor) -> str:
    """A method for euros is linked, an offer asked for and taken; the payout's id."""
    page = bob.page
    await bob.go("/studio/withdraw")
    await bob.press("Add a payout method")
    await page.get_by_label("Currency").select_option("EUR")
    await bob.press("Link this account")
    await expect(page.locator("li.card")).to_contain_text("Verified")
    await bob.go("/studio/withdraw")
    await bob.fill(amount="14,286")
    await bob.press("See what arrives")
    await expect(_line(page.locator("form"), "diamonds")).to_contain_text("$100.00")
    await expect(page.get_by_text(re.compile(r"^1 USD = 0\.\d+ EUR$"))).to_be_visible()
    await page.get_by_role("button", name=re.compile(r"^Withdraw €\d+\.\d\d$")).click()
    await page.wait_for_url("**/studio/withdraw/payout_*")
    await expect(page.get_by_text(re.compile("^A person looks at it"))).to_be_visible()
    return page.url.rpartition("/")[2]


def _line(within: Locator, name: str) -> Locator:
    return within.locator("dl > div").filter(has_text=name).first


async def _arrives_and_comes_back(bob: Visitor, desk: Visitor, payout: str) -> None:
    """An operator approves it, and plays the bank that sends it back; the creator watches."""
    await desk.go(f"/office/payouts/{payout}")
    await desk.press("Approve")
    await expect(bob.page.get_by_text(re.compile("^It has arrived"))).to_be_visible()
    await _stands(bob, paid_out="14,285", available="6,714")
    await bob.go(f"/studio/withdraw/{payout}")
    await desk.press("Play a return")
    dialog = desk.page.get_by_role("dialog", name="Play a return")
    await dialog.get_by_label("Reason").fill("account closed")
    await dialog.get_by_role("button", name="Play a return", exact=True).click()
    await expect(bob.page.get_by_text(re.compile("^The money came back"))).to_be_visible()
    await expect(bob.page.locator("ol")).to_contain_text("account closed")
    await _stands(bob, paid_out="0", available="21,000", pending="7,000")
    await bob.go(f"/studio/statements/{datetime.now(UTC):%Y-%m}")
    await expect(bob.page.get_by_role("link", name="Sent back by the bank")).to_be_visible()


def _a_month_passes(house: House) -> str:
    """Until the month that was is over and its last hour of gifts is closed; its name."""
    url = json.loads((house.service.folder / "data dir" / "run.json").read_text())["database_url"]
    clocked.install(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(clocked.PASS, [31])
    house.service.stop()
    running.restart(house.service)
    finance = hired(house.service)
    deadline = time.monotonic() + _WAIT_S_MAX
    while (last := finance.http.get("/v1/office/months").json()["items"][-1])["state"] == "open":
        assert time.monotonic() < deadline, last
        time.sleep(0.5)
    month: str = last["month"]
    return month


async def _close(desk: Visitor, second: Visitor, month: str) -> None:
    await desk.go(f"/office/months/{month}")
    await desk.fill(reason="the bank agrees")
    await desk.press("Propose to close it")
    await expect(desk.page.get_by_text("Waits for a second person")).to_be_visible()
    await second.go(f"/office/months/{month}")
    await second.press("Approve")
    await expect(second.page.locator(".chip")).to_have_text("closed")


async def _reconcile(desk: Visitor, house: House) -> None:
    """Stripe's report has every payment, one of them with ten cents less."""
    (right, cents), (wrong, more) = house.charges
    on = f"{datetime.now(UTC):%Y-%m-%d} 10:00:00"
    rows = [
        f"txn_{n},{on},usd,{minor / 100:.2f},0.00,{minor / 100:.2f},charge,ch_{n},{ref}"
        for n, (ref, minor) in enumerate(((right, cents), (wrong, more - 10)))
    ]
    report = "\n".join([_HEAD, *rows, ""]).encode()
    await desk.page.set_viewport_size(DESK)
    await desk.go("/office/reconcile")
    await desk.page.get_by_label("File").set_input_files(
        {"name": "balance.csv", "mimeType": "text/csv", "buffer": report}
    )
    await desk.press("Compare")
    await desk.page.wait_for_url("**/office/reconcile/reconciliation_*")
    lines = desk.page.get_by_role("list", name="What does not agree").get_by_role("listitem")
    found = lines.filter(has_text=wrong)
    await expect(found).to_contain_text(f"${(more - 10) / 100:,.2f}")
    await expect(found).to_contain_text(f"${more / 100:,.2f}")
    await expect(lines.filter(has_text=right)).to_have_count(0)
    await found.get_by_role("button", name="Resolve").click()
    dialog = desk.page.get_by_role("dialog", name="Resolve")
    await dialog.get_by_label("Note").fill("ten cents that Stripe kept: ticket 7")
    await dialog.get_by_role("button", name="Resolve", exact=True).click()
    await expect(found).to_contain_text("ten cents that Stripe kept: ticket 7")
