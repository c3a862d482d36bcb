"""A running service whose parts are killed: clients send the same id again, viewers go on from their place."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import psycopg
import pytest
from websockets.asyncio.client import connect

from largesse.kit import ids
from largesse.main.torture.plan import rng_of
from largesse.main.torture.tally import Tally
from largesse.main.torture.viewers import SocketViewer
from largesse.main.torture.wire import Answer, Lost, Wire
from largesse.main.torture.world import HOST, World

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
_ANSWER_S = 30.0


def _body(**more: Any) -> dict[str, Any]:
    return {"id": str(ids.new()), "gift_id": "rose"} | more


async def _give(world: World, viewer: int = 0, body: dict[str, Any] | None = None) -> Answer:
    """One gift, sent again with the same id until it is answered."""
    wire, sent = world.wire(world.viewers[viewer].token), body or _body()
    for _ in range(600):
        try:
            answer = await wire.ask("POST", f"/v1/lives/{world.lives[0]}/gifts", sent, seconds=_ANSWER_S)
        except Lost:
            await asyncio.sleep(0.05)
            continue
        if answer.status < 500:
            wire.close()
            return answer
        await asyncio.sleep(0.05)
    raise AssertionError("no answer")


def _stored(world: World, gift: str) -> int:
    with psycopg.connect(world.servers.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM ledger.gift WHERE id = %s", [gift]).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize("committed", [True, False], ids=["after the commit", "at any point"])
async def test_a_client_cut_between_send_and_answer_gets_the_first_receipt_for_the_same_id(
    running_world: World, *, committed: bool
) -> None:
    world, body = running_world, _body(count=3)
    _, writer = await asyncio.open_connection(HOST, world.port)
    sent = msgspec.json.encode(body)
    head = (
        f"POST /v1/lives/{world.lives[0]}/gifts HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {world.viewers[0].token}\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    writer.write(head.encode() + sent)
    await writer.drain()
    if committed:
        await _until(lambda: _stored(world, body["id"]) == 1)
    writer.transport.abort()
    again, once_more = await _give(world, 0, body), await _give(world, 0, body)
    assert (again.status, once_more.status) == (201, 201)
    assert once_more.replayed
    assert again.replayed or not committed
    assert again.json()["receipt"] == once_more.json()["receipt"]
    assert await asyncio.to_thread(_stored, world, body["id"]) == 1
    assert (await _give(world, 0, body | {"count": 4})).json()["code"] == "id-reused"


@pytest.fixture
async def watching(running_world: World) -> AsyncIterator[SocketViewer]:
    """A viewer on a socket who checks every frame, and has seen the first ones."""
    viewer = SocketViewer("viewer", running_world, Tally(rng_of(1, "samples")))
    task = asyncio.create_task(viewer.follow())
    await _seen(running_world, viewer)
    yield viewer
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _until(holds: Callable[[], bool]) -> None:
    """Ask the books until it holds, for a minute at most."""
    for _ in range(600):
        if await asyncio.to_thread(holds):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it does not hold within a minute")


async def _seen(world: World, viewer: SocketViewer) -> None:
    """Give a gift, and wait until the viewer has seen all that is in the books."""
    assert (await _give(world, 1)).status == 201
    await _until(lambda: (viewer.gifts, viewer.coins) == _books(world))


def _books(world: World) -> tuple[int, int]:
    with psycopg.connect(world.servers.database_url) as connection:
        row = connection.execute(
            "SELECT count(*), coalesce(sum(coins_paid + coins_promo), 0)::bigint FROM ledger.gift WHERE stage = %s",
            [world.stages[0]],
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _owner(world: World) -> tuple[int, int]:
    """The pid of the room's owner, and the lease's epoch."""
    with psycopg.connect(world.servers.database_url) as connection:
        row = connection.execute(
            "SELECT split_part(owner, ':', 2)::int, epoch FROM realtime.lease WHERE stage = %s", [world.stages[0]]
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


async def test_when_the_owner_of_a_room_is_killed_another_takes_over_and_seq_never_goes_back(
    running_world: World, watching: SocketViewer
) -> None:
    pid, epoch = await asyncio.to_thread(_owner, running_world)
    assert pid in running_world.pids("api")
    before = watching.seq
    os.kill(pid, signal.SIGKILL)
    for viewer in range(5):
        assert (await _give(running_world, viewer)).status == 201
    await _seen(running_world, watching)
    new_pid, new_epoch = await asyncio.to_thread(_owner, running_world)
    assert new_pid != pid
    assert new_epoch > epoch
    assert watching.seq > before
    assert watching.seq >> 32 == new_epoch
    assert not watching.tally.failures, watching.tally.details


async def test_when_nats_is_killed_gifts_keep_settling_and_viewers_miss_nothing(
    running_world: World, watching: SocketViewer
) -> None:
    pid = running_world.servers.nats_pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    for viewer in range(20):
        assert (await _give(running_world, viewer)).status == 201
    await _seen(running_world, watching)
    assert not watching.tally.failures, watching.tally.details


async def test_a_stalled_viewer_is_conflated_and_then_caught_up(running_world: World, watching: SocketViewer) -> None:
    """A socket that reads nothing during a flood gets few bytes for many frames, and ends at the exact totals."""
    world = running_world
    stalled = SocketViewer("stalled", world, Tally(rng_of(2, "samples")))
    url = f"ws://{HOST}:{world.port}{stalled.path}/stream"
    async with connect(url, max_queue=1, max_size=4_000_000, compression=None, ping_interval=None) as socket:
        await socket.send('{"auth":null}')
        stalled.take(await socket.recv())
        host = Wire(HOST, world.port, world.api_key)
        for _ in range(40):
            batch = [
                {"id": str(ids.new()), "sender": world.viewers[n % 100].username, "gift_id": "rose",
                 "live_id": world.lives[0], "count": 1}
                for n in range(500)
            ]  # fmt: skip
            answer = await host.ask("POST", "/v1/gifts/batch", batch, seconds=_ANSWER_S)
            assert answer.status == 200
        host.close()
        await _seen(world, watching)
        async with asyncio.timeout(60):
            while (stalled.gifts, stalled.coins) != (watching.gifts, watching.coins):
                stalled.take(await socket.recv())
    assert stalled.gifts >= 20_000
    assert not stalled.tally.failures, stalled.tally.details
    assert not watching.tally.failures, watching.tally.details
