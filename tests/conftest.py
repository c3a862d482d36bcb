"""The cast, a frozen clock, one real PostgreSQL and one real NATS.

The servers are those of `LARGESSE_TEST_DATABASE_URL` and `LARGESSE_TEST_NATS_URL` where they are set, else embedded
ones that live as long as the run. Every test that asks for `database_url` gets a database of its own, cloned from a
migrated template, so what it commits is really checked and nobody else sees it.
"""

import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import argon2
import httpx
import hypothesis
import pytest
from litestar import Litestar
from litestar.di import Provide
from litestar.middleware import DefineMiddleware

import servers as servers_of
from largesse.accounts import AccountsService
from largesse.kit import http, ids
from largesse.kit.clock import SetClock
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.kit.principal import PrincipalMiddleware

# How long an example takes says how busy the machine is, and nothing of the promise.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")

PASSWORD = "a horse, a battery and a staple"


@dataclass(frozen=True)
class Member:
    """Somebody with an account and a session; the password is PASSWORD."""

    key: int
    id: UUID
    username: str
    bearer: int
    token: str

    @property
    def acct(self) -> str:
        return ids.encode("acct", self.id)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Cast:
    """Alice watches and gives, Bob is a creator, Charlie is a stranger, Olga an operator (admin)."""

    alice: Member
    bob: Member
    charlie: Member
    olga: Member


# The servers


def pytest_configure(config: pytest.Config) -> None:
    """With several workers the servers start once, here, before the workers inherit the environment."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        os.environ.update(servers_of.start(config))


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> dict[str, str]:
    """The addresses of both servers."""
    return servers_of.start(request.config)


@pytest.fixture(scope="session")
def server_url(servers: dict[str, str]) -> str:
    """A PostgreSQL on which databases may be made."""
    return servers[servers_of.DATABASE]


@pytest.fixture(scope="session")
def nats_url(servers: dict[str, str]) -> str:
    """A NATS that may be shared with other workers: tell subjects apart by the test's own ids."""
    return servers[servers_of.NATS]


@pytest.fixture
async def news(nats_url: str) -> AsyncIterator[News]:
    """A connection to NATS."""
    connection = News(nats_url)
    await connection.open()
    yield connection
    await connection.close()


# PostgreSQL: a database a test


@pytest.fixture(scope="session")
def clones(server_url: str) -> Iterator[servers_of.Clones]:
    """Where databases of one test each (or of one module, by `take` and `give_back`) come from."""
    made = servers_of.Clones(server_url)
    yield made
    made.close()


@pytest.fixture
def database_url(clones: servers_of.Clones) -> Iterator[str]:
    """A migrated database that is this test's own; a sandbox."""
    url = clones.take()
    yield url
    clones.give_back(url)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """The pool on this test's own database."""
    database = Database(database_url, connections_max=8)
    await database.open()
    yield database
    await database.close()


# People, time, settings


class MakePerson(Protocol):
    """Makes an account with a session, in one transaction."""

    async def __call__(
        self,
        username: str,
        *,
        born: date = ...,
        country: str = ...,
        creator: bool = ...,
        roles: tuple[str, ...] = ...,
    ) -> Member: ...


