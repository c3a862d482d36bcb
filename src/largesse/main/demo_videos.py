"""Videos of the demo's creators: painted, uploaded, made by the worker, published, given gifts by simulated fans."""

import asyncio
import contextlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import structlog

from largesse.kit import ids
from largesse.main import demo_pictures

log = structlog.get_logger(__name__)
# One for each creator in turn: its title, and what its fans say and give.
VIDEOS = (
    ("Rehearsal: the slow one, first take", (("so calm", "rose", 9), ("the last line!", "star", 1))),
    ("A bowl in twelve seconds", (("how do you do that", "heart", 3), ("again please", "coffee", 1))),
)
_MADE_S_MAX, _AGAIN_S = 180.0, 1.0


async def show(
    creators: Sequence[httpx.AsyncClient], fans: Sequence[httpx.AsyncClient], folder: Path, stop: asyncio.Event
) -> None:
    """Publish a video for each of the first creators, one after the other; fans watch, speak and give."""
    for n, (creator, (title, said)) in enumerate(zip(creators, VIDEOS, strict=False)):
        film = await demo_pictures.paint(folder, len(VIDEOS) - n, stop)
        if stop.is_set() or film is None:
            return
        with contextlib.suppress(httpx.HTTPError):
            video = await _upload(creator, title, await asyncio.to_thread(film.read_bytes))
            if await _publish(creator, video, stop):
                for fan, (words, gift, count) in zip(fans, said, strict=False):
                    await _enjoy(fan, video, words, gift, count)


async def forget(creator: httpx.AsyncClient) -> None:
    """Delete the videos of an earlier run."""
    answer = await creator.get("/v1/me/videos")
    for video in answer.json()["items"] if answer.is_success else []:
        await creator.delete(f"/v1/videos/{video['id']}")


async def _upload(creator: httpx.AsyncClient, title: str, film: bytes) -> str:
    made = await creator.post("/v1/videos", json={"title": title})
    made.raise_for_status()
    video: str = made.json()["id"]
    headers = {
        "Tus-Resumable": "1.0.0", "Upload-Length": str(len(film)), "Content-Type": "application/offset+octet-stream",
        "Upload-Metadata": f"video {b64encode(video.encode()).decode()}",
    }  # fmt: skip
    (await creator.post("/v1/videos/uploads", content=film, headers=headers)).raise_for_status()
    return video


async def _publish(creator: httpx.AsyncClient, video: str, stop: asyncio.Event) -> bool:
    """Publish it once it is made; whether that came to pass."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_MADE_S_MAX):
            while not stop.is_set():
                if (await creator.post(f"/v1/videos/{video}/publish")).is_success:
                    return True
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _AGAIN_S)
    log.info("demo.no_video", video=video)
    return False


async def _enjoy(fan: httpx.AsyncClient, video: str, words: str, gift: str, count: int) -> None:
    body: dict[str, Any] = {"id": str(ids.new()), "gift_id": gift, "count": count}
    for answer in (
        await fan.post(f"/v1/videos/{video}/views"),
        await fan.put(f"/v1/videos/{video}/like"),
        await fan.post(f"/v1/videos/{video}/comments", json={"text": words}),
        await fan.post(f"/v1/videos/{video}/gifts", json=body),
    ):
        if answer.is_error:
            log.info("demo.fan_refused", status=answer.status_code)
