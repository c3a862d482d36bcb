"""Two creators who are LIVE from their cameras play a match, viewers of both give, and every screen shows who has won.

And a goal, set in the deck, that fills on a viewer's phone.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

import running
from browsing import DESK, PHONE, visitor
from largesse.kit import ids
from pictures import goes_on_air
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(300)]
SOON_MS = 40_000


@pytest.fixture(scope="module")
def on_air() -> Iterator[Service]:
    with running.running() as service:
        yield service


def _gives(who: Someone, live: str, count: int) -> None:
    body = {"id": ids.encode("gift", ids.new()), "gift_id": "rose", "count": count}
    given = who.http.post(f"/v1/lives/{live}/gifts", json=body)
    assert given.status_code == 201, given.text


def _journal(who: Someone, live: str, match: dict[str, Any]) -> int:
    """Coins of a LIVE's gifts within a match, by its history."""
    items = who.http.get(f"/v1/lives/{live}/gifts").json()["items"]
    since, until = (datetime.fromisoformat(match[name]) for name in ("started_at", "ends_at"))
    return sum(gift["coins"] for gift in items if since <= datetime.fromisoformat(gift["at"]) < until)


async def _shows_score(page: Page, ours: int, theirs: int) -> None:
    bar = page.get_by_role("region", name="Match", exact=True)
    await expect(bar.locator(".ours b")).to_have_text(str(ours), timeout=SOON_MS)
    await expect(bar.locator(".theirs b")).to_have_text(str(theirs), timeout=SOON_MS)


