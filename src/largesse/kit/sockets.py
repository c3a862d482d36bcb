"""WebSockets: who calls on one, what may be said, and a transport that the same bytes are written to for many.

uvicorn's protocol does handshake, pings and reading; a room writes the same bytes to all its transports, without a task
and a queue a socket. Source: docs/decisions/0007-room-sockets.md
"""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit

import msgspec
from litestar import WebSocket
from litestar.types import Scope
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.server import ServerProtocol

from largesse.kit import http
from largesse.kit.principal import Authenticate, Principal, of_scope
from largesse.kit.problems import Problem

MESSAGE_BYTES_MAX = 4_096
AUTH_S_MAX = 5.0
CLOSE = 4000  # closed with 4000 + the last three figures of what HTTP would say: 4401, 4403, 4404
TRY_LATER = 1013
_EXTENSION = "largesse.transport"
_TEXT, _BINARY = 0x81, 0x82  # final frames, RFC 6455 section 5.2
_LENGTH_7, _LENGTH_16 = 126, 1 << 16
Socket = WebSocket[Any, Any, Any]


@dataclass(eq=False)
class AuthNeeded(Problem):
    """The first message within five seconds is {"auth": token}, or {"auth": null} for a guest."""

    status: ClassVar[int] = 401
    code: ClassVar[str] = "not-signed-in"


@dataclass(eq=False)
class OriginRefused(Problem):
    """A page of another origin cannot use the session cookie; send {"auth": token} instead."""

    status: ClassVar[int] = 403
    code: ClassVar[str] = "origin-refused"


@dataclass(eq=False)
class BadMessage(Problem):
    """This is not a message that a socket takes."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad-message"


class ClientMessage(msgspec.Struct, frozen=True):
    """What a client may say on a socket: `auth` first, then only pings."""

    auth: str | msgspec.UnsetType | None = msgspec.UNSET
    ping: int | msgspec.UnsetType = msgspec.UNSET


class RoomSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol (`ws=` of its configuration), with its transport in the scope, without compression."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = ServerProtocol(max_size=MESSAGE_BYTES_MAX, logger=self.logger)

    def handle_connect(self, event: Request) -> None:
        """Begin as uvicorn does; the application runs in a task of its own after this."""
        super().handle_connect(event)
        scope = getattr(self, "scope", None)
        if scope is not None:
            cast("dict[str, Any]", scope)["extensions"][_EXTENSION] = {"transport": self.transport, "of": self}

    async def send(self, message: ASGISendEvent) -> None:
        """Send as uvicorn does; a handshake that was refused with a body is complete too."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def widen(self, message_bytes_max: int) -> None:
        """Take messages of this length from here on."""
        self.conn.max_message_size = message_bytes_max


def transport_of(scope: Scope) -> asyncio.Transport | None:
    """The transport under a socket; None behind another server or a test client."""
    found: asyncio.Transport | None = _extension(scope).get("transport")
    return found


def widen(scope: Scope, message_bytes_max: int) -> None:
    """Let a socket say more at once than a few words; for callers who are known by then."""
    protocol: RoomSocket | None = _extension(scope).get("of")
    if protocol is not None:
        protocol.widen(message_bytes_max)


def text_frame(payload: bytes) -> bytes:
    """A payload as one unmasked WebSocket text frame, as servers send them."""
    return _frame(_TEXT, payload)


def binary_frame(payload: bytes) -> bytes:
    """The same of a binary one."""
    return _frame(_BINARY, payload)


def read_message(text: str) -> ClientMessage:
    """What a client says. Raises `BadMessage`."""
    try:
        return msgspec.json.decode(text, type=ClientMessage)
    except msgspec.MsgspecError as error:
        raise BadMessage from error


def is_foreign(socket: Socket, origin: str) -> bool:
    """Whether a page of another origin calls with our session cookie. Ours: the origin, or this very host."""
    who = of_scope(socket.scope)
    if not who or not who.via_cookie:
        return False
    page, host = socket.headers.get("origin", ""), socket.headers.get("host", "")
    return page != origin and not (host and urlsplit(page).netloc == host)


async def introduce(socket: Socket, authenticate: Authenticate) -> Principal | None:
    """Who calls by the scope, else by the first message; None for a guest. Raises `AuthNeeded`, `BadMessage`."""
    who = of_scope(socket.scope)
    if who is not None:
        return who
    try:
        async with asyncio.timeout(AUTH_S_MAX):
            said = read_message(await socket.receive_data("text"))
    except TimeoutError as error:
        raise AuthNeeded from error
    if said.auth is msgspec.UNSET:
        raise AuthNeeded
    if said.auth is None:
        return None
    who = await authenticate(said.auth)
    if who is None:
        raise AuthNeeded
    return who


async def deny(socket: Socket, problem: Problem) -> None:
    """Refuse the handshake with a problem as any request's."""
    if "websocket.http.response" not in (socket.scope.get("extensions") or {}):
        await socket.close(CLOSE + problem.status, problem.code)
        return
    answer = http.problem_response(problem)
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"content-type", http.PROBLEM_JSON.encode()))
    start: Any = {"type": "websocket.http.response.start", "status": problem.status, "headers": headers}
    body: Any = {"type": "websocket.http.response.body", "body": answer.content, "more_body": False}
    await socket.send(start)
    await socket.send(body)


def _extension(scope: Scope) -> dict[str, Any]:
    extensions: dict[str, Any] = scope.get("extensions") or {}
    found: dict[str, Any] = extensions.get(_EXTENSION, {})
    return found


def _frame(head: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < _LENGTH_7:
        return bytes((head, length)) + payload
    if length < _LENGTH_16:
        return bytes((head, 126)) + length.to_bytes(2, "big") + payload
    return bytes((head, 127)) + length.to_bytes(8, "big") + payload
