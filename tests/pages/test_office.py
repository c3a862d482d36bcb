"""The back office in a browser: two people and a policy, the queue of payouts, and what comes back from the bank."""

import gzip
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

import running
from apple_report import report, row
from browsing import Visitor, visitor
from earning import earns
from office import announce_policy, announce_region, hired
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]


@pytest.fixture(scope="module")
def house() -> Iterator[Service]:
    """A sandbox where earnings are available at once and the United States may withdraw."""
    with running.running(log_level="info", payout_cool_off_hours="0") as service:
        announce_policy(service, hold_days=0)
        announce_region(service, "US", withdrawing=True)
        yield service


def withdraws(bob: Someone) -> str:
    """All that bob may withdraw, to the sandbox's bank; the payout's id."""
    made = bob.http.post("/v1/me/payout-methods", json={"rail": "sandbox", "currency": "EUR"})
    assert made.status_code == 201, made.text
    quote = bob.http.post("/v1/me/payouts/quote", json={"method_id": made.json()["id"], "all": True}).json()
    asked = bob.http.post("/v1/me/payouts", json={"quote_id": quote["quote_id"]})
    assert asked.status_code == 201, asked.text
    payout: str = asked.json()["id"]
    return payout


async def _reasons(who: Visitor, verb: str, why: str) -> None:
    await who.press(verb)
    dialog = who.page.get_by_role("dialog", name=verb)
    await dialog.get_by_label("Reason").fill(why)
    await dialog.get_by_role("button", name=verb, exact=True).click()
    await expect(dialog).to_be_hidden()


