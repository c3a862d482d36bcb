"""A flood on one room, through real processes: memory stays bounded, the display folds, the totals are exact.

It comes as fast as the machine settles it: `--log-cli-level=info` tells how fast that was.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
import psutil
import psycopg
import pytest
from bench import watching

from largesse.kit import ids
from largesse.main.torture.plan import rng_of
from largesse.main.torture.tally import Tally
from largesse.main.torture.viewers import SocketViewer
from largesse.main.torture.world import World
from watching import Watcher

pytestmark = pytest.mark.crash
log = logging.getLogger(__name__)
_SENDERS = 4
_BATCH = 1_000
_GIFTS_A_FRAME_MAX = 60
_GROWTH_MB_MAX = 60  # of one api process, over what it had when the flood was under way
_ANSWER_S = 60.0
_SEQ = re.compile(rb'"seq":(\d+)')


class Reader(SocketViewer):
    """Checks every frame as torture's viewers do, and remembers how much each told and folded."""

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world, Tally(rng_of(1, "samples")))
        self.told: list[int] = []
        self.folded = 0

    def take_frame(self, frame: dict[str, Any]) -> None:
        self.told.append(sum(event["type"] == "gift.sent" for event in frame["events"]))
        self.folded += (frame.get("folded") or {"count": 0})["count"]
        super().take_frame(frame)


@dataclass
class Memory:
    """Resident memory of the api processes, in MB, sampled."""

    pids: list[int]
    samples: list[tuple[float, ...]] = field(default_factory=list)

    async def watch(self) -> None:
        while True:
            self.samples.append(tuple(psutil.Process(pid).memory_info().rss / 2**20 for pid in self.pids))
            await asyncio.sleep(0.2)

    def growth(self) -> list[float]:
        """By process: the most, over the first fifth of the flood."""
        warm = max(1, len(self.samples) // 5)
        return [max(column[warm:]) - max(column[:warm]) for column in zip(*self.samples, strict=True)]


@asynccontextmanager
async def _running(*work: Any) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _flood(world: World, gifts: int) -> None:
    """Send so many gifts to the first LIVE through the batch route; each is one rose."""
    batches = iter(range(gifts // _BATCH))
    names = [viewer.username for viewer in world.viewers]

    async def send() -> None:
        wire = world.wire(world.api_key)
        for number in batches:
            body = [
                {"id": str(ids.new()), "sender": names[(number * _BATCH + n) % len(names)], "gift_id": "rose",
                 "live_id": world.lives[0], "count": 1}
                for n in range(_BATCH)
            ]  # fmt: skip
            answer = await wire.ask("POST", "/v1/gifts/batch", body, seconds=_ANSWER_S)
            assert answer.status == 200, answer.body
            assert answer.body.count(b'"status":"settled"') == _BATCH, answer.body[:500]
        wire.close()

    await asyncio.gather(*[send() for _ in range(_SENDERS)])


def _books(world: World) -> tuple[int, int, int]:
    with psycopg.connect(world.servers.database_url) as connection:
        row = connection.execute(
            "SELECT count(*), coalesce(sum(coins_paid + coins_promo), 0)::bigint,"
            " coalesce(sum(diamonds_milli), 0)::bigint FROM ledger.gift WHERE stage = %s",
            [world.stages[0]],
        ).fetchone()
    assert row is not None
    return row


async def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - nobody tells it
            await asyncio.sleep(0.1)


async def _withstand(world: World, gifts: int) -> None:
    """The flood, two viewers who read all of it, the creator for its last moment, and what must hold of it."""
    viewers = [Reader(f"viewer {n}", world) for n in range(2)]
    memory = Memory(world.pids("api"))
    before = await asyncio.to_thread(_books, world)
    async with _running(*[viewer.follow() for viewer in viewers]):
        await _until(lambda: all(viewer.snapshots for viewer in viewers))
        async with _running(memory.watch()):
            begun = time.monotonic()
            await _flood(world, gifts - _BATCH)
            took = time.monotonic() - begun
        async with Watcher.watching(world.port, world.lives[0], world.creators[0].token) as creator:
            await _flood(world, _BATCH)
            books = await asyncio.to_thread(_books, world)
            assert books[0] - before[0] == gifts
            last = await creator.until(lambda message: message["totals"]["gifts"] == books[0], seconds=60)
        await _until(lambda: all((viewer.gifts, viewer.coins) == books[:2] for viewer in viewers))
    rate, growth = round(gifts / took), [round(mb, 1) for mb in memory.growth()]
    log.info("%s gifts at %s a second; the api processes grew by %s MB", gifts, rate, growth)
    assert last["totals"]["coins"] == books[1]
    assert last["totals"]["diamonds_milli"] == books[2]
    for viewer in viewers:
        assert not viewer.tally.failures, viewer.tally.details
        assert max(viewer.told) <= _GIFTS_A_FRAME_MAX
        assert viewer.folded > 0, "a flood folds"
        assert sum(viewer.told) + viewer.folded >= gifts * 0.9, "it followed from frame to frame"
    assert max(growth) <= _GROWTH_MB_MAX


@pytest.mark.timeout(240)
async def test_a_flood_on_one_room_is_folded_counted_exactly_and_kept_in_bounds(running_world: World) -> None:
    await _withstand(running_world, 60_000)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
async def test_a_flood_of_minutes_grows_nothing(running_world: World) -> None:
    await _withstand(running_world, 1_500_000)


class Crowd:
    """Viewers that cost little. `seqs`: by viewer, of the last frame; the first one reads its frames whole."""

    def __init__(self) -> None:
        self.seqs: dict[int, int] = {}
        self.frames = 0
        self.last: dict[str, Any] = {}

    def take(self, number: int, beginning: bytes, _: int) -> None:
        self.frames += 1
        seq = _SEQ.search(beginning)
        self.seqs[number] = int(seq[1]) if seq else self.seqs.get(number, 0)
        if number == 0:
            self.last = msgspec.json.decode(beginning)


async def _withstand_a_crowd(world: World, count: int, gifts: int) -> None:
    crowd, before = Crowd(), await asyncio.to_thread(_books, world)
    viewers = await watching.connect(world.port, world.lives[0], count, crowd.take, lambda: len(crowd.seqs))
    memory = Memory(world.pids("api"))
    try:
        async with _running(memory.watch()):
            begun = time.monotonic()
            await _flood(world, gifts)
            books = await asyncio.to_thread(_books, world)
            await _until(lambda: crowd.last["totals"]["gifts"] == books[0], 120)
            await _until(lambda: set(crowd.seqs.values()) == {crowd.last["seq"]}, 120)
            took = time.monotonic() - begun
        assert books[0] - before[0] == gifts
        assert crowd.last["totals"]["coins"] == books[1]
        assert not any(viewer.lost for viewer in viewers)
        log.info("%s viewers had %s frames of %s gifts in %.1f s", count, crowd.frames, gifts, took)
        log.info("the api processes grew by %s MB", memory.growth())
        assert max(memory.growth()) <= _GROWTH_MB_MAX
    finally:
        for viewer in viewers:
            viewer.transport.abort()


@pytest.mark.timeout(240)
async def test_a_thousand_viewers_of_a_flood_all_arrive_at_the_exact_totals(running_world: World) -> None:
    await _withstand_a_crowd(running_world, 1_000, 20_000)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_five_thousand_viewers_of_a_flood_all_arrive_at_the_exact_totals(running_world: World) -> None:
    await _withstand_a_crowd(running_world, 5_000, 40_000)
