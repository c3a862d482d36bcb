"""Many LIVEs at once on this machine: encoders that publish, viewers that check every byte's place, and one real browser.

Each LIVE is an FFmpeg that sends a film of 360p by RTMP without encoding it. Viewers of the socket read every fragment
and know from its own time whether one is missing; viewers of the playlist fetch every segment and know its number.
A stall is two seconds without a fragment. Processor time is the service's own, without the publishers and viewers, less
what it takes when idle; memory and disk are read all the while, and their slope is of the second half. A second phase
has more viewers: what packs a LIVE must take no more for them, and what sends must take no more for a byte.
"""

import argparse
import asyncio
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import imageio_ffmpeg
import psutil

from bench import media, pages, report, world
from bench.watching import Viewer
from largesse.media.boxes import Boxes

RTMP_PORT = 18_794
STALL_S = 2.0
PROCESSOR_REACH = 5.0  # of a hundred of one core, a LIVE
IDLE_S = 10.0
SAMPLE_S = 5.0
PACKS = ("largesse-media", "ffmpeg")
KINDS = (*PACKS, "largesse-api", "largesse-worker", "nats-server", "postgres")
FILM_S = 30
FILM = (
    *("-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=30:duration={FILM_S}"),
    *("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={FILM_S}"),
    *("-c:v", "libx264", "-preset", "veryfast", "-b:v", "900k", "-maxrate", "900k", "-bufsize", "900k", "-g", "30"),
    *("-sc_threshold", "0", "-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", "-f", "flv"),
)
WATCH = """() => {
    const video = document.querySelector('video');
    window.waits = 0;
    window.began = { media: video.currentTime, wall: performance.now() };
    video.addEventListener('waiting', () => window.waits++);
}"""
SAW = """() => {
    const video = document.querySelector('video');
    const wall = (performance.now() - window.began.wall) / 1000;
    return { waits: window.waits, played: (video.currentTime - window.began.media) / wall };
}"""


@dataclass
class Watched:
    """What one viewer of a socket has seen."""

    at: float = field(default_factory=time.monotonic)
    boxes: Boxes = field(default_factory=Boxes)
    size: int = 0
    fragments: int = 0
    missing: int = 0
    longest_s: float = 0.0
    _due_s: float | None = None

    def take(self, _: int, body: bytes, length: int) -> None:
        """A whole frame: words begin a run, the rest are pieces."""
        self.size += length
        if body[:1] == b"{":
            self.boxes, self._due_s = Boxes(), None
            return
        now = time.monotonic()
        self.longest_s, self.at = max(self.longest_s, now - self.at), now
        for piece in self.boxes.feed(body):
            if piece.first or not piece.duration_s:
                continue
            self.fragments += 1
            self.missing += self._due_s is not None and abs(piece.start_s - self._due_s) > 0.05
            self._due_s = piece.start_s + piece.duration_s


@dataclass
class Listed:
    """What one reader of a playlist has seen."""

    segments: int = 0
    missing: int = 0
    late: int = 0


async def read_playlist(client: httpx.AsyncClient, live: str, seen: Listed) -> None:
    """Fetch each segment once, as players do, for ever."""
    last, fresh = -1, time.monotonic()
    while True:
        answer = await client.get(f"/hls/{live}/live.m3u8")
        names = re.findall(r"^(\d+-(\d+)\.m4s)$", answer.text, re.MULTILINE) if answer.status_code == 200 else []
        for name, number in ((name, int(digits)) for name, digits in names):
            if number <= last:
                continue
            seen.missing += 0 <= last < number - 1
            seen.missing += not (await client.get(f"/hls/{live}/{name}")).content
            seen.segments += 1
            last, fresh = number, time.monotonic()
        seen.late += time.monotonic() - fresh > STALL_S + 1.0  # a segment's own length is one second
        await asyncio.sleep(1.0)


class Family:
    """The service's processes; publishers and viewers are none of them."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)

    def taken(self) -> dict[str, float]:
        """Seconds of processor time by kind of process, with those that ended."""
        found: dict[str, float] = {}
        for process in [self._root, *self._root.children(recursive=True)]:
            try:
                times, name = process.cpu_times(), process.name().partition("-linux")[0]
            except psutil.NoSuchProcess:
                continue
            found[name] = found.get(name, 0.0) + times.user + times.system
        return found

    def memory_mb(self) -> dict[str, float]:
        """Private memory by kind of process; what they share, as PostgreSQL's cache, fills up and then stays."""
        found: dict[str, float] = {}
        for process in [self._root, *self._root.children(recursive=True)]:
            try:
                name, used = process.name().partition("-linux")[0], process.memory_full_info().uss / 2**20
            except psutil.NoSuchProcess:
                continue
            found[name] = found.get(name, 0.0) + used
        return found


