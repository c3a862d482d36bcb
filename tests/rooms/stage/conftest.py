"""The stage's own service over the application's routes, with a session for each of the cast."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from largesse import catalog as catalog_room
from largesse.accounts import AccountsService
from largesse.catalog import CatalogService
from largesse.gifting import Committer, Request
from largesse.kit import ids
from largesse.kit.clock import SetClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.media import StreamKeys
from largesse.policy import PolicyService
from largesse.safety import BlocksService, block_routes
from largesse.stage import ContestsService, LiveLettersService, RemindersService, StageService, StopLinks
from largesse.stage.routes import routes
from largesse.stage.routes_contests import contest_routes
from largesse.stage.routes_letters import letter_routes
from largesse.stage.routes_reminders import reminder_routes


@pytest.fixture
async def accounts(db: Database, news: News, clock: SetClock, settings: Settings) -> AsyncIterator[AccountsService]:
    service = AccountsService(db, news, clock, settings)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def stage(
    db: Database, news: News, accounts: AccountsService, clock: SetClock, settings: Settings
) -> AsyncIterator[StageService]:
    service = StageService(db, news, accounts, clock, settings, keys=StreamKeys(b"stream keys"))
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def contests(
    db: Database, news: News, accounts: AccountsService, settings: Settings
) -> AsyncIterator[ContestsService]:
    async with db.write() as tx:
        await catalog_room.seed(tx)
    catalog = CatalogService(db, news, PolicyService(db, settings), settings)
    await catalog.open()
    yield ContestsService(db, news, accounts, catalog, settings)
    await catalog.close()


@pytest.fixture
async def reminders(db: Database, accounts: AccountsService) -> RemindersService:
    return RemindersService(db, accounts)


@pytest.fixture
async def letters(db: Database, settings: Settings) -> LiveLettersService:
    return LiveLettersService(db, settings, StopLinks(b"stop links"))


@pytest.fixture
async def client(  # noqa: PLR0917 - fixtures
    app_client, accounts, stage, contests, reminders, letters, db, settings
) -> httpx.AsyncClient:
    """A guest; `headers=cast.bob.headers` signs a request."""
    services = {"accounts": accounts, "stage": stage, "contests": contests, "reminders": reminders}
    services |= {
        "settings": settings,
        "blocks": BlocksService(db, accounts, stage.guests.put_out),
        "letters": letters,
    }
    return await app_client([*routes, *contest_routes, *reminder_routes, *letter_routes, *block_routes], **services)


@pytest.fixture
def bobs_live(client: httpx.AsyncClient, cast) -> Callable:
    """Makes and starts a LIVE of Bob's; its body."""

    async def make(**more) -> dict:
        made = await client.post("/v1/lives", json={"title": "Evening songs", **more}, headers=cast.bob.headers)
        assert made.status_code == 201, made.text
        started = await client.post(f"/v1/lives/{made.json()['id']}/start", headers=cast.bob.headers)
        assert started.status_code == 200, started.text
        return started.json()

    return make


@pytest.fixture
async def given(db, cast, client, bobs_live, stage):
    """A LIVE of Bob's with gifts: Alice 5 roses by name, Charlie 3 and 2 of them without one."""
    async with db.write() as tx:
        await catalog_room.seed(tx)
        rose = await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'")
        for member in (cast.alice, cast.charlie):
            await tx.execute(
                "INSERT INTO ledger.wallet (account, paid_in, gives_from) VALUES (%s, 1000, '2008-01-01')", [member.key]
            )
    live = await bobs_live()
    place = await stage.get(ids.decode(live["id"], "live"))
    committer = Committer(db, None, b"a secret of the tests, 32 bytes!")
    wanted = [(cast.alice, 5, False), (cast.charlie, 1, False), (cast.charlie, 2, True)]
    requests = [Request(ids.new().bytes, who.key, place.key, rose, n, anonymous=hidden) for who, n, hidden in wanted]
    outcomes = await committer.settle(requests)
    await committer.close()
    return live, requests, outcomes
