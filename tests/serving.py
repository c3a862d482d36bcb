"""An application on a real port, with the protocol class that the product's sockets have."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn
from litestar import Litestar

from largesse.kit.sockets import RoomSocket


@contextlib.asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[int]:
    """Serve on a free port below 32768, which is given."""
    listener = _free_port()
    config = uvicorn.Config(app, ws=RoomSocket, lifespan="off", log_config=None, access_log=False)
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task


def _free_port() -> socket.socket:
    for port in range(21_000, 32_000):
        listener = socket.socket()
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            listener.close()
            continue
        listener.listen(1024)
        return listener
    raise OSError("no free port")
