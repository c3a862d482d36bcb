"""Cameras publish by WHIP, and peers watch them by WHEP, with aiortc as the browser."""

import asyncio
import contextlib

import pytest
from aiortc import RTCPeerConnection
from tests.rooms.media.calling import ALONE, Picture, Tone, camera, offered, sent, viewer
from tests.rooms.media.test_publishing import Viewer, decoded

from largesse.media.peers import Bounds, Peers
from publishing import BOTH, publisher


@pytest.fixture
async def calling(streaming):
    """The service of `streaming`, whose process takes WebRTC peers."""
    peers = Peers(streaming.media, Bounds(connect_s_max=8, silent_s_max=3, idle_s_max=6))
    await peers.open()
    streaming.peers = peers
    streaming.whip = f"/v1/lives/{streaming.live}/whip"
    streaming.whep = f"/v1/lives/{streaming.live}/whep"
    yield streaming
    await peers.close()
    assert not peers.peers


async def live(calling) -> bool:
    return await calling.signal() == "live"


async def lost(calling) -> bool:
    return await calling.signal() == "lost"


async def test_a_camera_by_whip_is_seen_by_every_way(calling, cast):
    async with camera(calling.client, calling.whip, **cast.bob.headers) as (_, answer):
        assert answer.status_code == 201
        assert answer.headers["content-type"].startswith("application/sdp")
        assert answer.headers["location"].startswith(calling.whip + "/")
        await calling.until(lambda: live(calling))
        async with viewer(calling.client, calling.whep) as (seen, taken):
            assert taken.status_code == 201
            assert taken.headers["location"].startswith(calling.whep + "/")
            await seen.until(30)
            assert seen.sounds > 10
        async with Viewer.watching(calling.port, calling.live) as fragments:
            await fragments.until(10)
            assert 'codecs="avc1.42' in fragments.heads[0]["type"]
            assert "mp4a.40.2" in fragments.heads[0]["type"]
            assert await fragments.plays() >= 15
        await calling.until(lambda: listed(calling, 2))
    await calling.until(lambda: lost(calling))
    await calling.end()
    await calling.media.make_replays()
    assert "1.mp4" in (await calling.file("replay.m3u8")).text
    assert await decoded((await calling.file("1.mp4")).content) >= 15


async def listed(calling, count: int) -> bool:
    playlist = await calling.file("live.m3u8")
    return playlist.status_code == 200 and playlist.text.count(".m4s") >= count


async def test_an_encoder_is_taken_by_its_key_alone(calling, cast):
    key = await calling.key()
    for wrong in (key[:-1] + "0", "x", cast.charlie.token):
        async with camera(calling.client, calling.whip, Authorization=f"Bearer {wrong}") as (_, answer):
            assert answer.status_code in {401, 403}, wrong
            assert answer.json()["code"] in {"bad-stream-key", "not-your-live"}
    async with camera(calling.client, calling.whip) as (_, answer):
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    await calling.client.post(f"/v1/lives/{calling.live}/stream-key", headers=cast.bob.headers)
    async with camera(calling.client, calling.whip, Authorization=f"Bearer {key}") as (_, answer):
        assert (answer.status_code, answer.json()["code"]) == (401, "bad-stream-key")
    assert await calling.signal() == "none"
    async with camera(calling.client, calling.whip, Authorization=f"Bearer {await calling.key()}") as (_, answer):
        assert answer.status_code == 201
        await calling.until(lambda: live(calling))


async def test_a_replaced_key_ends_a_camera(calling, cast):
    async with camera(calling.client, calling.whip, Authorization=f"Bearer {await calling.key()}") as (peer, _):
        await calling.until(lambda: live(calling))
        await calling.client.post(f"/v1/lives/{calling.live}/stream-key", headers=cast.bob.headers)
        await calling.until(lambda: lost(calling))
        async with asyncio.timeout(10):
            while peer.connectionState != "closed":  # noqa: ASYNC110 - aiortc's
                await asyncio.sleep(0.05)


