"""A LIVE whose encoders and viewers come to MediaMTX, by its published contract; no MediaMTX runs here."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import pytest
from tests.conftest import application
from tests.tree import ROOT

from largesse.kit.config import BadSettings, load
from largesse.media import MediaMtxService, StreamKeys
from largesse.media.routes import routes
from largesse.media.routes_engines import engine_routes
from largesse.stage import StageService
from largesse.stage.routes import routes as stage_routes
from serving import served

from .conftest import Streaming, media_of
from .mediamtx import Contract

SECRET = "a-secret-of-the-engine"
RTMP = "rtmp://live.example.org/live"
HLS = "https://live.example.org/live"


@dataclass
class Outside(Streaming):
    """A process whose LIVEs MediaMTX shows."""

    engine: MediaMtxService
    mtx: Contract

    async def address(self) -> str:
        """Where Bob's encoder publishes: the studio's address and its key."""
        ingest = (await self.body(self.bob))["ingest"]
        return f"{ingest['rtmp']}/{ingest['key']}"

    async def read(self, path: str, action: str = "read") -> int:
        """What a viewer of HLS is answered."""
        return (await self.mtx.ask(action, path, "hls")).status_code

    async def silent(self) -> None:
        """Nobody asked for longer than a process may be silent."""
        async with self.db.write() as tx:
            await tx.execute(
                "UPDATE media.stream SET beat_at = beat_at - interval '7 seconds' WHERE holder IS NOT NULL"
            )


@pytest.fixture
async def outside(db, news, settings, cast, accounts, clock) -> AsyncIterator[Outside]:  # noqa: PLR0917
    """Bob is LIVE, nobody publishes yet; encoders may come to MediaMTX."""
    mtx = Contract()
    async with contextlib.AsyncExitStack() as stack:
        control = await stack.enter_async_context(served(mtx.application()))
        settings = msgspec.structs.replace(
            settings,
            media_engine="mediamtx",
            engine_rtmp_url=RTMP,
            engine_hls_url=HLS,
            engine_control_url=f"http://127.0.0.1:{control}",
            engine_secret=SECRET,
        )
        keys = StreamKeys(b"stream keys")
        stage = StageService(db, news, accounts, clock, settings, keys=keys)
        engine = MediaMtxService(db, news, settings, keys)
        for service in (stage, engine):
            await service.open()
            stack.push_async_callback(service.close)
        media = await stack.enter_async_context(media_of(db, news, settings, accounts))
        app = application(
            [*routes, *engine_routes, *stage_routes], accounts=accounts, stage=stage, media=media, engine=engine
        )
        port = await stack.enter_async_context(served(app))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30))
        mtx.hook = f"http://127.0.0.1:{port}/v1/engines/mediamtx/{SECRET}"
        made = await client.post("/v1/lives", json={"title": "Evening songs"}, headers=cast.bob.headers)
        live = made.json()["id"]
        started = await client.post(f"/v1/lives/{live}/start", headers=cast.bob.headers)
        assert started.json()["playback"] is None
        yield Outside(db, media, stage, client, port, cast.bob, live, engine, mtx)


async def test_an_encoder_publishes_by_what_the_studio_shows_and_viewers_find_it(outside):
    ingest = (await outside.body(outside.bob))["ingest"]
    assert (ingest["rtmp"], ingest["ws"], ingest["whip"]) == (RTMP, None, None)
    encoder = await outside.mtx.publish(await outside.address())
    assert encoder
    body = await outside.body()
    assert body["signal"] == {"state": "live", "run": 1}
    assert body["playback"] == {"hls": f"{HLS}/{outside.live}/index.m3u8", "mse_ws": None, "whep": None}
    for _ in range(2):
        await outside.silent()
        await outside.engine.follow()
        await outside.media.lapse()
        assert await outside.signal() == "live", "its control lists it"
    del outside.mtx.connections[encoder]
    await outside.engine.follow()
    assert await outside.signal() == "lost"
    assert await outside.told() == ["signal.back", "signal.lost"]
    assert await outside.mtx.publish(await outside.address())
    assert (await outside.body())["signal"] == {"state": "live", "run": 2}


async def test_the_key_is_checked_before_anything_is_shown(outside):
    good = await outside.address()
    key = good.rpartition("=")[2]
    for wrong in (
        good[:-1], f"{good}0", good.replace("pass", "token"), f"{RTMP}/{outside.live}", f"{RTMP}/{key}",
        good.replace("/live/", "/other/"), good.replace("/live/", "/"), good.replace("/live_", "/LIVE_"),
        good.replace(outside.live, "live_" + "0" * 26),
    ):  # fmt: skip
        assert await outside.mtx.publish(wrong) is None, wrong
    assert await outside.signal() == "none"
    first = await outside.mtx.publish(good)
    assert first
    assert await outside.mtx.publish(good) is None, "a second one"
    await outside.engine.follow()
    assert set(outside.mtx.connections) == {first}
    assert (await outside.body())["signal"] == {"state": "live", "run": 1}


async def test_viewers_are_admitted_to_running_lives_for_everybody_alone(outside, cast):
    path = f"live/{outside.live}"
    waiting = await outside.client.post("/v1/lives", json={"title": "Later"}, headers=cast.bob.headers)
    assert [await outside.read(path), await outside.read(path, "playback")] == [204, 204]
    for unknown in (
        outside.live, f"x/{outside.live}", f"{path}/", path.upper(), "live/", "", "live/é",
        f"live/{waiting.json().get('id')}", f"live/{'0' * 32}",
    ):  # fmt: skip
        assert await outside.read(unknown) == 403, unknown
    async with outside.db.write() as tx:
        await tx.execute("UPDATE media.stream SET private = true")
    assert await outside.read(path) == 403
    assert await outside.mtx.publish(await outside.address()) is None
    async with outside.db.write() as tx:
        await tx.execute("UPDATE media.stream SET private = false")
    await outside.end()
    assert await outside.read(path) == 403


async def test_a_replaced_key_and_an_ended_live_end_the_encoder_at_once(outside):
    old = await outside.address()
    assert await outside.mtx.publish(old)
    await outside.client.post(f"/v1/lives/{outside.live}/stream-key", headers=outside.bob.headers)

    async def ended() -> bool:
        return not outside.mtx.connections and await outside.signal() == "lost"

    await outside.until(ended)
    assert await outside.mtx.publish(old) is None, "it never works again"
    assert await outside.mtx.publish(await outside.address())
    await outside.end()

    async def empty() -> bool:
        return not outside.mtx.connections

    await outside.until(empty)
    assert (await outside.body())["playback"] is None


async def test_what_the_news_did_not_end_is_ended_when_the_control_is_next_asked(outside):
    await outside.engine.close()
    assert await outside.mtx.publish(await outside.address())
    await outside.client.post(f"/v1/lives/{outside.live}/stream-key", headers=outside.bob.headers)
    assert outside.mtx.connections
    await outside.engine.follow()
    assert not outside.mtx.connections
    assert await outside.signal() == "lost"


async def test_a_control_that_is_away_costs_the_signal_and_its_encoder_comes_again(outside):
    first = await outside.mtx.publish(await outside.address())
    outside.mtx.away = True
    await outside.engine.follow()
    assert await outside.signal() == "live", "away is not gone"
    await outside.silent()
    await outside.engine.follow()
    await outside.media.lapse()
    assert await outside.signal() == "lost"
    outside.mtx.away = False
    outside.mtx.connections["another"] = outside.mtx.connections[first] | {"id": "another", "path": "camera/1"}
    await outside.engine.follow()
    assert set(outside.mtx.connections) == {"another"}, "who holds no place is ended, and what is not ours left alone"
    again = await outside.mtx.publish(await outside.address())
    await outside.engine.follow()
    assert again in outside.mtx.connections
    assert (await outside.body())["signal"] == {"state": "live", "run": 2}


async def test_who_is_admitted_while_the_control_is_asked_stays(outside, monkeypatch):
    """The rows were read, then an encoder is admitted, then it is listed: it is no stray."""
    read, address, came = outside.engine._list_engaged, await outside.address(), []

    async def then_one_comes():
        rows = await read()
        if not came:
            came.append(await outside.mtx.publish(address))
        return rows

    monkeypatch.setattr(outside.engine, "_list_engaged", then_one_comes)
    await outside.engine.follow()
    assert set(outside.mtx.connections) == set(came)
    assert await outside.signal() == "live"


async def test_pages_of_the_list_are_all_read(outside):
    others = {str(n): {"id": str(n), "state": "publish", "path": f"camera/{n}"} for n in range(5)}
    outside.mtx.connections |= others
    outside.mtx.at_most = 2
    encoder = await outside.mtx.publish(await outside.address())
    await outside.silent()
    await outside.engine.follow()
    await outside.media.lapse()
    assert await outside.signal() == "live"
    assert set(outside.mtx.connections) == {*others, encoder}


async def test_only_rtmp_publishes_and_nonsense_is_refused(outside):
    path, key = f"live/{outside.live}", (await outside.address()).rpartition("=")[2]
    one = "0b5dd6fb-93a7-4a3b-8ad9-2f7a3c1f5a10"
    for protocol in ("webrtc", "srt", "rtsp", ""):
        assert (await outside.mtx.ask("publish", path, protocol, id=one, password=key)).status_code == 401
    for action in ("api", "metrics", "pprof", ""):
        assert (await outside.mtx.ask(action, "", "", id=one, password=key)).status_code == 401
    for bad in (None, "", "7", one.replace("-", ":")):
        assert (await outside.mtx.ask("publish", path, "rtmp", id=bad, password=key)).status_code == 400
    for nonsense in (b"", b"\xff", b"[]", b'{"action": 1}'):
        assert (await outside.client.post(outside.mtx.hook, content=nonsense)).status_code == 400
    assert await outside.signal() == "none"


async def test_only_mediamtx_is_believed(outside):
    address, hook = await outside.address(), outside.mtx.hook
    for wrong in (hook[:-1], f"{hook}x", hook.replace("mediamtx", "nginx-rtmp")):
        outside.mtx.hook = wrong
        assert await outside.mtx.publish(address) is None
        assert (await outside.mtx.ask("read", f"live/{outside.live}", "hls")).status_code == 404
    assert await outside.signal() == "none"


def test_mediamtx_needs_its_control():
    whole = {
        "LARGESSE_MEDIA_ENGINE": "mediamtx",
        "LARGESSE_ENGINE_RTMP_URL": RTMP,
        "LARGESSE_ENGINE_HLS_URL": HLS,
        "LARGESSE_ENGINE_CONTROL_URL": "http://127.0.0.1:9997",
        "LARGESSE_ENGINE_SECRET": SECRET,
    }
    assert load(whole, Path("none")).rtmp_port == 0
    with pytest.raises(BadSettings, match="LARGESSE_ENGINE_CONTROL_URL"):
        load(whole | {"LARGESSE_ENGINE_CONTROL_URL": ""}, Path("none"))


def test_the_file_that_operators_copy_admits_the_paths_of_lives():
    conf = (ROOT / "docs/howto/mediamtx.yml").read_text("utf-8")
    (pattern,) = re.findall(r'^  "~(.+)":', conf, re.MULTILINE)
    assert re.search(pattern, "live/live_01k8w3v5y2e7r9t0abcdefghjk")
    assert not re.search(pattern, "live/live_01k8w3v5y2e7r9t0abcdefghjk/x")
