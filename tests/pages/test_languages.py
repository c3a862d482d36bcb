"""Every page in one language at a time: its words, its numbers, its direction; and a choice that stays."""

import asyncio
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from browsing import PHONE, Visitor, visitor
from largesse.kit import ids
from running import PASSWORD, Service, Someone
from tree import ROOT

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]
REGIONS = {"de": "de-DE", "es": "es-MX", "ar": "ar-EG", "zh": "zh-CN"}
# A thousand of Alice's coins, as the region writes it.
THOUSAND = {"de": "1.000", "es": "1,000", "ar": "١٬٠٠٠", "zh": "1,000"}

# What a reader sees or hears of a page's own words, and where they do not fit. Texts of people say so by `dir=auto`.
_LOOK = """() => {
    const said = [], cut = [];
    for (const element of document.querySelectorAll('body, body *')) {
        const style = getComputedStyle(element), box = element.getBoundingClientRect();
        if (!element.checkVisibility({ visibilityProperty: true }) || box.width === 0) continue;
        for (const name of ['aria-label', 'placeholder', 'title', 'alt']) said.push(element.getAttribute(name) ?? '');
        const own = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
        for (const node of own) said.push(node.textContent.trim());
        const words = element.matches(
            'button, a, h1, h2, label, [role=tab], [role=tablist], .chip, .name, .sandbox, dt, dd');
        const held = style.overflowX !== 'visible' || style.whiteSpace === 'nowrap';
        const people = element.closest('[dir=auto], bdi, .clip, .run, .sr, [hidden]');
        if (words && held && !people && element.scrollWidth > element.clientWidth + 1 && style.display !== 'inline')
            cut.push(element.textContent.trim());
    }
    const root = document.documentElement;
    return { said, cut, wide: root.scrollWidth > root.clientWidth, lang: root.lang, dir: root.dir };
}"""


@dataclass(frozen=True)
class Evening:
    """A LIVE with a gift, its people, and one that is over."""

    alice: Someone
    bob: Someone
    live: str
    ended: str
    receipt: str
    purchase: str


@pytest.fixture(scope="module")
def evening(service: Service) -> Evening:
    alice, bob, dora = service.join("alice"), service.join("bob"), service.join("dora")
    live, ended = service.live(bob)["id"], service.live(dora, "Drawing")["id"]
    purchase = service.recharge(alice, 1_041)
    gift = {"id": str(ids.new()), "gift_id": "rose", "count": 41, "message": "¡Bravo!"}
    given = alice.http.post(f"/v1/lives/{live}/gifts", json=gift)
    assert given.status_code == 201, given.text
    assert dora.http.post(f"/v1/lives/{ended}/end").is_success
    return Evening(alice, bob, live, ended, given.json()["receipt"], purchase)


WEEKDAYS = {"de": {"Do"}}  # Thursday, in the heat map of the hours


@cache
def _messages(language: str) -> dict[str, Any]:
    folder = ROOT / "web" / "src" / "i18n"
    parts = [
        json.loads((folder / part / f"{language}.json").read_text("utf-8"))
        for part in (".", "sheets", "pages", "studio", "office", "server")
    ]
    return {key: said for part in parts for key, said in part.items()}


def _forms(language: str) -> set[str]:
    return {
        form for said in _messages(language).values() for form in ([said] if isinstance(said, str) else said.values())
    }


async def _speaks(who: Visitor, language: str, where: str) -> None:
    """This page, as it is now, has no word of English in it, shows no key, and fits its window."""
    seen = await who.page.evaluate(_LOOK)
    foreign = {text for text in seen["said"] if text in _forms("en") - _forms(language) or text in _messages("en")}
    assert foreign - WEEKDAYS.get(language, set()) == set(), where
    assert (seen["lang"], seen["dir"]) == (language, "rtl" if language == "ar" else "ltr"), where
    assert seen["cut"] == [], where
    assert not seen["wide"], where


