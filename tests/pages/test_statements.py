"""A creator's statement of a month in a browser: its sums are the API's, it prints on two pages, and its file comes."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

import running
from browsing import DESK, PHONE, visitor
from earning import earns
from office import announce_policy, announce_region
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]
SIZES = [{"width": 320, "height": 700}, PHONE, {"width": 768, "height": 1024}, DESK]
NAMES = {
    "At the beginning": "opening", "Earned": "earned", "Taken back": "reversed", "Withdrawn": "withdrawn",
    "Given back": "given_back", "At the end": "closing",
}  # fmt: skip
_LEAVES = {"reversed", "withdrawn"}
# As long as a month is that had gifts on each of its days and eight withdrawals that arrived.
FULL_MONTH = """() => {
    for (const [one, times] of [['table:has(tfoot) tbody tr', 30], ['section:last-child li', 15]]) {
        const row = document.querySelector(one);
        for (let n = 0; n < times; n += 1) row.after(row.cloneNode(true));
    }
}"""


@pytest.fixture(scope="module")
def paying() -> Iterator[Service]:
    """A sandbox where earnings are available at once and the United States may withdraw."""
    with running.running(log_level="info", payout_cool_off_hours="0") as service:
        announce_policy(service, hold_days=0)
        announce_region(service, "US", withdrawing=True)
        yield service


def withdraws(bob: Someone, milli: int) -> str:
    """Asks for so many milli-diamonds to the sandbox's bank; the payout's id."""
    made = bob.http.post("/v1/me/payout-methods", json={"rail": "sandbox", "currency": "EUR"})
    assert made.status_code == 201, made.text
    quote = bob.http.post("/v1/me/payouts/quote", json={"method_id": made.json()["id"], "diamonds_milli": milli})
    assert quote.is_success, quote.text
    asked = bob.http.post("/v1/me/payouts", json={"quote_id": quote.json()["quote_id"]})
    assert asked.status_code == 201, asked.text
    payout: str = asked.json()["id"]
    return payout


async def _milli(cell: Locator) -> int:
    """Milli-diamonds of the number that stands in a cell of an English page."""
    return int(Decimal((await cell.inner_text()).replace(",", "")) * 1000)


async def test_a_statement_shows_the_sums_of_the_api_and_prints_on_two_pages(browser: Browser, paying: Service) -> None:
    bob = await earns(paying, 30_000)
    payout = withdraws(bob, 14_286_000)
    own: dict[str, Any] = bob.http.get("/v1/me/statements").json()["items"][0]
    async with visitor(browser, paying, bob) as who:
        page = who.page
        await who.go("/studio")
        await who.press("Statements")
        await page.wait_for_url("**/studio/statements")
        await page.get_by_role("link", name=re.compile("21,000")).click()
        await page.wait_for_url(f"**/studio/statements/{own['month']}")
        table = page.get_by_role("table", name="Sums")
        for name, key in NAMES.items():
            row = table.get_by_role("row", name=re.compile(f"^{name} "))
            milli = own[f"{key}_milli"] * (-1 if key in _LEAVES else 1)
            assert await _milli(row.get_by_role("cell")) == milli, name
        assert own["withdrawn_milli"] > 14_000_000
        days = page.get_by_role("table", name="Day by day")
        shown = [await _milli(row.get_by_role("cell").nth(1)) for row in await days.get_by_role("row").all() if
                 await row.get_by_role("cell").count()]  # fmt: skip
        assert shown[-1] == own["earned_milli"] == sum(shown[:-1])
        await expect(page.get_by_role("link", name="Asked to be paid out")).to_have_attribute(
            "href", f"/studio/withdraw/{payout}"
        )
        await who.settled()
        await who.has_no_barriers()
        await page.evaluate(FULL_MONTH)
        printed = await page.pdf(format="A4", print_background=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2
        await page.emulate_media(media="print")
        await expect(page.get_by_role("navigation", name="Creator studio")).to_be_hidden()
        await expect(page.get_by_role("button", name="Print")).to_be_hidden()
        await page.emulate_media(media="screen")
        async with page.expect_download() as saved:
            await who.press("Save as CSV")
        assert (await saved.value).suggested_filename == f"statement-{own['month']}.csv"
        assert (await (await saved.value).path()).read_text() == bob.http.get(
            f"/v1/me/statements/{own['month']}/csv"
        ).text.replace("\r\n", "\n")
        async with page.expect_download() as drawn:
            await who.press("Save as PDF")
        assert (await drawn.value).suggested_filename == f"statement-{own['month']}.pdf"
        pages = (await (await drawn.value).path()).read_bytes()
        assert pages.startswith(b"%PDF-1.")
        assert pages.rstrip().endswith(b"%%EOF")


async def test_a_month_that_has_no_statement_leads_back(browser: Browser, paying: Service) -> None:
    bob = paying.join("bob")
    paying.live(bob)
    async with visitor(browser, paying, bob) as who:
        await who.go("/studio/statements/2001-01")
        await expect(who.page.get_by_role("heading", name="There is no such statement")).to_be_visible()
        who.forgive("404")
        await who.has_no_barriers()
        await who.press("Statements")
        await expect(who.page.get_by_role("heading", name="No statement yet")).to_be_visible()
        await who.has_no_barriers()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_nothing_of_it_sticks_out(browser: Browser, paying: Service, size: dict[str, int]) -> None:
    bob = await earns(paying, 30_000)
    withdraws(bob, 14_286_000)
    month = bob.http.get("/v1/me/statements").json()["items"][0]["month"]
    async with visitor(browser, paying, bob, viewport=size) as who:
        for language in ("en", "ar", "de"):
            for path in ("/studio/statements", f"/studio/statements/{month}"):
                await who.go(f"{path}?lang={language}")
                await who.settled()
                await who.fits()
                await who.has_no_barriers()