async def test_of_two_publishers_a_session_takes_over_and_a_key_waits(calling, cast):
    key = {"Authorization": f"Bearer {await calling.key()}"}
    async with camera(calling.client, calling.whip, **key) as (first, _):
        await calling.until(lambda: live(calling))
        async with camera(calling.client, calling.whip, **key) as (_, answer):
            assert (answer.status_code, answer.json()["code"]) == (409, "already-publishing")
        async with camera(calling.client, calling.whip + "?again=true", **cast.bob.headers) as (_, answer):
            assert (answer.status_code, answer.json()["code"]) == (409, "already-publishing")
        async with camera(calling.client, calling.whip, **cast.bob.headers) as (_, answer):
            assert answer.status_code == 201
            async with asyncio.timeout(10):
                while first.connectionState != "closed":  # noqa: ASYNC110 - aiortc's
                    await asyncio.sleep(0.05)
            await calling.until(lambda: run_is(calling, 2))
            assert await calling.signal() == "live"


async def run_is(calling, run: int) -> bool:
    return (await calling.body())["signal"]["run"] == run


async def test_a_camera_that_vanishes_is_missed_in_seconds(calling, cast):
    picture = Picture()
    async with camera(calling.client, calling.whip, picture, Tone(), **cast.bob.headers) as (peer, _):
        await calling.until(lambda: live(calling))
        for transceiver in peer.getTransceivers():  # a cable is pulled: nothing is said
            transceiver.sender.transport.transport._connection._nominated.clear()
        await calling.until(lambda: lost(calling), 10)
    async with camera(calling.client, calling.whip + "?again=true", **cast.bob.headers) as (_, answer):
        assert answer.status_code == 201
        await calling.until(lambda: run_is(calling, 2))


