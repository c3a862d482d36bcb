"""kill -9 of what takes and packs a LIVE, and of the whole service: nothing of the LIVE ends, its encoder goes on."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

import running
from publishing import BOTH, FFMPEG

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]
_WAIT_S = 60.0
_AGAIN_S = 1.0


@asynccontextmanager
async def persistent(address: str) -> AsyncIterator[None]:
    """An encoder that connects again whenever it is cut off, as OBS does."""

    async def publish() -> None:
        while True:
            ffmpeg = await asyncio.create_subprocess_exec(
                FFMPEG, "-v", "quiet", "-nostdin", "-re", *BOTH, "-threads", "1", "-f", "flv", address
            )
            try:
                await ffmpeg.wait()
            finally:
                if ffmpeg.returncode is None:
                    ffmpeg.kill()
                    await ffmpeg.wait()
            await asyncio.sleep(_AGAIN_S)

    publishing = asyncio.create_task(publish())
    try:
        yield
    finally:
        publishing.cancel()
        await asyncio.wait([publishing])


async def until(holds: Callable[[], bool]) -> float:
    """Wait until it holds, and say how long it took."""
    began = time.monotonic()
    while time.monotonic() - began < _WAIT_S:
        try:
            if await asyncio.to_thread(holds):
                return time.monotonic() - began
        except httpx.HTTPError:  # the service is away
            pass
        await asyncio.sleep(0.2)
    raise AssertionError("it does not hold within a minute")


def body(service: running.Service, live: str) -> dict:
    return httpx.get(f"{service.base}/v1/lives/{live}", timeout=5).json()


def last(service: running.Service, live: str) -> int:
    """The number of the newest segment; -1 where none is listed."""
    text = httpx.get(f"{service.base}/hls/{live}/live.m3u8", timeout=5).text
    return max((int(n) for n in re.findall(r"^\d+-(\d+)\.m4s$", text, re.MULTILINE)), default=-1)


async def test_a_live_outlives_what_packs_it_and_the_whole_service() -> None:
    with running.running(rtmp_port=str(running.free_port())) as service:
        bob = service.join("bob")
        live = service.live(bob)["id"]
        where = bob.http.get(f"/v1/lives/{live}").json()["ingest"]
        async with persistent(f"{where['rtmp']}/{where['key']}"):
            await until(lambda: last(service, live) >= 2)
            for pid in service.processes()["media"]:
                os.kill(pid, signal.SIGKILL)
            await until(lambda: body(service, live)["signal"] == {"state": "live", "run": 2})
            before = last(service, live)
            await until(lambda: last(service, live) > before + 1)

            before = last(service, live)
            for pid in [pid for pids in service.processes().values() for pid in pids] + [service.process.pid]:
                with suppress(ProcessLookupError):  # it ended with its parent
                    os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(service.process.wait)
            await asyncio.to_thread(running.restart, service)
            assert body(service, live)["status"] == "live"
            took_s = await until(lambda: body(service, live)["signal"] == {"state": "live", "run": 3})
            assert took_s < 30
            await until(lambda: last(service, live) > before + 2)
        assert bob.http.post(f"/v1/lives/{live}/end").is_success
        await until(lambda: (body(service, live)["playback"] or {}).get("mse_ws", "") is None)
        replay = bob.http.get(f"/hls/{live}/replay.m3u8").text
        assert replay.count("#EXT-X-DISCONTINUITY\n") == 2, "three runs, of which what was whole is kept"
