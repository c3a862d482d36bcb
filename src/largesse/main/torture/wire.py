"""A keep-alive HTTP/1.1 client of one connection: small, and honest about what it does not know."""

import asyncio
import re
from typing import Any, Final

import msgspec

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECT_S_MAX: Final = 3.0


class Lost(Exception):  # noqa: N818 - a state of the world, not a bug
    """No whole answer came: whether the request was carried out is not known."""


class Answer(msgspec.Struct, frozen=True):
    """A whole answer."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)

    @property
    def replayed(self) -> bool:
        """Whether the service says that it answered the same before."""
        return b"\r\nidempotent-replay: true" in self.head.lower()


class Wire:
    """Asks one thing at a time; connects again where the last connection was lost."""

    def __init__(self, host: str, port: int, token: str | None = None) -> None:
        self.host = host
        self.port = port
        self.token = token
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, seconds: float
    ) -> Answer:
        """Send a request and wait for its whole answer, at most so long; raises `Lost`."""
        sent = b"" if body is None else msgspec.json.encode(body)
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nContent-Length: {len(sent)}\r\n"
        if body is not None:
            head += "Content-Type: application/json\r\n"
        if token or self.token:
            head += f"Authorization: Bearer {token or self.token}\r\n"
        try:
            async with asyncio.timeout(seconds):
                return await self._ask(head.encode() + b"\r\n" + sent)
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError) as error:
            self.close()
            raise Lost(f"{type(error).__name__}: {error}") from error
        except BaseException:
            self.close()
            raise

    async def _ask(self, request: bytes) -> Answer:
        if self._reader is None or self._writer is None:
            async with asyncio.timeout(_CONNECT_S_MAX):
                self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1])) if length else b""
        answer = Answer(int(head[9:12]), head, body)
        if length is None or b"\r\nconnection: close" in head.lower():
            self.close()
        return answer

    def close(self) -> None:
        """Drop the connection."""
        if self._writer is not None:
            self._writer.transport.abort()
        self._reader = self._writer = None
