"""A LIVE for followers is seen by them alone: in lists, in its room, and in every address of its pictures."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import websockets

from largesse.kit import ids
from largesse.media import StreamKeys
from largesse.media.model import SIGNED_STEP_S
from largesse.web import Cards
from publishing import BOTH, publisher

NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
LIVE, OTHER = UUID(int=1), UUID(int=2)


def test_a_signature_is_of_one_stream_and_holds_for_two_to_three_hours():
    keys = StreamKeys(b"secret")
    signature = keys.sign(LIVE, NOW)
    assert 2 * SIGNED_STEP_S <= keys.signed_s(LIVE, signature, NOW) <= 3 * SIGNED_STEP_S
    assert keys.sign(LIVE, NOW + timedelta(minutes=29)) == signature, "one address for many, so that caches help"
    assert keys.signed_s(LIVE, signature, NOW + timedelta(hours=3)) == 0
    assert keys.signed_s(OTHER, signature, NOW) == 0
    assert StreamKeys(b"another").signed_s(LIVE, signature, NOW) == 0
    until, _, mac = signature.partition(".")
    later = f"{int(until, 16) + 3600:x}.{mac}"
    for wrong in (
        "",
        ".",
        until,
        later,
        signature + "0",
        signature.upper(),
        "é" * 30,
        f"-1.{mac}",
        "f" * 40 + "." + mac,
    ):
        assert keys.signed_s(LIVE, wrong, NOW) == 0, wrong


async def _show(streaming, cast, visibility: str) -> None:
    answer = await streaming.client.patch(
        f"/v1/lives/{streaming.live}", json={"visibility": visibility}, headers=cast.bob.headers
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["visibility"] == visibility


async def _follow(streaming, cast) -> None:
    async with streaming.db.write() as tx:
        await tx.execute("INSERT INTO accounts.follow VALUES (%s, %s)", [cast.alice.key, cast.bob.key])


async def _listed(streaming, member=None, **query: str) -> list[str]:
    headers = member.headers if member else {}
    answer = await streaming.client.get("/v1/lives", params=query, headers=headers)
    return [live["id"] for live in answer.json()["items"]]


async def test_lists_show_a_live_to_who_may_find_it(streaming, cast):
    await _follow(streaming, cast)
    everybody = {"alice": cast.alice, "bob": cast.bob, "charlie": cast.charlie, "nobody": None}
    for visibility, found in (
        ("public", {"alice", "bob", "charlie", "nobody"}),
        ("followers", {"alice", "bob"}),
        ("unlisted", {"bob"}),
    ):
        await _show(streaming, cast, visibility)
        for query in ({"status": "live"}, {"status": "live", "creator": "bob"}):
            seen = {name for name, who in everybody.items() if await _listed(streaming, who, **query)}
            assert seen == found, (visibility, query)
    await streaming.end()
    assert await _listed(streaming, cast.charlie, status="ended") == []
    assert await _listed(streaming, cast.bob, status="ended") == [streaming.live]


async def test_only_followers_the_office_and_who_moderates_enter_a_live_for_followers(streaming, cast):
    await _show(streaming, cast, "followers")
    paths = [f"/v1/lives/{streaming.live}{rest}" for rest in ("", "/summary", "/top-gifters", "/talk")]
    for path in paths:
        refused = await streaming.client.get(path, headers=cast.charlie.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "for-followers"), path
        assert (await streaming.client.get(path)).status_code == 403, path
    assert refused.json()["creator"] == "bob"
    said = {"text": "hello"}
    url = f"/v1/lives/{streaming.live}/comments"
    assert (await streaming.client.post(url, json=said, headers=cast.charlie.headers)).status_code == 403
    await _follow(streaming, cast)
    for path in paths:
        assert (await streaming.client.get(path, headers=cast.alice.headers)).status_code == 200, path
        assert (await streaming.client.get(path, headers=cast.bob.headers)).status_code == 200, path
    async with streaming.db.write() as tx:
        await tx.execute("INSERT INTO stage.moderator VALUES (%s, %s)", [cast.bob.key, cast.charlie.key])
    assert (await streaming.client.get(paths[0], headers=cast.charlie.headers)).status_code == 200
    assert await Cards(streaming.stage).of_live(streaming.live) == ""
    await _show(streaming, cast, "unlisted")
    assert (await streaming.client.get(paths[0])).status_code == 200, "whoever has the address"


async def test_pictures_of_a_live_for_followers_need_a_signed_address(streaming, cast):
    await _follow(streaming, cast)
    await _show(streaming, cast, "followers")
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _pictured(streaming, cast))
        body = await streaming.body(cast.alice)
        hls, socket = body["playback"]["hls"], body["playback"]["mse_ws"]
        assert hls.startswith(f"/hls/{streaming.live}~")
        await streaming.until(lambda: _is_there(streaming, hls))
        playlist = await streaming.client.get(hls)
        assert playlist.headers["cache-control"] == "no-cache"
        name = next(line for line in playlist.text.splitlines() if line.endswith(".m4s"))
        part = await streaming.client.get(f"{hls.rpartition('/')[0]}/{name}")
        assert part.status_code == 200, "what the playlist names is signed as it is"
        assert "immutable" in part.headers["cache-control"]
        assert int(part.headers["cache-control"].split("max-age=")[1].split(",")[0]) <= 3 * SIGNED_STEP_S
        assert (await streaming.client.get(body["poster"])).status_code == 200
        for bare in ("live.m3u8", name, "still.jpg", "replay.m3u8"):
            for where in (streaming.live, f"{streaming.live}~", f"{streaming.live}~{'0' * 8}.{'0' * 26}"):
                refused = await streaming.client.get(f"/hls/{where}/{bare}")
                assert (refused.status_code, refused.json()["code"]) == (403, "not-shown"), bare
        async with websockets.connect(f"ws://127.0.0.1:{streaming.port}{socket}") as connection:
            assert "run" in await asyncio.wait_for(connection.recv(), 20)
        async with websockets.connect(f"ws://127.0.0.1:{streaming.port}{socket.partition('?')[0]}") as connection:
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(connection.recv(), 20)
            assert (connection.close_code, connection.close_reason) == (4403, "not-shown")
        call = f"/v1/lives/{streaming.live}/whep"
        offer = {"content": "v=0", "headers": {"Content-Type": "application/sdp"}}
        assert (await streaming.client.post(call, **offer)).json()["code"] == "not-shown"
    await streaming.end()
    await streaming.until(lambda: _is_lost(streaming, cast))
    await streaming.media.make_replays()
    replay = (await streaming.body(cast.alice))["playback"]["hls"]
    assert (await streaming.client.get(replay)).status_code == 200
    assert (await streaming.client.get(f"/hls/{streaming.live}/replay.m3u8")).status_code == 403
    await _show(streaming, cast, "public")
    streaming.media._private.clear()
    assert (await streaming.client.get(f"/hls/{streaming.live}/replay.m3u8")).status_code == 200


async def _pictured(streaming, cast) -> bool:
    return (await streaming.body(cast.alice))["poster"] is not None


async def _is_there(streaming, address: str) -> bool:
    return (await streaming.client.get(address)).status_code == 200


async def _is_lost(streaming, cast) -> bool:
    return (await streaming.body(cast.alice))["signal"]["state"] == "lost"


async def test_another_visibility_under_the_same_id_is_another_live(streaming, cast):
    first = {"id": ids.encode("live", ids.new()), "title": "Quiet", "visibility": "unlisted"}
    for status, body in ((201, first), (201, first), (409, first | {"visibility": "public"})):
        answer = await streaming.client.post("/v1/lives", json=body, headers=cast.bob.headers)
        assert answer.status_code == status, answer.text
    wrong = await streaming.client.post("/v1/lives", json=first | {"visibility": "friends"}, headers=cast.bob.headers)
    assert wrong.status_code == 400
