"""A room and wallets made by SQL; processes with committers of their own; a whole world that runs."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE
from typing import Any

import psycopg
import pytest

from largesse import catalog
from largesse.kit import ids
from largesse.kit.db import Database
from largesse.kit.embedded import ports
from largesse.main.torture import world

SECRET = b"a secret of the tests, 32 bytes!"
PROGRAM = Path(__file__).with_name("committer_process.py")
Asked = tuple[str, int, int]  # id in hexadecimal, sender, count
Told = list[Any]  # outcome, batch, leaf, batches waited


@dataclass(frozen=True)
class Room:
    """The books' keys of a LIVE of Bob's, of a rose (one coin), and of viewers with wallets."""

    stage: int
    rose: int
    creator: int
    viewers: list[int]


MakeRoom = Callable[[int, int], Awaitable[Room]]
SettleAll = Callable[..., Awaitable[list[list[Told]]]]


@pytest.fixture
async def make_room(db: Database) -> MakeRoom:
    async def make(viewers: int, coins: int) -> Room:
        async with db.write() as tx:
            await catalog.seed(tx)
            keys = [
                row["key"]
                for row in await tx.rows(
                    "INSERT INTO accounts.account (id, username, display_name, birth_date, country, adult_from)"
                    " SELECT gen_random_uuid(), 'viewer' || i, 'Alice', '1990-01-01', 'US', '2008-01-01'"
                    " FROM generate_series(0, %s) i ORDER BY i RETURNING key",
                    [viewers],
                )
            ]
            await tx.execute(
                "INSERT INTO ledger.wallet (account, paid_in, gives_from)"
                " SELECT k, %s, '2008-01-01' FROM unnest(%s::int[]) k",
                [coins, keys[1:]],
            )
            stage = await tx.scalar(
                "INSERT INTO stage.stage (id, kind, creator, title, status, started_at)"
                " VALUES (%s, 'live', %s, 'Evening songs', 'live', now()) RETURNING key",
                [ids.new(), keys[0]],
            )
            rose = await tx.scalar("SELECT key FROM catalog.gift WHERE id = 'rose'")
        return Room(stage, rose, keys[0], keys[1:])

    return make


@pytest.fixture
async def settle_all(database_url: str) -> SettleAll:
    """Settles lists of gifts, each list in a process of its own, all at once; fails where one of them complains."""

    async def settle(
        room: Room, work: Sequence[Sequence[Asked]], *, callers: int = 50, size_max: int = 1000
    ) -> list[list[Told]]:
        common = {"url": database_url, "secret": SECRET.hex(), "stage": room.stage, "kind": room.rose}
        wanted = [common | {"gifts": gifts, "callers": callers, "size_max": size_max} for gifts in work]
        return await asyncio.to_thread(_settle_all, [json.dumps(one) for one in wanted])

    return settle


def _settle_all(wanted: Sequence[str]) -> list[list[Told]]:
    with ExitStack() as stack:
        processes = []
        for text in wanted:
            process = stack.enter_context(
                subprocess.Popen([sys.executable, PROGRAM], stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)
            )
            stack.callback(process.kill)
            processes.append(process)
            assert process.stdin is not None
            process.stdin.write(text + "\n")
            process.stdin.flush()
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        with ThreadPoolExecutor(len(processes)) as threads:
            ended = list(threads.map(lambda process: process.communicate("go\n"), processes))
    complaints = "".join(complaint for _, complaint in ended)
    assert not complaints, complaints[-3000:]
    assert {process.returncode for process in processes} == {0}
    return [json.loads(output) for output, _ in ended]


@pytest.fixture
async def proxied(database_url: str) -> AsyncIterator[tuple[str, subprocess.Popen[str]]]:
    """The address of this test's database through the proxy of torture, and the proxy."""
    found = psycopg.conninfo.conninfo_to_dict(database_url)
    host, target = str(found.get("host", "")), int(found.get("port") or 5432)
    if not (host.startswith("/") or host in {"127.0.0.1", "localhost"}):
        pytest.skip(f"the proxy works on this machine only, and the given database is on {host}")
    port = ports.choose(None)
    process = subprocess.Popen(  # noqa: ASYNC220 - listens before the fixture goes on
        [sys.executable, "-m", "largesse.main.torture.proxy", str(port), str(target)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
        yield psycopg.conninfo.make_conninfo(database_url, host="127.0.0.1", port=str(port)), process
        process.stdin.close()


@pytest.fixture(scope="module")
async def running_world() -> AsyncIterator[world.World]:
    """`largesse serve` with two api processes on servers of its own behind the proxy, with people and LIVEs."""
    async with world.made(2, "") as made:
        yield made
