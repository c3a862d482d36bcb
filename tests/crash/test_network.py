"""A network before PostgreSQL that swallows, stalls and refuses: nothing waits for ever, and all is well soon after."""

import asyncio
import socket
import time
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import PoolTimeout

from largesse.gifting import Committer, Receipt, Request
from largesse.kit import db as kit_db
from largesse.kit import ids
from largesse.kit.db import Database, linked
from largesse.kit.http import Busy

pytestmark = [pytest.mark.crash, pytest.mark.timeout(120)]
SECRET = b"a secret of the tests, 32 bytes!"


def _tell(proxy: Any, command: str) -> None:
    proxy.stdin.write(f"{command}\n")
    proxy.stdin.flush()


def test_an_address_keeps_the_limits_that_it_names_itself() -> None:
    named = conninfo_to_dict(linked("postgresql://u:p@db.internal:6432/x?connect_timeout=30&keepalives_idle=60"))
    assert (named["connect_timeout"], named["keepalives_idle"], named["tcp_user_timeout"]) == ("30", "60", "15000")
    assert (named["host"], named["port"], named["dbname"], named["password"]) == ("db.internal", "6432", "x", "p")


async def test_every_connection_notices_a_peer_that_is_gone_without_a_word(proxied: Any) -> None:
    """What the kernel was told: a packet that nobody confirms, or a silent peer, ends the connection."""
    url, _ = proxied
    database = Database(url)
    await database.open()
    alone = await database.connect()
    async with database.pool.connection() as pooled:
        for connection in (alone, pooled):
            with socket.socket(fileno=connection.fileno()) as link:
                assert link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
                assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 3
                assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
                assert link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 15_000
                link.detach()
    await alone.close()
    await database.close()


async def test_a_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        database = Database(f"postgresql://u:p@127.0.0.1:{mute.getsockname()[1]}/x?connect_timeout=2")
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match="timeout"):
            await database.connect()
        assert 1 < time.monotonic() - began < 20


async def test_a_stalled_network_keeps_nobody_and_is_forgotten_when_it_moves(
    proxied: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_db, "_CHECK_S_MAX", 0.3)
    url, proxy = proxied
    database = Database(url + " connect_timeout=2", connections_max=2)
    database.pool.timeout = 2
    await database.open()
    _tell(proxy, "stall 6")
    await asyncio.sleep(0.2)
    stalled = time.monotonic()
    with pytest.raises((PoolTimeout, psycopg.OperationalError)):
        async with database.read():
            pass
    assert time.monotonic() - stalled < 6
    await _works_again(database, stalled + 6)
    await database.close()


async def test_a_pool_is_back_soon_after_a_long_refusal(proxied: Any) -> None:
    """A pool's own pauses double from one second: after eight it would sleep for seven more."""
    url, proxy = proxied
    database = Database(url)
    await database.open()
    _tell(proxy, "refuse 8")
    await asyncio.sleep(0.2)
    began = time.monotonic()
    assert await _works_again(database, began + 8) < 4
    await database.close()


async def _works_again(database: Database, since: float) -> float:
    """Read until it works; seconds after `since`, which is not past yet."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with database.read() as tx:
                    assert await tx.scalar("SELECT 1") == 1
                return time.monotonic() - since
            except (PoolTimeout, psycopg.OperationalError):
                await asyncio.sleep(0.05)


async def test_a_committer_behind_a_stalled_network_says_busy_and_books_once(
    db: Database, make_room: Any, proxied: Any
) -> None:
    url, proxy = proxied
    room = await make_room(3, 1_000)
    committer = Committer(Database(url + " connect_timeout=2"), None, SECRET, patience_s=1.0)

    def asked(found: list[bytes]) -> list[Request]:
        return [Request(one, viewer, room.stage, room.rose, 2) for one, viewer in zip(found, room.viewers, strict=True)]

    await committer.settle(asked([ids.new().bytes for _ in room.viewers]))
    again = [ids.new().bytes for _ in room.viewers]
    _tell(proxy, "stall 8")
    await asyncio.sleep(0.2)
    began = time.monotonic()
    with pytest.raises(Busy):
        await committer.settle(asked(again))
    assert time.monotonic() - began < 8, "it does not wait for the network to move"
    async with asyncio.timeout(60):
        while True:
            try:
                told = await committer.settle(asked(again))
                break
            except Busy:
                await asyncio.sleep(0.1)
    assert all(isinstance(outcome, Receipt) for outcome in told)
    async with db.read() as tx:
        assert await tx.scalar("SELECT count(*) FROM ledger.gift") == 2 * len(room.viewers)
        assert await tx.scalar("SELECT sum(paid_out)::int FROM ledger.wallet") == 4 * len(room.viewers)
    await committer.close()
