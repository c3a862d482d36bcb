"""Whether a store may hear what became of somebody's coins: said on the page about one's data."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from browsing import visitor
from lively import World

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]


async def test_a_person_says_yes_to_the_store_and_takes_it_back(browser: Browser, world: World) -> None:
    kim = world.service.join("kim")

    def said() -> Any:
        return kim.http.get("/v1/me/purchase-consent").json()["consented"]

    async with visitor(browser, world.service, kim) as who:
        await who.go("/account#privacy")
        box = who.page.get_by_role("checkbox", name="Let us answer the App Store")
        await expect(box).to_be_enabled()
        await expect(box).not_to_be_checked()
        await who.has_no_barriers()
        async with who.page.expect_response("**/v1/me/purchase-consent"):
            await box.check()
        await expect(box).to_be_enabled()
        assert said() is True
        await who.page.reload()
        await expect(box).to_be_checked()
        async with who.page.expect_response("**/v1/me/purchase-consent"):
            await box.uncheck()
        await expect(box).to_be_enabled()
        assert said() is False


async def test_a_minor_who_buys_nothing_is_not_asked(browser: Browser, world: World) -> None:
    robin = world.service.join("robin", born="2012-05-17")
    async with visitor(browser, world.service, robin) as who:
        await who.go("/account#privacy")
        await expect(who.page.get_by_role("heading", name="Take your data with you")).to_be_visible()
        await expect(who.page.get_by_text("App stores and refunds")).to_have_count(0)
