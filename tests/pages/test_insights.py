"""What earned, as a creator sees it: fresh, by day, hour, gift, giver and LIVE, as charts, tables and files."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

import running
from browsing import DESK, PHONE, visitor
from largesse.kit import ids
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]
SIZES = [{"width": 320, "height": 700}, PHONE, {"width": 768, "height": 1024}, DESK]
FRESH_S = 10.0  # a second, and what a machine under the load of other tests adds


@pytest.fixture(scope="module")
def earning() -> Iterator[Service]:
    with running.running(log_level="info") as service:
        yield service


def _gives(who: Someone, live: str, gift: str, count: int = 1, **more: object) -> None:
    body = {"id": str(ids.new()), "gift_id": gift, "count": count, **more}
    given = who.http.post(f"/v1/lives/{live}/gifts", json=body)
    assert given.status_code == 201, given.text


def _earned(service: Service) -> Someone:
    """A creator to whom Alice gave by name and Charlie anonymously, as soon as it is folded."""
    bob, alice, charlie = service.join("bob"), service.join("alice"), service.join("charlie")
    live = service.live(bob, "Evening songs")["id"]
    for giver in (alice, charlie):
        service.recharge(giver, 1000)
    _gives(alice, live, "rose", 41)
    _gives(charlie, live, "rose", 9, anonymous=True)
    started = time.monotonic()
    while bob.http.get("/v1/me/insights/gifts").json()["items"] == [] or not _whole(bob):
        assert time.monotonic() - started < FRESH_S, "not folded"
        time.sleep(0.02)
    return bob


def _whole(bob: Someone) -> bool:
    return sum(row["gifts"] for row in bob.http.get("/v1/me/insights/days").json()["items"]) == 2


async def test_a_creator_sees_what_earned_and_takes_it_along(browser: Browser, earning: Service) -> None:
    bob = _earned(earning)
    async with visitor(browser, earning, bob) as who:
        page = who.page
        await who.go("/studio")
        await who.press("Insights")
        await page.wait_for_url("**/studio/insights")
        await expect(page.get_by_role("heading", name="What earned")).to_be_visible()
        await who.settled()
        await expect(page.get_by_role("img", name=re.compile("^By day: .*, 35$"))).to_be_visible()
        await expect(page.get_by_role("img", name=re.compile("^Most came on "))).to_be_visible()
        await expect(page.get_by_role("list", name="By gift")).to_contain_text("×50")
        gifters = page.get_by_role("list", name="Who gave")
        await expect(gifters).to_contain_text("for the first time")
        await expect(gifters).to_contain_text("Given anonymously")
        await expect(gifters.get_by_role("link")).to_have_count(1)
        await expect(page.get_by_role("list", name="By LIVE")).to_contain_text("Evening songs")
        await page.get_by_text("As a table").first.click()
        await expect(page.get_by_role("table", name="By day").get_by_role("row")).to_have_count(2)
        async with page.expect_download() as saved:
            await page.get_by_role("button", name=re.compile("^Save as CSV.*By gift$")).click()
        name = (await saved.value).suggested_filename
        assert re.fullmatch(r"largesse-gifts-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv", name)
        text = (await (await saved.value).path()).read_text("utf-8-sig")
        assert text.split() == ["gift_id,name,pieces,gifts,coins,diamonds_milli", "rose,Rose,50,2,50,35000"]
        await page.get_by_role("button", name="90 days").click()
        await expect(page.get_by_role("button", name="90 days")).to_have_attribute("aria-pressed", "true")
        await who.settled()
        await who.has_no_barriers()


async def test_without_gifts_the_page_says_what_to_do(browser: Browser, earning: Service) -> None:
    bob = earning.join("bob")
    earning.live(bob)
    async with visitor(browser, earning, bob) as who:
        await who.go("/studio/insights")
        await expect(who.page.get_by_role("heading", name="Nothing was given in these days")).to_be_visible()
        await who.has_no_barriers()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_nothing_of_it_sticks_out(browser: Browser, earning: Service, size: dict[str, int]) -> None:
    bob = _earned(earning)
    async with visitor(browser, earning, bob, viewport=size) as who:
        for language in ("en", "ar", "de"):
            await who.go(f"/studio/insights?lang={language}")
            await who.settled()
            await who.fits()
            await who.has_no_barriers()
