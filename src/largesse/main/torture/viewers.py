"""Viewers of a room: they follow its frames through every fault, and check that nothing is missing or twice."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from largesse.main.torture.tally import Tally
from largesse.main.torture.wire import Lost, Wire
from largesse.main.torture.world import HOST, World

_SILENCE_S_MAX: Final = 20.0
_AGAIN_S: Final = 0.1
_POLL_S: Final = 0.25
_OPEN_S_MAX: Final = 3.0
_FRAME_BYTES_MAX: Final = 4_000_000
_RECEIPTS_KEPT: Final = 20_000
_TROUBLE = (OSError, EOFError, TimeoutError, WebSocketException, Lost)


class Viewer(ABC):
    """What one viewer of a room knows. `seq` and totals are of the last frame or snapshot."""

    def __init__(self, name: str, world: World, tally: Tally) -> None:
        self.name = name
        self.world = world
        self.tally = tally
        self.seq = 0
        self.gifts = 0
        self.coins = 0
        self.frames = 0
        self.snapshots = 0
        self.connections = 0
        self.repeated = 0
        self.newest_gift_at = 0.0
        self.newest_heard_at = 0.0
        self._known = False
        self._receipts: deque[str] = deque(maxlen=_RECEIPTS_KEPT)
        self._seen: set[str] = set()

    async def follow(self) -> None:
        """Watch until cancelled; connect again, from the last seq, whenever the stream ends."""
        while True:
            with suppress(*_TROUBLE):
                self.connections += 1
                await self.watch()
            await asyncio.sleep(_AGAIN_S)

    @abstractmethod
    async def watch(self) -> None:
        """One connection, until it ends."""

    @property
    def path(self) -> str:
        """The room."""
        return f"/v1/lives/{self.world.lives[0]}"

    def take(self, text: bytes | str) -> None:
        """A message of the stream."""
        message = msgspec.json.decode(text)
        if message.get("type") == "snapshot":
            self.take_snapshot(message)
        elif "seq" in message:
            self.take_frame(message)

    def take_snapshot(self, message: dict[str, Any]) -> None:
        """Where the room stands; what lies between is in the history."""
        self.snapshots += 1
        if message["seq"] < self.seq:
            self._fail("seq never goes back", f"snapshot {message['seq']} after {self.seq}")
            return
        if message["seq"] > self.seq or not self._known:
            self._move(message)
            self._hear(message["events"])

    def take_frame(self, frame: dict[str, Any]) -> None:
        """A frame: later than the one before, and its totals move by what it tells."""
        self.frames += 1
        if frame["seq"] <= self.seq:
            self._fail("seq never goes back", f"frame {frame['seq']} after {self.seq}")
            return
        folded = frame.get("folded") or {"count": 0, "coins": 0}
        before = (self.gifts, self.coins)
        told = (folded["count"], folded["coins"])
        fresh = self._hear(frame["events"])
        expected = (before[0] + told[0] + len(fresh), before[1] + told[1] + sum(e["coins"] for e in fresh))
        known, seq = self._known, self.seq
        self._move(frame)
        if known and (self.gifts, self.coins) != expected:
            word = "without gap" if self.gifts > expected[0] else "without double"
            self._fail(
                f"viewers catch up {word}",
                f"frame {frame['seq']} after {seq} tells {len(fresh)} gifts and folds {told[0]}: {before} became "
                f"{(self.gifts, self.coins)}, not {expected}",
            )

    def _move(self, message: dict[str, Any]) -> None:
        totals = message["totals"]
        if totals["gifts"] < self.gifts or totals["coins"] < self.coins:
            self._fail("totals never go back", f"{(self.gifts, self.coins)} became {totals}")
        self.seq, self.gifts, self.coins, self._known = message["seq"], totals["gifts"], totals["coins"], True

    def _hear(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Gifts that were not told before."""
        fresh = []
        for event in events:
            if event["type"] != "gift.sent":
                continue
            if event["receipt"] in self._seen:
                self.repeated += 1
                continue
            if len(self._receipts) == _RECEIPTS_KEPT:
                self._seen.discard(self._receipts[0])
            self._receipts.append(event["receipt"])
            self._seen.add(event["receipt"])
            fresh.append(event)
        if fresh:
            self.newest_gift_at = max(self.newest_gift_at, *(_seconds(e["at"]) for e in fresh))
            self.newest_heard_at = time.time()
        return fresh

    def _fail(self, promise: str, detail: str) -> None:
        self.tally.fail(promise, f"{self.name}: {detail}")


class SocketViewer(Viewer):
    """On the WebSocket."""

    async def watch(self) -> None:
        """One socket."""
        url = f"ws://{HOST}:{self.world.port}{self.path}/stream" + (f"?after={self.seq}" if self.seq else "")
        async with connect(
            url, open_timeout=_OPEN_S_MAX, close_timeout=0.1, max_size=_FRAME_BYTES_MAX, compression=None,
            ping_interval=None,
        ) as socket:  # fmt: skip
            await socket.send('{"auth":null}')
            while True:
                async with asyncio.timeout(_SILENCE_S_MAX):
                    self.take(await socket.recv())


class EventViewer(Viewer):
    """On server-sent events."""

    async def watch(self) -> None:
        """One answer that does not end."""
        async with asyncio.timeout(_OPEN_S_MAX):
            reader, writer = await asyncio.open_connection(HOST, self.world.port, limit=_FRAME_BYTES_MAX)
        try:
            query = f"?after={self.seq}" if self.seq else ""
            head = f"GET {self.path}/events{query} HTTP/1.1\r\nHost: {HOST}\r\nAccept: text/event-stream\r\n\r\n"
            writer.write(head.encode())
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _SILENCE_S_MAX)
            if b" 200 " not in answer.split(b"\r\n", 1)[0]:
                return
            while True:
                async with asyncio.timeout(_SILENCE_S_MAX):
                    line = await reader.readuntil(b"\n")
                if line.startswith(b"data:"):
                    self.take(line[5:].strip())
        finally:
            writer.transport.abort()


class ListReader(Viewer):
    """Asks for the frames behind its place, again and again: they are kept for minutes, so none may be missing."""

    async def watch(self) -> None:
        """Poll until the connection is lost."""
        wire = Wire(HOST, self.world.port)
        while True:
            answer = await wire.ask("GET", f"{self.path}/frames?after={self.seq}", seconds=_SILENCE_S_MAX)
            if answer.status != 200:  # noqa: PLR2004
                return
            listed = answer.json()
            if listed["gap"] and self.seq:
                self._fail("viewers catch up without gap", f"frames behind {self.seq} are gone at {listed['seq']}")
                self._known = False
            for frame in listed["items"]:
                self.take_frame(frame)
            await asyncio.sleep(_POLL_S)


def viewers(world: World, tally: Tally) -> list[Viewer]:
    """Two on sockets, one on server-sent events, one that reads the list."""
    return [
        SocketViewer("socket 1", world, tally),
        SocketViewer("socket 2", world, tally),
        EventViewer("events", world, tally),
        ListReader("list", world, tally),
    ]


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()
