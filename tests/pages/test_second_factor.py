"""The second factor by the page: scanned, turned on by a code, asked for at the door, turned off; at every width."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.async_api import Browser, expect

from browsing import DESK, PHONE, visitor
from running import PASSWORD, Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]
SMALL = {"width": 320, "height": 700}


@pytest.mark.parametrize("window", [SMALL, PHONE, DESK], ids=["320", "390", "1280"])
async def test_a_second_factor_is_turned_on_asked_for_and_turned_off(
    service: Service, browser: Browser, window: dict[str, int]
) -> None:
    alice = service.join("alice")
    async with visitor(browser, service, alice, viewport=window) as who:
        await who.go("/account#security")
        await who.press("Turn the second factor on")
        await expect(who.page.locator("[name=password]")).to_be_focused()
        await who.fill(password="guessed")
        await who.press("Go on")
        await expect(who.page.get_by_text("This is not your current password.")).to_be_visible()
        who.forgive("403")
        await who.fill(password=PASSWORD)
        await who.press("Go on")
        await expect(who.page.get_by_role("img", name="QR code with the key")).to_be_visible()
        await expect(who.page.locator("[name=code]")).to_be_focused()
        await who.has_no_barriers()
        await who.fits()
        phone = pyotp.TOTP(re.sub(r"\s", "", await who.page.locator("output").inner_text()))
        assert (await who.page.get_by_role("link", name="Open in an app").get_attribute("href") or "").startswith(
            "otpauth:"
        )
        first = phone.now()
        await who.fill(code=first)
        await who.page.locator("form").get_by_role("button", name="Turn on").click()
        await expect(who.page.get_by_text("On. Signing in asks for a code")).to_be_visible()
        await who.has_no_barriers()

        async with visitor(browser, service, viewport=window) as other:
            await other.go("/login")
            await other.fill(login=alice.username, password=PASSWORD)
            await other.page.locator("form").get_by_role("button", name="Sign in").click()
            await expect(other.page.get_by_label("Code from your second factor")).to_be_visible()
            await other.has_no_barriers()
            await other.fill(second_factor=first)
            await other.page.locator("form").get_by_role("button", name="Sign in").click()
            await expect(other.page.get_by_text("This code is wrong, too old, or was used before.")).to_be_visible()
            await other.fill(second_factor=phone.at(datetime.now(UTC) + timedelta(seconds=30)))
            await other.page.locator("form").get_by_role("button", name="Sign in").click()
            await expect(other.page.get_by_role("button", name=re.compile("^Account of"))).to_be_visible()
            other.forgive("401", "403")

        await who.press("Turn the second factor off")
        await who.fits()
        await who.fill(code="000000")
        await who.page.locator("form").get_by_role("button", name="Turn off").click()
        await expect(who.page.get_by_text("This code is wrong, too old, or was used before.")).to_be_visible()
        await who.has_no_barriers()
        await who.press("Cancel")
        await expect(who.page.get_by_role("button", name="Turn the second factor off")).to_be_focused()
        who.forgive("403")
