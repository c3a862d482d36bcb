"""Frames a second of a LIVE's page at 390x844 in a flood of gifts, with the processor six times slower.

The page is the product's own, from its api process: header, chat, hearts, the gift engine with lanes, stage and
particles. Only its socket is ours: it hands over frames made beforehand, twenty a second as a room's owner does, with
gifts of 300 people (mostly small, one in 40 of the middle, one in 250 for the stage), comments and likes, so that no
server takes processor time while figures are taken. A frame is a call of requestAnimationFrame; a long one took
over 50 ms. The browser has no GPU: what a phone's GPU does, its own processes do here, on the same cores. Beside the
floods stand the page at rest, which shows what the machine can give at all, and the flood at full speed, with the
processor time that the page's main thread takes in a second: a sixth of it is what is left at six times slower.
"""

import argparse
import asyncio
import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession

from bench import pages, report, world

SLOWER = 6
FPS_MIN = 55
TICK_MS = 50
# (gift, how many of a thousand)
MIX = (
    ("rose", 560),
    ("heart", 200),
    ("clap", 100),
    ("fire", 80),
    ("coffee", 31),
    ("crown", 15),
    ("lion", 10),
    ("galaxy", 3),
    ("whale", 1),
)
TRACED = ["toplevel", "devtools.timeline", "blink", "cc", "viz", "v8.execute", "disabled-by-default-v8.cpu_profiler"]
WORDS = (
    "that chorus!",
    "hello from Lisbon",
    "one more please",
    "the light is so cosy",
    "greetings from Nairobi",
    "encore!",
)

# The page's WebSocket: a snapshot at once; `flood` hands over frames, one each 50 ms, and `measure` counts the page's own.
SOCKET = """(() => {
    window.WebSocket = class {
        static OPEN = 1;
        readyState = 1;
        constructor() { window.room = this; setTimeout(() => { this.onopen?.(); this.tell(window.snapshot); }); }
        tell(text) { this.onmessage?.({ data: text }); }
        send() {}
        close() {}
    };
    window.flood = (frames) => {
        const begin = performance.now();
        let next = 0;
        const timer = setInterval(() => {
            const due = Math.min(frames.length, Math.floor((performance.now() - begin) / %(tick)d));
            while (next < due) window.room.tell(frames[next++]);
            if (next >= frames.length) clearInterval(timer);
        }, %(tick)d);
    };
    window.measure = (ms) => new Promise((resolve) => {
        const times = [];
        const step = (now) => {
            times.push(now);
            if (now - times[0] < ms) requestAnimationFrame(step);
            else resolve(times);
        };
        requestAnimationFrame(step);
    });
})();
window.snapshot = %(snapshot)s;
"""


