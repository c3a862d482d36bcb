"""Finance in a browser: a month is closed by two people, and its reports are what the API says."""

import asyncio
import csv
import io
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.async_api import Browser, expect

import clocked
import running
from browsing import DESK, PHONE, Visitor, visitor
from largesse.kit import ids
from office import hired
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
SIZES = [{"width": 320, "height": 700}, PHONE, {"width": 768, "height": 1024}, DESK]
_WORKER_S_MAX = 120


@dataclass
class Books:
    """Alice bought coins and gave Bob some in `month`, which is over; Olga and Oscar are finance."""

    service: Service
    olga: Someone
    oscar: Someone
    month: str

    def ask(self, path: str, **query: str) -> Any:
        answer = self.olga.http.get(f"/v1/office/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def state(self) -> str:
        state: str = self.ask("months")[-1]["state"]
        return state


@pytest.fixture(scope="module")
def over() -> Iterator[Books]:
    """A sandbox that was opened a month ago."""
    with running.running(log_level="info") as service:
        alice, bob = service.join("alice"), service.join("bob")
        live = service.live(bob)["id"]
        service.recharge(alice, 1_000)
        given = alice.http.post(f"/v1/lives/{live}/gifts", json={"id": str(ids.new()), "gift_id": "rose", "count": 41})
        assert given.status_code == 201, given.text
        url = json.loads((service.folder / "data dir" / "run.json").read_text())["database_url"]
        clocked.install(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(clocked.PASS, [31])
        service.stop()
        running.restart(service)
        books = Books(service, hired(service), hired(service), "")
        books.month = books.ask("months")[-1]["month"]
        deadline = time.monotonic() + _WORKER_S_MAX
        while books.state() == "open" and time.monotonic() < deadline:
            time.sleep(0.5)  # until the worker has closed the last hour of gifts
        assert books.state() == "closable", books.ask("months")
        yield books


async def _figures(who: Visitor, caption: str) -> list[list[str]]:
    """The cells of a table, row by row, without the sums."""
    table = who.page.get_by_role("region", name=caption, exact=True)
    rows: list[list[str]] = await table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    )
    return rows


def _plain(shown: str) -> Decimal:
    """An amount as English shows it, in whole units."""
    return Decimal(re.sub(r"[$,]", "", shown))


async def test_a_report_shows_what_the_api_says_and_is_taken_along(browser: Browser, over: Books) -> None:
    async with visitor(browser, over.service, over.olga, viewport=DESK) as who:
        await who.go(f"/office/reports/{over.month}")
        await who.settled()
        trial = over.ask("reports/trial-balance", month=over.month)
        for caption, asset, per in (("Money, USD", "money", 100), ("Diamonds of creators", "diamond", 1000)):
            lines = [line for line in trial if line["asset"] == asset]
            seen = await _figures(who, caption)
            assert [row[0] for row in seen] == [line["book"] for line in lines]
            for row, line in zip(seen, lines, strict=True):
                wanted = [Decimal(line[name]) / per for name in ("opening", "debit", "credit", "closing")]
                assert [_plain(cell) for cell in row[1:]] == wanted, line
            total = who.page.get_by_role("region", name=caption, exact=True).locator("tfoot td").last
            assert _plain(await total.inner_text()) == 0
        (rolled,) = over.ask("reports/deferred-revenue", month=over.month)
        ((_, *row),) = await _figures(who, "Deferred revenue")
        assert sum(_plain(cell) for cell in row[:-1]) == _plain(row[-1]) == Decimal(rolled["closing"]) / 100
        (cohort,) = over.ask("reports/breakage")
        ((_, laid, spent, removed, unspent, _),) = await _figures(who, "Breakage")
        assert [_plain(each) for each in (laid, spent, removed, unspent)] == [1000, 41, 0, cohort["unspent"]]
        owed = {line["what"]: line for line in over.ask("reports/liabilities")}
        shown = {row[0]: row for row in await _figures(who, "What the books owe")}
        assert _plain(shown["liabilities:coins"][1]) == Decimal(owed["liabilities:coins"]["minor"]) / 100
        await who.has_no_barriers()
        async with who.page.expect_download() as kept:
            await who.page.locator("button", has_text="Save as CSV: Trial balance").click()
        file = await kept.value
        assert file.suggested_filename == f"largesse-trial-balance-{over.month}.csv"
        text = await asyncio.to_thread(Path(await file.path()).read_text, "utf-8-sig")
        told = over.olga.http.get("/v1/office/reports/trial-balance.csv", params={"month": over.month}).text
        assert list(csv.DictReader(io.StringIO(text))) == list(csv.DictReader(io.StringIO(told)))
        await who.page.get_by_label("Month").select_option(index=0)
        await expect(who.page).to_have_url(re.compile(f"/office/reports/(?!{over.month})"))
        await who.settled()
        later = await _figures(who, "Money, USD")
        assert {row[2] for row in later} == {"$0.00"}, "nothing was entered since"


async def test_a_report_prints_without_what_is_only_for_the_screen(browser: Browser, over: Books) -> None:
    async with visitor(browser, over.service, over.olga, viewport=DESK) as who:
        await who.go(f"/office/reports/{over.month}")
        await who.settled()
        shown = who.page.locator("main").locator("nav, button, select").filter(visible=True)
        await expect(shown).to_have_count(7)  # the office's parts, the month, to print, and four files
        await who.page.emulate_media(media="print")
        await expect(who.page.get_by_role("heading", name="Trial balance")).to_be_visible()
        await expect(shown).to_have_count(0)


@pytest.mark.parametrize("role", ["support", "moderator"])
async def test_the_books_are_finances(browser: Browser, over: Books, role: str) -> None:
    async with visitor(browser, over.service, hired(over.service, role)) as who:
        for part in ("months", f"months/{over.month}", "reports"):
            await who.go(f"/office/{part}")
            await expect(who.page.get_by_role("heading", name="This is for operators")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_nothing_of_it_sticks_out(browser: Browser, over: Books, size: dict[str, int]) -> None:
    async with visitor(browser, over.service, over.olga, viewport=size) as who:
        for path in ("months", f"months/{over.month}", "reports", f"reports/{over.month}?lang=ar", "months?lang=ar"):
            await who.go(f"/office/{path}")
            await who.settled()
            await who.fits()
            await who.has_no_barriers()


async def test_a_month_is_proposed_by_one_closed_by_another_and_shows_both(browser: Browser, over: Books) -> None:
    before = over.ask("reports/trial-balance", month=over.month)
    async with visitor(browser, over.service, over.olga) as first, visitor(browser, over.service, over.oscar) as second:
        page = first.page
        await first.go("/office/months")
        await page.locator(f"a[href='/office/months/{over.month}']").click()
        await expect(page.get_by_text("can be closed", exact=True)).to_be_visible()
        await first.fill(reason="the bank agrees")
        await first.press("Propose to close it")
        await expect(page.get_by_text("You proposed it, so somebody else approves it.")).to_be_visible()
        await expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        await first.has_no_barriers()
        await first.press("Withdraw")
        await expect(page.get_by_text("can be closed", exact=True)).to_be_visible()
        await first.fill(reason="the bank agrees, I think")
        await first.press("Propose to close it")
        await expect(page.get_by_text("Waits for a second person")).to_be_visible()
        await second.go(f"/office/months/{over.month}")
        await second.press("Turn down")
        await expect(second.page.locator(".chip")).to_have_text("can be closed")

        await first.go(f"/office/months/{over.month}")
        await first.fill(reason="the bank agrees now")
        await first.press("Propose to close it")
        await expect(page.get_by_text("Waits for a second person")).to_be_visible()

        await second.go("/office/months")
        row = second.page.locator(f"a[href='/office/months/{over.month}']")
        await expect(row).to_contain_text("proposed")
        await row.click()
        await expect(second.page.get_by_text("the bank agrees now")).to_be_visible()
        await second.press("Approve")
        await expect(second.page.locator(".chip")).to_have_text("closed")
        await expect(second.page.locator("ol")).to_contain_text(f"Approved by {over.oscar.account['display_name']}")
        await expect(second.page.get_by_text("these numbers never change")).to_be_visible()
        await second.has_no_barriers()

        await first.press("Withdraw")  # on the page as it was before
        await expect(page.get_by_text("This was decided already.")).to_be_visible()
        await expect(page.locator(".chip")).to_have_text("closed")
        first.forgive("409")
        await first.go("/office/months")
        await expect(page.locator(f"a[href='/office/months/{over.month}']")).to_contain_text("closed")
    assert over.ask("reports/trial-balance", month=over.month) == before
    (kept,) = [one for one in over.ask("months") if one["month"] == over.month]
    people = [kept[by]["username"] for by in ("proposed_by", "approved_by")]
    assert (kept["state"], people) == ("frozen", [over.olga.username, over.oscar.username])
