"""Watching embedded servers from outside: their processes by /proc, and whether they answer."""

import asyncio
import os
import stat
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
import psycopg
import pytest

from largesse.kit.embedded import Servers
from largesse.kit.embedded.account import Account

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
NOBODY = Account(65534, 65534)


@asynccontextmanager
async def connected(servers: Servers) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    connection = await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True)
    async with connection:
        yield connection


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def owner_of(pid: int | None) -> int:
    return Path("/proc", str(pid)).stat().st_uid


def command_of(pid: int | None) -> str:
    return Path("/proc", str(pid), "cmdline").read_text("utf-8")


def program_of(pid: int | None) -> Path:
    return Path("/proc", str(pid), "exe").readlink()


async def value(servers: Servers, statement: str) -> Any:
    async with connected(servers) as connection:
        row = await (await connection.execute(statement)).fetchone()
        assert row is not None
        return row[0]


async def until(question: Any, seconds: float) -> float:
    """Seconds until the question is answered by something true."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if await question():
            return time.monotonic() - begun
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


async def greets(servers: Servers) -> bool:
    try:
        client = await nats.connect(servers.nats_url, allow_reconnect=False, connect_timeout=1, error_cb=_quiet)
    except (OSError, nats.errors.Error):
        return False
    await client.close()
    return True


async def _quiet(error: Exception) -> None:
    pass


async def settles(servers: Servers) -> bool:
    try:
        return bool(await value(servers, "SELECT true"))
    except psycopg.OperationalError:
        return False


def python_for(account: Account) -> str:
    """Ours, or the system's of the same version where the account cannot reach ours."""
    system = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
    for program in (Path(sys.executable), system):
        if program.exists() and account.reaches(program):
            return str(program)
    pytest.skip(f"user {account.uid} reaches neither {sys.executable} nor {system}")
