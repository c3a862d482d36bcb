"""Glass to glass, read from pixels: how late a viewer's page shows what a creator's page recorded, and how soon anything.

Two real browsers on one machine, and so on one clock. In the creator's studio the camera is a canvas that draws the
time as blocks of black and white with a check; the page records and sends it as it does a camera's picture. The
viewer's room plays it (by Media Source, by its playlist; and by WHEP, when the camera is sent by WHIP), and every frame that it shows is read back from the video's pixels. Beside that: from the
beginning of a navigation, with nothing in the browser's cache, to the first frame of a LIVE that runs.
"""

import argparse
import asyncio
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import APIRequestContext, Browser, BrowserContext, Page

from bench import pages, report, world
from bench.requests import wait_ready

PORT = 18_793
MEDIA_SOURCE_S_MAX, PLAYLIST_S_MAX, WHEP_S_MAX, FIRST_MS_MAX = 1.6, 4.0, 0.25, 800
SETTLE_S = 8  # a player that came late has caught up by then
PASSWORD = "a horse, a battery and a staple"  # of a service that lives for a minute

# 24 cells, 6 by 4: 20 bits of milliseconds, then the sum of their five nibbles as a check.
CAMERA = """(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 360];
    const pen = canvas.getContext('2d', { alpha: false });
    const draw = () => {
        const ms = Date.now() & 0xfffff;
        let sum = 0;
        for (let n = 0; n < 5; n++) sum += (ms >> (4 * n)) & 15;
        const bits = ms * 16 + (sum & 15);
        for (let n = 0; n < 24; n++) {
            pen.fillStyle = Math.floor(bits / 2 ** n) & 1 ? '#fff' : '#000';
            pen.fillRect((n % 6) * 106, Math.floor(n / 6) * 90, 106, 90);
        }
        requestAnimationFrame(draw);
    };
    navigator.mediaDevices.getUserMedia = async () => {
        draw();
        const stream = canvas.captureStream(30);
        const sounds = new AudioContext();
        const out = sounds.createMediaStreamDestination();
        const tone = new OscillatorNode(sounds, { frequency: 440 });
        tone.connect(out);
        tone.start();
        stream.addTrack(out.stream.getAudioTracks()[0]);
        return stream;
    };
})()"""
READ = """(seconds) => new Promise((resolve) => {
    const video = document.querySelector('video');
    const canvas = new OffscreenCanvas(640, 360);
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    const late = [];
    const end = performance.now() + seconds * 1000;
    let frames = 0;
    const look = (now, { expectedDisplayTime }) => {
        frames++;
        pen.drawImage(video, 0, 0, 640, 360);
        const seen_ms = Date.now() + Math.max(0, expectedDisplayTime - performance.now());
        const cells = pen.getImageData(0, 0, 640, 360).data;
        let bits = 0;
        for (let n = 0; n < 24; n++) {
            const [x, y] = [(n % 6) * 106 + 53, Math.floor(n / 6) * 90 + 45];
            if (cells[(y * 640 + x) * 4 + 1] > 127) bits += 2 ** n;
        }
        const ms = Math.floor(bits / 16);
        let sum = 0;
        for (let n = 0; n < 5; n++) sum += (ms >> (4 * n)) & 15;
        if ((sum & 15) === bits % 16) late.push(((seen_ms & 0xfffff) - ms + 0x100000) & 0xfffff);
        if (performance.now() < end) video.requestVideoFrameCallback(look);
        else resolve({ late, frames });
    };
    video.requestVideoFrameCallback(look);
})"""
FIRST = """(() => {
    window.first = new Promise((resolve) => {
        const look = () => {
            const video = document.querySelector('video');
            if (!video) return;
            watch.disconnect();
            video.requestVideoFrameCallback(() => resolve(performance.now()));
        };
        const watch = new MutationObserver(look);
        document.addEventListener('DOMContentLoaded', () => watch.observe(document.body, { childList: true, subtree: true }));
    });
})()"""


@dataclass(frozen=True)
class Service:
    """A whole service, and one creator of it."""

    base: str
    login: str
    pid: int
    folder: Path  # its data

    async def sign_in(self, request: APIRequestContext) -> None:
        """Give a window the creator's session."""
        answer = await request.post("/v1/sessions", data={"login": self.login, "password": PASSWORD})
        assert answer.ok, await answer.text()


