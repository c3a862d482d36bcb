"""A viewer's page when the way to it is bad: cut, repeated, blocked, hidden; and for whom motion is too much."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, WebSocketRoute, expect

from browsing import Visitor, visitor
from largesse.kit import ids
from lively import World
from running import Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(120)]
STREAM = "**/v1/lives/*/stream*"


@pytest.fixture
def live(world: World) -> str:
    """A LIVE for one test alone."""
    found: str = world.service.live(world.service.join("bert"), "A room of one's own")["id"]
    return found


def _givers(world: World, *names: str) -> list[Someone]:
    """People with coins."""
    people = [world.service.join(name) for name in names]
    for one in people:
        world.service.recharge(one, 10_000)
    return people


def _gives(giver: Someone, live: str, gift: str = "rose", count: int = 1) -> None:
    body = {"id": str(ids.new()), "gift_id": gift, "count": count}
    given = giver.http.post(f"/v1/lives/{live}/gifts", json=body)
    assert given.status_code == 201, given.text


async def _open(who: Visitor, live: str) -> None:
    await who.go(f"/live/{live}")
    await expect(who.page.get_by_role("button", name="Gift", exact=True)).to_be_visible()
    await expect(who.page.get_by_text("Reconnecting…")).to_have_count(0)
    await asyncio.sleep(0.5)  # its socket has its snapshot


def _said(who: Visitor, text: str) -> Locator:
    return who.page.get_by_label("Chat", exact=True).get_by_text(text)


async def _lane(who: Visitor, what: str) -> dict[str, Any]:
    lane: dict[str, Any] = (await who.drawn())["lanes"].get(what, {})
    return lane


async def test_a_cut_viewer_comes_back_to_every_gift_that_it_missed_and_to_each_once(
    browser: Browser, world: World, live: str
) -> None:
    before, during, big, after = _givers(world, "before", "during", "big", "after")
    async with visitor(browser, world.service) as who:
        await _open(who, live)
        _gives(before, live, count=2)
        await who.draws("Before sent Rose", 2)
        await who.context.set_offline(True)
        await expect(who.page.get_by_text("Reconnecting…")).to_be_visible()
        _gives(during, live, count=3)
        _gives(big, live, "galaxy")
        assert during.http.post(f"/v1/lives/{live}/comments", json={"text": "can you hear me?"}).is_success
        await who.context.set_offline(False)
        await expect(who.page.get_by_text("Reconnecting…")).to_have_count(0)
        _gives(after, live, count=4)
        await who.draws("During sent Rose", 3)
        await who.stages("Big")
        await who.draws("After sent Rose", 4)
        for name, count in (("Before", 2), ("During", 3), ("After", 4)):
            lane = await _lane(who, f"{name} sent Rose")
            assert (lane["times"], lane["count"]) == (1, count), name
        assert (await who.drawn())["stage"] == ["Big"]
        await expect(_said(who, "can you hear me?")).to_have_count(1)
        who.forgive("ERR_INTERNET_DISCONNECTED", "WebSocket")


async def test_a_frame_that_comes_twice_changes_nothing(browser: Browser, world: World, live: str) -> None:
    (giver,) = _givers(world, "giver")

    async def twice(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        server.on_message(lambda text: (route.send(text), route.send(text)))

    async with visitor(browser, world.service) as who:
        await who.page.route_web_socket(STREAM, twice)
        await _open(who, live)
        _gives(giver, live, count=5)
        _gives(giver, live, "lion")
        _gives(giver, live, "whale")
        assert giver.http.post(f"/v1/lives/{live}/comments", json={"text": "said once"}).is_success
        await who.draws("Giver sent Rose", 5)
        await who.draws("Giver sent Lion")
        await who.stages("Giver")
        await expect(_said(who, "said once")).to_be_visible()
        await asyncio.sleep(1)
        assert {what: lane["count"] for what, lane in (await who.drawn())["lanes"].items()} == {
            "Giver sent Rose": 5, "Giver sent Lion": 1,
        }  # fmt: skip
        assert (await who.drawn())["stage"] == ["Giver"]
        await expect(_said(who, "said once")).to_have_count(1)


async def test_the_room_comes_where_sockets_do_not_pass(browser: Browser, world: World, live: str) -> None:
    (giver,) = _givers(world, "giver")
    tries: list[str] = []

    async def shut(route: WebSocketRoute) -> None:
        tries.append(route.url)
        await route.close(code=1011)

    async with visitor(browser, world.service) as who:
        await who.page.route_web_socket(STREAM, shut)
        async with who.page.expect_response(lambda answer: "/events" in answer.url):
            await who.go(f"/live/{live}")
        await expect(who.page.get_by_text("Reconnecting…")).to_have_count(0)
        assert len(tries) == 3
        await asyncio.sleep(0.5)
        _gives(giver, live, count=2)
        await who.draws("Giver sent Rose", 2)
        who.forgive("WebSocket")


async def test_a_hidden_page_rests_and_then_shows_what_it_missed(browser: Browser, world: World, live: str) -> None:
    people = _givers(world, "ann", "ben", "cat")
    hide = """(hidden) => {
        for (const [name, value] of [['hidden', hidden], ['visibilityState', hidden ? 'hidden' : 'visible']])
            Object.defineProperty(document, name, { configurable: true, get: () => value });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    async with visitor(browser, world.service) as who:
        await _open(who, live)
        await who.page.evaluate(hide, True)
        for one in people:
            _gives(one, live, count=2)
        await expect(who.page.get_by_label("Chat", exact=True)).to_contain_text("Cat sent Rose")
        assert (await who.drawn())["lanes"] == {}
        await who.page.evaluate(hide, False)
        for name in ("Ann", "Ben", "Cat"):
            await who.draws(f"{name} sent Rose", 2)
        assert all(lane["times"] == 1 for lane in (await who.drawn())["lanes"].values())


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_who_asks_for_less_motion_gets_calm_gifts(browser: Browser, world: World, live: str, motion: str) -> None:
    (giver,) = _givers(world, "giver")
    async with visitor(browser, world.service, reduced_motion=motion) as who:
        await _open(who, live)
        _gives(giver, live, count=3)
        _gives(giver, live, "galaxy")
        await who.draws("Giver sent Rose", 3)
        await who.stages("Giver")
        forever = """() => document.getAnimations().filter((each) =>
            each.playState === 'running' && each.effect.getComputedTiming().iterations === Infinity).length"""
        painted = """() => {
            const canvas = document.querySelector('.lg-canvas');
            const { width, height } = canvas;
            return width > 0 && canvas.getContext('2d').getImageData(0, 0, width, height).data.some((each) => each > 0);
        }"""
        if motion == "reduce":
            await asyncio.sleep(1.5)  # in which sparks would have flown
            assert not (await _lane(who, "Giver sent Rose"))["moves"]
            assert await who.page.evaluate(forever) == 0
            assert not await who.page.evaluate(painted)
        else:
            assert (await _lane(who, "Giver sent Rose"))["moves"]
            await who.page.wait_for_function(painted, polling=30)
            who.forgive("getImageData")


async def test_effects_that_are_off_draw_nothing_and_tell_all(browser: Browser, world: World, live: str) -> None:
    (giver,) = _givers(world, "giver")
    async with visitor(browser, world.service) as who:
        await _open(who, live)
        await who.press("Settings")
        await who.page.get_by_role("radio", name="Off").check(force=True)
        _gives(giver, live, count=3)
        await expect(who.page.get_by_label("Chat", exact=True)).to_contain_text("Giver sent Rose")
        assert (await who.drawn())["lanes"] == {}
        await who.page.reload()
        await expect(who.page.get_by_label("Chat", exact=True)).to_contain_text("Giver sent Rose")
        await who.press("Settings")
        await expect(who.page.get_by_role("radio", name="Off")).to_be_checked()
