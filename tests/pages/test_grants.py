"""Diamonds without a gift, in browsers: one person proposes, a second one grants, and the creator sees what it was."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Browser, expect

import running
from browsing import Visitor, visitor
from office import hired
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(150)]


@pytest.fixture(scope="module")
def house() -> Iterator[Service]:
    with running.running(log_level="info", grant_diamonds_max="5000") as service:
        yield service


def creator(service: Service) -> Someone:
    who = service.join("bob")
    who.http.post("/v1/me/creator", json={"accept_terms": True}).raise_for_status()
    return who


async def _proposes(who: Visitor, username: str, diamonds: str, reason: str) -> None:
    await who.fill(username=username, diamonds=diamonds, reason=reason, ticket="T-7")
    await who.press("Propose it")


async def test_two_people_grant_diamonds_and_the_creator_sees_them(browser: Browser, house: Service) -> None:
    bob, olga, oscar = creator(house), hired(house), hired(house)
    async with visitor(browser, house, olga) as first, visitor(browser, house, oscar) as second:
        await first.go("/office/grants")
        await expect(first.page.get_by_role("heading", name="No proposals yet")).to_be_visible()
        await _proposes(first, f"@{bob.username}", "1,500", "the song contest")
        mine = first.page.locator("li").filter(has_text="the song contest")
        await expect(mine).to_contain_text("+1,500 diamonds")
        await expect(mine).to_contain_text("Waits for a second person")
        await expect(mine.get_by_role("button", name="Approve")).to_have_count(0)
        await first.has_no_barriers()
        await second.go("/office/grants")
        theirs = second.page.locator("li").filter(has_text="the song contest")
        await expect(theirs).to_contain_text(f"T-7 · proposed by {olga.account['display_name']}")
        await theirs.get_by_role("button", name="Approve").click()
        await expect(theirs).to_contain_text("granted")
        await mine.get_by_role("button", name="Withdraw").click()  # on the page as it was before
        await expect(first.page.get_by_text("This was decided already.")).to_be_visible()
        await expect(mine).to_contain_text("granted")
        first.forgive("409")
        await _proposes(first, bob.username, "20", "one too many")
        extra = first.page.locator("li").filter(has_text="one too many")
        await extra.get_by_role("button", name="Withdraw").click()
        await expect(extra).to_contain_text("withdrawn")
    async with visitor(browser, house, bob) as who:
        await who.go("/studio/balance")
        await who.page.get_by_role("button", name="Pending: 1,500").click()
        await who.page.get_by_role("dialog").get_by_role("listitem").get_by_role("button").click()
        await expect(who.page.get_by_role("dialog").locator("dl")).to_contain_text("1,500")
    audit = house.command("audit")
    assert audit.returncode == 0, audit.stdout + audit.stderr


async def test_what_cannot_be_granted_is_said_at_its_field(browser: Browser, house: Service) -> None:
    alice, bob = house.join("alice"), creator(house)
    async with visitor(browser, house, hired(house)) as who:
        await who.go("/office/grants")
        for username, diamonds, said in (
            (bob.username, "1.5", "Whole diamonds, at least one."),
            (bob.username, "5001", "More than one grant may have here."),
            ("nobody.at.all", "5", "No account has this name."),
            (alice.username, "5", "Only creators can be granted diamonds."),
        ):
            await _proposes(who, username, diamonds, "a prize")
            await expect(who.page.get_by_text(said)).to_be_visible()
        await expect(who.page.locator("li").filter(has_text="a prize")).to_have_count(0)
        await who.go("/office/grants")  # what the browser says of the refusals has come by then
        who.forgive("status of 4")


async def test_grants_are_finances(browser: Browser, house: Service) -> None:
    async with visitor(browser, house, hired(house, "support")) as who:
        await who.go("/office/grants")
        await expect(who.page.get_by_role("heading", name="This is for operators")).to_be_visible()