@asynccontextmanager
async def service(rtmp_port: int = 0) -> AsyncIterator[Service]:
    """`largesse serve` in a folder of its own, for the length of the block; port 0 takes no encoders."""
    with tempfile.TemporaryDirectory(prefix="largesse-bench-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - PostgreSQL runs as somebody else where this runs as root
        environ = {k: v for k, v in os.environ.items() if not k.startswith("LARGESSE_")} | {
            "LARGESSE_DATA_DIR": folder + "/data", "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1",
            "LARGESSE_RTMP_PORT": str(rtmp_port), "LARGESSE_LOG_LEVEL": "warning", "LARGESSE_CONFIG": os.devnull,
        }  # fmt: skip
        command = (sys.executable, "-m", "largesse.main", "serve")
        server = await asyncio.to_thread(subprocess.Popen, command, env=environ, stdout=subprocess.DEVNULL)
        try:
            await asyncio.to_thread(wait_ready, PORT)
            yield Service(f"http://127.0.0.1:{PORT}", f"bob.{secrets.token_hex(3)}", server.pid, Path(folder) / "data")
        finally:
            server.terminate()
            await asyncio.to_thread(server.wait, 30)


async def go_live(context: BrowserContext, made: Service) -> tuple[Page, str]:
    """Sign a creator up and go on air from the studio's page; the page and the LIVE's id."""
    person = {
        "username": made.login, "email": f"{made.login}@example.org", "password": PASSWORD, "birth_date": "1990-05-17",
        "country": "US", "display_name": "Bob", "accept_terms": True,
    }  # fmt: skip
    assert (await context.request.post("/v1/accounts", data=person)).ok
    await made.sign_in(context.request)
    await context.add_init_script(CAMERA)
    page = await context.new_page()
    await page.goto("/studio")
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Become a creator").click()
    await page.get_by_role("button", name="Go LIVE", exact=True).click()
    await page.locator("[name=title]").fill("What time is it?")
    await page.get_by_role("button", name="Start now", exact=True).click()
    await page.wait_for_url("**/studio/live/*")
    await page.get_by_text("Viewers see your picture").wait_for(timeout=30_000)
    return page, page.url.rpartition("/")[2]


async def _by_whip(page: Page, live: str) -> None:
    """Let the creator's page send its camera by WHIP."""
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))  # it is on air: the browser asks
    await page.goto(f"/studio/live/{live}?send=whip")
    await page.get_by_text("Viewers see your picture").wait_for(timeout=30_000)
    await page.get_by_text("kbit/s").wait_for(timeout=30_000)


async def lateness(
    browser: Browser, made: Service, live: str, query: str, seconds: float
) -> tuple[float, float, float]:
    """(median, 95th centile) of glass to glass in s, and frames a second, of one window."""
    context = await browser.new_context(viewport=pages.PHONE, base_url=made.base)
    try:
        page = await context.new_page()
        await page.goto(f"/live/{live}{query}")
        await page.locator("video.shown").wait_for(state="attached", timeout=30_000)
        await asyncio.sleep(SETTLE_S)
        found = await page.evaluate(READ, seconds)
    finally:
        await context.close()
    late = sorted(found["late"])
    assert len(late) > found["frames"] * 0.8, f"{len(late)} of {found['frames']} frames could be read"
    return statistics.median(late) / 1000, late[int(len(late) * 0.95)] / 1000, found["frames"] / seconds


async def first_ms(browser: Browser, made: Service, live: str, query: str = "") -> float:
    """From the beginning of a navigation to the first frame, in a fresh window."""
    context = await browser.new_context(viewport=pages.PHONE, base_url=made.base)
    try:
        page = await context.new_page()
        await page.add_init_script(FIRST)
        await page.goto(f"/live/{live}{query}")
        found: float = await page.evaluate("() => window.first")
        return found
    finally:
        await context.close()


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    ways = {"Media Source": ("", MEDIA_SOURCE_S_MAX), "HLS": ("?play=hls", PLAYLIST_S_MAX)}
    near = {"WHEP": ("", WHEP_S_MAX), "Media Source, of WHIP": ("", MEDIA_SOURCE_S_MAX)}
    found: dict[str, list[tuple[float, ...]]] = {way: [] for way in ways | near}
    first: list[float] = []
    first_near: list[float] = []
    async with service() as made, pages.chromium() as creating, pages.chromium() as watching:
        context = await creating.new_context(base_url=made.base, locale="en-US")
        page, live = await go_live(context, made)
        for _ in range(args.rounds):
            for way, (query, _) in ways.items():
                found[way].append(await lateness(watching, made, live, query, args.seconds))
            first.append(await first_ms(watching, made, live))
        await _by_whip(page, live)
        for _ in range(args.rounds):
            found["WHEP"].append(await lateness(watching, made, live, "?play=whep", args.seconds))
            found["Media Source, of WHIP"].append(await lateness(watching, made, live, "", args.seconds))
            first_near.append(await first_ms(watching, made, live, "?play=whep"))
    figures = []
    for way, (_, reach) in (ways | near).items():
        median, p95, fps = (tuple(values) for values in zip(*found[way], strict=True))
        figures += [
            report.Figure(f"{way}: glass to glass", "s", median, reach, at_most=True),
            report.Figure("  95 of 100 frames at most", "s", p95),
            report.Figure("  frames a second", "fps", fps),
        ]
    figures.append(report.Figure("first frame of a running LIVE", "ms", tuple(first), FIRST_MS_MAX, at_most=True))
    figures.append(report.Figure("  the same by WHEP", "ms", tuple(first_near)))
    report.show(figures, title="media")


if __name__ == "__main__":
    world.run(main())