@asynccontextmanager
async def encoder(film: Path, key: str) -> AsyncIterator[None]:
    """FFmpeg sends the film again and again, as fast as it plays."""
    ffmpeg = await asyncio.create_subprocess_exec(
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", str(film)),
        *("-c", "copy", "-f", "flv", f"rtmp://127.0.0.1:{RTMP_PORT}/live/{key}"),
    )
    try:
        yield
        assert ffmpeg.returncode is None, "an encoder was cut off"
    finally:
        if ffmpeg.returncode is None:
            ffmpeg.kill()
        await ffmpeg.wait()


async def start_live(client: httpx.AsyncClient, number: int) -> tuple[str, str]:
    """A creator with a running LIVE: its id and its stream key."""
    name = f"bob{number}.{secrets.token_hex(3)}"
    person = {
        "username": name, "email": f"{name}@example.org", "password": media.PASSWORD, "birth_date": "1990-05-17",
        "country": "US", "display_name": "Bob", "accept_terms": True,
    }  # fmt: skip
    made = await client.post("/v1/accounts", json=person)
    assert made.is_success, made.text
    head = {"authorization": f"Bearer {made.json()['token']}"}
    answer = await client.post("/v1/me/creator", json={"accept_terms": True}, headers=head)
    assert answer.is_success, answer.text
    live = (await client.post("/v1/lives", json={"title": "What time is it?"}, headers=head)).json()["id"]
    started: dict[str, Any] = (await client.post(f"/v1/lives/{live}/start", headers=head)).json()
    return live, started["ingest"]["key"]


async def watch(live: str, count: int) -> list[Watched]:
    """Viewers of a LIVE's socket."""
    loop, found = asyncio.get_running_loop(), [Watched() for _ in range(count)]
    for number, watched in enumerate(found):
        await loop.create_connection(
            lambda n=number, w=watched: Viewer(n, f"/v1/lives/{live}/pictures", w.take, whole=True),  # type: ignore[misc]
            "127.0.0.1",
            media.PORT,
        )
    return found


@dataclass
class Phase:
    """What some seconds took: processor time by kind, bytes to viewers, and samples of memory and disk."""

    seconds: float
    taken: dict[str, float]
    size: int
    memory_mb: list[dict[str, float]]
    window_mb: list[float]
    at_s: list[float]


async def measure(family: Family, folder: Path, seconds: float, viewers: list[Watched]) -> Phase:
    """Wait so long, and look."""
    begun, before, bytes_before = time.monotonic(), family.taken(), sum(v.size for v in viewers)
    memory: list[dict[str, float]] = []
    window: list[float] = []
    at: list[float] = []
    while (passed := time.monotonic() - begun) < seconds:
        await asyncio.sleep(min(SAMPLE_S, seconds - passed))
        at.append(time.monotonic() - begun)
        memory.append(await asyncio.to_thread(family.memory_mb))
        window.append(await asyncio.to_thread(size_mb, folder / "media" / "live"))
    taken = {kind: spent - before.get(kind, 0.0) for kind, spent in family.taken().items()}
    return Phase(time.monotonic() - begun, taken, sum(v.size for v in viewers) - bytes_before, memory, window, at)


