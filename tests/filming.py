"""A process of videos: its services on a real port, and tiny films made by a real FFmpeg."""

import base64
import contextlib
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from tests.conftest import Member, application

from largesse.accounts import AccountsService
from largesse.kit import ids
from largesse.kit.clock import SetClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.kit.storage import storage_of
from largesse.media import FilmsService, StreamKeys, UploadsService
from largesse.media.routes_uploads import upload_routes
from largesse.stage import StageService, VideosService
from largesse.stage.routes import routes as stage_routes
from largesse.stage.routes_videos import video_routes
from publishing import FFMPEG
from serving import served


@dataclass
class Filming:
    """Its services and its port."""

    db: Database
    films: FilmsService
    uploads: UploadsService
    stage: StageService
    videos: VideosService
    client: httpx.AsyncClient
    port: int

    async def make(self, who: Member, title: str = "Evening songs", **more: Any) -> str:
        """A video of somebody's, of which nothing has come yet; its id."""
        made = await self.client.post("/v1/videos", json={"title": title, **more}, headers=who.headers)
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    async def show(self, video: str, who: Member | None = None) -> dict[str, Any]:
        """A video as somebody sees it."""
        answer = await self.client.get(f"/v1/videos/{video}", headers=who.headers if who else {})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def pretend(self, video: str) -> None:
        """Have a film ready that nobody made, where a test is not about films."""
        async with self.db.write() as tx:
            await tx.execute(
                "UPDATE media.film SET state = 'ready', duration_ms = 2500, width = 640, height = 360 WHERE id = %s",
                [ids.decode(video, "video")],
            )

    async def upload(self, who: Member, video: str, body: bytes) -> None:
        """Upload a film whole."""
        pairs = f"video {base64.b64encode(video.encode()).decode()}"
        headers = {
            "Tus-Resumable": "1.0.0", "Upload-Length": str(len(body)), "Upload-Metadata": pairs,
            "Content-Type": "application/offset+octet-stream", **who.headers,
        }  # fmt: skip
        answer = await self.client.post("/v1/videos/uploads", content=body, headers=headers)
        assert answer.status_code == 201, answer.text

    async def film(self, who: Member, body: bytes) -> dict[str, Any]:
        """A video of an uploaded film, made; as its creator sees it."""
        video = await self.make(who)
        await self.upload(who, video, body)
        await self.films.make_wanted()
        return await self.show(video, who)

    async def publish(self, who: Member, **more: Any) -> str:
        """A published video without a film."""
        video = await self.make(who, **more)
        await self.pretend(video)
        answer = await self.client.post(f"/v1/videos/{video}/publish", headers=who.headers)
        assert answer.status_code == 200, answer.text
        return video


@contextlib.asynccontextmanager
async def filming_of(
    db: Database, news: News, settings: Settings, accounts: AccountsService, clock: SetClock
) -> AsyncIterator[Filming]:
    """A process of videos."""
    stage = StageService(db, news, accounts, clock, settings, keys=StreamKeys(b"stream keys"))
    films, uploads = FilmsService(db, settings, storage_of(settings)), UploadsService(db, settings)
    videos = VideosService(stage, films, uploads)
    app = application(
        [*stage_routes, *video_routes, *upload_routes], accounts=accounts, stage=stage, videos=videos, films=films,
        uploads=uploads, settings=settings,
    )  # fmt: skip
    async with served(app) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield Filming(db, films, uploads, stage, videos, client, port)
    await videos.close()
    await stage.close()


def film(path: Path, *arguments: str) -> bytes:
    """A film that a real FFmpeg makes."""
    subprocess.run([FFMPEG, "-v", "error", "-y", *arguments, str(path)], check=True, capture_output=True)
    return path.read_bytes()


def pictures(size: str, seconds: float = 1, rate: int = 10) -> list[str]:
    """Moving pictures for a film."""
    return ["-f", "lavfi", "-t", str(seconds), "-i", f"testsrc2=size={size}:rate={rate}"]


QUICK = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
SOUND = ["-f", "lavfi", "-t", "1", "-i", "sine=frequency=440:sample_rate=44100"]
