"""A database that could lose an acknowledged gift is refused before anything is stored in it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import pytest_asyncio

from largesse.kit import embedded
from largesse.kit.clock import SetClock, SystemClock
from largesse.kit.config import Settings
from largesse.kit.durability import UnsafeDatabase, check_durability, clocks_apart, unsafe_settings

SAFE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def database_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    settings = Settings(data_dir=str(tmp_path_factory.mktemp("durable")), nats_url="nats://elsewhere:4222")
    async with embedded.running(settings) as servers:
        yield servers.database_url


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as opened:
        yield opened


async def test_the_embedded_database_is_accepted(connection: psycopg.AsyncConnection[Any]) -> None:
    await check_durability(connection, SystemClock())


async def test_commits_that_do_not_wait_for_the_disk_are_refused(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.execute("SET synchronous_commit = off")
    with pytest.raises(UnsafeDatabase, match="synchronous_commit is off"):
        await check_durability(connection, SystemClock())


@pytest.mark.parametrize("seconds", [-3, 3])
async def test_a_database_whose_clock_is_three_seconds_away_is_refused(
    connection: psycopg.AsyncConnection[Any], seconds: int
) -> None:
    ours = SetClock(datetime.now(UTC) + timedelta(seconds=seconds))
    with pytest.raises(UnsafeDatabase, match="away from this machine's"):
        await check_durability(connection, ours)


async def test_a_server_that_does_not_sync_is_refused_with_every_reason(tmp_path: Any) -> None:
    settings = Settings(data_dir=str(tmp_path / "d"), nats_url="nats://elsewhere:4222")
    unsafe = {"fsync": "off", "full_page_writes": "off"}
    async with (
        embedded.running(settings, postgres=unsafe) as servers,
        await psycopg.AsyncConnection.connect(servers.database_url) as connection,
    ):
        with pytest.raises(UnsafeDatabase, match=r"(?s)fsync is off.*full_page_writes is off") as refusal:
            await check_durability(connection, SystemClock())
    assert "synchronous_commit" not in str(refusal.value)


def test_a_version_before_16_is_refused() -> None:
    assert unsafe_settings(16, SAFE) == []
    assert unsafe_settings(15, SAFE) == ["PostgreSQL 15 is older than 16"]


def test_weaker_but_durable_commits_are_accepted() -> None:
    for word in ("local", "remote_write", "remote_apply"):
        assert unsafe_settings(18, SAFE | {"synchronous_commit": word}) == []


def test_a_slow_answer_is_not_taken_for_a_wrong_clock() -> None:
    assert clocks_apart(NOW + timedelta(seconds=4), NOW, NOW + timedelta(seconds=5)) == []
    assert clocks_apart(NOW + timedelta(seconds=7.1), NOW, NOW + timedelta(seconds=5)) != []
    assert clocks_apart(NOW - timedelta(seconds=2.1), NOW, NOW + timedelta(seconds=5)) != []
