"""What runs for somebody is shown where coins are bought; codes are entered there; the statement names campaigns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

import running
from browsing import DESK, PHONE, visitor
from running import PASSWORD, Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
FIRST = re.compile(r"^First purchase: \+50 promotional coins until ")


@dataclass
class Office:
    """A service of its own, whose campaigns nobody else sees, and two operators."""

    service: Service
    clients: list[httpx.Client] = field(default_factory=list)

    def run(self, **changes: Any) -> None:
        now = datetime.now(UTC)
        body = {
            "name": "Spring welcome", "trigger": "code", "coins": 50, "budget_coins": 10_000, "reason": "r",
            "starts_at": now.isoformat(), "ends_at": (now + timedelta(days=5)).isoformat(),
        }  # fmt: skip
        first, second = self.clients
        made = first.post("/v1/office/campaigns", json=body | changes)
        assert made.status_code == 201, made.text
        approved = second.post(f"/v1/office/campaigns/{made.json()['id']}/approve")
        assert approved.status_code == 200, approved.text


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with running.running() as service:
        made = Office(service)
        for name in ("olga", "oscar"):
            created = service.command("account", "create", "--username", name, "--role", "finance", input_=PASSWORD)
            assert created.returncode == 0, created.stderr
            login = {"login": name, "password": PASSWORD}
            token = httpx.post(f"{service.base}/v1/sessions", json=login, timeout=30).json()["token"]
            client = httpx.Client(base_url=service.base, headers={"Authorization": f"Bearer {token}"}, timeout=30)
            service.clients.append(client)
            made.clients.append(client)
        made.run(trigger="first_purchase", name="First coins")
        made.run(code="WELCOME-50")
        yield made


@pytest.mark.parametrize("size", [{"width": 320, "height": 640}, PHONE, DESK])
async def test_a_first_purchase_says_what_it_brings_and_brings_it(
    browser: Browser, office: Office, size: dict[str, int]
) -> None:
    async with visitor(browser, office.service, office.service.join("alice"), viewport=size) as who:
        page = who.page
        await who.go("/recharge")
        await expect(page.get_by_text(FIRST)).to_be_visible()
        await expect(page.get_by_text("spent first and earn creators nothing")).to_be_visible()
        assert await who.barriers() == []
        assert await who.sticks_out() == []
        await page.get_by_role("button", name=re.compile("^Pay ")).click()
        await expect(page.get_by_text("coins are yours.")).to_be_visible()
        await expect(page.get_by_text(re.compile("bought, 50 promotional"))).to_be_visible()  # by itself
        await who.go("/recharge")
        await expect(page.get_by_text("I have a code")).to_be_visible()
        await expect(page.get_by_text(FIRST)).to_have_count(0)
        await who.go("/account#wallet")
        await expect(page.get_by_text("First coins")).to_be_visible()


@pytest.mark.parametrize("size", [{"width": 320, "height": 640}, PHONE, DESK])
async def test_a_code_is_entered_by_keys_and_a_wrong_one_says_so(
    browser: Browser, office: Office, size: dict[str, int]
) -> None:
    async with visitor(browser, office.service, office.service.join("alice"), viewport=size) as who:
        page = who.page
        await who.go("/recharge")
        await page.get_by_text("I have a code").focus()
        await page.keyboard.press("Enter")
        box = page.get_by_role("textbox", name="Code")
        await box.fill("WELCOME-51")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("There is no such code.")).to_be_visible()
        assert await who.barriers() == []
        assert await who.sticks_out() == []
        await box.fill("welcome-50")
        await page.keyboard.press("Enter")
        said = page.get_by_text("Spring welcome: 50 promotional coins are yours.")
        await expect(said).to_be_visible()
        await expect(said).to_be_in_viewport()
        await said.click(trial=True)  # nothing lies over it
        await expect(page.get_by_text("0 bought, 50 promotional")).to_be_visible()
        assert await who.barriers() == []
        await box.fill("WELCOME-50")
        await page.get_by_role("button", name="Redeem").click()
        await expect(page.get_by_text("You have had the coins of this code already.")).to_be_visible()
        who.forgive("404", "409")


async def test_the_recharge_sheet_of_a_live_shows_it_too(browser: Browser, office: Office) -> None:
    live = office.service.live(office.service.join("bob"))["id"]
    async with visitor(browser, office.service, office.service.join("alice")) as who:
        page = who.page
        await who.go(f"/live/{live}")
        await who.press("Gift")
        gifts = page.get_by_role("dialog", name="Gifts", exact=True)
        await gifts.get_by_role("radio", name=re.compile("^Lion")).check(force=True)
        await gifts.get_by_role("button", name=re.compile("^Recharge")).click()
        sheet = page.get_by_role("dialog", name=re.compile("more coins needed"))
        await expect(sheet.get_by_text(FIRST)).to_be_visible()
        assert await who.barriers() == []
        assert await who.sticks_out() == []