async def test_hanging_up_ends_it_at_once(calling, cast):
    async with camera(calling.client, calling.whip, **cast.bob.headers) as (_, answer):
        await calling.until(lambda: live(calling))
        where = answer.headers["location"]
        assert (await calling.client.delete(where)).status_code == 200
        await calling.until(lambda: lost(calling), 5)
        assert (await calling.client.delete(where)).status_code == 404
        for method, status in (("PATCH", 405), ("GET", 405), ("PUT", 405)):
            assert (await calling.client.request(method, where)).status_code == status


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", "application/sdp", "bad-offer"),
        (b"v=0\r\n" * 20_000, "application/sdp", "bad-offer"),
        (b"\xff\xfe" * 100, "application/sdp", "bad-offer"),
        (b"v=0\r\nm=video what is this\r\n", "application/sdp", "bad-offer"),
        (b"v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=sendonly\r\n", "application/sdp", "bad-offer"),
        (b"{}", "application/json", "not-sdp"),
    ],
)
async def test_garbage_is_refused_in_words(calling, cast, body, kind, code):
    answer = await sent(calling.client, calling.whip, body, **cast.bob.headers | {"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415 if code == "not-sdp" else 422, code)
    assert not calling.peers.peers
    assert await calling.signal() == "none"


async def test_sound_alone_and_other_pictures_are_refused(calling, cast):
    async with camera(calling.client, calling.whip, Tone(), **cast.bob.headers) as (_, answer):
        assert (answer.status_code, answer.json()["code"]) == (422, "bad-offer")
        assert "no picture" in answer.json()["detail"]
    async with camera(calling.client, calling.whip, Picture(), Picture(), **cast.bob.headers) as (_, answer):
        assert answer.status_code == 422
    async with camera_of(calling, cast, "video/VP8") as answer:
        assert (answer.status_code, answer.json()["code"]) == (422, "bad-offer")
        assert "H.264" in answer.json()["detail"]
    assert not calling.peers.peers


@contextlib.asynccontextmanager
async def camera_of(calling, cast, codec: str):

    peer = RTCPeerConnection(ALONE)
    peer.addTransceiver(Picture(), "sendonly")
    try:
        yield await sent(calling.client, calling.whip, await offered(peer, codec), **cast.bob.headers)
    finally:
        await peer.close()


async def test_a_picture_without_sound_is_seen(calling, cast):
    async with camera(calling.client, calling.whip, Picture(), **cast.bob.headers):
        async with Viewer.watching(calling.port, calling.live) as fragments:
            await fragments.until(8)
            assert "mp4a" not in fragments.heads[0]["type"]
        async with viewer(calling.client, calling.whep) as (seen, _):
            await seen.until(10)


async def test_a_camera_that_turns_begins_another_run(calling, cast):
    picture = Picture(320, 240)
    async with camera(calling.client, calling.whip, picture, Tone(), **cast.bob.headers):
        async with (
            Viewer.watching(calling.port, calling.live) as fragments,
            viewer(calling.client, calling.whep) as (seen, _),
        ):
            await fragments.until(8)
            picture.size = (240, 320)
            await fragments.until(8, run=2)
            assert await fragments.plays() >= 10
            await seen.until(len(seen.frames) + 10)
            assert (seen.frames[-1].width, seen.frames[-1].height) == (240, 320)
        assert await calling.signal() == "live"
        assert await calling.told() == ["signal.back", "signal.back"]


async def test_nothing_is_watched_where_no_camera_is(calling, cast):
    async with viewer(calling.client, calling.whep) as (_, answer):
        assert (answer.status_code, answer.json()["code"]) == (404, "no-whep")
    async with publisher(calling.media.front, await calling.key(), *BOTH):
        await calling.until(lambda: live(calling))
        async with viewer(calling.client, calling.whep) as (_, answer):
            assert (answer.status_code, answer.json()["code"]) == (404, "no-whep")
    await calling.end()
    async with camera(calling.client, calling.whip, **cast.bob.headers) as (_, answer):
        assert (answer.status_code, answer.json()["code"]) == (409, "not-live")


async def test_strangers_leave_room_for_who_takes_part(calling, cast):
    async with camera(calling.client, calling.whip, **cast.bob.headers), contextlib.AsyncExitStack() as stack:
        await calling.until(lambda: live(calling))
        seen = []
        for _ in range(calling.media.settings.webrtc_viewers_max):
            one, answer = await stack.enter_async_context(viewer(calling.client, calling.whep))
            assert answer.status_code == 201
            seen.append(one)
        _, answer = await stack.enter_async_context(viewer(calling.client, calling.whep))
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        own, answer = await stack.enter_async_context(viewer(calling.client, calling.whep, **cast.bob.headers))
        assert answer.status_code == 201
        await asyncio.gather(*[one.until(15, 60) for one in [*seen, own]])
    await calling.until(lambda: lost(calling))


async def test_the_lives_end_ends_its_cameras_and_viewers(calling, cast):
    async with (
        camera(calling.client, calling.whip, **cast.bob.headers),
        viewer(calling.client, calling.whep) as (seen, _),
    ):
        await seen.until(5)
        await calling.end()
        async with asyncio.timeout(12):
            while calling.peers.peers:  # noqa: ASYNC110 - their closing is aiortc's
                await asyncio.sleep(0.05)


async def test_who_never_connects_is_forgotten(calling, cast):

    peer = RTCPeerConnection(ALONE)
    peer.addTransceiver(Picture(), "sendonly")
    answer = await sent(calling.client, calling.whip, await offered(peer), **cast.bob.headers)
    assert answer.status_code == 201
    assert len(calling.peers.peers) == 1
    await peer.close()
    async with asyncio.timeout(15):
        while calling.peers.peers:  # noqa: ASYNC110 - a sweep's
            await asyncio.sleep(0.1)
    assert await calling.signal() == "none", "a run begins with a picture"


async def test_players_of_other_sites_may_ask(calling):
    answer = await calling.client.options(calling.whip, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["accept-post"] == "application/sdp"
