"""People in real browsers: Debian's Chromium, driven by Playwright, against a running service."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, async_playwright, expect

from running import PASSWORD, Service, Someone

WAIT_MS = 20_000
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
_SERIOUS = {"serious", "critical"}
# Waits for every movement that has an end; two seconds at most.
_SETTLED = """() => Promise.race([
    new Promise((done) => setTimeout(done, 2000)),
    Promise.allSettled(document.getAnimations()
        .filter((moving) => Number.isFinite(moving.effect?.getComputedTiming().endTime))
        .map((moving) => moving.finished)),
]).then(() => undefined)"""
# Remembers what the gift engine draws: for each lane of a name and a gift how often it came, its highest count and
# whether it moved, and the names on the stage in their order.
_MEMORY = """(() => {
    const drawn = (window.drawn = { lanes: {}, stage: [] });
    const shown = new WeakMap();
    const count = (lane) => Number(lane.querySelector('.lg-count').textContent.replace(/[^0-9]/g, '') || 1);
    const look = (node) => {
        const box = node.closest?.('.lg-lane, .lg-stage') ?? node.parentElement?.closest('.lg-lane, .lg-stage');
        if (!box) return;
        const stage = box.classList.contains('lg-stage');
        const on = box.dataset.shown === 'true';
        const name = box.querySelector(stage ? '.lg-caption bdi' : '.lg-name')?.textContent;
        const came = on && !shown.get(box);
        shown.set(box, on);
        if (stage && came) drawn.stage.push(name);
        if (stage || !on) return;
        const key = `${name} ${box.querySelector('.lg-line').textContent}`;
        const lane = (drawn.lanes[key] ??= { times: 0, count: 0, moves: false });
        const frames = box.getAnimations().flatMap((each) => each.effect.getKeyframes());
        lane.moves ||= frames.some(({ transform }) => transform && transform !== 'none');
        if (came) lane.times += 1;
        lane.count = Math.max(lane.count, count(box));
    };
    const observer = new MutationObserver((changes) => new Set(changes.map((each) => each.target)).forEach(look));
    const what = { subtree: true, childList: true, attributeFilter: ['data-shown'] };
    const watch = () => observer.observe(document.documentElement, what);
    document.addEventListener('DOMContentLoaded', watch);
})()"""
expect.set_options(timeout=WAIT_MS)


@dataclass
class Visitor:
    """A browser's window with a memory for what went wrong in it."""

    base: str
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    async def go(self, path: str) -> None:
        """Open a page and wait until it has drawn itself."""
        await self.page.goto(self.base + path, wait_until="load")
        await self.page.locator("#app > *").first.wait_for(state="attached")

    async def drawn(self) -> dict[str, Any]:
        """What the gift engine drew: `lanes` by "name gift" with `times` and `count`, and the names of the `stage`."""
        return await self.page.evaluate("window.drawn")  # type: ignore[no-any-return]

    async def draws(self, what: str, count: int = 1, times: int = 1) -> None:
        """Wait until a lane of "name gift" has come to a count, and has come so many times."""
        script = "([what, n, times]) => ((l) => l?.count >= n && l.times >= times)(window.drawn.lanes[what])"
        await self.page.wait_for_function(script, arg=[what, count, times])

    async def stages(self, name: str) -> None:
        """Wait until somebody's gift has taken the stage."""
        await self.page.wait_for_function("(name) => window.drawn.stage.includes(name)", arg=name)

    def forgive(self, *words: str) -> None:
        """Forget complaints that the test itself caused, such as of a server that it killed."""
        self.faults = [fault for fault in self.faults if not any(word in fault for word in words)]

    async def settled(self) -> None:
        """Wait until nothing says that it is still loading, and nothing is on its way in."""
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0)
        await self.page.evaluate(
            "Promise.all(document.getAnimations()"
            ".filter(a => a.effect.getComputedTiming().endTime < 2000).map(a => a.finished.catch(() => 0)))"
        )

    async def fill(self, **fields: str) -> None:
        """Fill the form's fields by their names."""
        for name, text in fields.items():
            box = self.page.locator(f"[name={name}]")
            await (box.select_option(text) if name == "country" else box.fill(text))

    async def press(self, name: str) -> None:
        """Press the button, or follow the link, of exactly this name."""
        either = self.page.get_by_role("button", name=name, exact=True).or_(
            self.page.get_by_role("link", name=name, exact=True)
        )
        await either.filter(visible=True).first.click()

    async def api(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask the API from within the page, as its own scripts do."""
        script = """async ([method, path, body]) => {
            const csrf = document.cookie.match(/largesse_csrf=([^;]+)/)?.[1] ?? '';
            const headers = { 'Content-Type': 'application/json', 'X-CSRF-Token': decodeURIComponent(csrf) };
            const sent = body === null ? {} : { body: JSON.stringify(body) };
            const answer = await fetch(path, { method, headers, ...sent });
            return [answer.status, await answer.json().catch(() => null)];
        }"""
        status, found = await self.page.evaluate(script, [method, path, body])
        return status, found

    async def fits(self) -> None:
        """Nothing is wider than the window."""
        wider = await self.sticks_out()
        assert not wider, "\n".join(wider)

    async def sticks_out(self) -> list[str]:
        """What is wider than the window; empty where nothing is."""
        return await self.page.evaluate(  # type: ignore[no-any-return]
            """() => {
            const root = document.documentElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            const out = [...document.querySelectorAll('body *')].filter(e => {
                const box = e.getBoundingClientRect();
                return box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1);
            });
            return [`${root.scrollWidth} > ${root.clientWidth}`, ...out.slice(-4).map(e => e.outerHTML.slice(0, 160))];
        }"""
        )

    async def has_no_barriers(self) -> None:
        """Axe finds nothing serious or critical."""
        barriers = await self.barriers()
        assert not barriers, "\n".join(barriers)

    async def barriers(self) -> list[str]:
        """What axe finds serious or critical, once what is fading in has come: half shown, no text has its contrast."""
        await self.page.evaluate(_SETTLED)
        found = await Axe().run(self.page)
        return [
            f"{broken['id']} ({broken['impact']}): {node['html'][:200]} {node['failureSummary'][:300]}"
            for broken in found.response["violations"]
            if broken["impact"] in _SERIOUS
            for node in broken["nodes"]
        ]


@contextlib.asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """One browser of its own, with some more flags."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    assert path, "no Chromium here: tools/debian-packages installs it"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def visitor(
    browser: Browser, service: Service, who: Someone | None = None, **options: Any
) -> AsyncIterator[Visitor]:
    """A window of a guest, or of somebody who has signed in; it may not complain of anything."""
    context = await browser.new_context(**{"viewport": PHONE, "locale": "en-US", "base_url": service.base, **options})
    context.set_default_timeout(WAIT_MS)
    if who:
        await _sign_in(context, who)
    await context.add_init_script(_MEMORY)
    made = Visitor(service.base, context, await context.new_page())
    context.on("console", lambda message: _hear(made, message))
    context.on("weberror", lambda wrong: made.faults.append(f"{made.page.url}: {wrong.error}"))
    try:
        yield made
        assert not made.faults, "\n".join(made.faults)
    finally:
        await context.close()


