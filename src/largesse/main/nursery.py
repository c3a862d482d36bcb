"""The supervisor's side of the nursery (`largesse.main.process`): start it, ask it for processes, hear how they end.

What travels on the socket between them is one JSON object a line: `Order` one way, `Started` and `Ended` the other.
Starts are told in the order in which they were asked for.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import deque

import msgspec
import structlog

from largesse.kit.config import Settings
from largesse.kit.embedded.child import Child, reaped

log = structlog.get_logger(__name__)
PARENT = "LARGESSE_SUPERVISOR_PID"
_END_S = 5.0


class Order(msgspec.Struct, frozen=True):
    """Ask for a process of a role with these settings."""

    role: str
    settings: Settings


class Started(msgspec.Struct, frozen=True, tag=True):
    """A process that was asked for is there."""

    pid: int


class Ended(msgspec.Struct, frozen=True, tag=True):
    """A process ended; a negative status is the signal that ended it."""

    pid: int
    status: int


class NurseryGone(Exception):  # noqa: N818 - what happened, not a bug
    """The nursery ended before it gave what was asked for."""


class Nursery:
    """Where the processes of the program come from. One that ends is begun again by the next `bear`."""

    def __init__(self, listener: socket.socket | None) -> None:
        self.process: Child | None = None
        self._listener = listener
        self._control: socket.socket | None = None
        self._awaited: deque[asyncio.Future[Child]] = deque()
        self._children: dict[int, Child] = {}
        self._hearing: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start it; it imports what it needs while its caller does other things. Call it in the main thread."""
        self._control, theirs = socket.socketpair()
        passed = [theirs.fileno(), *([self._listener.fileno()] if self._listener else [])]
        with theirs:
            self.process = reaped(
                subprocess.Popen(  # noqa: S603 - this program itself
                    [sys.executable, "-m", "largesse.main.process", *map(str, passed)],
                    env=os.environ | {PARENT: str(os.getpid())},
                    pass_fds=passed,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
        self._control.setblocking(False)
        self._hearing = asyncio.create_task(self._hear(self._control), name="nursery")

    async def bear(self, settings: Settings, role: str) -> Child:
        """A new process of that role, in a session of its own; raises `NurseryGone`."""
        if self._hearing is None or self._hearing.done():
            self.begin()
        assert self._control is not None
        born: asyncio.Future[Child] = asyncio.get_running_loop().create_future()
        self._awaited.append(born)
        order = msgspec.json.encode(Order(role, settings)) + b"\n"
        try:
            await asyncio.get_running_loop().sock_sendall(self._control, order)
        except OSError as error:
            raise NurseryGone from error
        return await born

    async def end(self) -> None:
        """Let it go, after its children."""
        if self.process is not None and self._hearing is not None:
            await self.process.stop((signal.SIGTERM, _END_S))
            await self._hearing

    async def _hear(self, control: socket.socket) -> None:
        rest = b""
        while True:
            try:
                told = await asyncio.get_running_loop().sock_recv(control, 65_536)
            except OSError:
                told = b""
            if not told:
                break
            *lines, rest = (rest + told).split(b"\n")
            for line in lines:
                self._take(msgspec.json.decode(line, type=Started | Ended))
        control.close()
        self._orphan()

    def _take(self, told: Started | Ended) -> None:
        if isinstance(told, Started):
            child = self._children[told.pid] = Child(told.pid)
            born = self._awaited.popleft()
            if not born.done():  # else nobody waits any more
                born.set_result(child)
        else:
            self._children.pop(told.pid).end(told.status)

    def _orphan(self) -> None:
        """It is gone: its children were told by the kernel to end, and nobody will tell when they have."""
        awaited, self._awaited = self._awaited, deque()
        children, self._children = self._children, {}
        for born in awaited:
            if not born.done():
                born.set_exception(NurseryGone())
        for child in children.values():
            child.send(signal.SIGTERM)  # where the kernel tells nothing
            child.end(-signal.SIGTERM)
