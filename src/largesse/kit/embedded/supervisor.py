"""Starts both servers together, starts each again when it dies, and stops them at the end."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from largesse.kit.config import Settings
from largesse.kit.embedded import ports
from largesse.kit.embedded.child import Child, bound_log
from largesse.kit.embedded.datadir import RUN, DataDir, held, holder
from largesse.kit.embedded.errors import CannotServe, EmbeddedRefused
from largesse.kit.embedded.nats import Nats
from largesse.kit.embedded.postgres import Postgres

_FIRST_TRIES = 4
_PAUSE_S_MIN = 0.1
_PAUSE_S_MAX = 1.0
_STEADY_S = 10.0  # a server that lived so long is started again without a growing pause
_LOGS_LOOKED_AT_S = 60.0
_START_S_MAX = 30.0
_CONNECTIONS = 100  # as in postgres.conf
_CONNECTIONS_OF_ONE = 3  # of a process beside its pool: its committer, its guard, what is being replaced
_CONNECTIONS_BESIDE = 20  # jobs, tools, the reserved ones
_log = structlog.get_logger(__name__)


class Servers(msgspec.Struct, kw_only=True):
    """Where the servers are. The addresses stay the same for the whole run; pids change when one is started again.

    A pid is None where the address was given, and while the server is down.
    """

    database_url: str
    nats_url: str
    supervisor_pid: int | None = None
    postgres_pid: int | None = None
    nats_pid: int | None = None


class Server(Protocol):
    """What the keeper needs of a server."""

    @property
    def name(self) -> str:
        """In logs."""
        ...

    @property
    def log(self) -> Path:
        """The file that it writes to."""
        ...

    async def prepare(self) -> None:
        """Everything before the first start."""
        ...

    async def clear(self) -> None:
        """Stop what is left of an earlier start."""
        ...

    def start(self) -> Child:
        """Start it; it is not ready yet."""
        ...

    async def ready(self, process: Child) -> None:
        """Wait until it answers, or raise `CannotServe`."""
        ...

    async def stop(self, process: Child) -> None:
        """Stop it."""
        ...


@asynccontextmanager
async def running(settings: Settings, *, postgres: Mapping[str, str] | None = None) -> AsyncIterator[Servers]:
    """Both servers, running and supervised for the length of the block; a given address is passed through unchanged.

    Call it in the main thread: the kernel ends the servers when the thread that started them ends. `postgres` are
    server settings over the usual ones. Raises `EmbeddedRefused`: the data directory is in use or unusable, or a server
    does not start.
    """
    if settings.database_url and settings.nats_url:
        yield Servers(database_url=settings.database_url, nats_url=settings.nats_url)
        return
    with _refusing(), held(settings.data_path) as data:
        fleet = _Fleet(settings, data, postgres or {})
        try:
            await fleet.start()
            yield fleet.servers
        finally:
            await fleet.stop()


@asynccontextmanager
async def found_or_running(settings: Settings) -> AsyncIterator[Servers]:
    """The servers that already run for this data directory (waiting while they start), else our own for the block."""
    deadline = time.monotonic() + _START_S_MAX
    found = find_running(settings)
    while found is None and time.monotonic() < deadline and holder(settings.data_path) is not None:
        await asyncio.sleep(_PAUSE_S_MIN)
        found = find_running(settings)
    if found is not None:
        yield found
        return
    async with running(settings) as servers:
        yield servers


def find_running(settings: Settings) -> Servers | None:
    """The given addresses, or those of the process that holds the data directory; None where none runs."""
    if settings.database_url and settings.nats_url:
        return Servers(database_url=settings.database_url, nats_url=settings.nats_url)
    try:
        pid = holder(settings.data_path)
        if pid is None:
            return None
        servers = msgspec.json.decode((settings.data_path / RUN).read_bytes(), type=Servers)
    except (FileNotFoundError, msgspec.DecodeError):  # it starts, or ends
        return None
    except PermissionError as error:
        raise EmbeddedRefused(f"largesse: the data directory belongs to another account: {error}") from error
    return servers if servers.supervisor_pid == pid else None


class _Fleet:
    """The servers of one data directory that we run."""

    def __init__(self, settings: Settings, data: DataDir, postgres: Mapping[str, str]) -> None:
        self.servers = Servers(
            database_url=settings.database_url, nats_url=settings.nats_url, supervisor_pid=os.getpid()
        )
        self._data = data
        chosen = data.ports()
        self._postgres = self._nats = None
        if not settings.database_url:
            chosen["postgres"] = ports.choose(chosen.get("postgres"))
            self._postgres = Postgres(data, chosen["postgres"], _room_for_pools(settings) | dict(postgres))
        if not settings.nats_url:
            chosen["nats"] = ports.choose(chosen.get("nats"), chosen.values())
            self._nats = Nats(data, chosen["nats"])
        data.remember_ports(chosen)
        running_here: tuple[Server | None, ...] = (self._postgres, self._nats)
        self._keepers = {server.name: _Keeper(server, self._record) for server in running_here if server is not None}
        self._logs: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """All at once; the first failure is raised when each has started or failed."""
        outcomes = await asyncio.gather(*(keeper.start() for keeper in self._keepers.values()), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        if self._postgres is not None:
            self.servers.database_url = self._postgres.url
        if self._nats is not None:
            self.servers.nats_url = self._nats.url
        for keeper in self._keepers.values():
            keeper.watch()
        self._record()
        self._logs = asyncio.create_task(self._bound_logs())

    async def stop(self) -> None:
        """All at once."""
        if self._logs is not None:
            self._logs.cancel()
        await asyncio.gather(*(keeper.stop() for keeper in self._keepers.values()))
        if self._postgres is not None:
            self._postgres.forget_socket()

    def _record(self) -> None:
        pids = {name: keeper.pid for name, keeper in self._keepers.items()}
        self.servers.postgres_pid, self.servers.nats_pid = pids.get("postgres"), pids.get("nats")
        try:
            self._data.note(RUN, msgspec.json.encode(self.servers).decode())
        except OSError as error:  # a full disk must not end the supervision
            _log.warning("run_record_not_written", error=str(error))

    async def _bound_logs(self) -> None:
        while True:
            await asyncio.sleep(_LOGS_LOOKED_AT_S)
            for keeper in self._keepers.values():
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(bound_log, keeper.server.log)


class _Keeper:
    """Keeps one server running."""

    def __init__(self, server: Server, changed: Callable[[], None]) -> None:
        self.server = server
        self._changed = changed
        self._process: Child | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Its pid while it runs."""
        return None if self._process is None or self._process.ended.is_set() else self._process.pid

    async def start(self) -> None:
        """The first start, tried again for a while: a crash before may have left something that goes away."""
        await self.server.prepare()
        for left in reversed(range(_FIRST_TRIES)):
            try:
                await self._start_once()
            except CannotServe:
                if left == 0:
                    raise
                await asyncio.sleep(_PAUSE_S_MIN * 2 ** (_FIRST_TRIES - left))
            else:
                return

    def watch(self) -> None:
        """From now on, start it again whenever it ends."""
        self._watching = asyncio.create_task(self._watch(), name=f"keeper-{self.server.name}")
        self._watching.add_done_callback(_report_bug)

    async def stop(self) -> None:
        """Stop watching, then stop it."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
        if self._process is not None:
            await self.server.stop(self._process)

    async def _start_once(self) -> None:
        self._process = process = self.server.start()
        try:
            await self.server.ready(process)
        except CannotServe:
            await self.server.stop(process)
            raise

    async def _watch(self) -> None:
        pause_s = _PAUSE_S_MIN
        while self._process is not None:
            await self._process.ended.wait()
            ended = time.monotonic()
            pause_s = _PAUSE_S_MIN if self._process.age_s > _STEADY_S else min(pause_s * 2, _PAUSE_S_MAX)
            _log.warning("server_ended", server=self.server.name, status=self._process.exit_status)
            self._changed()
            await asyncio.sleep(pause_s)
            try:
                await self.server.clear()
                await self._start_once()
            except (CannotServe, OSError) as error:
                _log.error("server_did_not_start", server=self.server.name, error=str(error))
                continue
            _log.info("server_back", server=self.server.name, after_s=round(time.monotonic() - ended, 2))
            self._changed()


def _room_for_pools(settings: Settings) -> dict[str, str]:
    """`max_connections` where the api processes, the worker and the tools want more than the usual 100."""
    wanted = (settings.api_processes + 1) * (settings.database_pool_max + _CONNECTIONS_OF_ONE) + _CONNECTIONS_BESIDE
    return {"max_connections": str(wanted)} if wanted > _CONNECTIONS else {}


def _report_bug(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("keeper_failed", exc_info=error)


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except CannotServe as error:
        raise EmbeddedRefused(f"largesse: {error}") from error
