"""A video from its upload to a gift: sent by tus-js-client, made by the worker, watched on a phone."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

import films
import running
from browsing import DESK, PHONE, Visitor, visitor
from office import hired
from pictures import encoding, moves
from running import Service, Someone

pytestmark = [pytest.mark.pages, pytest.mark.timeout(300)]
READY_MS = 120_000
UPLOADS = re.compile("/v1/videos/uploads/")


@pytest.fixture(scope="module")
def studio() -> Iterator[Service]:
    with running.running(log_level="info", rtmp_port=str(running.free_port())) as service:
        yield service


@pytest.fixture(scope="module")
def bob(studio: Service) -> Someone:
    bob = studio.join("bob")
    assert bob.http.post("/v1/me/creator", json={"accept_terms": True}).is_success
    return bob


@dataclass
class Line:
    """A network that carries the first half of a film and is then lost; `mend` it, and it says where it went on."""

    who: Visitor
    film: Path
    carried: int = 0

    async def lose(self) -> None:
        await self.who.context.route(UPLOADS, self._cut)

    async def mend(self) -> None:
        await self.who.context.unroute(UPLOADS, self._cut)

    async def _cut(self, route: Route) -> None:
        if route.request.method == "PATCH" and not self.carried:
            headers = {k: v for k, v in (await route.request.all_headers()).items() if k != "content-length"}
            half = self.film.read_bytes()[: self.film.stat().st_size // 2]
            answer = await route.fetch(headers=headers, post_data=half)
            assert answer.status == 204, await answer.text()
            self.carried = len(half)
        await route.abort("internetdisconnected")


async def _sends_half(who: Visitor, film: Path, line: Line) -> None:
    """Begins an upload, loses the network, and reloads the page."""
    await who.page.get_by_role("button", name="Upload a video").first.click()
    await who.page.get_by_label("Film", exact=True).set_input_files(film)
    await expect(who.page.get_by_label("Title")).to_have_value("evening song")
    await who.page.get_by_label("Description").fill("One song, at the window.")
    await who.has_no_barriers()
    await line.lose()
    await who.page.get_by_role("dialog").get_by_role("button", name="Upload", exact=True).click()
    await expect(who.page.get_by_text("Waiting for the network. It goes on by itself.")).to_be_visible(timeout=60_000)
    await who.has_no_barriers()
    await who.page.reload()
    who.forgive("ERR_INTERNET_DISCONNECTED")


async def _sends_the_rest(who: Visitor, film: Path, line: Line) -> None:
    await expect(who.page.get_by_text(re.compile("^Choose the same film again to go on from (49|50)%"))).to_be_visible()
    await who.has_no_barriers()
    await line.mend()
    async with who.page.expect_request(lambda asked: asked.method == "PATCH") as going_on:
        await who.page.locator("article input[type=file]").set_input_files(film)
    assert (await (await going_on.value).all_headers())["upload-offset"] == str(line.carried)
    row = who.page.get_by_role("article", name="evening song")
    await expect(row.get_by_text("Ready, not published")).to_be_visible(timeout=READY_MS)
    await who.has_no_barriers()
    await row.get_by_role("button", name="Publish").click()
    await expect(row.get_by_text("Published", exact=True)).to_be_visible()


async def test_a_film_is_uploaded_over_a_broken_network_watched_on_a_phone_and_given_a_gift(
    browser: Browser, studio: Service, bob: Someone, tmp_path: Path
) -> None:
    film = films.film(tmp_path / "evening_song.mp4", seconds=6, size="360x640", rate="1000k")
    alice = studio.join("alice")
    studio.recharge(alice, 350)
    async with visitor(browser, studio, bob, viewport=DESK) as creating:
        await creating.go("/studio/videos")
        await expect(creating.page.get_by_text("No videos yet")).to_be_visible()
        line = Line(creating, film)
        await _sends_half(creating, film, line)
        (begun,) = bob.http.get("/v1/me/videos").json()["items"]
        assert 0 < begun["upload"]["offset"] == line.carried < begun["upload"]["length"] == film.stat().st_size
        await _sends_the_rest(creating, film, line)
    video = begun["id"]
    async with visitor(browser, studio, alice, viewport=PHONE) as who:
        await who.go(f"/video/{video}")
        await expect(who.page.locator("video.shown")).to_have_count(1, timeout=40_000)
        await moves(who.page)
        await who.has_no_barriers()
        await _speaks_and_likes(who)
        await _gives(who)
    found = alice.http.get(f"/v1/videos/{video}").json()
    assert (found["likes"], found["comments"], found["liked"]) == (1, 1, True)
    (given,) = alice.http.get("/v1/me/gifts/sent").json()["items"]
    assert (given["coins"], given["context"], given["gift_id"]) == (1, "video", "rose")
    assert alice.http.get("/v1/me/wallet").json()["coins"] == 349
    assert bob.http.get("/v1/me/diamonds").json()["lifetime_milli"] == given["diamonds_milli"] == 700


async def _speaks_and_likes(who: Visitor) -> None:
    await who.page.get_by_role("button", name="Comments").click()
    await who.page.get_by_placeholder("Add a comment").fill("That song!")
    await who.page.get_by_role("button", name="Send", exact=False).last.click()
    await expect(who.page.get_by_role("dialog").get_by_text("That song!")).to_be_visible()
    await who.has_no_barriers()
    await who.page.get_by_role("dialog", name="Comments").get_by_role("button", name="Close").click()
    await who.page.get_by_role("button", name="Like").click()
    await expect(who.page.get_by_role("button", name="Like")).to_have_attribute("aria-pressed", "true")


async def _gives(who: Visitor) -> None:
    await who.page.get_by_role("button", name="Gift", exact=True).click()
    gifts = who.page.get_by_role("dialog", name="Gifts")
    await gifts.get_by_role("radio", name=re.compile("^Rose,")).check(force=True)
    await gifts.get_by_role("button", name=re.compile("^Send")).click()
    await who.draws("Alice sent Rose")
    receipt = who.page.get_by_role("link", name="Receipt")
    await expect(receipt).to_be_visible()
    await receipt.click()
    await who.page.wait_for_url("**/receipt/*")
    await expect(who.page.get_by_text("Rose").first).to_be_visible()


async def test_what_nobody_may_see_is_not_there_and_gifts_may_be_off(
    browser: Browser, studio: Service, bob: Someone, tmp_path: Path
) -> None:
    video = films.upload(bob, films.film(tmp_path / "film.mp4"), "Behind the window", gifts_enabled=False)
    async with visitor(browser, studio, bob) as own, visitor(browser, studio) as guest:
        await guest.go(f"/video/{video}")
        await expect(guest.page.get_by_text("This video is not here")).to_be_visible()
        guest.forgive("404")
        await own.go(f"/video/{video}")
        await expect(own.page.get_by_text("Not published: only you see it.")).to_be_visible()
        assert bob.http.post(f"/v1/videos/{video}/publish").is_success
        await guest.go(f"/video/{video}")
        await expect(guest.page.locator("video.shown")).to_have_count(1, timeout=40_000)
        await expect(guest.page.get_by_role("button", name="Gift", exact=True)).to_have_count(0)
        await guest.page.get_by_role("button", name=re.compile("About this video")).click()
        about = guest.page.get_by_role("dialog", name="Behind the window")
        await expect(about.get_by_text("The creator takes no gifts on this video.")).to_be_visible()
        page = bob.http.get(f"/video/{video}", headers={"Accept": "text/html"}).text
        assert '<meta property="og:title" content="Behind the window · Bob">' in page
        page = bob.http.get(f"/video/{video}", headers={"Accept": "text/html"}).text
        assert '<meta property="og:title" content="Behind the window · Bob">' in page
        await own.go("/")
        await expect(own.page.get_by_role("link", name=re.compile("Behind the window"))).to_be_visible()
        await own.go(f"/@{bob.username}")
        await expect(own.page.get_by_role("link", name=re.compile("Behind the window"))).to_be_visible()


async def test_deleting_a_video_says_what_stays(
    browser: Browser, studio: Service, bob: Someone, tmp_path: Path
) -> None:
    video = films.upload(bob, films.film(tmp_path / "film.mp4"), "One too many")
    async with visitor(browser, studio, bob) as own:
        await own.go("/studio/videos")
        await own.page.get_by_role("article", name="One too many").get_by_role("button", name="Delete").click()
        await expect(own.page.get_by_text("Gifts that were given on it stay with you")).to_be_visible()
        await own.has_no_barriers()
        await own.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(own.page.get_by_role("article", name="One too many")).to_have_count(0)
        assert bob.http.get(f"/v1/videos/{video}").status_code == 404


async def test_a_hidden_video_tells_its_creator_why_and_nobody_else_that_it_is_there(
    browser: Browser, studio: Service, bob: Someone, tmp_path: Path
) -> None:
    video = films.upload(bob, films.film(tmp_path / "film.mp4"), "Too loud")
    assert bob.http.post(f"/v1/videos/{video}/publish").is_success
    olga = hired(studio, "moderator")
    hidden = olga.http.post(f"/v1/office/videos/{video}/hide", json={"reason": "Music of somebody else"})
    assert hidden.is_success, hidden.text
    async with visitor(browser, studio, bob) as own, visitor(browser, studio) as guest:
        await guest.go(f"/video/{video}")
        await expect(guest.page.get_by_text("This video is not here")).to_be_visible()
        guest.forgive("404")
        await own.go(f"/video/{video}")
        await expect(own.page.get_by_text("Hidden by moderators: only you see it.")).to_be_visible()
        await expect(own.page.get_by_text("Music of somebody else")).to_be_visible()
        await own.has_no_barriers()
        await own.go("/studio/videos")
        row = own.page.get_by_role("article", name="Too loud")
        await expect(row.get_by_text("Why: Music of somebody else")).to_be_visible()


async def test_a_live_becomes_a_video_from_its_summary(browser: Browser, studio: Service, bob: Someone) -> None:
    live = studio.live(bob, "Songs on the roof")["id"]
    async with encoding(bob, live):
        for _ in range(100):
            if bob.http.get(f"/v1/lives/{live}").json()["playback"]:
                break
            await asyncio.sleep(0.2)
        await asyncio.sleep(4)
        assert bob.http.post(f"/v1/lives/{live}/end").is_success
    async with visitor(browser, studio, bob, viewport=DESK) as own:
        await own.go(f"/studio/live/{live}/summary")
        make = own.page.get_by_role("button", name="Make a video of it")
        await expect(make).to_be_visible(timeout=60_000)
        await make.click()
        await own.page.wait_for_url("**/studio/videos")
        row = own.page.get_by_role("article", name="Songs on the roof")
        await expect(row.get_by_text("From a LIVE")).to_be_visible()
        await expect(row.get_by_text("Ready, not published")).to_be_visible(timeout=READY_MS)
