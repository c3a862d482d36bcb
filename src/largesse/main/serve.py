"""`largesse serve`: one command that supervises the servers and this program's own processes.

The supervisor stays small: it imports no room, and its processes come from the nursery. One that dies is started again
with a growing pause; SIGTERM stops all of it in order (HTTP first, then the worker, then the servers).
"""

import asyncio
import signal
import socket
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec
import structlog

from largesse.kit import embedded
from largesse.kit.config import Settings
from largesse.kit.embedded.child import Child
from largesse.main.nursery import Nursery, NurseryGone

log = structlog.get_logger(__name__)
_STOP_S = 12.0
_PAUSE_S_MIN, _PAUSE_S_MAX = 0.05, 5.0
_STEADY_S = 1.0  # what lived so long did not fail at its start
_READY_S_MAX = 60.0
_BACKLOG = 4096
Told = Callable[[Settings], None]


class Kept:
    """One process that is started again whenever it ends."""

    def __init__(self, nursery: Nursery, settings: Settings, role: str, started: Callable[[], None]) -> None:
        self.nursery = nursery
        self.settings = settings
        self.role = role
        self.started = started
        self.child: Child | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start it and keep it."""
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.role}")

    async def end(self) -> None:
        """Stop keeping and stop it: SIGTERM, then SIGKILL."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self.child is not None:
            await self.child.stop((signal.SIGTERM, _STOP_S))

    async def _keep(self) -> None:
        pause = _PAUSE_S_MIN
        while True:
            began = time.monotonic()
            with suppress(NurseryGone):
                self.child = child = await self.nursery.bear(self.settings, self.role)
                self.started()
                await child.ended.wait()
                log.warning("process.ended", role=self.role, pid=child.pid, status=child.exit_status)
            steady = time.monotonic() - began > _STEADY_S
            pause = _PAUSE_S_MIN if steady else min(pause * 2, _PAUSE_S_MAX)
            await asyncio.sleep(pause)


async def serve(settings: Settings, ready: Told, stop: asyncio.Event) -> None:
    """Run everything until `stop`; `ready` is called once /readyz answers, with the settings that hold."""
    listener = bind(settings)
    nursery = Nursery(listener)
    try:
        nursery.begin()  # it imports while the servers start
        async with embedded.running(settings) as servers:
            settings = with_servers(settings, servers)
            await _prepare(nursery, settings)
            kept: list[Kept] = []
            tell = partial(_tell_pids, settings, nursery, kept)
            roles = (
                ["api"] * settings.api_processes
                + ["worker"]
                + ["media"] * bool(settings.rtmp_port or settings.webrtc_ports)
            )
            kept.extend(Kept(nursery, settings, role, tell) for role in roles)
            for one in kept:
                one.begin()
            try:
                await _until_ready(settings, stop)
                if not stop.is_set():
                    ready(settings)
                    await stop.wait()
            finally:
                await asyncio.gather(*[one.end() for one in kept])
    finally:
        await nursery.end()
        listener.close()


def with_servers(settings: Settings, servers: embedded.Servers) -> Settings:
    """The settings with the addresses of running servers."""
    return msgspec.structs.replace(settings, database_url=servers.database_url, nats_url=servers.nats_url)


async def _prepare(nursery: Nursery, settings: Settings) -> None:
    """Prepare the database in a process of its own; ends the program where that fails."""
    try:
        child = await nursery.bear(settings, "prepare")
    except NurseryGone:
        raise SystemExit("largesse: the program does not start; the lines above say why") from None
    await child.ended.wait()
    if child.exit_status:
        raise SystemExit(child.exit_status if child.exit_status > 0 else 1)


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


async def _until_ready(settings: Settings, stop: asyncio.Event) -> None:
    host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
    url = f"http://{host}:{settings.http_port}/readyz".replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - asked locally
    deadline = time.monotonic() + _READY_S_MAX
    while not stop.is_set():
        if await asyncio.to_thread(_answers, url):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"largesse: not ready within {_READY_S_MAX:.0f} s; the lines above say why")
        await asyncio.sleep(0.05)


def _answers(url: str) -> bool:
    with suppress(OSError, ValueError):
        return bool(urllib.request.urlopen(url, timeout=2).status == 200)  # noqa: S310, PLR2004 - our own address
    return False


def _tell_pids(settings: Settings, nursery: Nursery, kept: list[Kept]) -> None:
    """Write the pids of the processes beside the servers', for tools that watch or stop them."""
    running = [("nursery", nursery.process), *((one.role, one.child) for one in kept)]
    pids = [{"role": role, "pid": child.pid} for role, child in running if child]
    path = Path(settings.data_path, "processes.json")
    new = path.with_suffix(".new")
    try:
        new.write_bytes(msgspec.json.encode(pids))
        new.replace(path)  # a reader never sees half of it
    except OSError as error:  # a full disk must not end the supervision
        log.warning("pids_not_written", error=str(error))


async def serve_role(settings: Settings, role: str, stop: asyncio.Event) -> None:
    """Run one kind of process of a fleet until `stop`, on servers that run already or are given."""
    servers = embedded.find_running(settings)
    if servers is None:
        raise SystemExit(
            "largesse: no database runs for this data directory: set LARGESSE_DATABASE_URL and LARGESSE_NATS_URL, "
            "or run `largesse serve` first"
        )
    settings = with_servers(settings, servers)
    listener = bind(settings) if role == "api" else None
    nursery = Nursery(listener)
    try:
        await _prepare(nursery, settings)
        one = Kept(nursery, settings, role, lambda: None)
        one.begin()
        await stop.wait()
        await one.end()
    finally:
        await nursery.end()
        if listener is not None:
            listener.close()