class Crowd:
    """Makes frames: people, gifts, words, totals that only rise."""

    def __init__(self, site: pages.Site, seed: int) -> None:
        self.rng = random.Random(seed)
        self.live = site.get(f"/v1/lives/{site.live}")
        self.gifts = {gift["id"]: gift for gift in site.get("/v1/catalog/gifts")["items"]}
        self.people = [
            {"id": f"acct_{n:026d}", "username": f"viewer{n}", "display_name": f"Viewer {n}", "badge": None}
            for n in range(300)
        ]
        self.seq = 1
        self.given = 0
        self.totals = {"viewers": 1_200, "likes": 0, "gifts": 0, "gifters": 0, "coins": 0}

    def snapshot(self) -> str:
        """As the gateway's first message."""
        return json.dumps({
            "type": "snapshot", "seq": self.seq, "at": self.live["started_at"], "live": self.live, "totals": self.totals,
            "top_gifters": [], "events": [], "you": None,
        })  # fmt: skip

    def frames(self, gifts_a_second: int, seconds: float, at: str) -> list[str]:
        """Frames of a flood; `at` is the page's own time, for a gift that is old is not drawn."""
        made = []
        for tick in range(int(seconds * 1000 / TICK_MS)):
            events = [self._gift(at) for _ in range(gifts_a_second * TICK_MS // 1000)]
            if tick % 5 == 0:
                events.append(self._comment(at))
            if tick % 4 == 0:
                events.append({"type": "like", "at": at, "count": 3, "senders": 2})
            self.seq += 1
            made.append(json.dumps({"seq": self.seq, "at": at, "events": events, "totals": self.totals}))
        return made

    def _gift(self, at: str) -> dict[str, Any]:
        (gift,) = self.rng.choices([name for name, _ in MIX], [weight for _, weight in MIX])
        self.given += 1
        coins = self.gifts[gift]["coins"]
        self.totals = self.totals | {"gifts": self.totals["gifts"] + 1, "coins": self.totals["coins"] + coins}
        return {
            "type": "gift.sent", "at": at, "id": f"gift_{self.given:026d}", "gift_id": gift, "repeat_count": 1, "repeat_end": True,
            "streakable": self.gifts[gift]["streakable"], "combo_id": None, "coins": coins, "diamond_count": coins,
            "sender": self.rng.choice(self.people), "receiver": self.live["creator"], "receipt": f"1.{self.given}", "message": None,
        }  # fmt: skip

    def _comment(self, at: str) -> dict[str, Any]:
        self.given += 1
        return {
            "type": "chat.message", "at": at, "id": f"comment_{self.given}", "sender": self.rng.choice(self.people),
            "text": self.rng.choice(WORDS),
        }  # fmt: skip


async def measure(
    browser: Browser, site: pages.Site, seed: int, rate: int, slower: int, seconds: float
) -> tuple[float, float, float, float]:
    """One flood in a fresh window: frames a second, long ones a second, the 95th centile of what one took in ms, and
    processor time of the main thread in ms a second (of no meaning where the processor is slowed down).
    """
    crowd = Crowd(site, seed)
    context = await browser.new_context(viewport=pages.PHONE, device_scale_factor=1, is_mobile=True, has_touch=True)
    try:
        page = await context.new_page()
        await page.add_init_script(SOCKET % {"tick": TICK_MS, "snapshot": json.dumps(crowd.snapshot())})
        await page.goto(f"{site.base}/live/{site.live}")
        await page.locator(".lg-engine").wait_for(state="attached")
        await asyncio.sleep(1.5)
        at = await page.evaluate("new Date().toISOString()")
        frames = crowd.frames(rate, seconds + 2, at) if rate else []
        await page.evaluate("(frames) => { window.made = frames; }", frames)
        devtools = await context.new_cdp_session(page)
        await devtools.send("Performance.enable")
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        await page.evaluate("() => window.flood(window.made)")
        await asyncio.sleep(1)  # the lanes have filled
        before = await busy_s(devtools)
        times = await page.evaluate("(ms) => window.measure(ms)", seconds * 1000)
        busy = await busy_s(devtools) - before
    finally:
        await context.close()
    took = sorted(b - a for a, b in pairwise(times))
    whole_s = (times[-1] - times[0]) / 1000
    long = sum(each > 50 for each in took)
    return len(took) / whole_s, long / whole_s, took[int(len(took) * 0.95)], busy * 1000 / whole_s


async def busy_s(devtools: CDPSession) -> float:
    """Processor time that the page's main thread has had."""
    metrics = await devtools.send("Performance.getMetrics")
    found: float = next(each["value"] for each in metrics["metrics"] if each["name"] == "ThreadTime")
    return found


async def trace(browser: Browser, site: pages.Site, file: Path, rate: int, seconds: float) -> None:
    """Write what the browser did in one flood, for chrome://tracing or Perfetto."""
    await browser.start_tracing(path=file, categories=TRACED)
    await measure(browser, site, 0, rate, 1, seconds)
    await browser.stop_tracing()


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--trace", type=Path, help="write one flood of 200 gifts/s as a trace instead")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    cases = {
        "at rest": (0, SLOWER), "40 gifts/s": (40, SLOWER), "200 gifts/s": (200, SLOWER),
        "200 gifts/s at full speed": (200, 1),
    }  # fmt: skip
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in cases}
    async with pages.site() as site, pages.chromium() as browser:
        if args.trace:
            await trace(browser, site, args.trace, 200, args.seconds)
            return
        for number in range(args.rounds):
            for name, (rate, slower) in cases.items():
                found[name].append(await measure(browser, site, number, rate, slower, args.seconds))
    figures = []
    for name, (rate, slower) in cases.items():
        fps, long, p95, busy = (tuple(values) for values in zip(*found[name], strict=True))
        what = f"{name}, {slower}x slower" if slower > 1 else name
        figures += [
            report.Figure(f"{what}: frames a second", "fps", fps, FPS_MIN if rate else None),
            report.Figure("  longer than 50 ms", "a second", long),
            report.Figure("  95 of 100 took at most", "ms", p95),
        ]
        if slower == 1:
            figures.append(
                report.Figure("  processor time of the main thread", "ms/s", busy, 1000 / SLOWER, at_most=True)
            )
    report.show(figures, title="engine")


if __name__ == "__main__":
    world.run(main())
