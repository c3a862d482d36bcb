"""A creator proves who they are in a browser: sent, looked at, turned down with a reason, sent again, approved."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.async_api import Browser, expect

import pictured
import running
from browsing import DESK, PHONE, visitor
from office import operator
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]
SIZES = [{"width": 320, "height": 700}, PHONE, DESK]
PASSPORT = {"name": "passport.jpg", "mimeType": "image/jpeg", "buffer": pictured.jpeg()}
TRICK = {"name": "passport.jpg", "mimeType": "image/jpeg", "buffer": b"<script>alert(1)</script>"}


@pytest.fixture(scope="module")
def strict() -> Iterator[Service]:
    """A sandbox that asks who creators are, as another place does."""
    with running.running(log_level="info", payout_identity="required", payout_tax_form="review") as service:
        yield service


def creator(service: Service) -> Someone:
    who = service.join("bob")
    who.http.post("/v1/me/creator", json={"accept_terms": True}).raise_for_status()
    return who


def decide(service: Service, bob: Someone, verb: str, **body: str) -> None:
    paper = bob.http.get("/v1/me/papers").json()["items"][0]["id"]
    path = f"{service.base}/v1/office/papers/{paper}/{verb}"
    httpx.post(path, json=body, headers=operator(service)).raise_for_status()


async def test_a_passport_is_sent_turned_down_sent_again_and_approved(browser: Browser, strict: Service) -> None:
    bob = creator(strict)
    async with visitor(browser, strict, bob) as who:
        page = who.page

        async def send(file: object) -> None:
            await page.get_by_label("Full name").fill("Bob Builder")
            await page.get_by_label("Date of birth").fill("1990-05-17")
            await page.get_by_label("Number").fill("P1234567")
            await page.get_by_label("Front").set_input_files(file)
            await who.press("Send it")

        await who.go("/studio/papers")
        await expect(page.get_by_text("You can withdraw once it is approved.")).to_be_visible()
        await who.press("Prove who you are")
        await who.has_no_barriers()
        await send(TRICK)
        await expect(page.get_by_text("This file cannot be used.", exact=False)).to_be_visible()
        who.forgive("422")
        await send(PASSPORT)
        await expect(page.get_by_text("A person is looking at it.")).to_be_visible()
        decide(strict, bob, "reject", reason="The picture is blurred.")
        await who.go("/studio/papers")
        await expect(page.get_by_text("Turned down: The picture is blurred.")).to_be_visible()
        await who.has_no_barriers()
        await who.press("Prove who you are")
        await send(PASSPORT)
        await expect(page.get_by_text("A person is looking at it.")).to_be_visible()
        decide(strict, bob, "approve")
        await who.go("/studio/papers")
        await expect(page.get_by_text("Approved.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
async def test_nothing_of_it_sticks_out(browser: Browser, strict: Service, size: dict[str, int]) -> None:
    async with visitor(browser, strict, creator(strict), viewport=size) as who:
        for language, button in (("ar", "إثبات الهوية"), ("en", "Prove who you are")):
            await who.go(f"/studio/papers?lang={language}")
            await who.press(button)
            await who.settled()
            await who.fits()
            await who.has_no_barriers()
