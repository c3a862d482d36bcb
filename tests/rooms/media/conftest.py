"""Media made once by a real FFmpeg, and a process that publishes and shows LIVEs."""

import asyncio
import contextlib
import secrets
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.conftest import Cast, Member, application

from largesse.accounts import AccountsService
from largesse.kit.clock import SetClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.media import MediaService, StreamKeys
from largesse.media.routes import routes
from largesse.media.routes_webrtc import routes as webrtc_routes
from largesse.stage import StageService
from largesse.stage.routes import routes as stage_routes
from publishing import BOTH, FFMPEG
from serving import served


@pytest.fixture(scope="session")
def fragmented_mp4() -> bytes:
    """Three seconds as our packager gives them."""
    command = [FFMPEG, "-v", "error", *BOTH, "-t", "3", "-f", "mp4", "-frag_duration", "200000"]
    command += ["-movflags", "empty_moov+default_base_moof+frag_keyframe", "pipe:1"]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.fixture
async def news(nats_url: str) -> AsyncIterator[News]:
    """A connection to NATS under a prefix of its own: what one test's service is asked, no other's hears."""
    connection = News(nats_url, f"test-{secrets.token_hex(4)}")
    await connection.open()
    yield connection
    await connection.close()


@dataclass
class Streaming:
    """A process that publishes and shows LIVEs: its services, its ports, and Bob's LIVE."""

    db: Database
    media: MediaService
    stage: StageService
    client: httpx.AsyncClient
    port: int
    bob: Member
    live: str

    async def body(self, member: Member | None = None) -> dict[str, Any]:
        """The LIVE, as somebody sees it."""
        answer = await self.client.get(f"/v1/lives/{self.live}", headers=member.headers if member else {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def key(self) -> str:
        """The LIVE's stream key, as Bob's page shows it."""
        return str((await self.body(self.bob))["ingest"]["key"])

    async def signal(self) -> str:
        """Whether pictures arrive."""
        return str((await self.body())["signal"]["state"])

    async def told(self, like: str = "signal.%") -> list[str]:
        """The topics of what its room was told of the signal, or of something else."""
        async with self.db.read() as tx:
            rows = await tx.rows("SELECT topic FROM kit.outbox WHERE topic LIKE %s ORDER BY id", [like])
        return [row["topic"] for row in rows]

    async def file(self, name: str, **headers: str) -> httpx.Response:
        """A file of its playlist."""
        return await self.client.get(f"/hls/{self.live}/{name}", headers=headers)

    async def until(self, question: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
        """Wait until it is answered with true."""
        async with asyncio.timeout(seconds):
            while not await question():  # noqa: ASYNC110 - of other programs too
                await asyncio.sleep(0.05)

    async def end(self) -> None:
        """Bob ends the LIVE."""
        answer = await self.client.post(f"/v1/lives/{self.live}/end", headers=self.bob.headers)
        assert answer.status_code == 200, answer.text


@contextlib.asynccontextmanager
async def media_of(
    db: Database, news: News, settings: Settings, accounts: AccountsService
) -> AsyncIterator[MediaService]:
    """The room of one process, open."""
    media = MediaService(db, news, accounts, settings, StreamKeys(b"stream keys"))
    await media.open()
    try:
        yield media
    finally:
        await media.close()


@pytest.fixture
async def streaming(  # noqa: PLR0917
    db: Database, news: News, settings: Settings, cast: Cast, accounts: AccountsService, clock: SetClock
) -> AsyncIterator[Streaming]:
    """Bob is LIVE, nobody publishes yet; encoders may come to `media.front`."""
    stage = StageService(db, news, accounts, clock, settings, keys=StreamKeys(b"stream keys"))
    await stage.open()
    async with media_of(db, news, settings, accounts) as media, contextlib.AsyncExitStack() as stack:
        await media.front.start("127.0.0.1", 0)
        app = application(
            [*routes, *webrtc_routes, *stage_routes], accounts=accounts, stage=stage, media=media, settings=settings
        )
        port = await stack.enter_async_context(served(app))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30))
        made = await client.post("/v1/lives", json={"title": "Evening songs"}, headers=cast.bob.headers)
        streaming = Streaming(db, media, stage, client, port, cast.bob, made.json()["id"])
        assert (await streaming.body())["playback"] is None
        started = await client.post(f"/v1/lives/{streaming.live}/start", headers=cast.bob.headers)
        assert started.json()["signal"] == {"state": "none", "run": 0}
        yield streaming
    await stage.close()
