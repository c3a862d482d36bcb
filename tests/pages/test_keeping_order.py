"""A room kept in order, seen from both sides: the creator's deck and viewers' pages, in real browsers."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

import office
from browsing import DESK, PHONE, Visitor, visitor
from largesse.kit import ids
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(240)]


class Evening:
    """Bob's LIVE, with Alice and Charlie who may watch it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.alice, self.charlie, self.bob = (service.join(name) for name in ("alice", "charlie", "bob"))
        self.live = service.live(self.bob, "A well kept room")["id"]
        self.path = f"/v1/lives/{self.live}"

    def say(self, who: Someone, text: str, kind: str = "comments") -> str:
        said = who.http.post(f"{self.path}/{kind}", json={"text": text})
        assert said.status_code == 201, said.text
        return str(said.json()["id"])

    def rules(self, **rules: Any) -> None:
        assert self.bob.http.put(f"{self.path}/rules", json=rules).is_success


@pytest.fixture
def evening(service: Service) -> Evening:
    return Evening(service)


def comment_box(who: Visitor) -> Locator:
    return who.page.get_by_role("textbox", name="Add a comment")


async def write(who: Visitor, text: str) -> None:
    await comment_box(who).fill(text)
    await comment_box(who).press("Enter")


async def watch(who: Visitor, live: str) -> None:
    await who.go(f"/live/{live}")
    await expect(who.page.get_by_role("button", name="Questions")).to_be_visible()


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["390", "1280"])
async def test_a_viewer_reads_the_rules_before_speaking_and_waits_in_a_slow_room(
    browser: Browser, evening: Evening, window: dict[str, int]
) -> None:
    evening.rules(slow_s=30, words=["spoiler"])
    async with visitor(browser, evening.service, evening.alice, viewport=window) as alice:
        await watch(alice, evening.live)
        await expect(comment_box(alice)).to_have_attribute("placeholder", "One comment every 30 s")
        await write(alice, "here is a SPOILER")
        await expect(alice.page.get_by_text("The creator does not want a word of this here.")).to_be_visible()
        alice.forgive("403")
        await write(alice, "hello")
        await expect(comment_box(alice)).to_have_attribute("placeholder", re.compile(r"Wait (29|2\d|30) seconds"))
        await comment_box(alice).fill("again")
        await expect(alice.page.get_by_role("button", name="Send comment")).to_be_disabled()
        evening.rules(emoji_only=True)
        await comment_box(alice).fill("")
        assert evening.bob.http.post(
            f"{evening.path}/moderation",
            json={"action": "mute", "account": evening.alice.account["id"], "seconds": 300},
        ).is_success
        await expect(alice.page.get_by_text(re.compile("You were muted by a moderator.*Until"))).to_be_visible()
        await alice.has_no_barriers()
        await alice.fits()


async def test_who_does_not_follow_is_offered_to_where_followers_alone_speak(
    browser: Browser, evening: Evening
) -> None:
    evening.rules(followers_only=True)
    async with visitor(browser, evening.service, evening.alice) as alice:
        await watch(alice, evening.live)
        closed = alice.page.get_by_text("Only followers of Bob speak here.")
        await expect(closed).to_be_visible()
        async with alice.page.expect_response(lambda answer: answer.url.endswith("/follow")):
            await closed.locator("..").get_by_role("button", name="Follow").click()
        await expect(comment_box(alice)).to_be_visible()
        await write(alice, "now I follow")
        await expect(alice.page.get_by_text("now I follow")).to_be_visible()