async def test_a_payout_is_approved_arrives_comes_back_and_is_credited_again(browser: Browser, house: Service) -> None:
    bob, olga = await earns(house, 30_000), hired(house)
    payout = withdraws(bob)
    async with visitor(browser, house, olga) as desk, visitor(browser, house, bob) as creator:
        await creator.go(f"/studio/withdraw/{payout}")
        await expect(creator.page.get_by_text(re.compile("^A person looks at it"))).to_be_visible()
        await desk.go("/office")
        row = desk.page.locator(f"a[href='/office/payouts/{payout}']")
        await expect(row).to_contain_text("first withdrawal · a new account")
        await desk.has_no_barriers()
        await row.click()
        await expect(desk.page.get_by_role("heading", name="Bob")).to_be_visible()
        await desk.has_no_barriers()
        await desk.press("Approve")
        await expect(creator.page.get_by_text(re.compile("^It has arrived"))).to_be_visible()
        await _reasons(desk, "Play a return", "account closed")
        await expect(creator.page.get_by_text(re.compile("^The money came back"))).to_be_visible()
        await expect(desk.page.locator("header .state")).to_have_text("Came back")
    own: dict[str, Any] = bob.http.get("/v1/me/payouts/terms").json()
    assert own["available"]["minor"] == 14_700
    audit = house.command("audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr


async def test_one_is_held_with_a_reason_and_turned_down(browser: Browser, house: Service) -> None:
    bob, olga = await earns(house, 30_000), hired(house)
    payout = withdraws(bob)
    async with visitor(browser, house, olga) as desk:
        await desk.go(f"/office/payouts/{payout}")
        await _reasons(desk, "Hold", "we are asking the bank")
        await expect(desk.page.get_by_role("button", name="Approve")).to_have_count(0)
        await _reasons(desk, "Release", "the bank has answered")
        await expect(desk.page.get_by_role("button", name="Approve")).to_be_visible()
        await _reasons(desk, "Turn down", "this account belongs to somebody else")
        await expect(desk.page.locator("header .state")).to_have_text("Turned down")
    seen = bob.http.get(f"/v1/me/payouts/{payout}").json()
    assert (seen["status"], seen["history"][-1]["reason"]) == ("rejected", "this account belongs to somebody else")


async def test_a_policy_shows_its_effect_and_takes_two_people(browser: Browser, house: Service) -> None:
    await earns(house, 10_000)
    olga, oscar = hired(house), hired(house)
    async with visitor(browser, house, olga) as first, visitor(browser, house, oscar) as second:
        await first.go("/office/policies")
        await first.fill(share_bps="8,000")
        await first.press("See what it changes")
        await expect(first.page.get_by_text("A whole number.")).to_be_visible()
        await first.fill(share_bps="8000")
        await first.press("See what it changes")
        effect = first.page.get_by_role("status").filter(has_text="What it would change")
        await expect(effect).to_contain_text(re.compile(r"Of the last 28 days: [\d,]+ coins"))
        await first.has_no_barriers()
        await first.fill(reason="more for whoever sings")
        await first.press("Propose it")
        mine = first.page.locator("article").filter(has_text="more for whoever sings")
        await expect(mine).to_contain_text("70%")
        await mine.get_by_role("button", name="Approve").click()
        await expect(first.page.get_by_text("Somebody else has to approve this.")).to_be_visible()
        first.forgive("403", "409")
        await second.go("/office/policies")
        theirs = second.page.locator("article").filter(has_text="more for whoever sings")
        await theirs.get_by_role("button", name="Approve").click()
        await expect(second.page.locator(".versions .now")).to_contain_text("80%")
    announce_policy(house, share_bps=7000)


async def test_a_report_with_a_line_that_is_not_ours_is_held_against_the_books(
    browser: Browser, house: Service
) -> None:
    head = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,payment_intent_id"
    row = "txn_1,2026-11-26 10:00:00,usd,5.00,0.45,4.55,charge,ch_1,pi_stranger"
    async with visitor(browser, house, hired(house)) as who:
        await who.go("/office/reconcile")
        upload = who.page.get_by_label("File")
        await upload.set_input_files({"name": "report.csv", "mimeType": "text/csv", "buffer": b"not a report"})
        await who.press("Compare")
        await expect(who.page.get_by_role("alert")).to_be_visible()
        who.forgive("422")
        await upload.set_input_files(
            {"name": "report.csv", "mimeType": "text/csv", "buffer": f"{head}\n{row}\n".encode()}
        )
        await who.press("Compare")
        await who.page.wait_for_url("**/office/reconcile/reconciliation_*")
        line = who.page.locator("li").filter(has_text="pi_stranger")
        await expect(line).to_contain_text("Unknown to us")
        await expect(line).to_contain_text("$5.00")
        await who.has_no_barriers()
        await line.get_by_role("button", name="Resolve").click()
        dialog = who.page.get_by_role("dialog", name="Resolve")
        await dialog.get_by_label("Note").fill("the shop's own card reader")
        await dialog.get_by_role("button", name="Resolve", exact=True).click()
        await expect(line).to_contain_text("the shop's own card reader")
        await who.go("/office/reconcile")
        await expect(who.page.locator("a[href^='/office/reconcile/']")).to_contain_text("nothing open")


async def test_apples_totals_are_shown_with_their_units(browser: Browser, house: Service) -> None:
    async with visitor(browser, house, hired(house)) as who:
        await who.go("/office/reconcile")
        await who.page.get_by_label("Provider").select_option("apple")
        await expect(who.page.get_by_text("It has totals of products")).to_be_visible()
        upload = who.page.get_by_label("File")
        packed = gzip.compress(report(row("org.example.other", 3, "24.48")))
        await upload.set_input_files({"name": "1026.txt.gz", "mimeType": "application/gzip", "buffer": packed})
        await who.press("Compare")
        await expect(who.page.get_by_role("alert")).to_contain_text("it is of 2026-09-27 to 2026-10-31")
        who.forgive("422")
        await who.page.get_by_label("From").fill("2026-09-27")
        await who.page.get_by_label("To", exact=True).fill("2026-10-31")
        await who.press("Compare")
        await who.page.wait_for_url("**/office/reconcile/reconciliation_*")
        line = who.page.locator("li").filter(has_text="org.example.other")
        await expect(line).to_contain_text("3 units")
        await expect(line).to_contain_text("€24.48")
        sums = who.page.get_by_role("region", name="App Store")
        await expect(sums).to_contain_text("Difference")
        await expect(sums).to_contain_text("€24.48")
        await who.fits()
        await who.has_no_barriers()


async def test_the_office_is_closed_to_others_and_support_only_looks(browser: Browser, house: Service) -> None:
    bob = await earns(house, 30_000)
    payout = withdraws(bob)
    async with visitor(browser, house, bob) as who:
        await who.go("/office")
        await expect(who.page.get_by_role("heading", name="This is for operators")).to_be_visible()
    async with visitor(browser, house, hired(house, "support")) as who:
        await who.go(f"/office/payouts/{payout}")
        await expect(who.page.get_by_role("heading", name="Bob")).to_be_visible()
        await expect(who.page.get_by_role("button", name="Approve")).to_have_count(0)
