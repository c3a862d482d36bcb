"""A LIVE's pictures travel from its creator to everybody, and nobody else's do."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import websockets

from largesse.media import publisher as publishers
from largesse.media.publisher import FREE_BYTES_MIN
from publishing import BOTH, FFMPEG, H264, PICTURE, SOUND, made, publisher

OPUS = (*PICTURE, *SOUND, *H264, "-c:a", "libopus", "-movflags", "empty_moov+frag_keyframe+default_base_moof")


class Viewer:
    """A page with Media Source: what it would append."""

    def __init__(self, connection: websockets.ClientConnection) -> None:
        self.connection = connection
        self.heads: list[dict] = []
        self.pieces: list[bytes] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def watching(cls, port: int, live: str) -> AsyncIterator["Viewer"]:
        url = f"ws://127.0.0.1:{port}/v1/lives/{live}/pictures"
        async with websockets.connect(url, compression=None, max_size=None) as connection:
            yield cls(connection)

    async def until(self, pieces: int, run: int = 1, seconds: float = 30) -> None:
        """Hear until there are so many pieces of a run."""
        async with asyncio.timeout(seconds):
            while not self.heads or self.heads[-1]["run"] < run or len(self.pieces) < pieces:
                said = await self.connection.recv()
                if isinstance(said, str):
                    self.heads.append(json.loads(said))
                    self.pieces = []
                else:
                    self.pieces.append(said)

    async def plays(self) -> int:
        """How many pictures a decoder finds in what came."""
        return await decoded(b"".join(self.pieces))


async def decoded(whole: bytes) -> int:
    ffmpeg = await asyncio.create_subprocess_exec(
        *(FFMPEG, "-hide_banner", "-v", "error", "-xerror", "-i", "pipe:0"),
        *("-map", "0:v", "-map", "0:a", "-f", "null", "-progress", "pipe:1", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, complaints = await ffmpeg.communicate(whole)
    assert (ffmpeg.returncode, complaints) == (0, b"")
    return int(re.findall(rb"frame=(\d+)", out)[-1])


@contextlib.asynccontextmanager
async def recorder(port: int, live: str, token: str | None, kind: str = "video/mp4;codecs=avc1.42E01F,opus"):
    """A browser's page that publishes: introduced, its recorder's type said."""
    async with websockets.connect(f"ws://127.0.0.1:{port}/v1/lives/{live}/ingest", compression=None) as connection:
        await connection.send(json.dumps({"auth": token}))
        await connection.send(json.dumps({"type": kind}))
        yield connection


async def closed(connection: websockets.ClientConnection) -> tuple[int, str, list[str]]:
    """How a socket is closed: (code, reason, what was said before)."""
    said = []
    with contextlib.suppress(websockets.ConnectionClosed):
        async with asyncio.timeout(30):
            while True:
                said.append(await connection.recv())
    return connection.close_code or 0, connection.close_reason or "", said


async def record(connection: websockets.ClientConnection, media: bytes, seconds: float) -> None:
    """Send a recording as it would have been made, a tenth of a second at a time, as soon as it may be."""
    assert json.loads(await connection.recv()) == {"ready": True}
    step = max(1, int(len(media) / seconds / 10))
    for at in range(0, len(media), step):
        await connection.send(media[at : at + step])
        await asyncio.sleep(0.1)


async def test_what_an_encoder_publishes_is_seen_by_playlist_and_by_socket(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _is(streaming, "live"))
        async with Viewer.watching(streaming.port, streaming.live) as viewer:
            await viewer.until(8)
            assert viewer.heads == [{"run": 1, "type": viewer.heads[0]["type"]}]
            assert viewer.heads[0]["type"].startswith('video/mp4; codecs="avc1.')
            assert await viewer.plays() >= 15
        assert (await streaming.body())["playback"] == {
            "hls": f"/hls/{streaming.live}/live.m3u8",
            "mse_ws": f"/v1/lives/{streaming.live}/pictures",
            "whep": f"/v1/lives/{streaming.live}/whep",
        }
        await streaming.until(lambda: _lists(streaming, 3))
        playlist = await streaming.file("live.m3u8")
        assert playlist.headers["cache-control"] == "no-cache"
        assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
        first, *names = re.findall(r'URI="(\S+)"|^(\S+\.m4s)$', playlist.text, re.MULTILINE)
        files = [await streaming.file(name or fragment) for name, fragment in (first, *names)]
        assert {file.headers["cache-control"] for file in files} == {"public, max-age=31536000, immutable"}
        assert abs(await decoded(b"".join(file.content for file in files)) - 15 * len(names)) <= 2
    await streaming.until(lambda: _is(streaming, "lost"))
    assert await streaming.told() == ["signal.back", "signal.lost"]


async def _is(streaming, state: str) -> bool:
    return await streaming.signal() == state


async def _lists(streaming, count: int) -> bool:
    playlist = await streaming.file("live.m3u8")
    return playlist.status_code == 200 and playlist.text.count(".m4s") >= count


async def test_who_comes_late_sees_a_picture_at_once(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _lists(streaming, 1))
        async with Viewer.watching(streaming.port, streaming.live) as early:
            await early.until(3)
            for _ in range(3):
                await asyncio.sleep(0.31)
                began = asyncio.get_running_loop().time()
                async with Viewer.watching(streaming.port, streaming.live) as late:
                    await late.until(2)
                    took_s = asyncio.get_running_loop().time() - began
                    assert await late.plays() >= 1
                    assert took_s < 0.8, "without waiting for the next key frame"


async def test_an_encoder_that_was_killed_returns_and_viewers_go_on(streaming):
    key = await streaming.key()
    async with Viewer.watching(streaming.port, streaming.live) as viewer:
        async with publisher(streaming.media.front, key, *BOTH) as first:
            await viewer.until(3)
            first.kill()
            await first.wait()
        await streaming.until(lambda: _is(streaming, "lost"))
        async with publisher(streaming.media.front, key, *BOTH):
            await viewer.until(3, run=2)
            assert await viewer.plays() >= 1
            assert (await streaming.body())["signal"] == {"state": "live", "run": 2}
            await streaming.until(lambda: _lists(streaming, 2))
            assert "#EXT-X-DISCONTINUITY\n" in (await streaming.file("live.m3u8")).text
    assert (await streaming.told())[:3] == ["signal.back", "signal.lost", "signal.back"]


async def test_only_the_lives_own_key_publishes(streaming, cast):
    key = await streaming.key()
    live, number, mac = key.split("-")
    for wrong in ("", "x", key[:-1], key + "0", f"{live}-2-{mac}", f"{live}-x-{mac}", "é" * 60, key.upper()):
        async with publisher(streaming.media.front, wrong, *BOTH) as encoder:
            assert await asyncio.wait_for(encoder.wait(), 30) != 0, wrong
    assert await streaming.signal() == "none"
    assert (await streaming.body(cast.charlie))["ingest"] is None
    assert (await streaming.body())["ingest"] is None
    assert number == "1"


async def test_a_replaced_key_ends_who_publishes_and_never_works_again(streaming, cast):
    old = await streaming.key()
    refused = await streaming.client.post(f"/v1/lives/{streaming.live}/stream-key", headers=cast.charlie.headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-your-live")
    async with publisher(streaming.media.front, old, *BOTH) as encoder:
        await streaming.until(lambda: _is(streaming, "live"))
        answer = await streaming.client.post(f"/v1/lives/{streaming.live}/stream-key", headers=cast.bob.headers)
        assert answer.json()["ingest"]["key"] != old
        assert await asyncio.wait_for(encoder.wait(), 20) != 0
    async with publisher(streaming.media.front, old, *BOTH) as encoder:
        assert await asyncio.wait_for(encoder.wait(), 20) != 0
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _is(streaming, "live"))


async def test_an_ended_live_takes_nobody_and_its_replay_plays(streaming, cast):
    key = await streaming.key()
    for _ in range(2):
        async with publisher(streaming.media.front, key, *BOTH) as encoder:
            await streaming.until(lambda: _is(streaming, "live"))
            await asyncio.sleep(3)
            if _:
                await streaming.end()
                assert await asyncio.wait_for(encoder.wait(), 20) != 0
        await streaming.until(lambda: _is(streaming, "lost"))
    refused = await streaming.client.post(f"/v1/lives/{streaming.live}/stream-key", headers=cast.bob.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-live")
    async with publisher(streaming.media.front, key, *BOTH) as encoder:
        assert await asyncio.wait_for(encoder.wait(), 20) != 0
    assert (await streaming.body(cast.bob))["ingest"] is None
    await streaming.media.make_replays()
    assert (await streaming.body())["playback"]["hls"] == f"/hls/{streaming.live}/replay.m3u8"
    assert (await streaming.file("live.m3u8")).status_code == 404, "the last seconds are deleted"
    assert "#EXT-X-DISCONTINUITY" in (await streaming.file("replay.m3u8")).text
    frames = await _played(streaming)
    assert len(frames) == 2, "both times that the encoder came are seen"
    assert min(frames) >= 30
    part = await streaming.file("1.mp4", Range="bytes=4-7")
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"].startswith("bytes 4-7/")


async def _played(streaming) -> list[int]:
    """How many pictures a player finds in each run that the replay names, byte range by byte range."""
    runs: dict[str, bytes] = {}
    text = (await streaming.file("replay.m3u8")).text
    ranges = re.findall(r'URI="(\S+)",BYTERANGE="(\d+)@(\d+)"|#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)', text)
    for first, length, offset, *part in ranges:
        name, size, start = (first, int(length), int(offset)) if first else (part[2], int(part[0]), int(part[1]))
        answer = await streaming.file(name, Range=f"bytes={start}-{start + size - 1}")
        assert (answer.status_code, len(answer.content)) == (206, size)
        runs[name] = runs.get(name, b"") + answer.content
    return [await decoded(whole) for whole in runs.values()]


@pytest.mark.parametrize("name", ["..%2F..%2Fkeys", "%2e%2e", "live.m3u8.new", "1-1.m4s%00", "stream.index", "1.index"])
async def test_no_other_file_is_given(streaming, name):
    assert (await streaming.file(name)).status_code == 404
    assert (await streaming.client.get(f"/hls/nobody/{name}")).status_code == 404


async def test_a_browsers_recording_is_seen(streaming, cast):
    media = await made(*OPUS, seconds=6, form="mp4")
    async with Viewer.watching(streaming.port, streaming.live) as viewer:
        async with recorder(streaming.port, streaming.live, cast.bob.token) as connection:
            sending = asyncio.create_task(record(connection, media, 6))
            await viewer.until(8)
            assert await viewer.plays() >= 15
            assert "mp4a.40.2" in viewer.heads[0]["type"], "sound is AAC, which every browser plays"
            await sending
        await streaming.until(lambda: _is(streaming, "lost"))


@pytest.mark.parametrize(
    ("who", "kind", "code", "reason"),
    [
        ("charlie", "video/mp4;codecs=avc1", 4403, "not-your-live"),
        (None, "video/mp4;codecs=avc1", 4401, "not-signed-in"),
        ("bob", "video/webm;codecs=vp8,opus", 4422, "bad-media"),
        ("bob", "text/html", 4422, "bad-media"),
        ("bob", "x" * 200, 4400, "bad-message"),
    ],
)
async def test_who_may_not_record_is_told_so(streaming, cast, who, kind, code, reason):  # noqa: PLR0917
    token = getattr(cast, who).token if who else None
    async with recorder(streaming.port, streaming.live, token, kind) as connection:
        found, why, _ = await closed(connection)
        assert (found, why) == (code, reason)
    assert await streaming.signal() == "none"


async def test_garbage_from_a_recorder_ends_in_words(streaming, cast):
    async with recorder(streaming.port, streaming.live, cast.bob.token) as connection:
        assert json.loads(await connection.recv()) == {"ready": True}
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(200):
                await connection.send(b"no film at all" * 1000)
                await asyncio.sleep(0.02)
        code, reason, said = await closed(connection)
        assert (code, reason) == (4422, "bad-media")
        assert "refused" in json.loads(said[-1])
    await streaming.until(lambda: _is(streaming, "lost"))


async def test_the_same_creators_newer_page_takes_over(streaming, cast):
    media = await made(*OPUS, seconds=8, form="mp4")
    async with recorder(streaming.port, streaming.live, cast.bob.token) as first:
        sending = asyncio.create_task(record(first, media, 8))
        await streaming.until(lambda: _is(streaming, "live"))
        async with recorder(streaming.port, streaming.live, cast.bob.token) as second:
            again = asyncio.create_task(record(second, media, 8))
            code, reason, _ = await closed(first)
            assert (code, reason) == (4423, "taken-over")
            with contextlib.suppress(websockets.ConnectionClosed):
                await sending
            assert (await streaming.body())["signal"] == {"state": "live", "run": 2}
            again.cancel()


@pytest.mark.parametrize(("act", "code", "reason"), [("end", 4410, "live-over"), ("stream-key", 4412, "key-replaced")])
async def test_a_page_is_told_by_a_code_why_it_may_not_go_on(streaming, cast, act, code, reason):
    media = await made(*OPUS, seconds=6, form="mp4")
    async with recorder(streaming.port, streaming.live, cast.bob.token) as connection:
        sending = asyncio.create_task(record(connection, media, 6))
        await streaming.until(lambda: _is(streaming, "live"))
        answer = await streaming.client.post(f"/v1/lives/{streaming.live}/{act}", headers=cast.bob.headers)
        assert answer.status_code == 200
        found, why, _ = await closed(connection)
        assert (found, why) == (code, reason)
        with contextlib.suppress(websockets.ConnectionClosed):
            await sending


async def test_a_killed_process_is_noticed(streaming):
    async with streaming.db.write() as tx:
        await tx.execute(
            "UPDATE media.stream SET run = 1, holder = 'gone', beat_at = now() - interval '7 seconds', lost_at = NULL"
        )
    assert await streaming.signal() == "live"
    await streaming.media.lapse()
    assert await streaming.signal() == "lost"
    assert await streaming.told() == ["signal.lost"]


async def test_a_live_without_a_signal_for_ten_minutes_ends_itself(streaming):
    async with streaming.db.write() as tx:
        await tx.execute("UPDATE media.stream SET run = 1, lost_at = now() - interval '9 minutes 50 seconds'")
    await streaming.stage.end_silent()
    assert (await streaming.body())["status"] == "live"
    async with streaming.db.write() as tx:
        await tx.execute("UPDATE media.stream SET lost_at = now() - interval '10 minutes 1 second'")
    await streaming.stage.end_silent()
    assert (await streaming.body())["status"] == "ended"


async def test_a_full_disk_stops_the_recording_and_not_the_live(streaming, monkeypatch):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _lists(streaming, 2))
        monkeypatch.setattr(publishers, "FREE_BYTES_MIN", FREE_BYTES_MIN << 40)
        before = (await streaming.file("live.m3u8")).text
        await asyncio.sleep(4)
        assert (await streaming.file("live.m3u8")).text != before
        assert await streaming.signal() == "live"
    await streaming.end()
    await streaming.until(lambda: _is(streaming, "lost"))
    await streaming.media.make_replays()
    length = sum(float(s) for s in re.findall(r"#EXTINF:([\d.]+)", (await streaming.file("replay.m3u8")).text))
    assert 1 <= length <= 4, "what was recorded until then is kept"


async def test_lives_do_not_mix(streaming, cast, make_person):
    dora = await make_person("dora", creator=True)
    made_live = await streaming.client.post("/v1/lives", json={"title": "Drums"}, headers=dora.headers)
    live = made_live.json()["id"]
    started = await streaming.client.post(f"/v1/lives/{live}/start", headers=dora.headers)
    small = ("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=15", *SOUND, *H264, "-c:a", "aac")
    async with (
        publisher(streaming.media.front, await streaming.key(), *BOTH) as bobs,
        publisher(streaming.media.front, started.json()["ingest"]["key"], *small),
        Viewer.watching(streaming.port, streaming.live) as of_bob,
        Viewer.watching(streaming.port, live) as of_dora,
    ):
        await asyncio.gather(of_bob.until(4), of_dora.until(4))
        assert of_bob.pieces[0] != of_dora.pieces[0]
        bobs.kill()
        await of_dora.until(12)
        assert await of_dora.plays() >= 15


async def test_players_of_other_sites_may_read_the_playlist(streaming):
    async with publisher(streaming.media.front, await streaming.key(), *BOTH):
        await streaming.until(lambda: _lists(streaming, 1))
        found: httpx.Response = await streaming.file("live.m3u8", Origin="https://elsewhere.example")
        assert found.headers["access-control-allow-origin"] == "*"
