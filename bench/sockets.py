"""Events delivered a second per gateway core: 5,000 sockets in one room, 20 gifts a frame.

The gateway is an api process as `serve` runs it. Frames come to it over NATS from here, as from a room's owner in
another process; the viewers are in a third one. A figure is events written to sockets per second of the gateway's
processor time, kernel included; every socket must have got every frame, whole and in order.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
import uvloop

from bench import report, watching, world
from bench.requests import wait_ready
from largesse.accounts import PersonBody
from largesse.kit import ids
from largesse.kit.db import sql
from largesse.kit.news import News
from largesse.kit.sockets import text_frame
from largesse.ledger import load_keys
from largesse.realtime.frames import EPOCH_BITS, Frame, FrameBody, GiftSent, Totals, make

PORT = 18_790
SOCKETS = 5_000
GIFTS = 20
FRAMES_A_SECOND = 5  # a room of this size has a tick of 200 ms


async def watch(live: str, sockets: int, told: Any, asked: Any) -> None:
    """Connect, say so, count frames and their bytes, and say what each viewer got since it was zeroed."""
    got: dict[int, list[int]] = {}

    def end(number: int, _: bytes, length: int) -> None:
        found = got.setdefault(number, [0, 0])
        found[0] += 1
        found[1] += length

    viewers = await watching.connect(PORT, live, sockets, end, lambda: len(got))
    told.put("ready")
    while True:
        word = await asyncio.to_thread(asked.get)
        if word == "end":
            return
        told.put((sorted({(frames, size) for frames, size in got.values()}), sum(viewer.lost for viewer in viewers)))
        if word == "zero":
            for found in got.values():
                found[:] = [0, 0]


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


@contextlib.contextmanager
def own_room(url: str) -> Iterator[tuple[int, str]]:
    """A LIVE whose room is owned from here as long as the session that guards it, so only this program's frames are in it."""
    with psycopg.connect(url, autocommit=True) as guard:
        guard.execute(sql("realtime", "guard_hold"), {"owner": "bench"})
        guard.execute("INSERT INTO realtime.lease (stage, owner, heartbeat_at) VALUES (1, 'bench', 'infinity')")
        row = guard.execute("SELECT id FROM stage.stage WHERE key = 1").fetchone()
        assert row is not None
        yield 1, ids.encode("live", row[0])


async def measure(
    url: str, nats_url: str, *, sockets: int, rounds: int, seconds: float
) -> tuple[list[float], list[float], float]:
    """Events a second of processor time; cores used; resident memory of the gateway in MB with all sockets open."""
    news = News(nats_url)
    await news.open()
    with own_room(url) as (stage, live), tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
        load_keys(Path(folder))
        environ = os.environ | {
            "LARGESSE_DATA_DIR": folder, "LARGESSE_DATABASE_URL": url, "LARGESSE_NATS_URL": nats_url,
            "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_RTMP_PORT": "0", "LARGESSE_WEBRTC_PORTS": "", "LARGESSE_LOG_LEVEL": "warning",
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
            wanted = (count, sum(len(text_frame(frame.public)) for frame in made))
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
