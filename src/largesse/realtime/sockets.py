"""WebSockets whose transport a room can write to.

uvicorn's protocol does handshake, pings and reading; a room writes the same bytes to all its transports, without a task
and a queue a socket. Source: docs/decisions/0007-room-sockets.md
"""

import asyncio
from typing import Any, cast

from litestar.types import Scope
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.server import ServerProtocol

MESSAGE_BYTES_MAX = 4_096
_EXTENSION = "largesse.transport"


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
            cast("dict[str, Any]", scope)["extensions"][_EXTENSION] = {"transport": self.transport}

    async def send(self, message: ASGISendEvent) -> None:
        """Send as uvicorn does; a handshake that was refused with a body is complete too."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True


def transport_of(scope: Scope) -> asyncio.Transport | None:
    """The transport under a socket; None behind another server or a test client."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    found: asyncio.Transport | None = extensions.get(_EXTENSION, {}).get("transport")
    return found
