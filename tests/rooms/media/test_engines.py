"""A LIVE whose encoders and viewers come to an engine outside: a real nginx-rtmp, with the file that operators copy."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import httpx
import msgspec
import pytest
import websockets
from tests.conftest import application
from tests.rooms.media.test_publishing import closed, decoded
from tests.tree import ROOT

from largesse.kit.config import BadSettings, load
from largesse.media import NginxRtmpService, StreamKeys
from largesse.media.routes import routes
from largesse.media.routes_engines import engine_routes
from largesse.stage import StageService
from largesse.stage.routes import routes as stage_routes
from publishing import BOTH, publisher
from serving import served

from .conftest import Streaming, media_of

MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
SECRET = "a-secret-of-the-engine"
HOOK = f"/v1/engines/nginx-rtmp/{SECRET}"
with_nginx = pytest.mark.skipif(
    not (shutil.which("nginx") and MODULE.exists()),
    reason="needs Debian's nginx and libnginx-mod-rtmp (tools/debian-packages installs them)",
)


@dataclass
class Outside(Streaming):
    """A process whose LIVEs an external engine shows."""

    engine: NginxRtmpService
    front: SimpleNamespace
    folder: Path

    @contextlib.asynccontextmanager
    async def nginx(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The engine, with the file of docs/howto; killed when the test leaves."""
        conf = (ROOT / "docs/howto/nginx-rtmp.conf").read_text("utf-8")
        settings = self.engine.settings
        hls, control = (httpx.URL(u).port for u in (settings.engine_hls_url, settings.engine_control_url))
        for old, new in {
            "nginx-rtmp/SECRET": f"nginx-rtmp/{SECRET}",
            "127.0.0.1:8700": f"127.0.0.1:{self.port}",
            "127.0.0.1:1936": f"127.0.0.1:{free_port()}",
            "listen 1935": f"listen 127.0.0.1:{self.front.port}",
            "listen 8080": f"listen 127.0.0.1:{hls}",
            "127.0.0.1:8081": f"127.0.0.1:{control}",
            "/var/lib/nginx/hls": f"{self.folder}/hls",
            "/run/nginx-rtmp.pid": f"{self.folder}/pid",
            "/var/log/nginx/rtmp-error.log": f"{self.folder}/error.log",
            "http {\n": "http {\n" + "".join(f"    {name}_temp_path {self.folder}/{name};\n" for name in TEMP),
        }.items():
            assert old in conf, old
            conf = conf.replace(old, new)
        (self.folder / "hls").mkdir(parents=True, exist_ok=True)
        (self.folder / "nginx.conf").write_text(f"daemon off;\nmaster_process off;\n{conf}", "utf-8")
        command = ("nginx", "-p", str(self.folder), "-e", str(self.folder / "error.log"))
        process = await asyncio.create_subprocess_exec(*command, "-c", str(self.folder / "nginx.conf"))
        try:
            await self.until(self._listens)
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.front.port)
        except OSError:
            return False
        writer.close()
        return True

    async def hook(self, call: str, key: str, connection: str = "7", at: str = HOOK) -> httpx.Response:
        """What nginx would ask."""
        return await self.client.post(at, data={"call": call, "name": key, "clientid": connection, "app": "live"})

    async def is_(self, state: str) -> bool:
        """Whether its signal is so."""
        return await self.signal() == state

    async def renew(self) -> str:
        """Bob replaces the key; the new one."""
        answer = await self.client.post(f"/v1/lives/{self.live}/stream-key", headers=self.bob.headers)
        return str(answer.json()["ingest"]["key"])


TEMP = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def free_port() -> int:
    """A port below 32768, where no connection of this machine takes it meanwhile, nor a test of a neighbour process."""
    first = 26_000 + os.getpid() * 97 % 5_900
    for port in range(first, 32_500):
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            if port not in _TAKEN:
                _TAKEN.add(port)
                return port
    raise OSError("no free port")


_TAKEN: set[int] = set()


@pytest.fixture
async def outside(db, news, settings, cast, accounts, clock, tmp_path) -> AsyncIterator[Outside]:  # noqa: PLR0917
    """Bob is LIVE, nobody publishes yet; encoders may come to nginx."""
    rtmp, hls, control = free_port(), free_port(), free_port()
    settings = msgspec.structs.replace(
        settings,
        media_engine="nginx-rtmp",
        engine_rtmp_url=f"rtmp://127.0.0.1:{rtmp}/live",
        engine_hls_url=f"http://127.0.0.1:{hls}/hls",
        engine_control_url=f"http://127.0.0.1:{control}/control",
        engine_secret=SECRET,
    )
    keys = StreamKeys(b"stream keys")
    stage, engine = (
        StageService(db, news, accounts, clock, settings, keys=keys),
        NginxRtmpService(db, news, settings, keys),
    )
    await stage.open()
    await engine.open()
    async with media_of(db, news, settings, accounts) as media, contextlib.AsyncExitStack() as stack:
        app = application(
            [*routes, *engine_routes, *stage_routes], accounts=accounts, stage=stage, media=media, engine=engine
        )
        port = await stack.enter_async_context(served(app))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30))
        made = await client.post("/v1/lives", json={"title": "Evening songs"}, headers=cast.bob.headers)
        live = made.json()["id"]
        started = await client.post(f"/v1/lives/{live}/start", headers=cast.bob.headers)
        assert started.json()["playback"] is None
        front = SimpleNamespace(port=rtmp)
        yield Outside(db, media, stage, client, port, cast.bob, live, engine, front, tmp_path / "nginx")
    await engine.close()
    await stage.close()


