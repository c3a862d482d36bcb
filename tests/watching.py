"""A viewer of a room, as a page is one: a socket, its snapshot, its frames."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import websockets

PATIENCE_S = 30.0  # a machine that does much else is slow; what must be quick, a test says itself


class Watcher:
    """A viewer's socket: what came over it, and what a page would know."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.snapshot: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def watching(
        cls, port: int, live_id: str, token: str | None = None, after: int | None = None, **more: Any
    ) -> AsyncIterator["Watcher"]:
        url = f"ws://127.0.0.1:{port}/v1/lives/{live_id}/stream" + (f"?after={after}" if after is not None else "")
        async with websockets.connect(url, compression=None, max_size=None, **more) as connection:
            await connection.send(json.dumps({"auth": token}))
            watcher = cls(connection)
            watcher.snapshot = json.loads(await asyncio.wait_for(connection.recv(), PATIENCE_S))
            assert watcher.snapshot["type"] == "snapshot", watcher.snapshot
            yield watcher

    async def next(self, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """The next message; a frame is remembered."""
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self.connection.recv(), seconds))
        if "events" in message and message.get("type") != "snapshot":
            self.frames.append(message)
        elif message.get("type") == "snapshot":
            self.snapshot = message
        return message

    async def until(self, done: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE_S) -> dict[str, Any]:
        """The first message that `done` takes."""
        async with asyncio.timeout(seconds):
            while True:
                message = await self.next(seconds)
                if done(message):
                    return message

    async def until_events(self, kind: str, count: int = 1, seconds: float = PATIENCE_S) -> list[dict[str, Any]]:
        """Events of a type, as soon as there are `count` of them."""
        async with asyncio.timeout(seconds):
            while len(self.events(kind)) < count:
                await self.next(seconds)
        return self.events(kind)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Events of a type in all frames so far."""
        return [event for frame in self.frames for event in frame["events"] if event["type"] == kind]

    def gifts(self) -> list[str]:
        """Ids of gifts in all frames so far, in order."""
        return [event["id"] for event in self.events("gift.sent")]
