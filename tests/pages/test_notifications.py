"""What one was told of LIVEs, in the bar of every page and in the account, in real browsers."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from browsing import DESK, PHONE, mailed, visitor
from running import Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
PAGE = 30


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
async def test_what_is_unread_shows_in_the_bar_until_its_list_was_opened(
    browser: Browser, service: Service, window: dict[str, int]
) -> None:
    alice, bob = service.join("alice"), service.join("bob")
    assert alice.http.post(f"/v1/accounts/{bob.username}/follow").is_success
    assert bob.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    lives = []
    for nth in range(PAGE + 1):
        made = bob.http.post("/v1/lives", json={"title": f"Evening {nth} by the window", "scheduled_at": at})
        assert made.is_success, made.text
        lives.append(made.json()["id"])
    for _ in range(150):
        if alice.http.get("/v1/me/notifications/unread").json() == {"count": len(lives)}:
            break
        await asyncio.sleep(0.2)
    async with visitor(browser, service, alice, viewport=window) as who:
        await who.go("/regions")
        account = who.page.get_by_role("button", name="Account of Alice")
        await expect(account).to_have_accessible_description(f"{PAGE + 1} new")
        await account.click()
        await who.has_no_barriers()
        await who.page.get_by_role("link", name="Notifications").click()
        rows = who.page.get_by_role("list", name="Notifications").get_by_role("listitem")
        await expect(rows).to_have_count(PAGE)
        await expect(rows.first).to_contain_text("Bob announced a LIVE")
        await expect(rows.first).to_contain_text(f"Evening {PAGE} by the window")
        await expect(account).to_have_accessible_description("")
        await who.has_no_barriers()
        await who.fits()
        await who.press("Show more")
        await expect(rows).to_have_count(PAGE + 1)
        await rows.last.get_by_role("link").click()
        await who.page.wait_for_url(f"**/live/{lives[0]}")


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
async def test_mail_is_chosen_in_the_account_and_stopped_from_a_letter_by_who_is_not_signed_in(
    browser: Browser, service: Service, window: dict[str, int]
) -> None:
    alice, bob = service.join("alice"), service.join("bob")
    address = f"{alice.username}@example.org"
    proof = (await mailed(service, address, "verify")).rpartition("/")[2]
    assert alice.http.post(f"/v1/email-verifications/{proof}").is_success
    assert alice.http.post(f"/v1/accounts/{bob.username}/follow").is_success
    async with visitor(browser, service, alice, viewport=window) as who:
        await who.go("/account#notifications")
        started = who.page.get_by_role("checkbox", name="somebody I follow goes LIVE")
        await expect(started).not_to_be_checked()
        await started.check()
        await expect(who.page.get_by_text("Kept.")).to_be_visible()
        await who.has_no_barriers()
        await who.fits()
        service.live(bob, "Evening songs by the window")
        link = await mailed(service, address, "stop")
        async with visitor(browser, service, viewport=window) as guest:
            await guest.go(link)
            await guest.has_no_barriers()
            await guest.fits()
            assert alice.http.get("/v1/me/mail").json()["started"], "looking stops nothing"
            await guest.press("Stop this mail")
            await expect(guest.page.get_by_text("That mail is stopped")).to_be_visible()
        await who.page.reload()
        await expect(started).not_to_be_checked()
        assert not any(alice.http.get("/v1/me/mail").json().values())
