"""How long a gift takes to every screen: accepted to frame received, 1,000 viewers of one room, 200 gifts a second.

One api process as `serve` runs it takes the gifts over HTTP, owns the room and writes to the viewers, who are in a
process of their own. A latency is one gift at one viewer: from the end of its answer at the giver to the end of the
frame that shows it. From the beginning of the request is told beside it.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from pathlib import Path
from typing import Any, cast

import uuid_utils
import uvloop

from bench import load, report, watching, world
from bench.requests import PORT, sessions, wait_ready
from largesse.kit import ids
from largesse.ledger import load_keys

VIEWERS = 1_000
GIFTS_A_SECOND = 200
CONNECTIONS = 64


class Giver(asyncio.Protocol):
    """A connection that sends one gift at a time and notes when its answer was whole."""

    def __init__(self, times: dict[str, tuple[float, float]], free: asyncio.Queue["Giver"]) -> None:
        self.times = times
        self.free = free
        self.gift = ""
        self.begun = 0.0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop has its own class
        self.free.put_nowait(self)

    def give(self, live: str, token: str) -> None:
        """Send a rose."""
        made = uuid_utils.uuid7()
        self.gift, self.begun = ids.encode("gift", ids.UUID(int=made.int)), time.monotonic()
        body = b'{"id":"%s","gift_id":"rose","count":1}' % str(made).encode()
        self.transport.write(load.post(f"/v1/lives/{live}/gifts", token, body))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, mark, body = self.buffer.partition(b"\r\n\r\n")
        at = head.lower().find(b"content-length:")
        if not mark or len(body) < int(head[at + 15 :].split(b"\r\n", 1)[0]):
            return
        assert b" 201 " in head, self.buffer
        self.times[self.gift] = (self.begun, time.monotonic())
        self.buffer = b""
        self.free.put_nowait(self)


async def watch(live: str, viewers: int, told: Any, asked: Any) -> None:
    """Viewers who note when each frame was whole; the first one reads what was in it."""
    came: dict[int, list[float]] = {}
    shown: dict[str, int] = {}
    counted: list[tuple[int, int]] = []
    ready = 0

    def end(number: int, begun: bytes, _: int) -> None:
        nonlocal ready
        if begun.startswith(b'{"type":"snapshot"'):
            ready += 1
            return
        now, seq = time.monotonic(), int(begun[7 : begun.index(b",", 7)])
        came.setdefault(seq, []).append(now)
        if number == 0:
            frame = json.loads(begun)
            shown.update({e["id"]: seq for e in frame["events"] if e["type"] == "gift.sent"})
            counted.append((frame["totals"]["gifts"], seq))

    await watching.connect(PORT, live, viewers, end, lambda: ready)
    told.put("ready")
    while await asyncio.to_thread(asked.get) != "end":
        told.put((shown, counted, came))
        shown, counted, came = {}, [], {}


def client(live: str, viewers: int, told: Any, asked: Any) -> None:
    """A process of viewers."""
    uvloop.run(watch(live, viewers, told, asked))


async def give(live: str, tokens: list[str], seconds: float) -> dict[str, tuple[float, float]]:
    """Gifts at an even pace; when each was begun and accepted."""
    loop, times, free = asyncio.get_running_loop(), dict[str, tuple[float, float]](), asyncio.Queue[Giver]()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Giver(times, free), "127.0.0.1", PORT)
    begin, count = time.monotonic(), int(seconds * GIFTS_A_SECOND)
    for n in range(count):
        await asyncio.sleep(max(0.0, begin + n / GIFTS_A_SECOND - time.monotonic()))
        (await free.get()).give(live, tokens[n % len(tokens)])
    givers = [await free.get() for _ in range(CONNECTIONS)]
    for giver in givers:
        giver.transport.close()
    assert len(times) == count
    return times


def latencies_ms(
    times: dict[str, tuple[float, float]],
    seen: tuple[dict[str, int], list[tuple[int, int]], dict[int, list[float]]],
    before: int,
    viewers: int,
) -> tuple[list[float], list[float]]:
    """By gift and viewer, sorted: from accepted, and from begun. Every gift must have been told to everybody.

    A gift that a frame folded was told by the first frame that counts as many gifts as were accepted by then; `before`
    is how many there were before this round.
    """
    shown, counted, came = seen
    accepted: list[float] = []
    begun: list[float] = []
    in_order = sorted(times.items(), key=lambda gift: gift[1][1])
    for number, (gift, (begin, end)) in enumerate(in_order, before + 1):
        seq = shown.get(gift) or counted[bisect_left(counted, (number, 0))][1]
        arrivals = came[seq]
        assert len(arrivals) == viewers, (gift, len(arrivals))
        accepted += [max(0.0, at - end) * 1000 for at in arrivals]
        begun += [(at - begin) * 1000 for at in arrivals]
    return sorted(accepted), sorted(begun)


def quantile(values: list[float], q: float) -> float:
    """The smallest value that is not below the share `q` of all."""
    return values[min(len(values) - 1, int(len(values) * q))]


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    p50, p99, p99_begun, late = list[float](), list[float](), list[float](), list[float]()
    async with world.servers() as servers:
        url = world.database(servers.database_url, "latency")
        await world.people(url, creators=1)
        tokens, _, live = sessions(url)
        with tempfile.TemporaryDirectory(prefix="largesse-bench-") as folder:
            load_keys(Path(folder))
            environ = os.environ | {
                "LARGESSE_DATA_DIR": folder, "LARGESSE_DATABASE_URL": url, "LARGESSE_NATS_URL": servers.nats_url,
                "LARGESSE_HTTP_PORT": str(PORT), "LARGESSE_SANDBOX": "1", "LARGESSE_RTMP_PORT": "0", "LARGESSE_WEBRTC_PORTS": "", "LARGESSE_LOG_LEVEL": "warning",
            }  # fmt: skip
            command = [sys.executable, "-m", "bench.http_server"]
            server = await asyncio.to_thread(subprocess.Popen, command, env=environ)
            context = multiprocessing.get_context("spawn")
            told, asked = context.Queue(), context.Queue()
            viewers = context.Process(target=client, args=(live, args.viewers, told, asked))
            try:
                await asyncio.to_thread(wait_ready)
                viewers.start()
                assert await asyncio.to_thread(told.get, True, 120) == "ready"
                before = 0
                for _ in range(args.rounds):
                    times = await give(live, tokens, args.seconds)
                    await asyncio.sleep(1.5)
                    asked.put("look")
                    accepted, begun = latencies_ms(times, await asyncio.to_thread(told.get), before, args.viewers)
                    before += len(times)
                    p50.append(quantile(accepted, 0.5))
                    p99.append(quantile(accepted, 0.99))
                    p99_begun.append(quantile(begun, 0.99))
                    late.append((1 - bisect_left(accepted, 250.0) / len(accepted)) * 100)
            finally:
                asked.put("end")
                server.terminate()
                server.wait()
                viewers.join()
    what = f"{args.viewers:,} viewers, {GIFTS_A_SECOND} gifts/s"
    report.show(
        [
            report.Figure(f"accepted to frame received, {what}: p99", "ms", tuple(p99), 250, at_most=True),
            report.Figure("the same: p50", "ms", tuple(p50)),
            report.Figure("the same: later than 250 ms", "%", tuple(late)),
            report.Figure("request begun to frame received: p99", "ms", tuple(p99_begun)),
        ],
        title="latency",
    )


if __name__ == "__main__":
    world.run(main())