async def signed_in(browser: Browser, service: Service, who: Someone) -> StorageState:
    """A device on which somebody has signed in: `storage_state` of any number of windows."""
    context = await browser.new_context(locale="en-US", base_url=service.base)
    try:
        await _sign_in(context, who)
        return await context.storage_state()
    finally:
        await context.close()


async def _sign_in(context: BrowserContext, who: Someone) -> None:
    named = {"login": who.username, "password": PASSWORD}
    code = await asyncio.to_thread(who.code)
    signed = await context.request.post("/v1/sessions", data=named | ({} if code is None else {"second_factor": code}))
    assert signed.ok, await signed.text()


def _hear(made: Visitor, message: ConsoleMessage) -> None:
    if message.type in {"error", "warning"}:
        made.faults.append(f"{made.page.url}: {message.type}: {message.text} ({message.location.get('url', '')})")


async def mailed(service: Service, to: str, part: str) -> str:
    """The path of the last link with `part` in it that was mailed to an address; waits for it."""
    log = service.folder / "serve.log"
    for _ in range(int(WAIT_MS / 50)):
        mails = [mail for mail in log.read_text().split("--- mail to ")[1:] if mail.startswith(f"{to}:")]
        links = [word for mail in mails for word in mail.split() if word.startswith("http") and f"/{part}/" in word]
        if links:
            return links[-1].partition(service.base)[2]
        await asyncio.sleep(0.05)
    raise AssertionError(f"no mail with a link of {part} to {to}")


def kill_all(service: Service) -> list[int]:
    """kill -9 of the supervisor, PostgreSQL, NATS and every process of the program, as a power cut does."""
    folder = Path(service.environ["LARGESSE_DATA_DIR"])
    servers = msgspec.json.decode((folder / "run.json").read_bytes())
    own = msgspec.json.decode((folder / "processes.json").read_bytes())
    pids = [service.process.pid, *[one["pid"] for one in own], servers["postgres_pid"], servers["nats_pid"]]
    pids += [child for pid in pids for child in _children(pid)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    service.process.wait(10)
    return pids


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
