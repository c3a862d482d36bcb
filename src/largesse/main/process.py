"""The processes of the program: `python -m largesse.main.process CONTROL [LISTENER]`, started by `serve`.

This one is the nursery. It imports the whole program once and forks a process for each role that its supervisor asks
for: that takes milliseconds where importing takes a second of a core, and they share what was imported. It does nothing
else and has one thread, so a fork is whole. CONTROL is a socket to the supervisor (`largesse.main.nursery` speaks of
it), LISTENER the socket that api processes serve.

Roles: `prepare` (and end), `api` (HTTP, sockets, a committer), `worker` (jobs, housekeeping), `media`
(encoders). When the supervisor dies
the kernel tells the nursery to end, and when the nursery dies, all of them.
"""

import contextlib
import ctypes
import gc
import os
import signal
import socket
import sys
import threading
from typing import BinaryIO

import msgspec
import uvicorn
import uvloop

from largesse.kit.config import Settings
from largesse.kit.log import set_up
from largesse.kit.sockets import RoomSocket
from largesse.main.app import build_app
from largesse.main.compose import build
from largesse.main.media import run_media
from largesse.main.nursery import PARENT, Ended, Order, Started
from largesse.main.prepare import prepare
from largesse.main.worker import run_worker
from largesse.realtime import RealtimeService

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_GRACE_S = 8
_BACKLOG = 4096
_YOUNG_MAX = 20_000  # objects made and not freed before the collector looks at the youngest


def main() -> None:
    """Be the nursery; in each of its children, be the process that was asked for."""
    control = socket.socket(fileno=int(sys.argv[1]))
    listener = socket.socket(fileno=int(sys.argv[2])) if len(sys.argv) > 2 else None  # noqa: PLR2004
    _end_with_parent(int(os.environ[PARENT]))
    assert threading.active_count() == 1, "what is forked has one thread"
    gc.collect()
    gc.freeze()  # what was imported stays shared: no collection writes to it
    order = Nursery(control).born()
    if order is not None:
        run(order, listener)


class Nursery:
    """Forks what is asked for, and tells how it ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._orders: BinaryIO = control.makefile("rb")

    def born(self) -> Order | None:
        """Return in each child with what it is to be; in the nursery itself when the supervisor is gone, None."""
        signal.signal(signal.SIGCHLD, lambda *_: self._tell_ended())
        while line := self._orders.readline():
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # its start is told before its end
            nursery = os.getpid()
            pid = os.fork()
            if not pid:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            else:
                self._control.sendall(msgspec.json.encode(Started(pid)) + b"\n")
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            if not pid:
                self._orders.close()
                self._control.close()
                os.setsid()
                _end_with_parent(nursery)
                return msgspec.json.decode(line, type=Order)
        return None

    def _tell_ended(self) -> None:
        with contextlib.suppress(ChildProcessError, BrokenPipeError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                self._control.sendall(msgspec.json.encode(Ended(pid, os.waitstatus_to_exitcode(status))) + b"\n")


def run(order: Order, listener: socket.socket | None) -> None:
    """Be one process of the program until it ends."""
    settings = order.settings
    set_up(settings.log_level)
    _be_named(f"largesse-{order.role}")
    if order.role == "prepare":
        uvloop.run(prepare(settings))
    elif order.role == "api":
        assert listener is not None, "an api process is given its socket"
        uvloop.run(run_api(settings, listener))
    elif order.role == "worker":
        uvloop.run(run_worker(settings))
    elif order.role == "media":
        uvloop.run(run_media(settings))
    else:
        raise SystemExit(f"largesse: no role {order.role}")


async def run_api(settings: Settings, listener: socket.socket) -> None:
    """Serve HTTP and sockets until SIGTERM or SIGINT; requests under way are answered first."""
    services = build(settings)
    server = _Server(
        uvicorn.Config(
            build_app(services),
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
        ),
        services.realtime,
    )
    _spare_collector()
    await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Waits for requests under way to be answered when it ends, except for those that never would be."""

    def __init__(self, config: uvicorn.Config, realtime: RealtimeService) -> None:
        super().__init__(config)
        self._realtime = realtime

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._realtime.part()
        await super().shutdown(sockets)


def _spare_collector() -> None:
    """Let the garbage collector pass over what this process is made of, and look at the rest less often.

    A batch of a thousand gifts makes some thousands of objects that reference counting frees; looking for cycles among
    them, and at every class and route each time, was a sixth of an api process under load.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG_MAX)


def _end_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            raise SystemExit("largesse: the supervisor is gone")


def _be_named(name: str) -> None:
    """Show what it is to `ps` and `top`, where all would be called alike."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)


if __name__ == "__main__":
    main()