async def test_the_creator_pins_and_answers_and_everybody_sees_it(browser: Browser, evening: Evening) -> None:
    evening.say(evening.alice, "what a chorus")
    async with (
        visitor(browser, evening.service, evening.bob, viewport=DESK) as bob,
        visitor(browser, evening.service, evening.alice) as alice,
    ):
        await watch(alice, evening.live)
        await bob.go(f"/studio/live/{evening.live}")
        await bob.page.get_by_role("button", name="Moderate Alice").first.click()
        await bob.press("Pin this comment")
        await expect(alice.page.locator(".pin")).to_contain_text("what a chorus")
        await alice.press("Questions")
        await alice.page.get_by_role("textbox", name="Ask the creator").fill("Who wrote it?")
        await alice.press("Send the question")
        await expect(alice.page.get_by_text("Asked. It waits until it is answered.")).to_be_visible()
        await alice.has_no_barriers()
        await alice.page.keyboard.press("Escape")
        await bob.page.get_by_role("button", name="Questions").click()
        await expect(bob.page.get_by_text("Who wrote it?")).to_be_visible()
        await bob.has_no_barriers()
        await bob.press("Answer")
        await expect(alice.page.locator(".answer")).to_contain_text("Who wrote it?")
        await expect(bob.page.get_by_text("No open questions")).to_be_visible()


async def test_order_is_set_on_the_deck(browser: Browser, evening: Evening) -> None:
    evening.bob.http.post(f"{evening.path}/moderation", json={"action": "mute", "account": evening.alice.account["id"]})
    async with visitor(browser, evening.service, evening.bob, viewport=PHONE) as bob:
        await bob.go(f"/studio/live/{evening.live}")
        await bob.press("Order")
        sheet = bob.page.get_by_role("dialog", name="Order")
        await sheet.get_by_label("Slow mode").select_option("10")
        await sheet.get_by_label("Emoji only").check()
        await sheet.get_by_label("A word").fill("B\u00c4D")
        await sheet.get_by_role("button", name="Add").first.click()
        await expect(sheet.get_by_role("button", name="Remove bad")).to_be_visible()
        await sheet.get_by_label("Username").fill(evening.charlie.username)
        await sheet.get_by_role("button", name="Add").last.click()
        await expect(sheet.get_by_text("Charlie")).to_be_visible()
        await sheet.get_by_role("button", name="Lift it for Alice").click()
        await expect(sheet.get_by_role("button", name="Lift it for Alice")).to_have_count(0)
        await bob.has_no_barriers()
        await bob.fits()
        await expect(sheet.get_by_role("button", name="Remove bad")).to_be_visible()
    kept = evening.bob.http.get(f"{evening.path}/moderation").json()
    assert kept["rules"] == {"slow_s": 10, "emoji_only": True, "followers_only": False, "words": ["bad"]}
    assert kept["banned"] == []
    evening.say(evening.charlie, "a moderator is held to no rule")


async def test_a_moderator_hides_a_line_from_its_menu_and_a_viewer_blocks_and_reports(
    browser: Browser, evening: Evening
) -> None:
    service, live = evening.service, evening.live
    body = {"action": "moderator", "account": evening.charlie.account["id"]}
    assert evening.bob.http.post(f"{evening.path}/moderation", json=body).is_success
    mallory = service.join("mallory")
    evening.say(mallory, "cheap coins over there")
    async with (
        visitor(browser, service, evening.charlie, viewport=DESK) as charlie,
        visitor(browser, service, evening.alice) as alice,
    ):
        for who in (charlie, alice):
            await watch(who, live)
        line = alice.page.get_by_role("listitem").filter(has_text="cheap coins over there")
        await line.click(button="right")
        card = alice.page.get_by_role("dialog", name="Mallory")
        await card.get_by_role("button", name="Report the comment").click()
        await card.get_by_label("Links to cheap coins, or phishing").check()
        await alice.has_no_barriers()
        await card.get_by_role("button", name="Send the report").click()
        await expect(alice.page.get_by_text("Thank you. A moderator looks at it.")).to_be_visible()
        names = charlie.page.get_by_role("list", name="Chat")
        await names.focus()
        for _ in range(6):  # who came in stands there too
            await charlie.page.keyboard.press("ArrowUp")
            if await charlie.page.evaluate("document.activeElement.textContent") == "Mallory":
                break
        await charlie.page.keyboard.press("Enter")
        card = charlie.page.get_by_role("dialog", name="Mallory")
        await expect(card.get_by_role("button", name="Mute for 5 minutes")).to_be_visible()
        await charlie.has_no_barriers()
        await card.get_by_role("button", name="Hide this comment").click()
        for who in (charlie, alice):
            await expect(who.page.get_by_role("listitem").filter(has_text="cheap coins over there")).to_have_count(0)
        evening.say(mallory, "still here")
        await alice.page.get_by_role("listitem").filter(has_text="still here").click(button="right")
        card = alice.page.get_by_role("dialog", name="Mallory")
        await card.get_by_role("button", name="Block", exact=True).click()
        await card.get_by_role("button", name="Yes, block").click()
        await expect(alice.page.get_by_role("listitem").filter(has_text="still here")).to_have_count(0)
        await alice.go("/account#privacy")
        await alice.page.get_by_role("button", name="Unblock Mallory").click()
        await expect(alice.page.get_by_text("Nobody is blocked")).to_be_visible()
        await expect(alice.page.get_by_text("Being looked at")).to_be_visible()
    await _decide(browser, evening)