async def test_a_match_is_won_on_every_screen_as_the_journal_says(
    browser: Browser, cameras: Browser, on_air: Service
) -> None:
    bob, eve, alice, kai = (on_air.join(name) for name in ("bob", "eve", "alice", "kai"))
    for creator in (bob, eve):
        assert creator.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    for giver in (alice, kai):
        on_air.recharge(giver, 350)
    async with (
        visitor(cameras, on_air, bob, viewport=DESK) as his_deck,
        visitor(cameras, on_air, eve, viewport=DESK) as her_deck,
        visitor(browser, on_air, alice, viewport=PHONE) as his_room,
        visitor(browser, on_air, kai, viewport=DESK) as her_room,
    ):
        his, hers = [await goes_on_air(deck, "Songs to win") for deck in (his_deck, her_deck)]
        await his_room.go(f"/live/{his}")
        await her_room.go(f"/live/{hers}")
        await his_deck.page.get_by_label("Minutes").select_option("1")
        await his_deck.press("Find an opponent")
        await his_deck.press("Invite Eve")
        await expect(his_deck.page.get_by_text("Waiting for Eve to answer.")).to_be_visible()
        await expect(her_deck.page.get_by_text("Bob invites you to a match of 1:00")).to_be_visible(timeout=SOON_MS)
        await her_deck.has_no_barriers()
        await her_deck.press("Accept")
        for room in (his_room, her_room):
            await expect(room.page.get_by_role("region", name="Match", exact=True)).to_be_visible(timeout=SOON_MS)
        await expect(his_room.page.locator("video.opponent.seen")).to_have_count(1, timeout=SOON_MS)
        await his_room.page.wait_for_function("() => document.querySelector('video.opponent').currentTime > 1")
        await expect(his_room.page.get_by_text(re.compile("left$"))).to_be_visible(timeout=SOON_MS)
        _gives(alice, his, 12)
        _gives(kai, hers, 5)
        await _shows_score(his_room.page, 12, 5)
        await _shows_score(her_room.page, 5, 12)
        await her_deck.press("Announce ×2")
        await expect(his_room.page.get_by_text(re.compile("^×2 in"))).to_be_visible()
        await expect(his_room.page.get_by_text(re.compile("^Every coin scores ×2"))).to_be_visible(timeout=SOON_MS)
        _gives(kai, hers, 6)
        await _shows_score(his_room.page, 12, 17)
        await his_room.has_no_barriers()
        await his_room.fits()
        for screen in (his_room, her_room, his_deck, her_deck):
            await expect(screen.page.get_by_text("Eve wins")).to_be_visible(timeout=90_000)
        await _shows_score(his_room.page, 12, 17)
        (match,) = bob.http.get(f"/v1/lives/{his}/matches").json()["items"]
        assert [side["score"] for side in match["sides"]] == [12, 17]
        assert (_journal(bob, his, match), _journal(eve, hers, match)) == (12, 11), "and 6 of them scored twice"
        assert bob.http.post(f"/v1/lives/{his}/end").is_success
        await his_deck.page.wait_for_url(f"**/studio/live/{his}/summary")  # the deck leaves by itself
        row = his_deck.page.get_by_role("listitem").filter(has_text="12 : 17")
        await expect(row).to_contain_text("Lost")
        await expect(row.get_by_role("link", name="Eve")).to_be_visible()
        await his_deck.has_no_barriers()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_guests_stand_before_an_opponent_who_shows_no_picture(
    browser: Browser, on_air: Service, size: dict[str, int]
) -> None:
    bob, eve, alice = (on_air.join(name) for name in ("bob", "eve", "alice"))
    his, hers = (on_air.live(creator)["id"] for creator in (bob, eve))
    for name in ("bartholomew", "kai", "wilhelmina", "zoe"):
        guest = on_air.join(name)
        assert guest.http.post(f"/v1/lives/{his}/guests").is_success
        accepted = bob.http.post(f"/v1/lives/{his}/guests/{guest.account['id']}", json={"action": "accept"})
        assert accepted.is_success, accepted.text
    asked = bob.http.post(f"/v1/lives/{his}/matches", json={"opponent": hers, "seconds": 300})
    assert eve.http.post(f"/v1/matches/{asked.json()['id']}/accept").is_success
    async with visitor(browser, on_air, alice, viewport=size) as who:
        await who.go(f"/live/{his}")
        await expect(who.page.locator(".absent")).to_be_visible(timeout=SOON_MS)
        await who.has_no_barriers()
        await who.fits()
        for name in ("Bartholomew", "Kai", "Wilhelmina", "Zoe"):  # what lies over a button takes the press
            await who.page.get_by_role("button", name=f"Give to {name}").click()
            await expect(who.page.get_by_role("dialog", name="Gifts", exact=True)).to_be_visible()
            await who.page.keyboard.press("Escape")
            await expect(who.page.get_by_role("dialog", name="Gifts", exact=True)).to_have_count(0)


async def test_a_goal_fills_on_a_viewers_phone(browser: Browser, on_air: Service) -> None:
    bob, alice = on_air.join("bob"), on_air.join("alice")
    on_air.recharge(alice, 350)
    live = on_air.live(bob)["id"]
    async with (
        visitor(browser, on_air, bob, viewport=DESK) as deck,
        visitor(browser, on_air, alice, viewport=PHONE) as who,
    ):
        await who.go(f"/live/{live}")
        await deck.go(f"/studio/live/{live}")
        await deck.fill(title="New guitar", count="50")
        await deck.press("Set goal")
        await expect(who.page.get_by_text("Goal: 0% of “New guitar”")).to_be_visible(timeout=SOON_MS)
        _gives(alice, live, 30)
        await expect(who.page.get_by_text("Goal: 60% of “New guitar”")).to_be_visible(timeout=SOON_MS)
        _gives(alice, live, 25)
        await expect(who.page.get_by_text("Goal reached: “New guitar”")).to_be_visible(timeout=SOON_MS)
        await expect(deck.page.get_by_text("55 of 50")).to_be_visible()
        await who.has_no_barriers()
        await who.fits()
        await deck.has_no_barriers()
        await deck.press("Drop goal")
        await expect(who.page.get_by_text("Goal reached: “New guitar”")).to_have_count(0, timeout=SOON_MS)
