"""Payments on a real database with the sandbox provider, and people who buy, give and operate."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from largesse import catalog
from largesse.accounts import AccountsService
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.payments import NoticesService, OfficeService, PaymentsService
from largesse.payments.routes import routes

ClientOf = Callable[[PaymentsService], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def payments(db: Database, settings: Settings) -> PaymentsService:
    async with db.write() as tx:
        await catalog.seed(tx)
    return PaymentsService(db, settings)


@pytest.fixture
async def client_of(app_client: Any, accounts_service: AccountsService) -> AsyncIterator[ClientOf]:
    """A client of the room's routes over some service."""
    async with AsyncExitStack() as stack:

        async def make(service: PaymentsService) -> httpx.AsyncClient:
            notices = NoticesService(service)
            await notices.open()
            stack.push_async_callback(notices.close)
            made: httpx.AsyncClient = await app_client(
                routes,
                accounts=accounts_service,
                payments=service,
                notices=notices,
                office=OfficeService(service),
            )
            return made

        yield make


@pytest.fixture
async def client(client_of: ClientOf, payments: PaymentsService) -> httpx.AsyncClient:
    return await client_of(payments)
