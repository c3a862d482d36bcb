"""The whole of it in two real browsers: watch, buy, give, run short, buy more, be paid, prove it, and a power cut."""

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, expect

import running
from browsing import DESK, PHONE, Visitor, kill_all, visitor
from largesse.kit import ids
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
SHARE_MILLI = 700  # milli-diamonds a coin by the first policy


@dataclass
class Books:
    """What nobody may lose."""

    coins: int
    diamonds_milli: int
    totals: dict[str, int]
    said: list[str]
    given: list[str]


def _books(live: str, alice: Someone, bob: Someone) -> Books:
    room, own = alice.http.get(f"/v1/lives/{live}").json(), bob.http.get("/v1/me/diamonds").json()
    with httpx.Client(base_url=alice.http.base_url) as guest:
        frames = guest.get(f"/v1/lives/{live}/frames", params={"after": 0}).json()["items"]
    said = [event["text"] for frame in frames for event in frame["events"] if event["type"] == "chat.message"]
    given = alice.http.get(f"/v1/lives/{live}/gifts", params={"limit": 200}).json()["items"]
    return Books(
        alice.http.get("/v1/me/wallet").json()["coins"], own["pending_milli"] + own["available_milli"],
        {name: room[name] for name in ("likes", "gifts", "gifters", "coins")}, said,
        [gift["receipt"] for gift in given],
    )  # fmt: skip


def _sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Gifts", exact=True)


async def _choose(page: Page, gift: str) -> None:
    await _sheet(page).get_by_role("radio", name=re.compile(f"^{gift}")).check(force=True)


async def _refused_for_age(browser: Browser, service: Service, live: str) -> None:
    robin = service.join("robin", born="2009-12-01")
    async with visitor(browser, service, robin) as minor:
        await minor.go(f"/live/{live}")
        await expect(minor.page.get_by_placeholder("Add a comment")).to_be_visible()
        await minor.press("Gift")
        await expect(_sheet(minor.page)).to_contain_text("Gifts are for adults.")
        await expect(_sheet(minor.page).get_by_role("button", name=re.compile("Send|Recharge"))).to_have_count(0)
        await minor.go("/recharge")
        await expect(minor.page.get_by_text("This opens when you come of age")).to_be_visible()
        bought = {"coins": 350, "provider": "sandbox", "channel": "web"}
        given = {"gift_id": "rose", "id": str(ids.new())}
        for path, body in (("/v1/purchases", bought), (f"/v1/lives/{live}/gifts", given)):
            status, problem = await minor.api("POST", path, body)
            assert (status, problem["code"]) == (403, "under-age"), path
        minor.forgive("403")


async def _recharges(alice: Visitor, live: str) -> None:
    await alice.go(f"/recharge?next=/live/{live}")
    await alice.page.get_by_role("radio", name=re.compile("^Save 3% 350 coins|350 coins")).check(force=True)
    await alice.press("Pay $3.20")
    await expect(alice.page.get_by_text("350 coins are yours.")).to_be_visible()
    await alice.press("Back to the LIVE")
    await expect(alice.page.get_by_role("button", name="Gift", exact=True)).to_be_visible()


async def _combo(alice: Visitor) -> None:
    """Five roses, tap by tap: one combo."""
    await alice.press("Gift")
    await _choose(alice.page, "Rose")
    await _sheet(alice.page).get_by_role("button", name=re.compile("^Send 1 coin")).click()
    again = _sheet(alice.page).get_by_role("button", name=re.compile("^Send 1 more Rose"))
    for _ in range(4):
        await again.click()
    await expect(alice.page.get_by_text("Rose ×5 sent")).to_be_visible()


async def _short_of_a_lion(alice: Visitor) -> str:
    """Recharges out of the sheet and comes back to the same gift; the receipt's address."""
    page = alice.page
    await _choose(page, "Lion")
    await _sheet(page).get_by_role("button", name="Recharge 155 more").click()
    short = page.get_by_role("dialog", name="155 more coins needed")
    await expect(short.get_by_role("radio", checked=True)).to_have_accessible_name(re.compile("175 coins"))
    await short.get_by_role("button", name="Pay $1.65").click()
    await expect(short).to_be_hidden()
    await expect(_sheet(page).get_by_role("radio", checked=True).first).to_have_accessible_name(re.compile("^Lion"))
    await _sheet(page).get_by_role("button", name=re.compile("^Send 500 coins")).click()
    sent = page.locator(".toast").filter(has_text="Lion sent")
    link = await sent.get_by_role("link", name="Receipt").get_attribute("href")
    assert link
    return link