@with_nginx
async def test_an_encoder_publishes_to_nginx_and_its_playlist_plays(outside):
    body = await outside.body(outside.bob)
    ingest = body["ingest"]
    assert (ingest["rtmp"], ingest["ws"], ingest["whip"]) == (outside.engine.settings.engine_rtmp_url, None, None)
    async with outside.nginx():
        async with publisher(outside.front, ingest["key"], *BOTH):
            await outside.until(lambda: outside.is_("live"))
            playback = (await outside.body())["playback"]
            address = f"{outside.engine.settings.engine_hls_url}/{outside.live}.m3u8"
            assert playback == {"hls": address, "mse_ws": None, "whep": None}
            async with httpx.AsyncClient() as viewer:

                async def lists() -> bool:
                    answer = await viewer.get(address)
                    return answer.status_code == 200 and answer.text.count(".ts") >= 4

                await outside.until(lists)
                playlist = await viewer.get(address)
                assert playlist.headers["access-control-allow-origin"] == "*"
                assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
                names = re.findall(r"^(\S+\.ts)$", playlist.text, re.MULTILINE)
                parts = [(await viewer.get(f"{address.rpartition('/')[0]}/{name}")).content for name in names]
            assert await decoded(b"".join(parts)) >= 45
            assert not [path for path in (outside.folder / "hls").iterdir() if ingest["key"] in path.name]
            assert ingest["key"] not in (outside.folder / "error.log").read_text("utf-8"), "a key is a secret"
            await asyncio.sleep(7)  # longer than a process may be silent
            await outside.media.lapse()
            assert await outside.signal() == "live", "its beats came"
        await outside.until(lambda: outside.is_("lost"))  # while nginx is there to say so
    assert await outside.told() == ["signal.back", "signal.lost"]


@with_nginx
async def test_nginx_takes_no_wrong_and_no_second_encoder(outside):
    key = await outside.key()
    async with outside.nginx():
        for wrong in ("x", key[:-1], outside.live, f"{key}0"):
            async with publisher(outside.front, wrong, *BOTH) as encoder:
                assert await asyncio.wait_for(encoder.wait(), 30) != 0, wrong
        assert await outside.signal() == "none"
        assert not list((outside.folder / "hls").iterdir()), "nothing was shown"
        async with publisher(outside.front, key, *BOTH) as first:
            await outside.until(lambda: outside.is_("live"))
            async with publisher(outside.front, key, *BOTH) as second:
                assert await asyncio.wait_for(second.wait(), 30) != 0
            assert first.returncode is None
            assert (await outside.body())["signal"] == {"state": "live", "run": 1}


@with_nginx
@pytest.mark.parametrize("control", [True, False])
async def test_a_replaced_key_and_an_ended_live_end_the_encoder(outside, control):
    """By the control at once; without it at the next beat, two seconds later at most."""
    if not control:
        await outside.engine.close()
    old = await outside.key()
    async with outside.nginx():
        async with publisher(outside.front, old, *BOTH) as encoder:
            await outside.until(lambda: outside.is_("live"))
            new = await outside.renew()
            assert await asyncio.wait_for(encoder.wait(), 20) != 0
        await outside.until(lambda: outside.is_("lost"))
        async with publisher(outside.front, old, *BOTH) as encoder:
            assert await asyncio.wait_for(encoder.wait(), 20) != 0, "it never works again"
        async with publisher(outside.front, new, *BOTH) as encoder:
            await outside.until(lambda: outside.is_("live"))
            await outside.end()
            assert await asyncio.wait_for(encoder.wait(), 20) != 0
    assert (await outside.body())["playback"] is None


@with_nginx
async def test_the_control_alone_ends_an_encoder(outside):
    async with outside.nginx(), publisher(outside.front, await outside.key(), *BOTH) as encoder:
        await outside.until(lambda: outside.is_("live"))
        assert await outside.engine.drop_unwelcome() == 0
        assert encoder.returncode is None, "who may publish is left alone"
        async with outside.db.write() as tx:
            await tx.execute("UPDATE media.stream SET open = false")
        assert await outside.engine.drop_unwelcome() == 1, "its control ended it, not a beat"
        assert await asyncio.wait_for(encoder.wait(), 20) != 0


