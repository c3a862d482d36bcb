"""`largesse serve`: one command that supervises the servers and this program's own processes.

The supervisor stays small: it imports no room. A process that dies is started again with a growing pause; SIGTERM stops
all of it in order (HTTP first, then the worker, then the servers).
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec
import structlog

from largesse.kit import embedded
from largesse.kit.config import PREFIX, Settings
from largesse.kit.embedded.child import Child

log = structlog.get_logger(__name__)
_STOP_S = 12.0
_PAUSE_S_MIN, _PAUSE_S_MAX = 0.05, 5.0
_STEADY_S = 5.0
_READY_S_MAX = 60.0
Told = Callable[[Settings], None]


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment with every setting in it, for children."""
    named = {PREFIX + name.upper(): getattr(settings, name) for name in settings.__struct_fields__}
    texts = {name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in named.items()}
    return os.environ | texts | {"LARGESSE_SUPERVISOR_PID": str(os.getpid()), "LARGESSE_CONFIG": os.devnull}


def start(settings: Settings, role: str, listener: socket.socket | None = None) -> Child:
    """Start one process of the program, in a session of its own."""
    descriptors = () if listener is None else (listener.fileno(),)
    return Child(
        subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", "largesse.main.process", role, *map(str, descriptors)],
            env=environment(settings),
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    )


class Kept:
    """One child that is started again whenever it ends."""

    def __init__(
        self, settings: Settings, role: str, listener: socket.socket | None, started: Callable[[], None]
    ) -> None:
        self.settings = settings
        self.started = started
        self.role = role
        self.listener = listener
        self.child: Child | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start it and keep it."""
        self._task = asyncio.create_task(self._keep())

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
            child = self.child = start(self.settings, self.role, self.listener)
            self.started()
            await child.ended.wait()
            log.warning("process.ended", role=self.role, pid=child.pid, status=child.exit_status)
            pause = _PAUSE_S_MIN if child.age_s > _STEADY_S else min(pause * 2, _PAUSE_S_MAX)
            await asyncio.sleep(pause)


async def serve(settings: Settings, ready: Told, stop: asyncio.Event) -> None:
    """Run everything until `stop`; `ready` is called once /readyz answers, with the settings that hold."""
    listener = _bind(settings)
    try:
        async with embedded.running(settings) as servers:
            settings = with_servers(settings, servers)
            await prepared(settings)
            kept: list[Kept] = []
            tell = partial(_tell_pids, settings, kept)
            kept.extend(Kept(settings, "api", listener, tell) for _ in range(settings.api_processes))
            kept.append(Kept(settings, "worker", None, tell))
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
        listener.close()


def with_servers(settings: Settings, servers: embedded.Servers) -> Settings:
    """The settings with the addresses of running servers."""
    return msgspec.structs.replace(settings, database_url=servers.database_url, nats_url=servers.nats_url)


async def prepared(settings: Settings) -> None:
    """Prepare the database in a process of its own; ends the program where that fails."""
    child = start(settings, "prepare")
    await child.ended.wait()
    if child.exit_status:
        raise SystemExit(child.exit_status)


def _bind(settings: Settings) -> socket.socket:
    from largesse.main.process import bind  # noqa: PLC0415 - shares the message

    return bind(settings)


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


def _tell_pids(settings: Settings, kept: list[Kept]) -> None:
    """Write the pids of the processes beside the servers', for tools that watch or stop them."""
    pids = [{"role": one.role, "pid": one.child.pid} for one in kept if one.child]
    path = Path(settings.data_path, "processes.json")
    path.write_bytes(msgspec.json.encode(pids))


async def serve_role(settings: Settings, role: str, stop: asyncio.Event) -> None:
    """Run one kind of process of a fleet until `stop`, on servers that run already or are given."""
    servers = embedded.find_running(settings)
    if servers is None:
        raise SystemExit(
            "largesse: no database runs for this data directory: set LARGESSE_DATABASE_URL and LARGESSE_NATS_URL, "
            "or run `largesse serve` first"
        )
    settings = with_servers(settings, servers)
    await prepared(settings)
    listener = _bind(settings) if role == "api" else None
    one = Kept(settings, role, listener, lambda: None)
    one.begin()
    await stop.wait()
    await one.end()
