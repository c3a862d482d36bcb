"""`largesse bench`: what this machine settles, measured with the real committer on a throw-away data directory.

Many callers at once say how many gifts a second are durable, one caller alone how long a commit takes. Neither HTTP nor
rooms are in it: `make bench` of a checkout measures those too.
"""

import asyncio
import multiprocessing
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
import uvloop

from largesse import ledger
from largesse.accounts import NewPerson
from largesse.gifting import Committer, Outcome, Receipt, Request
from largesse.kit import embedded, ids
from largesse.kit.batch import Batcher
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.log import set_up
from largesse.kit.money import Money
from largesse.main.compose import build, opened
from largesse.main.prepare import prepare
from largesse.main.serve import with_servers

VIEWERS = 1_000
CALLERS = 1_000  # a process
_COINS = 95_000  # a viewer's: below what one may give in a day
_ADULT_FROM = date(2008, 1, 1)
_READY_S_MAX = 60


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured. Times are from asking to the receipt; `books_hold` is the audit's verdict on all of it."""

    processes: int
    callers: int
    seconds: float
    gifts: int
    gifts_a_second: float
    ms_p50: float
    ms_p99: float
    alone_ms_p50: float
    alone_ms_p99: float
    books_hold: bool


@dataclass(frozen=True, slots=True)
class Room:
    """What a process needs to give: the database, the secret of the salts, and the books' keys."""

    url: str
    secret: bytes
    stage: int
    kind: int
    viewers: Sequence[int]

    def ask(self, rng: random.Random) -> Request:
        """A rose of some viewer."""
        return Request(ids.new().bytes, rng.choice(self.viewers), self.stage, self.kind)


@dataclass(frozen=True, slots=True)
class Press:
    """How hard a process gives, and for how long."""

    room: Room
    callers: int
    seconds: float


Waits = tuple[list[float], float]
"""What each gift waited for its receipt, in milliseconds, and the seconds that all took together."""


async def run_bench(*, seconds: float, processes: int, as_json: bool) -> bool:
    """Measure, print, and say whether the books hold."""
    set_up("error")
    with tempfile.TemporaryDirectory(prefix="largesse-bench-", ignore_cleanup_errors=True) as folder:
        settings = Settings(data_dir=f"{folder}/data", sandbox=True)
        async with embedded.running(settings) as servers:
            found = await measure(with_servers(settings, servers), seconds, processes)
    click.echo(msgspec.json.format(msgspec.json.encode(found)).decode() if as_json else _text(found))
    return found.books_hold


async def measure(settings: Settings, seconds: float, processes: int) -> Figures:
    """Measure on an empty database: many callers a process for so long, then one caller alone for a third of it."""
    await prepare(settings)
    room = await _room(settings)
    many = await asyncio.to_thread(_together, Press(room, CALLERS, seconds), processes)
    alone = await asyncio.to_thread(_together, Press(room, 1, seconds / 3), 1)
    db = Database(settings.database_url, connections_max=2)
    await db.open()
    try:
        report = await ledger.audit(db, ledger.load_keys(settings.data_path))
    finally:
        await db.close()
    waited = sorted(ms for waits, _ in many for ms in waits)
    waited_alone = sorted(alone[0][0])
    return Figures(
        processes=processes, callers=CALLERS, seconds=seconds, gifts=report.gifts,
        gifts_a_second=round(sum(len(waits) / took for waits, took in many), 1),
        ms_p50=_quantile(waited, 0.5), ms_p99=_quantile(waited, 0.99),
        alone_ms_p50=_quantile(waited_alone, 0.5), alone_ms_p99=_quantile(waited_alone, 0.99),
        books_hold=report.ok and report.gifts == len(waited) + len(waited_alone) + processes + 1,
    )  # fmt: skip