@with_nginx
async def test_encoders_that_freeze_and_an_nginx_that_is_killed_are_noticed(outside):
    key = await outside.key()
    async with outside.nginx() as nginx:
        async with publisher(outside.front, key, *BOTH) as encoder:
            await outside.until(lambda: outside.is_("live"))
            encoder.send_signal(signal.SIGSTOP)
            await outside.until(lambda: outside.is_("lost"))
        async with publisher(outside.front, key, *BOTH):
            await outside.until(lambda: outside.is_("live"))
            nginx.kill()

            async def noticed() -> bool:
                await outside.media.lapse()
                return await outside.is_("lost")

            await outside.until(noticed, seconds=15)
    async with outside.nginx(), publisher(outside.front, key, *BOTH):
        await outside.until(lambda: outside.is_("live"))
        assert (await outside.body())["signal"]["run"] == 3


async def test_only_the_engine_is_believed(outside):
    key = await outside.key()
    for at in (HOOK[:-1], f"{HOOK}x", "/v1/engines/nginx-rtmp/%20", "/v1/engines/mediamtx/" + SECRET):
        assert (await outside.hook("publish", key, at=at)).status_code == 404
    for call, connection in (("publish", "x"), ("publish", ""), ("play", "7"), ("", "7"), ("publish", "1" * 30)):
        assert (await outside.hook(call, key, connection)).status_code == 400
    assert (await outside.client.post(HOOK, content=b"\xff\xfe")).status_code == 400
    assert await outside.signal() == "none"


async def test_hooks_say_who_may_publish(outside):
    key = await outside.key()
    for call in ("publish", "update_publish", "publish_done"):
        assert (await outside.hook(call, "no key")).status_code == 401
    assert (await outside.hook("update_publish", key)).status_code == 409, "it did not come before"
    admitted = await outside.hook("publish", key)
    assert (admitted.status_code, admitted.headers["location"]) == (302, outside.live)
    assert (await outside.hook("publish", key, "8")).json()["code"] == "already-publishing"
    assert (await outside.hook("update_publish", key)).status_code == 204
    assert (await outside.hook("publish_done", key, "8")).status_code == 204
    assert await outside.signal() == "live", "another connection's end is not its own"
    new = await outside.renew()
    assert (await outside.hook("update_publish", key)).json()["code"] == "bad-stream-key"
    assert (await outside.hook("publish_done", key)).status_code == 204
    assert await outside.signal() == "lost"
    await outside.end()
    assert (await outside.hook("publish", new)).json()["code"] == "not-live"


async def test_an_engine_that_shows_everybody_is_given_no_live_for_followers(outside, cast):
    new = await outside.client.post(
        "/v1/lives", json={"title": "Ours", "visibility": "followers"}, headers=cast.bob.headers
    )
    changed = await outside.client.patch(
        f"/v1/lives/{outside.live}", json={"visibility": "followers"}, headers=cast.bob.headers
    )
    assert [(a.status_code, a.json()["code"]) for a in (new, changed)] == [(409, "everyone-only")] * 2
    async with outside.db.write() as tx:  # as it stands where it was made before the engine was chosen
        await tx.execute("UPDATE media.stream SET private = true, run = 1")
    assert (await outside.hook("publish", await outside.key())).json()["code"] == "not-shown"
    assert (await outside.body(outside.bob))["playback"] is None


async def test_browsers_publish_to_no_process_that_shows_nothing(outside, cast):
    address = f"ws://127.0.0.1:{outside.port}/v1/lives/{outside.live}/ingest"
    async with websockets.connect(address, additional_headers=cast.bob.headers) as connection:
        assert (await closed(connection))[:2] == (4404, "not-configured")


def test_an_engine_is_whole_or_the_program_ends():
    whole = {
        "LARGESSE_MEDIA_ENGINE": "nginx-rtmp",
        "LARGESSE_ENGINE_RTMP_URL": "rtmp://live.example.org/live",
        "LARGESSE_ENGINE_HLS_URL": "https://cdn.example.org/hls",
        "LARGESSE_ENGINE_SECRET": SECRET,
    }
    settings = load(whole, Path("none"))
    off = (settings.rtmp_port, settings.webrtc_ports, settings.record_lives, settings.guests_max)
    assert off == (0, "", False, 0), "nothing of our own stands beside it"
    for name, bad in (
        ("MEDIA_ENGINE", "wowza"), ("ENGINE_RTMP_URL", ""), ("ENGINE_RTMP_URL", "http://live.example.org"),
        ("ENGINE_HLS_URL", "https://cdn.example.org/hls/"), ("ENGINE_HLS_URL", "https://cdn.example.org/a; b"),
        ("ENGINE_CONTROL_URL", "file:///control"), ("ENGINE_SECRET", "short"),
        ("ENGINE_SECRET", "with/slashes-that-split"),
    ):  # fmt: skip
        with pytest.raises(BadSettings, match=f"LARGESSE_{name}|media_engine"):
            load(whole | {f"LARGESSE_{name}": bad}, Path("none"))
