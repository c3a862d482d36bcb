"""What a browser's video shows, read from its pixels, and an encoder that publishes to a whole service."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import imageio_ffmpeg
from playwright.async_api import Page, expect

from browsing import Visitor
from running import Someone

SOON_MS = 60_000

# Of fifteen looks at the pixels of a video, in three seconds, how many found them changed.
_MOVES = """async (which) => {
    const video = document.querySelector(which);
    const canvas = new OffscreenCanvas(64, 36);
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    const look = () => { pen.drawImage(video, 0, 0, 64, 36); return pen.getImageData(0, 0, 64, 36).data; };
    let before = look(), changes = 0;
    for (let n = 0; n < 15; n++) {
        await new Promise((done) => setTimeout(done, 200));
        const now = look();
        let apart = 0;
        for (let at = 0; at < now.length; at++) apart += Math.abs(now[at] - before[at]);
        if (apart / now.length > 0.5) changes++;
        before = now;
    }
    return changes;
}"""
_SOUND = """async () => {
    const video = document.querySelector('video');
    const before = video.webkitAudioDecodedByteCount;
    await new Promise((done) => setTimeout(done, 1500));
    return video.webkitAudioDecodedByteCount - before;
}"""


async def moves(page: Page, which: str = "video") -> None:
    """Wait for three seconds in which the picture changed at five looks of fifteen; a busy machine may begin slowly."""
    end = time.monotonic() + SOON_MS / 1000
    while (changes := await page.evaluate(_MOVES, which)) < 5:
        assert time.monotonic() < end, f"the picture of {which} stands: {changes} changes in the last three seconds"


async def hears(page: Page) -> None:
    """Wait for a second and a half in which more than a kilobyte of sound was decoded."""
    end = time.monotonic() + SOON_MS / 1000
    while (heard := await page.evaluate(_SOUND)) <= 1_000:
        assert time.monotonic() < end, f"{heard} bytes of sound in the last second and a half"


async def sees(page: Page) -> None:
    """Wait until the room's picture is shown and moves."""
    await expect(page.locator("video.shown:not(.lost)")).to_have_count(1, timeout=SOON_MS)
    await moves(page)


@contextlib.asynccontextmanager
async def encoding(creator: Someone, live: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """An encoder that publishes for a creator's LIVE, as OBS does; it is killed at the end of the block."""
    where = creator.http.get(f"/v1/lives/{live}").json()["ingest"]
    ffmpeg = await asyncio.create_subprocess_exec(
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-re"),
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=15", "-f", "lavfi", "-i", "sine=frequency=440"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-threads", "1", "-t", "300", "-f", "flv", f"{where['rtmp']}/{where['key']}"),
    )
    try:
        yield ffmpeg
    finally:
        with contextlib.suppress(ProcessLookupError):
            ffmpeg.kill()
        await ffmpeg.wait()


async def goes_on_air(who: Visitor, title: str) -> str:
    """A creator begins a LIVE from the studio with this browser's camera; the LIVE's id once viewers see it."""
    await who.go("/studio")
    await who.press("Go LIVE")
    await who.press("Turn on the camera")
    await expect(who.page.get_by_role("dialog").get_by_label("Preview")).to_be_visible()
    await who.fill(title=title)
    await who.press("Start now")
    await who.page.wait_for_url("**/studio/live/*")
    await expect(who.page.get_by_text("Viewers see your picture")).to_be_visible(timeout=SOON_MS)
    return who.page.url.rpartition("/")[2]