def size_mb(folder: Path) -> float:
    """Bytes of all files below a folder."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # it left the window
            continue
    return total / 2**20


def slope(at_s: list[float], values: list[float]) -> float:
    """Growth an hour, of the second half."""
    half = len(values) // 2
    if len(values) - half < 2:
        return 0.0
    return statistics.linear_regression(at_s[half:], values[half:]).slope * 3600


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=20)
    parser.add_argument("--viewers", type=int, default=2, help="of the socket, for each LIVE")
    parser.add_argument("--more", type=int, default=10, help="the same, in the second phase")
    parser.add_argument("--seconds", type=float, default=60, help="of each phase; 1200 is the soak")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    rounds = [await one(args) for _ in range(args.rounds)]
    report.show([figure(rounds, *row) for row in ROWS], title=f"{args.lives} LIVEs, {args.seconds:.0f} s a phase")


@dataclass
class Round:
    """Two phases of one service."""

    few: Phase
    many: Phase
    idle: float
    lives: int
    watched: list[Watched]
    listed: list[Listed]
    browser: dict[str, float]

    def packing(self, phase: Phase) -> float:
        """A hundredth of a core, a LIVE: what takes and packs it."""
        return 100 * sum(phase.taken.get(kind, 0.0) for kind in PACKS) / phase.seconds / self.lives

    def sending(self, phase: Phase) -> float:
        """Milliseconds of processor time for a megabyte that reached a viewer of a socket."""
        rest = sum(spent for kind, spent in phase.taken.items() if kind not in PACKS) - self.idle * phase.seconds
        return 1000 * rest / (phase.size / 2**20)

    def all(self, phase: Phase) -> float:
        """A hundredth of a core, a LIVE: everything, less what it takes when idle."""
        return 100 * (sum(phase.taken.values()) / phase.seconds - self.idle) / self.lives


async def one(args: argparse.Namespace) -> Round:
    """A service of its own, its LIVEs, and both phases."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(media.service(rtmp_port=RTMP_PORT))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=made.base, timeout=30))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="largesse-bench-")))
        film = scratch / "film.flv"
        maker = await asyncio.create_subprocess_exec(
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *FILM, str(film)
        )
        assert await maker.wait() == 0
        family = Family(made.pid)
        lives = [await start_live(client, number) for number in range(args.lives)]
        before = family.taken()
        await asyncio.sleep(IDLE_S)
        idle = (sum(family.taken().values()) - sum(before.values())) / IDLE_S
        for _, key in lives:
            await stack.enter_async_context(encoder(film, key))
        for live, _ in lives:
            await until_there(client, live)
        chromium = await stack.enter_async_context(pages.chromium())
        page = await (await chromium.new_context(viewport=pages.PHONE, base_url=made.base)).new_page()
        await page.goto(f"/live/{lives[0][0]}")
        await page.locator("video.shown").wait_for(state="attached", timeout=60_000)
        watched = [seen for live, _ in lives for seen in await watch(live, args.viewers)]
        listed = [Listed() for _ in lives]
        reading = [
            asyncio.create_task(read_playlist(client, live, seen))
            for (live, _), seen in zip(lives, listed, strict=True)
        ]
        await asyncio.sleep(media.SETTLE_S)
        await page.evaluate(WATCH)
        few = await measure(family, made.folder, args.seconds, watched)
        watched += [seen for live, _ in lives for seen in await watch(live, args.more - args.viewers)]
        await asyncio.sleep(media.SETTLE_S)
        many = await measure(family, made.folder, args.seconds, watched)
        saw = await page.evaluate(SAW)
        for task in reading:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        return Round(few, many, idle, args.lives, watched, listed, saw)


async def until_there(client: httpx.AsyncClient, live: str) -> None:
    """Until its playlist lists something."""
    async with asyncio.timeout(60):
        while "m4s" not in (await client.get(f"/hls/{live}/live.m3u8")).text:  # noqa: ASYNC110 - of other programs
            await asyncio.sleep(0.2)


def growth(made: Round, kind: str) -> float:
    """Of one kind's private memory, in MB an hour, over the second half of the second phase."""
    return slope(made.many.at_s, [kinds.get(kind, 0.0) for kinds in made.many.memory_mb])


Row = tuple[str, str, Callable[[Round], float], float | None]
ROWS: tuple[Row, ...] = (
    ("processor, all of the service, a LIVE", "% of one", lambda r: r.all(r.few), PROCESSOR_REACH),
    ("  of it taking and packing", "% of one", lambda r: r.packing(r.few), None),
    ("packing with more viewers beside few", "x", lambda r: r.packing(r.many) / r.packing(r.few), 1.1),
    ("sending, processor time for a megabyte", "ms", lambda r: r.sending(r.few), None),
    ("sending with more viewers beside few, a byte", "x", lambda r: r.sending(r.many) / r.sending(r.few), 1.1),
    ("fragments at viewers of sockets", "", lambda r: sum(w.fragments for w in r.watched), None),
    ("  of them missing", "", lambda r: sum(w.missing for w in r.watched), 0),
    ("  longest time without one", "s", lambda r: max(w.longest_s for w in r.watched), STALL_S),
    ("segments at readers of playlists", "", lambda r: sum(each.segments for each in r.listed), None),
    ("  of them missing", "", lambda r: sum(each.missing for each in r.listed), 0),
    ("  looks that found nothing new for 3 s", "", lambda r: sum(each.late for each in r.listed), 0),
    ("browser: times that it waited for pictures", "", lambda r: r.browser["waits"], 0),
    ("  seconds played in a second", "s", lambda r: r.browser["played"], None),
    ("disk: the last seconds of all LIVEs", "MB", lambda r: max(r.many.window_mb), None),
    ("  growth, second half of the second phase", "MB an hour", lambda r: slope(r.many.at_s, r.many.window_mb), None),
    ("private memory of all processes", "MB", lambda r: max(sum(kinds.values()) for kinds in r.many.memory_mb), None),
    *[(f"  growth of {kind}", "MB an hour", partial(growth, kind=kind), None) for kind in KINDS],
)


def figure(
    rounds: list[Round], name: str, unit: str, read: Callable[[Round], float], reach: float | None
) -> report.Figure:
    """A row of all rounds; what is reached is at most that."""
    return report.Figure(name, unit, tuple(read(each) for each in rounds), reach, at_most=True)


if __name__ == "__main__":
    world.run(main())
