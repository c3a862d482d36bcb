"""Whose comments stand out: who gave by name in this LIVE, the first three with their place; never who hides it."""

import asyncio

import httpx

from largesse import accounts as accounts_room
from largesse.ledger import ANONYMOUS
from largesse.realtime.model import Room
from rooms_made import AT, gift, lease, row, stage
from watching import Watcher


def never(_: int) -> bool:
    return False


def room() -> Room:
    return Room(lease(), stage())


def said(n: int, sender: int):
    return row(n, id="0196f3c5a9b17d2e8f3c5a9b17d2e8f3", sender=sender, text="x")


def test_who_gave_by_name_here_stands_out_and_the_first_three_have_their_place():
    one = room()
    one.add_gifts([gift(64, n, sender=n, coins=10 * n) for n in range(1, 6)], never)
    one.add_gifts([gift(128, 0, sender=9, coins=10_000, flags=ANONYMOUS)], never)
    one.add_rows([said(n, n) for n in (1, 3, 4, 5, 7, 9)])
    assert one.take(AT, 1.0).givers == {5: 1, 4: 2, 3: 3, 1: None}


def test_anonymous_coins_lift_nobody_to_another_place():
    one = room()
    one.add_gifts([gift(64, 0, sender=1, coins=5), gift(64, 1, sender=2, coins=6)], never)
    one.add_gifts([gift(128, 0, sender=1, coins=10_000, flags=ANONYMOUS)], never)
    one.add_rows([said(1, 1), said(2, 2)])
    assert one.take(AT, 1.0).givers == {2: 1, 1: 2}


def test_only_those_who_speak_are_looked_at():
    one = room()
    one.add_gifts([gift(64, n, sender=n) for n in range(1, 900)], never)
    assert one.take(AT, 1.0).givers == {}


async def comment(process, live, member, text="hello"):
    url = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}/comments"
    async with httpx.AsyncClient() as client:
        answer = await client.post(url, json={"text": text}, headers=member.headers)
    assert answer.status_code == 201, answer.text


async def test_a_givers_comment_is_lit_on_every_screen_and_a_strangers_is_not(process, live, cast):
    async with Watcher.watching(process.port, live.id) as guest:
        await live.give(cast.alice, count=20)
        await guest.until_events("gift.sent")
        await comment(process, live, cast.alice)
        await comment(process, live, cast.charlie)
        first, second = await guest.until_events("chat.message", 2)
        assert (first["sender"]["username"], first["highlight"], first["rank"]) == ("alice", True, 1)
        assert second["sender"]["username"] == "charlie"
        assert not {"highlight", "rank"} & second.keys()


async def test_who_gave_only_anonymously_here_is_not_lit(process, live, cast):
    async with Watcher.watching(process.port, live.id) as guest:
        await live.give(cast.alice, count=200, anonymous=True)
        await guest.until_events("gift.sent")
        await comment(process, live, cast.alice)
        (told,) = await guest.until_events("chat.message")
        assert "highlight" not in told
        assert told["sender"]["badge"] is None


async def test_hiding_a_badge_hides_the_light_too_from_the_next_comment_on(process, live, cast):
    async with process.db.write() as tx:
        await accounts_room.add_given(tx, [(cast.alice.key, 300)])
    async with Watcher.watching(process.port, live.id) as guest:
        await live.give(cast.alice, count=20)
        (sent,) = await guest.until_events("gift.sent")
        assert sent["sender"]["badge"] == {"level": 3}
        await comment(process, live, cast.alice, "seen")
        (seen,) = await guest.until_events("chat.message")
        assert (seen["sender"]["badge"], seen["highlight"]) == ({"level": 3}, True)
        await process.accounts.me.update(cast.alice.key, display_name=None, country=None, badge_hidden=True)
        await comment(process, live, cast.alice, "unseen")
        unseen = (await guest.until_events("chat.message", 2))[1]
        assert (unseen["sender"]["badge"], unseen.get("highlight"), unseen.get("rank")) == (None, None, None)
        url = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}/top-gifters"
        async with httpx.AsyncClient() as client:
            first = (await client.get(url)).json()["items"][0]
        assert (first["account"]["username"], first["account"]["badge"]) == ("alice", None)


async def test_a_new_owner_lights_by_the_same_standings(make_process, live, cast):
    one = await make_process()
    async with asyncio.timeout(10):
        while live.key not in one.realtime.owner.rooms:  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.05)
    two = await make_process()
    await two.serve()
    async with Watcher.watching(two.port, live.id) as guest:
        await live.give(cast.charlie, cast.alice, count=3)
        await guest.until_events("gift.sent", 2)
        await one.realtime.close()
        await comment(two, live, cast.charlie)
        (told,) = await guest.until_events("chat.message", seconds=20)
        assert told["highlight"] is True
        assert told["rank"] in {1, 2}
