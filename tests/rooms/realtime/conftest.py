"""A whole api process in miniature: services, gifts by the real committer, and a real server with real sockets."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.conftest import Cast, Member, application

from largesse import catalog as catalog_room
from largesse.accounts import AccountsService
from largesse.catalog import CatalogService
from largesse.gifting import Committer, Request
from largesse.kit import ids
from largesse.kit.clock import SystemClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.media import StreamKeys
from largesse.policy import PolicyService
from largesse.realtime import RealtimeService
from largesse.realtime import routes as realtime_routes
from largesse.stage import ContestsService, StageService, routes_contests
from largesse.stage import routes as stage_routes
from serving import served

SECRET = b"a secret of the tests, 32 bytes!"


@dataclass
class Process:
    """The services of one api process; `port` where it serves."""

    db: Database
    news: News
    accounts: AccountsService
    catalog: CatalogService
    stage: StageService
    realtime: RealtimeService
    contests: ContestsService
    settings: Settings
    port: int = 0
    serving: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def die(self) -> None:
        """Stop owning without giving anything back, as kill -9 does."""
        owning = self.realtime._owning
        assert owning
        owning.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await owning
        self.realtime._owning = None

    async def serve(self) -> int:
        """Serve HTTP and sockets on a free port below 32768, with the protocol class that the product uses."""
        app = application(
            [*realtime_routes.routes, *stage_routes.routes, *routes_contests.contest_routes], accounts=self.accounts,
            stage=self.stage, contests=self.contests, realtime=self.realtime, settings=self.settings,
        )  # fmt: skip
        self.port = await self.serving.enter_async_context(served(app))
        return self.port

    async def close(self) -> None:
        await self.serving.aclose()
        await self.realtime.close()
        await self.stage.close()
        await self.catalog.close()
        await self.accounts.close()
        await self.news.close()
        await self.db.close()


MakeProcess = Callable[..., Awaitable[Process]]


@pytest.fixture
async def make_process(database_url: str, nats_url: str) -> AsyncIterator[MakeProcess]:
    """Makes api processes on this test's database; each has its own pool and NATS connection."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(*, owning: bool = True, **more: Any) -> Process:
            settings = Settings(sandbox=True, database_url=database_url, **({"nats_url": nats_url} | more))
            db, clock = Database(database_url, connections_max=6), SystemClock()
            await db.open()
            async with db.write() as tx:
                await catalog_room.seed(tx)
            news = News(settings.nats_url)
            await news.open()
            accounts = AccountsService(db, news, clock, settings)
            policy = PolicyService(db, settings)
            catalog = CatalogService(db, news, policy, settings)
            stage = StageService(db, news, accounts, clock, settings, keys=StreamKeys(b"stream keys"))
            realtime = RealtimeService(db, news, accounts, catalog, stage, settings)
            contests = ContestsService(db, news, accounts, catalog, settings)
            await accounts.open()
            await catalog.open()
            await stage.open()
            if not owning:
                realtime.owner.stop()
            await realtime.open()
            process = Process(db, news, accounts, catalog, stage, realtime, contests, settings)
            stack.push_async_callback(process.close)
            return process

        yield make


@pytest.fixture
async def process(make_process: MakeProcess) -> Process:
    made = await make_process()
    await made.serve()
    return made


@dataclass
class Live:
    """A running LIVE of Bob's, and gifts to it by the real committer."""

    db: Database
    id: str
    key: int
    kinds: dict[str, int]
    committer: Committer
    news: News
    sent: list[bytes] = field(default_factory=list)

    async def give(self, *givers: Member, kind: str = "rose", count: int = 1, **more: Any) -> list[Any]:
        """One gift of each giver, settled together; waits for them."""
        requests = [Request(ids.new().bytes, g.key, self.key, self.kinds[kind], count, **more) for g in givers]
        outcomes = list(await self.committer.settle(requests))
        self.sent += [r.id for r in requests]
        await self.news.publish("gifts.settled", b"")
        return outcomes


@pytest.fixture
async def live(db: Database, news: News, cast: Cast) -> AsyncIterator[Live]:
    async with db.write() as tx:
        await catalog_room.seed(tx)
        kinds = {row["id"]: row["key"] for row in await tx.rows("SELECT id, key FROM catalog.gift")}
        live_id = ids.new()
        # A room's subject on NATS is its stage's key, and other workers' tests share that NATS.
        await tx.execute(f"ALTER TABLE stage.stage ALTER COLUMN key RESTART WITH {random.randrange(1000, 2**30)}")
        key = await tx.scalar(
            "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
            " VALUES (%s, 'live', %s, 'Evening songs', 'live', now()) RETURNING key",
            [live_id, cast.bob.key],
        )
        for member in (cast.alice, cast.charlie, cast.olga):
            await tx.execute(
                "INSERT INTO ledger.wallet (account, paid_in, gives_from) VALUES (%s, 10000000, '2008-01-01')",
                [member.key],
            )
        await tx.execute("INSERT INTO ledger.wallet (account, gives_from) VALUES (%s, '2008-01-01')", [cast.bob.key])
    committer = Committer(db, None, SECRET)
    yield Live(db, ids.encode("live", live_id), key, kinds, committer, news)
    await committer.close()