async def _decide(browser: Browser, evening: Evening) -> None:
    oscar = office.hired(evening.service, "moderator")
    async with visitor(browser, evening.service, oscar, viewport=DESK) as olga:
        await olga.go("/office/cases")
        await olga.page.get_by_role("button", name="Look at the report about Mallory").click()
        await olga.page.get_by_label("Why, or what was done").fill("an advertisement")
        await olga.has_no_barriers()
        await olga.press("Hide, and ban for an hour")
        await expect(olga.page.get_by_text("Nothing here")).to_be_visible()
    assert evening.alice.http.get("/v1/me/reports").json()["items"][0]["state"] == "acted"


async def test_a_shout_out_is_seen_in_the_room_and_an_unknown_giver_is_blocked_unseen(
    browser: Browser, evening: Evening
) -> None:
    service, live = evening.service, evening.live
    for who in (evening.alice, evening.charlie):
        service.recharge(who, 500)
    for who, hidden in ((evening.alice, False), (evening.charlie, True)):
        given = who.http.post(
            f"{evening.path}/gifts", json={"id": str(ids.new()), "gift_id": "rose", "count": 3, "anonymous": hidden}
        )
        assert given.status_code == 201, given.text
    async with (
        visitor(browser, service, evening.bob, viewport=DESK) as bob,
        visitor(browser, service, evening.alice) as alice,
    ):
        await watch(alice, live)
        await bob.go(f"/studio/live/{live}")
        await bob.press("Shout-outs")
        sheet = bob.page.get_by_role("dialog", name="Shout-outs")
        await expect(sheet.get_by_role("listitem")).to_have_count(1)  # nobody who gave anonymously
        await sheet.get_by_label("Your words").fill("This one is for you")
        await bob.has_no_barriers()
        await sheet.get_by_role("button", name="Thank Alice").click()
        await expect(alice.page.locator(".thanks")).to_contain_text("Thank you, Alice!")
        await expect(alice.page.locator(".thanks")).to_contain_text("This one is for you")
        await expect(sheet.get_by_text("Everybody was thanked")).to_be_visible()
        await bob.page.keyboard.press("Escape")
        await bob.page.get_by_role("button", name="Block who gave this").click()
        await bob.press("Yes, block")
        await expect(bob.page.get_by_text("Blocked. Who it is stays unknown.")).to_be_visible()
        assert evening.bob.http.put(f"/v1/me/blocks/{evening.alice.account['id']}").is_success
        await expect(alice.page.get_by_text("You cannot watch this LIVE")).to_be_visible()
    assert evening.charlie.http.post(f"{evening.path}/comments", json={"text": "hi"}).status_code == 403
    listed = evening.bob.http.get("/v1/me/blocks")
    assert "charlie" not in listed.text
    assert [item["account"] and item["account"]["display_name"] for item in listed.json()["items"]] == ["Alice", None]