async def _room(settings: Settings) -> Room:
    """A running LIVE, and viewers with bought coins."""
    async with opened(build(settings), "catalog") as services:
        people = [NewPerson(username=f"viewer{n}", display_name=f"Alice {n}") for n in range(VIEWERS)]
        creator = NewPerson(username="creator", display_name="Bob", creator=True)
        key, *viewers = await services.accounts.create_many([creator, *people])
        token = (await services.accounts.issue_sessions([key]))[0]
        principal = await services.accounts.authenticate(token)
        rose = services.catalog.gift("rose")
        assert principal is not None
        assert rose is not None
        live, _ = await services.stage.create(
            principal, ids.new(), title="Bench", description="", cover=None, gifts_enabled=True, scheduled_at=None
        )
        await services.stage.start(principal, live.id)
        async with services.db.write() as tx:
            for viewer in viewers:
                await ledger.sell_coins(
                    tx, account=viewer, gives_from=_ADULT_FROM, coins=_COINS, gross=Money(1399, "USD"),
                    tax=Money(233, "USD"), provider_fee=Money(71, "USD"), source=f"bench:{viewer}",
                    happened_at=datetime.now(UTC),
                )  # fmt: skip
        secret = ledger.load_keys(Path(settings.data_dir)).salt_secret
        return Room(settings.database_url, secret, live.key, rose.key, viewers)


def _together(press: Press, processes: int) -> list[Waits]:
    """What each of some processes found; all begin at one moment."""
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(processes + 1), context.Queue()
    children = [
        context.Process(target=_give, args=(press, seed, ready, results), daemon=True) for seed in range(processes)
    ]
    for child in children:
        child.start()
    ready.wait(_READY_S_MAX)
    found = [results.get(timeout=press.seconds + _READY_S_MAX) for _ in children]
    for child in children:
        child.join()
    return found


def _give(press: Press, seed: int, ready: Any, results: Any) -> None:
    """A process with a committer of its own, as each api process has one."""
    set_up("error")
    with suppress(KeyboardInterrupt):
        results.put(uvloop.run(_callers(press, seed, ready)))


async def _callers(press: Press, seed: int, ready: Any) -> Waits:
    room, settings = press.room, Settings()
    committer = Committer(Database(room.url), None, room.secret)
    batcher: Batcher[Request, Outcome] = Batcher(
        size_max=settings.batch_gifts_max, linger_us=settings.linger_us, waiting_max=settings.queue_gifts_max
    )
    lane = asyncio.create_task(batcher.run(committer.settle))
    rng, waits = random.Random(seed), list[float]()  # noqa: S311 - which viewer gives is no secret
    await batcher.ask(room.ask(rng))
    await asyncio.to_thread(ready.wait, _READY_S_MAX)
    begin = time.perf_counter()

    async def caller() -> None:
        while (asked := time.perf_counter()) < begin + press.seconds:
            outcome = await batcher.ask(room.ask(rng))
            assert isinstance(outcome, Receipt), outcome
            waits.append((time.perf_counter() - asked) * 1000)

    await asyncio.gather(*[caller() for _ in range(press.callers)])
    took = time.perf_counter() - begin
    batcher.close()
    await lane
    await committer.close()
    return waits, took


def _quantile(ordered: list[float], q: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * q))], 2)


def _text(found: Figures) -> str:
    of = f"{found.processes} process" if found.processes == 1 else f"{found.processes} processes"
    verdict = "the books hold" if found.books_hold else "the books do NOT hold"
    return "\n".join([
        f"durable gifts a second  {found.gifts_a_second:>12,.0f}   {of}, {found.callers:,} callers each, one creator",
        f"  a gift's wait          {found.ms_p50:>9.1f} ms   half of them; {found.ms_p99:.1f} ms 99 of 100",
        f"one caller alone         {found.alone_ms_p50:>9.1f} ms   half of them; {found.alone_ms_p99:.1f} ms 99 of 100",
        f"{found.gifts:,} gifts, and the audit says: {verdict}",
    ])  # fmt: skip
