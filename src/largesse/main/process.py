"""One process of the program: `python -m largesse.main.process ROLE [FD]`, started by `serve`.

Roles: `prepare` (and end), `api` (HTTP, sockets, a committer), `worker` (jobs, housekeeping). Settings come by the
environment. When the supervisor dies, the kernel tells its processes to end.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import sys

import structlog
import uvloop

from largesse.kit import config
from largesse.kit.config import Settings
from largesse.kit.log import set_up

log = structlog.get_logger(__name__)
_PR_SET_PDEATHSIG = 1
_GRACE_S = 8
_BACKLOG = 4096


def main() -> None:
    """Run the role named by the first argument."""
    role = sys.argv[1]
    settings = config.load()
    set_up(settings.log_level)
    _end_with_parent()
    if role == "prepare":
        from largesse.main.prepare import prepare  # noqa: PLC0415 - each role loads what it needs

        uvloop.run(prepare(settings))
    elif role == "api":
        listener = socket.socket(fileno=int(sys.argv[2])) if len(sys.argv) > 2 else bind(settings)  # noqa: PLR2004
        uvloop.run(run_api(settings, listener))
    elif role == "worker":
        from largesse.main.worker import run_worker  # noqa: PLC0415 - each role loads what it needs

        uvloop.run(run_worker(settings))
    else:
        raise SystemExit(f"largesse: no role {role}")


def bind(settings: Settings) -> socket.socket:
    """The listening socket; ends the program with a sentence where the address is taken."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.http_host, settings.http_port))
    except OSError as error:
        where = f"{settings.http_host}:{settings.http_port}"
        raise SystemExit(f"largesse: cannot listen on {where}: {error.strerror} (LARGESSE_HTTP_PORT)") from error
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


async def run_api(settings: Settings, listener: socket.socket) -> None:
    """Serve HTTP and sockets until SIGTERM or SIGINT; requests under way are answered first."""
    import uvicorn  # noqa: PLC0415 - each role loads what it needs

    from largesse.main.app import build_app  # noqa: PLC0415
    from largesse.main.compose import build  # noqa: PLC0415
    from largesse.realtime import RoomSocket  # noqa: PLC0415

    app = build_app(build(settings))
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            ws=RoomSocket,
            ws_per_message_deflate=False,
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE_S,
            backlog=_BACKLOG,
        )
    )
    await server.serve(sockets=[listener])


def _end_with_parent() -> None:
    parent = os.environ.get("LARGESSE_SUPERVISOR_PID")
    if parent and sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != int(parent):
            raise SystemExit("largesse: the supervisor is gone")


async def until_told(stop: asyncio.Event) -> None:
    """Set `stop` at SIGTERM or SIGINT, and wait for it."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


if __name__ == "__main__":
    main()
