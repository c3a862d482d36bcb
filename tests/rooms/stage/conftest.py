"""The stage's own service over the application's routes, with a session for each of the cast."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from largesse import catalog as catalog_room
from largesse.accounts import AccountsService
from largesse.catalog import CatalogService
from largesse.kit.clock import SetClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.media import StreamKeys
from largesse.policy import PolicyService
from largesse.stage import ContestsService, StageService
from largesse.stage.routes import routes
from largesse.stage.routes_contests import contest_routes


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
async def client(app_client, accounts, stage, contests) -> httpx.AsyncClient:
    """A guest; `headers=cast.bob.headers` signs a request."""
    return await app_client([*routes, *contest_routes], accounts=accounts, stage=stage, contests=contests)


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
