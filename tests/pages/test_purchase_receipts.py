"""The receipt of a purchase, as its buyer finds, reads and prints it: Chromium makes the paper, pypdf reads it."""

import io
import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect
from pypdf import PdfReader

from browsing import PHONE, Visitor, visitor
from running import PASSWORD, Service, Someone, running

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
SELLER = {
    "seller_name": "Lantern Live GmbH", "seller_address": "Uferweg 3; 10999 Berlin; Germany", "seller_tax_id": "DE123",
}  # fmt: skip
# Points of 1/72 inch.
PAPER = {"A4": (595, 842), "Letter": (612, 792)}


@pytest.fixture(scope="module")
def shop(service: Service) -> Iterator[Service]:
    """A service whose operator has said who sells."""
    del service
    with running(**SELLER) as made:
        yield made


@pytest.fixture(scope="module")
def alice(shop: Service) -> Someone:
    return shop.join("alice", country="DE")


@pytest.fixture(scope="module")
def disputed(shop: Service, alice: Someone) -> str:
    """A purchase that her bank disputed, and lost."""
    purchase = shop.recharge(alice, 1_750)
    name = f"olga.{secrets.token_hex(3)}"
    made = shop.command("account", "create", "--username", name, "--role", "admin", input_=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    token = alice.http.post("/v1/sessions", json={"login": name, "password": PASSWORD}).json()["token"]
    for status in ("open", "won"):
        played = alice.http.post(
            f"/v1/office/purchases/{purchase}/sandbox-bank", json={"status": status},
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert played.is_success, played.text
    return purchase


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


async def printed(who: Visitor, paper: str) -> tuple[PdfReader, str]:
    """The page as a printer gets it, and its words without spaces: where a PDF has some is the typesetter's matter."""
    reader = PdfReader(io.BytesIO(await who.page.pdf(format=paper)))
    text = bare("".join(page.extract_text() for page in reader.pages))
    assert not re.search("[\ufb00-\ufb06]", text), "no ligature: names are copied out of it, and looked for in it"
    return reader, text


@pytest.mark.parametrize("paper", PAPER)
async def test_a_receipt_prints_on_one_page_with_all_that_it_says(
    browser: Browser, shop: Service, alice: Someone, disputed: str, paper: str
) -> None:
    async with visitor(browser, shop, alice, color_scheme="dark") as who:
        await who.go(f"/account/purchases/{disputed}")
        await who.settled()
        reader, text = await printed(who, paper)
        assert len(reader.pages) == 1
        box = reader.pages[0].mediabox
        assert (float(box.width), float(box.height)) == pytest.approx(PAPER[paper], abs=2)
        receipt = alice.http.get(f"/v1/purchases/{disputed}/receipt").json()
        for said in (
            "Lantern Live GmbH", "Uferweg 3", "10999 Berlin", "DE123", disputed, "Alice", f"@{alice.username}",
            "Germany", "Play money (sandbox)", "1,750", "Total", "Coins delivered", "Disputed",
            "decided: the payment stands", "Dispute settled",
        ):  # fmt: skip
            assert bare(said) in text, (said, text)
        for shown in ("net", "tax", "total"):
            amount = f"{receipt[shown]['minor'] / 100:,.2f}"
            assert amount in text, (shown, amount, text)
        for not_printed in ("Skip to content", "Your purchases", "Print", "Language"):
            assert bare(not_printed) not in text, not_printed


async def test_paper_is_white_and_ink_black_even_of_a_dark_page(
    browser: Browser, shop: Service, alice: Someone, disputed: str
) -> None:
    async with visitor(browser, shop, alice, color_scheme="dark") as who:
        await who.go(f"/account/purchases/{disputed}")
        await who.settled()
        await who.page.emulate_media(media="print", color_scheme="dark")
        found = await who.page.evaluate(
            """() => {
                const all = [...document.querySelectorAll('body, article, article *')];
                const shown = all.filter(e => e.checkVisibility());
                const paper = new Set(), ink = new Set();
                for (const element of shown) {
                    const style = getComputedStyle(element);
                    if (!/, 0\\)$|transparent/.test(style.backgroundColor)) paper.add(style.backgroundColor);
                    const words = [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
                    if (words) ink.add(style.color);
                }
                return [[...paper], [...ink], ['header', 'footer', 'nav'].filter(
                    n => [...document.querySelectorAll(n)].some(e => e.checkVisibility() && !e.closest('article')))];
            }"""
        )
        assert found == [["rgb(255, 255, 255)"], ["rgb(0, 0, 0)"], []]


@pytest.mark.parametrize("language", ["de", "es", "ar", "zh"])
async def test_it_prints_on_one_page_in_every_language(
    browser: Browser, shop: Service, alice: Someone, disputed: str, language: str
) -> None:
    async with visitor(browser, shop, alice) as who:
        await who.go(f"/account/purchases/{disputed}?lang={language}")
        await who.settled()
        for paper in PAPER:
            reader, text = await printed(who, paper)
            assert len(reader.pages) == 1, (language, paper)
            assert disputed in text


async def test_it_is_found_from_the_purchases_and_after_buying_and_from_the_mail(
    browser: Browser, shop: Service
) -> None:
    kim = shop.join("kim")
    purchase = shop.recharge(kim, 350)
    async with visitor(browser, shop, kim, viewport=PHONE) as who:
        await who.go("/account#purchases")
        await who.page.locator("summary").first.click()
        await who.page.get_by_role("link", name="Receipt to keep or print").click()
        await expect(who.page.get_by_text(purchase)).to_be_visible()
        await expect(who.page.get_by_role("button", name="Print")).to_be_visible()
        await who.go("/recharge")
        await who.page.get_by_role("button", name=re.compile("^Pay ")).first.click()
        done = who.page.locator("#bought")
        await done.get_by_role("link", name="Receipt").click()
        await expect(who.page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
        bought = who.page.url.rpartition("/")[2]
        assert bought != purchase
    log = (shop.folder / "serve.log").read_text()
    assert f"{shop.base}/account/purchases/{purchase}" in log


async def test_a_stranger_is_told_whose_it_is(browser: Browser, shop: Service, alice: Someone) -> None:
    purchase = shop.recharge(alice, 350)
    async with visitor(browser, shop, shop.join("charlie")) as who:
        await who.go(f"/account/purchases/{purchase}")
        await expect(who.page.get_by_text("opens for its buyer only")).to_be_visible()
        who.forgive("status of 404")
