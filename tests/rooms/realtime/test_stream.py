import asyncio
import json

import httpx
import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from largesse.accounts import FOLLOWED
from largesse.kit import ids, outbox
from watching import Watcher


async def test_a_gift_is_on_every_screen_at_once(process, live, cast):
    async with (
        Watcher.watching(process.port, live.id, cast.charlie.token) as charlie,
        Watcher.watching(process.port, live.id) as guest,
        Watcher.watching(process.port, live.id, cast.bob.token) as bob,
    ):
        assert (charlie.snapshot["you"]["account"]["username"], guest.snapshot["you"]) == ("charlie", None)
        assert (charlie.snapshot["live"]["you_follow"], guest.snapshot["live"]["you_follow"]) == (False, None)
        assert bob.snapshot["you"]["is_creator"] is True
        await live.give(cast.alice, kind="rose", count=5, message="for you", combo="c1")
        for watcher in (charlie, guest, bob):
            (gift,) = await watcher.until_events("gift.sent")
            assert (gift["gift_id"], gift["repeat_count"], gift["coins"], gift["diamond_count"]) == ("rose", 5, 5, 1)
            assert (gift["sender"]["username"], gift["receiver"]["username"]) == ("alice", "bob")
            assert (gift["message"], gift["combo_id"], gift["repeat_end"]) == ("for you", "c1", True)
            totals = watcher.frames[-1]["totals"]
            assert (totals["coins"], totals["gifts"], totals["gifters"]) == (5, 1, 1)
            assert totals.get("diamonds_milli") == (3500 if watcher is bob else None)


async def test_an_anonymous_gift_names_nobody_and_ranks_nobody(process, live, cast):
    async with Watcher.watching(process.port, live.id) as guest:
        await live.give(cast.alice, count=9, anonymous=True)
        await live.give(cast.charlie, count=2)
        gifts = await guest.until_events("gift.sent", 2)
        assert [gift["sender"] and gift["sender"]["username"] for gift in gifts] == [None, "charlie"]
        (told,) = await guest.until_events("rank.updated")
        assert [(r["account"]["username"], r["coins"]) for r in told["top_gifters"]] == [("charlie", 2)]
        assert guest.frames[-1]["totals"]["gifters"] == 2
        assert b"alice" not in json.dumps(guest.frames).encode()


async def test_what_is_said_and_done_reaches_the_room(process, live, cast):
    base = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}"
    async with Watcher.watching(process.port, live.id) as guest, httpx.AsyncClient() as client:
        await client.post(f"{base}/comments", json={"text": "hello"}, headers=cast.alice.headers)
        await client.post(f"{base}/likes", json={"count": 7}, headers=cast.alice.headers)
        await client.post(f"{base}/shares", headers=cast.alice.headers)
        await client.post(f"{base}/questions", json={"text": "why?"}, headers=cast.alice.headers)
        body = {"action": "mute", "account": "charlie"}
        await client.post(f"{base}/moderation", json=body, headers=cast.bob.headers)
        async with process.db.write() as tx:
            await outbox.put(tx, FOLLOWED, cast.bob.key, {"follower": cast.charlie.key})
        await client.post(f"{base}/end", headers=cast.bob.headers)
        await guest.until_events("live.ended", seconds=20)
        await guest.until_events("like", seconds=20)
        (chat,) = await guest.until_events("chat.message")
        assert (chat["sender"]["username"], chat["text"]) == ("alice", "hello")
        assert guest.events("like")[0] == {
            "type": "like",
            "at": guest.events("like")[0]["at"],
            "count": 7,
            "senders": 1,
        }
        assert guest.frames[-1]["totals"]["likes"] == 7
        assert guest.events("share")[0]["account"]["username"] == "alice"
        assert guest.events("question.new")[0]["text"] == "why?"
        assert guest.events("follow")[0]["account"]["username"] == "charlie"
        (muted,) = guest.events("moderation.action")
        assert (muted["action"], muted["account"]["username"], muted["text"]) == ("mute", "charlie", None)
        assert guest.events("live.ended")[0]["summary_url"] == f"/v1/lives/{live.id}/summary"


async def test_viewers_are_counted_and_joins_are_folded(process, live, cast):
    async with Watcher.watching(process.port, live.id, cast.alice.token) as alice:
        async with Watcher.watching(process.port, live.id, cast.charlie.token), Watcher.watching(process.port, live.id):
            await alice.until(lambda message: message.get("totals", {}).get("viewers") == 3)
        await alice.until(lambda message: message.get("totals", {}).get("viewers") == 1)
        joined = alice.events("member.joined")
        assert sum(event["count"] for event in joined) == 3
        assert {m["username"] for event in joined for m in event["members"]} == {"alice", "charlie"}
        await asyncio.sleep(2.5)
    async with httpx.AsyncClient() as client:
        path = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}/summary"
        viewers = (await client.get(path)).json()["viewers"]
    assert (viewers["peak"], viewers["unique"]) == (3, 3)


async def test_a_snapshot_shows_what_happened_before(process, live, cast):
    await live.give(cast.alice, count=3)
    async with Watcher.watching(process.port, live.id) as first:
        while not first.snapshot["events"]:
            await first.next()
            break
    await asyncio.sleep(1.2)
    async with Watcher.watching(process.port, live.id) as late:
        snapshot = late.snapshot
        assert [e["type"] for e in snapshot["events"] if e["type"] == "gift.sent"] == ["gift.sent"]
        assert snapshot["totals"]["coins"] == snapshot["live"]["coins"] == 3
        assert [(r["account"]["username"], r["coins"]) for r in snapshot["top_gifters"]] == [("alice", 3)]
        assert snapshot["seq"] >> 32 == 1


