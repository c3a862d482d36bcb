"""The pages as `serve` gives them out, with one LIVE, and a real browser to look at them."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from bench import world
from bench.requests import sessions, wait_ready
from largesse.ledger import load_keys

PORT = 18_791
PHONE = {"width": 390, "height": 844}
# Debian's Chromium in its new headless mode: the whole browser without a window, 60 frames a second at most, drawn by
# the processor because there is no GPU. Nothing here makes frames cheaper than they are.
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@dataclass(frozen=True)
class Site:
    """An api process with its pages, one creator and one running LIVE."""

    base: str
    live: str
    token: str

    def get(self, path: str) -> Any:
        """JSON of the API."""
        with urllib.request.urlopen(self.base + path, timeout=10) as answer:
            return json.load(answer)


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    """Servers of their own, an api process on them; all of it ends with the block."""
    async with world.servers() as servers:
        url = world.database(servers.database_url, "pages")
        await world.people(url, viewers=1_000)  # the creators beyond the first have no LIVE that runs
        tokens, _, live = sessions(url)
        with tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
            load_keys(Path(folder))
            environ = os.environ | {
                "LARGESSE_DATA_DIR": folder, "LARGESSE_DATABASE_URL": url, "LARGESSE_NATS_URL": servers.nats_url,
                "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_RTMP_PORT": "0", "LARGESSE_WEBRTC_PORTS": "", "LARGESSE_LOG_LEVEL": "warning",
            }  # fmt: skip
            server = await asyncio.to_thread(subprocess.Popen, [sys.executable, "-m", "bench.http_server"], env=environ)
            try:
                await asyncio.to_thread(wait_ready, PORT)
                yield Site(f"http://127.0.0.1:{PORT}", live, tokens[0])
            finally:
                server.terminate()
                server.wait()


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """One browser for the length of the block."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("no Chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()
