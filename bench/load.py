"""A client that costs little: keep-alive connections that write ready bytes and read answers, one at a time each."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import cast

Requests = Iterator[bytes]


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Requests, statuses: dict[int, int], end: float, done: asyncio.Future[None]) -> None:
        self.requests = requests
        self.statuses = statuses
        self.end = end
        self.done = done
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop has its own class
        self._next()

    def _next(self) -> None:
        request = None if time.perf_counter() > self.end else next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, mark, body = self.buffer.partition(b"\r\n\r\n")
        if not mark:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return
        self.buffer = b""
        status = int(head[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def press(
    host: str, port: int, seconds: float, connections: int, requests_of: Callable[[int], Requests]
) -> tuple[float, dict[int, int]]:
    """Requests a second and the answers by status."""
    loop = asyncio.get_running_loop()
    statuses: dict[int, int] = {}
    begin = time.perf_counter()
    done = [loop.create_future() for _ in range(connections)]
    for number in range(connections):
        requests, end, future = requests_of(number), begin + seconds, done[number]
        await loop.create_connection(lambda r=requests, e=end, d=future: _Connection(r, statuses, e, d), host, port)
    await asyncio.gather(*done)
    return sum(statuses.values()) / (time.perf_counter() - begin), statuses


def post(path: str, token: str, body: bytes) -> bytes:
    """A POST as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