async def test_the_same_frames_come_as_server_sent_events_and_as_a_list(process, live, cast):
    base = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}"
    messages = []
    async with (
        Watcher.watching(process.port, live.id) as guest,
        httpx.AsyncClient(timeout=10) as client,
        client.stream("GET", f"{base}/events") as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        await live.give(cast.alice)
        async for line in lines:
            if line.startswith("data: "):
                messages.append(json.loads(line[6:]))
                if any(e["type"] == "gift.sent" for e in messages[-1]["events"]):
                    break
        assert messages[0]["type"] == "snapshot"
        await guest.until_events("gift.sent")
        listed = (await client.get(f"{base}/frames", params={"after": guest.snapshot["seq"]})).json()
        assert [f for f in listed["items"] if f["seq"] <= guest.frames[-1]["seq"]] == guest.frames
        assert messages[-1] in listed["items"]
        assert (listed["gap"], listed["seq"]) == (False, listed["items"][-1]["seq"])
        own = (await client.get(f"{base}/frames", headers=cast.bob.headers)).json()
        assert own["items"][-1]["totals"]["diamonds_milli"] == 700
        assert (await client.get(f"{base}/frames", params={"after": 2**40})).json()["gap"] is True
        assert (await client.get(f"{base}/frames", params={"after": -1})).status_code == 400


async def test_the_history_has_every_gift_exactly_once(process, live, cast):
    for _ in range(3):
        await live.give(*[cast.alice, cast.charlie, cast.olga] * 9)
    seen, after = [], None
    async with httpx.AsyncClient() as client:
        path = f"http://127.0.0.1:{process.port}/v1/lives/{live.id}/gifts"
        for _ in range(100):
            page = (await client.get(path, params={"limit": 7} | ({"after": after} if after else {}))).json()
            seen += [gift["id"] for gift in page["items"]]
            if not page["next_cursor"]:
                break
            after = page["next_cursor"]
        await live.give(cast.alice)
        page = (await client.get(path, params={"after": after})).json()
        seen += [gift["id"] for gift in page["items"]]
        for bad in ("x", "....", "W10.a.b", "%00", "W1sxLDk5OTk5OTk5OTk5OTk5OTk5OTk5OV1d.0.0"):
            assert (await client.get(path, params={"after": bad})).json()["code"] == "invalid", bad
    assert sorted(seen) == sorted(ids.encode("gift", ids.UUID(bytes=g)) for g in live.sent)
    assert len(set(seen)) == 82


async def test_who_watches_is_told_first_or_the_socket_is_closed(process, live, cast):
    url = f"ws://127.0.0.1:{process.port}/v1/lives/{live.id}/stream"

    async def closed(first: str | None, where: str = url, **more) -> tuple[int, str]:
        async with websockets.connect(where, **more) as socket:
            if first is not None:
                await socket.send(first)
            with pytest.raises(ConnectionClosed) as caught:
                await asyncio.wait_for(socket.recv(), 10)
            assert caught.value.rcvd
            return caught.value.rcvd.code, caught.value.rcvd.reason

    assert await closed('{"auth": "nonsense"}') == (4401, "not-signed-in")
    assert await closed('{"ping": 1}') == (4401, "not-signed-in")
    assert await closed("[1]") == (4400, "bad-message")
    assert await closed(None) == (4401, "not-signed-in"), "five seconds of silence"
    nowhere = url.replace(live.id, ids.encode("live", ids.new()))
    assert await closed('{"auth": null}', nowhere) == (4404, "not-found")
    assert (await closed("x" * 5000))[0] == 1009, "longer than a client has to say"
    async with Watcher.watching(process.port, live.id) as guest:
        await guest.connection.send('{"ping": 7}')
        assert await guest.until(lambda message: "pong" in message) == {"pong": 7}
        await guest.connection.send('{"auth": 5}')
        with pytest.raises(ConnectionClosed):
            await guest.until_events("never")


async def test_another_origins_page_cannot_use_the_session_cookie(process, live, cast):
    url = f"ws://127.0.0.1:{process.port}/v1/lives/{live.id}/stream"
    cookie = {"Cookie": f"largesse_session={cast.alice.token}"}
    for origin in ("https://evil.example", None):
        headers = cookie | ({"Origin": origin} if origin else {})
        with pytest.raises(InvalidStatus) as caught:
            await websockets.connect(url, additional_headers=headers)
        assert caught.value.response.status_code == 403
        assert json.loads(caught.value.response.body)["code"] == "origin-refused"
    for origin in (process.settings.origin, f"http://127.0.0.1:{process.port}"):
        async with websockets.connect(url, additional_headers=cookie | {"Origin": origin}) as socket:
            assert json.loads(await socket.recv())["you"]["account"]["username"] == "alice"
    bearer = {"Authorization": f"Bearer {cast.alice.token}", "Origin": "https://evil.example"}
    async with websockets.connect(url, additional_headers=bearer) as socket:
        assert json.loads(await socket.recv())["you"]["account"]["username"] == "alice"


async def test_a_full_process_says_so(make_process, live):
    process = await make_process(sockets_max=1)
    await process.serve()
    async with Watcher.watching(process.port, live.id):
        with pytest.raises(InvalidStatus) as caught:
            await websockets.connect(f"ws://127.0.0.1:{process.port}/v1/lives/{live.id}/stream")
        assert (caught.value.response.status_code, json.loads(caught.value.response.body)["code"]) == (503, "busy")
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{process.port}/v1/lives/{live.id}/events")
        assert answer.json()["code"] == "busy"
