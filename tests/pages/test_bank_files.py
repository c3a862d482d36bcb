"""Bank files in a browser, outside a sandbox: one is asked for, one of the bank's is read, another one refused."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.async_api import Browser, expect

import running
from bank_replies import debit, income, statement
from browsing import DESK, PHONE, visitor
from largesse.kit import ids
from office import hired
from running import Service

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]
SIZES = [{"width": 320, "height": 700}, PHONE, DESK]


@pytest.fixture(scope="module")
def bank() -> Iterator[Service]:
    """A service with an account at a bank."""
    own = {"sepa_iban": "DE89370400440532013000", "sepa_bic": "COBADEFFXXX", "sepa_name": "Largesse GmbH"}
    with running.running(sandbox="0", payout_batch_seconds="0", **own) as service:
        yield service


def wanted(service: Service) -> None:
    """A file that somebody asked for while a payout waited, which was canceled since."""
    url = json.loads((service.folder / "data dir" / "run.json").read_text())["database_url"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO payouts.bank_file (id, rail, wanted_by, wanted_at, execution_on)"
            " SELECT %s, 'sepa', key, now(), now()::date + 1 FROM accounts.account LIMIT 1",
            [ids.new()],
        )


async def test_files_are_asked_for_and_the_banks_are_read(browser: Browser, bank: Service) -> None:
    async with visitor(browser, bank, hired(bank), viewport=DESK) as who:
        await who.go("/office/files")
        await expect(who.page.get_by_text("No files yet")).to_be_visible()
        await who.press("New SEPA file")
        await expect(who.page.get_by_text("No approved payout waits for a file.")).to_be_visible()
        field: Any = who.page.get_by_label("Read a SEPA file")

        async def read(raw: bytes) -> None:
            await field.set_input_files({"name": "s.xml", "mimeType": "application/xml", "buffer": raw})

        await read(statement(income("1.00"), debit("0" * 32 + "-1", "2.00")))
        await expect(who.page.get_by_text("Statements read: 2. Transfers moved: 0. Do not fit: 1.")).to_be_visible()
        await expect(who.page.get_by_text("unknown-transfer")).to_be_visible()
        await read(b"<a/>")
        await expect(who.page.get_by_text("The bank's file cannot be used; nothing of it was.")).to_be_visible()
        wanted(bank)
        await who.go("/office/files")
        await expect(who.page.get_by_text("nothing to pay")).to_be_visible()  # the worker has made it, between audits
        await who.has_no_barriers()
        who.forgive("409", "422")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_nothing_of_them_sticks_out(browser: Browser, bank: Service, size: dict[str, int]) -> None:
    async with visitor(browser, bank, hired(bank), viewport=size) as who:
        for path in ("files", "files?lang=ar"):
            await who.go(f"/office/{path}")
            await who.settled()
            await who.fits()
            await who.has_no_barriers()
