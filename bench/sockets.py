"""Events delivered a second per gateway core: 5,000 sockets in one room, 20 gifts a frame.

The gateway is an api process as `serve` runs it. Frames come to it over NATS from here, as from a room's owner in
another process; the viewers are in a third one. A figure is events written to sockets per second of the gateway's
processor time, kernel included; every socket must have got every frame, whole and in order.
"""

import argparse
import asyncio
import base64
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import psutil
import psycopg
import uvloop

from bench import report, world
from bench.requests import wait_ready
from largesse.accounts import PersonBody
from largesse.kit import ids
from largesse.kit.news import News
from largesse.ledger import load_keys
from largesse.realtime.frames import EPOCH_BITS, Frame, FrameBody, GiftSent, Totals, make, websocket_text

PORT = 18_790
SOCKETS = 5_000
GIFTS = 20
FRAMES_A_SECOND = 5  # a room of this size has a tick of 200 ms


class Viewer(asyncio.Protocol):
    """One viewer: shakes hands, says that it is a guest, then only answers pings and counts frames and their bytes."""

    def __init__(self, path: str, room: "Room") -> None:
        self.room = room
        self.path = path
        self.rest = b""
        self.skip = 0
        self.frames = 0
        self.bytes = 0
        self.shaken = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16))
        self.transport.write(
            b"GET %b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: %b\r\n\r\n" % (self.path.encode(), key)
        )

    def data_received(self, data: bytes) -> None:
        if self.skip >= len(data):
            self.skip -= len(data)
            return
        found = self.rest + data[self.skip :]
        self.skip = 0
        if not self.shaken:
            status, mark, found = found.partition(b"\r\n\r\n")
            if not mark:
                self.rest = status
                return
            assert b" 101 " in status, status
            self.shaken = True
            self.say(0x81, b'{"auth":null}')
        at = 0
        while len(found) - at >= 2:
            length, head = found[at + 1], 2
            if length >= 126:
                head = 4 if length == 126 else 10
                if len(found) - at < head:
                    break
                length = int.from_bytes(found[at + 2 : at + head], "big")
            if found[at] == 0x89:
                if len(found) - at < head + length:
                    break
                self.say(0x8A, found[at + head : at + head + length])
            else:
                self.room.ready += not self.frames and not self.bytes
                self.frames += 1
                self.bytes += head + length
            at += head + length
        self.rest = found[at:]
        self.skip = max(0, at - len(found))

    def say(self, opcode: int, payload: bytes) -> None:
        """A masked frame; the mask is zero."""
        self.transport.write(bytes((opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload)

    def connection_lost(self, _: Exception | None) -> None:
        self.room.lost += 1


class Room:
    """All viewers of a client process."""

    def __init__(self) -> None:
        self.ready = 0
        self.lost = 0


async def watch(live: str, sockets: int, told: Any, asked: Any) -> None:
    """Connect, say so, count between `start` and `stop`, and say what each viewer got."""
    loop, room = asyncio.get_running_loop(), Room()
    viewers: list[Viewer] = []
    for begin in range(0, sockets, 100):
        made = await asyncio.gather(*[
            loop.create_connection(lambda: Viewer(f"/v1/lives/{live}/stream", room), "127.0.0.1", PORT)
            for _ in range(min(100, sockets - begin))
        ])  # fmt: skip
        viewers += [cast("Viewer", protocol) for _, protocol in made]
        while room.ready < len(viewers) - 200:  # noqa: ASYNC110 - the server's backlog has a limit
            await asyncio.sleep(0.01)
    while room.ready < sockets:  # noqa: ASYNC110 - snapshots are still coming
        await asyncio.sleep(0.01)
    told.put("ready")
    while True:
        word = await asyncio.to_thread(asked.get)
        if word == "end":
            return
        told.put((sorted({(viewer.frames, viewer.bytes) for viewer in viewers}), room.lost))
        if word == "zero":
            for viewer in viewers:
                viewer.frames, viewer.bytes = 0, 0


def client(live: str, sockets: int, told: Any, asked: Any) -> None:
    """A process of viewers."""
    uvloop.run(watch(live, sockets, told, asked))


def frames(count: int, first: int) -> list[Frame]:
    """Frames of twenty gifts each, all of one length."""
    at = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    people = [PersonBody(ids.encode("acct", ids.new()), f"viewer{n:04}", f"Viewer {n:04}") for n in range(GIFTS + 1)]
    gifts = [
        GiftSent(
            at=at, id=ids.encode("gift", ids.new()), gift_id="rose", repeat_count=5, streakable=True, combo_id="c1",
            coins=5, diamond_count=1, sender=people[n], receiver=people[GIFTS], receipt=f"123456789.{n:03}",
            message=None,
        )
        for n in range(GIFTS)
    ]  # fmt: skip
    totals = Totals(5000, 100000, 200000, 3000, 900000)
    base = 1 << EPOCH_BITS
    return [
        make(FrameBody(seq=base + n, at=at, events=list(gifts), totals=totals), base + n - 1 if n > 1 else 0, 700)
        for n in range(first, first + count)
    ]


async def publish(news: News, stage: int, made: Sequence[Frame]) -> None:
    """One frame a tick."""
    begin = time.perf_counter()
    for n, frame in enumerate(made):
        await asyncio.sleep(max(0.0, begin + n / FRAMES_A_SECOND - time.perf_counter()))
        await news.publish(f"room.{stage}", frame.pack())


def own_room(url: str) -> tuple[int, str]:
    """A LIVE whose room is owned from here, so that only this program's frames are in it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO realtime.lease (stage, owner, heartbeat_at) VALUES (1, 'bench', 'infinity')")
        row = connection.execute("SELECT id FROM stage.stage WHERE key = 1").fetchone()
    assert row is not None
    return 1, ids.encode("live", row[0])


async def measure(
    url: str, nats_url: str, *, sockets: int, rounds: int, seconds: float
) -> tuple[list[float], list[float], float]:
    """Events a second of processor time; cores used; resident memory of the gateway in MB with all sockets open."""
    stage, live = own_room(url)
    news = News(nats_url)
    await news.open()
    with tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
        load_keys(Path(folder))
        environ = os.environ | {
            "LARGESSE_DATA_DIR": folder, "LARGESSE_DATABASE_URL": url, "LARGESSE_NATS_URL": nats_url,
            "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_LOG_LEVEL": "warning",
        }  # fmt: skip
        command = [sys.executable, "-m", "bench.http_server"]
        gateway = await asyncio.to_thread(subprocess.Popen, command, env=environ)
        try:
            await asyncio.to_thread(wait_ready)
            return await rounds_of(
                psutil.Process(gateway.pid), news, stage, live, sockets=sockets, rounds=rounds, seconds=seconds
            )
        finally:
            gateway.terminate()
            gateway.wait()
            await news.close()


async def rounds_of(
    gateway: psutil.Process, news: News, stage: int, live: str, *, sockets: int, rounds: int, seconds: float
) -> tuple[list[float], list[float], float]:
    """The rounds, with all viewers connected before the first."""
    context = multiprocessing.get_context("spawn")
    told, asked = context.Queue(), context.Queue()
    viewers = context.Process(target=client, args=(live, sockets, told, asked))
    viewers.start()
    try:
        assert await asyncio.to_thread(told.get, True, 120) == "ready"
        memory_mb = gateway.memory_info().rss / 1e6
        count, rates, cores = max(5, int(seconds * FRAMES_A_SECOND)), [], []
        for number in range(rounds):
            made = await asyncio.to_thread(frames, count, 1 + number * count)
            asked.put("zero")
            await asyncio.to_thread(told.get)
            before, begin = gateway.cpu_times(), time.perf_counter()
            await publish(news, stage, made)
            wanted = (count, sum(len(websocket_text(frame.public)) for frame in made))
            for _ in range(100):
                asked.put("look")
                got, lost = await asyncio.to_thread(told.get)
                if got == [wanted]:
                    break
                await asyncio.sleep(0.1)
            after, took = gateway.cpu_times(), time.perf_counter() - begin
            if got != [wanted] or lost:
                raise SystemExit(f"viewers got {got[:5]} frames and bytes of {wanted}, {lost} were disconnected")
            used = after.user + after.system - before.user - before.system
            rates.append(count * GIFTS * sockets / used)
            cores.append(used / took)
        return rates, cores, memory_mb
    finally:
        asked.put("end")
        viewers.join()


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--sockets", type=int, default=SOCKETS)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    async with world.servers() as servers:
        url = world.database(servers.database_url, "sockets")
        await world.people(url, viewers=10, creators=1)
        rates, cores, memory_mb = await measure(
            url, servers.nats_url, sockets=args.sockets, rounds=args.rounds, seconds=args.seconds
        )
    report.show(
        [
            report.Figure(f"{args.sockets:,} sockets, {GIFTS} gifts a frame", "events/s", tuple(rates), 1_000_000),
            report.Figure("processor time used meanwhile", "cores", tuple(cores)),
            report.Figure("resident memory of the gateway with them", "MB", (memory_mb,)),
        ],
        title="sockets",
    )


if __name__ == "__main__":
    world.run(main())