async def _proven(alice: Visitor, service: Service, address: str, folder: Path) -> None:
    """The receipt's page, its proof, and the proof without any service."""
    paper = await alice.context.new_page()
    await paper.goto(service.base + address)
    await expect(paper.get_by_role("heading", name="Verified against the ledger")).to_be_visible()
    await expect(paper.locator("main")).to_contain_text("Lion")
    async with paper.expect_download() as download:
        await paper.get_by_role("button", name="Download proof").click()
    file = folder / "proof.json"
    await (await download.value).save_as(file)
    verified = service.command("verify", str(file))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    changed = folder / "changed.json"
    proof = json.loads(file.read_text())
    proof["gift"]["coins_paid"] -= 1
    changed.write_text(json.dumps(proof))
    assert service.command("verify", str(changed)).returncode == 1
    await paper.close()


async def _shown_diamonds(bob: Visitor, service: Service) -> str:
    page = await bob.context.new_page()
    await page.goto(f"{service.base}/studio/balance")
    shown = await page.locator(".total b").text_content()
    await page.close()
    return shown or ""


def _audit(service: Service) -> dict[str, Any]:
    audit = service.command("audit", "--json")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    found: dict[str, Any] = json.loads(audit.stdout)
    return found


async def test_a_gift_is_drawn_in_both_browsers_and_the_books_outlive_a_power_cut(
    browser: Browser, tmp_path: Path
) -> None:
    with running.running() as service:
        bob, alice = service.join("bob"), service.join("alice")
        live = service.live(bob)["id"]
        await _refused_for_age(browser, service, live)
        async with (
            visitor(browser, service, alice) as giving,
            visitor(browser, service, bob, viewport=DESK) as creating,
        ):
            await creating.go(f"/live/{live}")
            await _recharges(giving, live)
            await _combo(giving)
            receipt = await _short_of_a_lion(giving)
            await _big_one(service, live)
            for screen in (giving, creating):
                await screen.draws("Alice sent Rose", 5)
                await screen.draws("Alice sent Lion")
                await screen.stages("Dora")
            await _says(giving, "what a night")
            coins = 5 + 500 + 2_000
            assert bob.http.get("/v1/me/diamonds").json()["pending_milli"] == coins * SHARE_MILLI
            assert await _shown_diamonds(creating, service) == f"{coins * SHARE_MILLI // 1000:,}"
            await _proven(giving, service, receipt, tmp_path)
            assert _audit(service)["ok"]
            before = _books(live, alice, bob)
            assert before.coins == 350 + 175 - 505
            await _power_cut(service, giving, creating)
            assert _books(live, alice, bob) == before
            assert await _shown_diamonds(creating, service) == f"{coins * SHARE_MILLI // 1000:,}"
            await _goes_on(giving, creating)
            assert _audit(service)["gifts"] > len(before.given)
        await _seen_by_a_newcomer(browser, service, live)


async def _big_one(service: Service, live: str) -> None:
    dora = service.join("dora")
    service.recharge(dora, 2_000)
    given = {"id": str(ids.new()), "gift_id": "dolphin"}
    assert dora.http.post(f"/v1/lives/{live}/gifts", json=given).status_code == 201


async def _says(who: Visitor, text: str) -> None:
    if await _sheet(who.page).is_visible():
        await _sheet(who.page).get_by_role("button", name="Close").click()
    await who.page.get_by_placeholder("Add a comment").fill(text)
    await who.page.keyboard.press("Enter")
    await expect(who.page.get_by_label("Chat", exact=True).first).to_contain_text(text)


async def _power_cut(service: Service, *screens: Visitor) -> None:
    await asyncio.to_thread(kill_all, service)
    for screen in screens:
        await expect(screen.page.get_by_text("Reconnecting…")).to_be_visible()
    await asyncio.to_thread(running.restart, service)
    for screen in screens:
        await expect(screen.page.get_by_text("Reconnecting…")).to_have_count(0)
        screen.forgive("ERR_CONNECTION", "WebSocket")


async def _goes_on(giving: Visitor, creating: Visitor) -> None:
    """The pages that stayed open still have what was said and take what is new."""
    await expect(giving.page.get_by_label("Chat", exact=True).first).to_contain_text("what a night")
    await giving.press("Gift")
    await _choose(giving.page, "Rose")
    await _sheet(giving.page).get_by_role("button", name=re.compile("^Send 1 coin")).click()
    await expect(giving.page.get_by_text("Rose sent")).to_be_visible()
    await creating.draws("Alice sent Rose", times=2)
    assert (await creating.drawn())["stage"] == ["Dora"]
    assert (await giving.drawn())["lanes"]["Alice sent Lion"]["times"] == 1


async def _seen_by_a_newcomer(browser: Browser, service: Service, live: str) -> None:
    async with visitor(browser, service, viewport=PHONE) as guest:
        await guest.go(f"/live/{live}")
        await expect(guest.page.get_by_label("Chat", exact=True).first).to_contain_text("what a night")
