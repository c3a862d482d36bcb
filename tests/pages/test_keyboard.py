"""The room without a pointer: every step by keys, focus always visible, and back where it was."""

import re

import pytest
from playwright.async_api import Browser, expect

from browsing import DESK, Visitor, visitor
from lively import World
from running import PASSWORD

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]
TABS_MAX = 40
# What has the focus, and whether anything shows it: the control, the label around it, what stands for it, or its form.
_FOCUS = """() => {
    const at = document.activeElement;
    const style = (e) => getComputedStyle(e);
    const drawn = (e) => e && style(e).outlineStyle !== 'none' && parseFloat(style(e).outlineWidth) > 0;
    const showing = [at, at.closest('label'), at.nextElementSibling, at.closest('.box, form')];
    return { tag: at.tagName, name: at.getAttribute('aria-label') ?? at.name ?? '', shown: showing.some(drawn) };
}"""


async def _tab_to(who: Visitor, selector: str) -> None:
    """Press Tab until the focus is there; every stop on the way shows itself."""
    for _ in range(TABS_MAX):
        await who.page.keyboard.press("Tab")
        focus = await who.page.evaluate(_FOCUS)
        assert focus["shown"] or focus["tag"] == "BODY", focus
        if await who.page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


async def _chosen(who: Visitor) -> str:
    """The gift that has the focus."""
    label = "document.activeElement.closest('label')"
    name: str = await who.page.evaluate(f"{label}?.querySelector('.name')?.textContent ?? ''")
    return name


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, DESK], ids=["phone", "desk"])
async def test_a_viewer_signs_in_gives_comments_and_finds_the_keys_without_a_pointer(
    browser: Browser, world: World, viewport: dict[str, int]
) -> None:
    dana = world.service.join("dana")
    world.service.recharge(dana, 100)
    async with visitor(browser, world.service, viewport=viewport) as who:
        keys, page = who.page.keyboard, who.page
        await who.go(f"/login?next=/live/{world.live}")
        await _tab_to(who, "[name=login]")
        await keys.type(dana.username)
        await _tab_to(who, "[name=password]")
        await keys.type(PASSWORD)
        await keys.press("Enter")
        await page.wait_for_url("**/live/**")
        await expect(page.get_by_placeholder("Add a comment")).to_be_visible()

        await keys.press("?")
        await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        await keys.press("Escape")
        await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()

        await keys.press("g")
        await expect(page.get_by_role("dialog", name="Gifts", exact=True)).to_be_visible()
        await page.wait_for_function("() => document.activeElement.type === 'radio'")
        first = await _chosen(who)
        await keys.press("ArrowRight")
        second = await _chosen(who)
        assert second not in {"", first}
        await keys.press("ArrowDown")
        assert await _chosen(who) not in {first, second}
        await keys.press("ArrowUp")
        await keys.press("ArrowLeft")
        assert await _chosen(who) == first
        assert (await page.evaluate(_FOCUS))["shown"]
        await keys.press("Enter")
        await keys.press("Enter")
        await expect(page.get_by_text(f"{first} ×2 sent")).to_be_visible()
        await who.draws(f"Dana sent {first}", 2)

        await keys.press("Escape")
        await expect(page.get_by_role("dialog", name="Gifts", exact=True)).to_be_hidden()
        await keys.press("c")
        await expect(page.get_by_placeholder("Add a comment")).to_be_focused()
        await keys.type("no mouse here")
        await keys.press("Enter")
        await expect(page.get_by_label("Chat", exact=True).first).to_contain_text("no mouse here")


async def test_focus_comes_back_to_what_opened_the_gifts(browser: Browser, world: World) -> None:
    async with visitor(browser, world.service, world.alice) as who:
        await who.go(f"/live/{world.live}")
        await expect(who.page.get_by_role("button", name="Gift", exact=True)).to_be_visible()
        await _tab_to(who, ".gift")
        await who.page.keyboard.press("Enter")
        await who.page.wait_for_function("() => document.activeElement.type === 'radio'")
        await who.page.keyboard.press("Escape")
        await expect(who.page.get_by_role("button", name="Gift", exact=True)).to_be_focused()
        ranks = who.page.get_by_role("dialog", name="Top gifters")
        for opener, opened in (("Settings", who.page.locator("#room-settings")), ("Top gifters", ranks)):
            button = who.page.get_by_role("button", name=opener, exact=True)
            await button.focus()
            await who.page.keyboard.press("Enter")
            await expect(opened).to_be_visible()
            await who.page.keyboard.press("Escape")
            await expect(opened).to_be_hidden()
            await expect(button).to_be_focused()


async def test_a_viewer_short_of_coins_recharges_by_keys_and_is_back_at_the_gift(
    browser: Browser, world: World
) -> None:
    erin = world.service.join("erin")
    async with visitor(browser, world.service, erin) as who:
        keys, page = who.page.keyboard, who.page
        await who.go(f"/live/{world.live}")
        await expect(page.get_by_role("button", name="Gift", exact=True)).to_be_visible()
        await keys.press("g")
        await page.wait_for_function("() => document.activeElement.type === 'radio'")
        for _ in range(TABS_MAX):
            if await _chosen(who) == "Crown":
                break
            await keys.press("ArrowRight")
        assert await _chosen(who) == "Crown"
        await keys.press("Enter")
        short = page.get_by_role("dialog", name="199 more coins needed")
        await expect(short.get_by_role("button", name=re.compile(r"^Pay \$3\.20"))).to_be_enabled()
        await page.wait_for_function("() => document.activeElement.closest('dialog[data-modal][open]')")
        await _tab_to(who, "dialog footer button")
        await keys.press("Enter")
        await expect(short).to_be_hidden()
        await page.wait_for_function("() => document.activeElement.type === 'radio'")
        assert await _chosen(who) == "Crown"
        await keys.press("Enter")
        await expect(page.get_by_text("Crown sent")).to_be_visible()