@pytest.fixture
def clock() -> SetClock:
    """Now, to the second, standing still: the database's clock and this one stay together for a test's length."""
    return SetClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def settings(database_url: str, nats_url: str, tmp_path: Path) -> Settings:
    """A sandbox on this test's own database and data directory."""
    return Settings(sandbox=True, database_url=database_url, nats_url=nats_url, data_dir=str(tmp_path / "data"))


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The argon2id hash of PASSWORD, by cheap parameters: a sign-in takes them from the hash."""
    return argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)


@pytest.fixture
def make_person(db: Database, clock: SetClock, password_hash: str) -> MakePerson:
    """Makes people: adults of the United States who have accepted the terms, unless told otherwise."""

    async def make(
        username: str,
        *,
        born: date = date(1990, 5, 17),
        country: str = "US",
        creator: bool = False,
        roles: tuple[str, ...] = (),
    ) -> Member:
        token = secrets.token_urlsafe(32)
        account, bearer, documents = ids.new(), ids.new(), ["service", "coins", *["creator"][: int(creator)]]
        async with db.write() as tx:
            key = await tx.scalar(
                "INSERT INTO accounts.account (id, username, email, display_name, password_hash, birth_date, country,"
                " adult_from, creator_since, roles, email_verified_at, created_at)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING key",
                [account, username, f"{username}@example.org", username.capitalize(), password_hash, born, country,
                 born.replace(year=born.year + 18), clock.now() if creator else None, list(roles), clock.now(),
                 clock.now()],
            )  # fmt: skip
            await tx.execute(
                "INSERT INTO accounts.acceptance (account, document, version)"
                " SELECT %s, document, version FROM accounts.terms WHERE document = ANY (%s)",
                [key, documents],
            )
            session = await tx.scalar(
                "INSERT INTO accounts.bearer (id, kind, hash, account, created_at, seen_at, expires_at)"
                " VALUES (%s, 'session', %s, %s, %s, %s, %s) RETURNING key",
                [bearer, hashlib.sha256(token.encode()).digest(), key, clock.now(), clock.now(),
                 clock.now() + timedelta(days=30)],
            )  # fmt: skip
        return Member(key, account, username, session, token)

    return make


@pytest.fixture
async def cast(make_person: MakePerson) -> Cast:
    """Alice, Bob, Charlie and Olga."""
    return Cast(
        alice=await make_person("alice"),
        bob=await make_person("bob", creator=True),
        charlie=await make_person("charlie"),
        olga=await make_person("olga", roles=("admin",)),
    )


@pytest.fixture
async def accounts_service(db: Database, clock: SetClock, settings: Settings) -> AsyncIterator[AccountsService]:
    """People and sessions, alone: it hears nothing from other processes."""
    service = AccountsService(db, News(""), clock, settings)
    yield service
    await service.close()


@pytest.fixture
def accounts(accounts_service: AccountsService) -> AccountsService:
    """The same, by the name under which handlers ask for it."""
    return accounts_service


# The application, over ASGI

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def app_client(settings: Settings) -> AsyncIterator[MakeClient]:
    """Builds an application of some rooms' routes and returns a client of it.

    `await app_client(routes, accounts=accounts, stage=stage)`: services by the name under which handlers ask for them;
    `accounts` also authenticates. `as_=cast.alice` sends her session with every request.
    """
    async with contextlib.AsyncExitStack() as stack:

        async def make(
            routes: list[Any],
            *,
            as_: Member | None = None,
            address: str = "127.0.0.1",
            settings: Settings = settings,
            **services: Any,
        ) -> httpx.AsyncClient:
            app = application(routes, settings=settings, **services)
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app, client=(address, 20_001)),
                base_url=settings.origin,
                headers=as_.headers if as_ else None,
            )
            return await stack.enter_async_context(client)

        yield make


def application(routes: list[Any], **services: Any) -> Litestar:
    """Routes with their services, guards and problems, as `main` installs them."""

    async def nobody(_: str) -> None:
        return None

    accounts = services.get("accounts")
    return Litestar(
        route_handlers=routes,
        dependencies={
            "principal": Provide(http.signed_in, sync_to_thread=False),
            "caller": Provide(http.maybe_signed_in, sync_to_thread=False),
            **{name: Provide(_giving(service), sync_to_thread=False) for name, service in services.items()},
        },
        request_class=http.StrictRequest,
        middleware=[
            DefineMiddleware(PrincipalMiddleware, authenticate=accounts.authenticate if accounts else nobody),
            http.ServerTimeMiddleware,
        ],
        exception_handlers=http.EXCEPTION_HANDLERS,
    )


def _giving(service: Any) -> Callable[[], Any]:
    def give() -> Any:
        return service

    return give
