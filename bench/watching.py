"""Viewers that cost little: sockets that shake hands, answer pings, and hand every whole frame to what measures."""

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast

BEGINNING_BYTES = 64
# (viewer's number, the beginning of a frame's payload, the length of the frame)
OnFrame = Callable[[int, bytes, int], None]


class Viewer(asyncio.Protocol):
    """One guest. `on_end` gets a payload's beginning when it has come whole; `whole` hands over all of it."""

    def __init__(self, number: int, path: str, on_end: OnFrame, *, whole: bool = False) -> None:
        self.number = number
        self.path = path
        self.on_end = on_end
        self.whole = whole
        self.rest = b""
        self.left = 0
        self.begun = b""
        self.length = 0
        self.shaken = False
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop has its own class
        key = base64.b64encode(os.urandom(16))
        self.transport.write(
            b"GET %b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: %b\r\n\r\n" % (self.path.encode(), key)
        )

    def data_received(self, data: bytes) -> None:
        if self.left > len(data):
            self.left -= len(data)
            if self.whole or len(self.begun) < BEGINNING_BYTES:
                self.begun += data
            return
        if self.left:
            self._end(data[: self.left])
            data = data[self.left :]
            self.left = 0
        found = self.rest + data
        if not self.shaken:
            status, mark, found = found.partition(b"\r\n\r\n")
            if not mark:
                self.rest = status
                return
            assert b" 101 " in status, status
            self.shaken = True
            self._say(0x81, b'{"auth":null}')
        self.rest = self._read(found)

    def connection_lost(self, _: Exception | None) -> None:
        self.lost = True

    def _read(self, found: bytes) -> bytes:
        """Take every frame of what was found; what is left begins a head that has not come whole."""
        while len(found) >= 2:
            length, head = found[1], 2
            if length >= 126:
                head = 4 if length == 126 else 10
                if len(found) < head:
                    break
                length = int.from_bytes(found[2:head], "big")
            if found[0] == 0x89:
                if len(found) < head + length:
                    break
                self._say(0x8A, found[head : head + length])
                found = found[head + length :]
                continue
            self.begun, self.length = found[head : head + length], head + length
            missing = length - len(self.begun)
            if missing:
                self.left = missing
                return b""
            self._end(b"")
            found = found[head + length :]
        return found

    def _end(self, tail: bytes) -> None:
        whole = self.whole or len(self.begun) < BEGINNING_BYTES
        self.on_end(self.number, self.begun + tail if whole else self.begun, self.length)

    def _say(self, opcode: int, payload: bytes) -> None:
        """A masked frame; the mask is zero."""
        self.transport.write(bytes((opcode, 0x80 | len(payload), 0, 0, 0, 0)) + payload)


async def connect(port: int, live: str, count: int, on_end: OnFrame, ready: Callable[[], int]) -> list[Viewer]:
    """Connect `count` viewers of a LIVE, a hundred at a time; the first one reads frames whole. `ready` counts them."""
    loop, viewers = asyncio.get_running_loop(), list[Viewer]()
    while len(viewers) < count:
        made = await asyncio.gather(*[
            loop.create_connection(
                lambda n=n: Viewer(n, f"/v1/lives/{live}/stream", on_end, whole=n == 0),  # type: ignore[misc]
                "127.0.0.1", port,
            )
            for n in range(len(viewers), min(count, len(viewers) + 100))
        ])  # fmt: skip
        viewers += [cast("Viewer", protocol) for _, protocol in made]
        while ready() < len(viewers) - 200:  # noqa: ASYNC110 - a server's backlog has a limit
            await asyncio.sleep(0.01)
    while ready() < count:  # noqa: ASYNC110 - snapshots are still coming
        await asyncio.sleep(0.01)
    return viewers