@pytest.mark.parametrize("language", REGIONS)
async def test_every_page_speaks_its_reader_s_language_alone(
    browser: Browser, service: Service, evening: Evening, language: str
) -> None:
    guest = [
        "/",
        "/login",
        "/signup",
        "/reset",
        f"/live/{evening.ended}",
        f"/@{evening.bob.username}",
        "/regions",
        "/studio",
    ]
    alice = ["/recharge", f"/receipt/{evening.receipt}", f"/account/purchases/{evening.purchase}", "/studio"]
    alice += [
        f"/account#{part}" for part in ("wallet", "gifts", "purchases", "limits", "profile", "security", "privacy")
    ]
    bob = ["/studio", f"/studio/live/{evening.live}", "/studio/insights", "/studio/balance", "/studio/statements"]
    for someone, paths in ((None, guest), (evening.alice, alice), (evening.bob, bob)):
        async with visitor(browser, service, someone, locale=REGIONS[language], viewport=PHONE) as who:
            for path in paths:
                await who.go(path)
                await expect(who.page.locator("[aria-busy=true]")).to_have_count(0)
                await _speaks(who, language, f"{path} of {someone.username if someone else 'a guest'}")


@pytest.mark.parametrize("language", REGIONS)
async def test_the_room_speaks_it_too_with_its_gifts_and_numbers(
    browser: Browser, service: Service, evening: Evening, language: str
) -> None:
    said = _messages(language)
    async with visitor(browser, service, evening.alice, locale=REGIONS[language], viewport=PHONE) as alice:
        await alice.go(f"/live/{evening.live}")
        await alice.page.get_by_role("button", name=said["room.gift"], exact=True).click()
        sheet = alice.page.get_by_role("dialog", name=said["room.gifts"], exact=True)
        await expect(sheet.get_by_text(said["gift.birthday-cake"], exact=True)).to_be_visible()
        await expect(sheet.locator(".balance .num")).to_have_text(THOUSAND[language])
        await _speaks(alice, language, "the gifts' sheet")
        await sheet.get_by_role("button", name=said["quote.where"]).click()
        await expect(alice.page.get_by_text(said["quote.total"], exact=True)).to_be_visible()
        await _speaks(alice, language, "where the money goes")


async def test_a_refusal_is_told_in_the_reader_s_words(browser: Browser, service: Service, evening: Evening) -> None:
    async with visitor(browser, service, locale="zh-CN", viewport=PHONE) as who:
        await who.go("/login")
        await who.fill(login=evening.alice.username, password="not her password")
        await who.page.locator("form button[type=submit]").click()
        await expect(who.page.get_by_role("alert")).to_contain_text(_messages("zh")["problem.wrong-credentials"])
        await who.go("/signup")
        await who.fill(
            username="admin", email="admin@example.org", password=PASSWORD, birth_date="1990-05-17", country="CN"
        )
        await who.page.locator(".terms input").check()
        await who.page.locator("form button[type=submit]").click()
        await expect(who.page.get_by_text(_messages("zh")["wrong.username"])).to_be_visible()
        who.forgive("status of 40")


async def test_a_choice_stays_on_the_device_and_follows_its_owner_to_another(
    browser: Browser, service: Service
) -> None:
    kai = service.join("kai")

    async def late(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    async with visitor(browser, service, kai, viewport=PHONE) as here:
        await here.page.route("**/v1/me", late, times=1)  # the choice is quicker than the page's knowing of whom it is
        await here.go("/")
        await here.page.get_by_label("Language", exact=True).select_option("ar")
        await here.page.wait_for_url("**/?lang=ar")
        await here.go("/recharge")
        assert await here.page.evaluate("document.documentElement.dir") == "rtl"
    assert kai.http.get("/v1/me").json()["language"] == "ar"
    async with visitor(browser, service, viewport=PHONE) as there:
        await there.go("/login?next=/recharge")
        await there.fill(login=kai.username, password=PASSWORD)
        await there.page.locator("form button[type=submit]").click()
        await expect(there.page.get_by_role("heading", name=_messages("ar")["recharge.title"])).to_be_visible()
        await there.go("/")
        assert await there.page.evaluate("document.documentElement.lang") == "ar"
