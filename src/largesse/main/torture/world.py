"""A throw-away world: servers under our own supervision, a proxy, `largesse serve`, people with coins, LIVEs."""

import asyncio
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from psycopg.conninfo import conninfo_to_dict

from largesse import ledger
from largesse.accounts import AccountsService, NewPerson
from largesse.kit import embedded
from largesse.kit.clock import SystemClock
from largesse.kit.config import PREFIX, Settings
from largesse.kit.db import Database
from largesse.kit.embedded import ports
from largesse.kit.embedded.child import LAUNCHER
from largesse.kit.money import Money
from largesse.kit.news import News
from largesse.main.torture.wire import Lost, Wire

HOST = ports.LOOPBACK
VIEWERS, POOR = 196, 4
COINS, COINS_OF_THE_POOR = 95_000, 3
LIVES = 2
ADULT_FROM = date(2008, 1, 1)
_READY_S_MAX = 90.0
_STOP_S_MAX = 30.0
_ASK_S = 30.0
_OPERATOR = "torture"


@dataclass(frozen=True, slots=True)
class Person:
    """A viewer: the books' key, the public name, a session's token."""

    key: int
    username: str
    token: str


@dataclass
class World:
    """What runs, and who is in it."""

    folder: Path
    servers: embedded.Servers
    port: int
    service: subprocess.Popen[bytes]
    proxy: asyncio.subprocess.Process
    environment: dict[str, str]
    viewers: list[Person] = field(default_factory=list)
    poor: list[Person] = field(default_factory=list)
    creators: list[Person] = field(default_factory=list)
    lives: list[str] = field(default_factory=list)
    stages: list[int] = field(default_factory=list)
    api_key: str = ""

    def wire(self, token: str | None = None) -> Wire:
        """A client of the service."""
        return Wire(HOST, self.port, token)

    def pids(self, role: str) -> list[int]:
        """The service's processes of a role, as its supervisor wrote them down."""
        try:
            told = json.loads(Path(self.folder, "service/processes.json").read_bytes())
        except (OSError, ValueError):
            return []
        return [one["pid"] for one in told if one["role"] == role and is_ours(one["pid"])]

    def log_tail(self) -> str:
        """The end of what the service said."""
        with suppress(OSError):
            return Path(self.folder, "service.log").read_text("utf-8", "replace")[-2_000:]
        return ""


def is_ours(pid: int) -> bool:
    """Whether a pid is still a process of the service, and has not gone to another program. Linux; elsewhere True."""
    path = Path(f"/proc/{pid}/cmdline")
    if not path.parent.parent.joinpath("self").exists():
        return True
    with suppress(OSError):
        return b"largesse.main.process" in path.read_bytes()
    return False


@asynccontextmanager
async def made(processes: int, plant: str) -> AsyncIterator[World]:
    """A running world, removed afterwards; call it in the main thread.

    `plant`: `FOLDER:NAME` puts a folder of planted bugs on the module path of the service's processes alone, and names
    one of them in their environment; nothing in this package reads it.
    """
    folder = Path(tempfile.mkdtemp(prefix="largesse-torture-"))
    await asyncio.to_thread(folder.chmod, 0o755)  # the servers' own account passes through
    try:
        settings = Settings(data_dir=str(folder / "servers"), sandbox=True, api_processes=processes)
        async with embedded.running(settings) as servers, _proxied(servers) as (proxy, url):
            port = ports.choose(None)
            environment = _environment(folder, url, servers.nats_url, port, processes)
            with (folder / "service.log").open("ab") as log:
                service = _start(environment | _planted(plant), log.fileno(), "serve")
            world = World(folder, servers, port, service, proxy, environment)
            try:
                await _until_ready(world)
                await _people(world)
                yield world
            finally:
                await _stop(service)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_audit(world: World) -> subprocess.Popen[bytes]:
    """`largesse audit --json` on the books of this world."""
    return _start(world.environment, subprocess.PIPE, "audit", "--json")


def _start(environment: dict[str, str], output: int, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a command of this program; the kernel ends it with us."""
    launched = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(signal.SIGTERM)), "", ""]
    return subprocess.Popen(  # noqa: S603 - this program itself
        [*launched, sys.executable, "-c", "from largesse.main.cli import main; main()", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL if output == subprocess.PIPE else subprocess.STDOUT,
        start_new_session=True,
    )


def _environment(folder: Path, database_url: str, nats_url: str, port: int, processes: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return kept | {
        "LARGESSE_CONFIG": os.devnull,
        "LARGESSE_DATA_DIR": str(folder / "service"),
        "LARGESSE_DATABASE_URL": database_url,
        "LARGESSE_NATS_URL": nats_url,
        "LARGESSE_HTTP_PORT": str(port),
        "LARGESSE_SANDBOX": "1",
        "LARGESSE_RTMP_PORT": "0",
        "LARGESSE_API_PROCESSES": str(processes),
        "LARGESSE_CHECKPOINT_SECONDS": "5",
    }


def _planted(plant: str) -> dict[str, str]:
    folder, _, name = plant.rpartition(":")
    if not folder:
        return {}
    return {"PYTHONPATH": str(Path(folder).absolute()), "LARGESSE_PLANTED": name}


@asynccontextmanager
async def _proxied(servers: embedded.Servers) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The proxy, and the database's address through it."""
    target = str(conninfo_to_dict(servers.database_url)["port"])
    listen = ports.choose(None, taken=(int(target),))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "largesse.main.torture.proxy", str(listen), target,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    assert await process.stdout.readline() == b"ready\n"
    parts = urlsplit(servers.database_url)
    try:
        user = parts.netloc.rpartition("@")[0]
        yield process, urlunsplit(parts._replace(netloc=f"{user}@{HOST}:{listen}", query=""))
    finally:
        process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5)
        if process.returncode is None:
            process.kill()


async def _until_ready(world: World) -> None:
    wire, deadline = world.wire(), time.monotonic() + _READY_S_MAX
    while time.monotonic() < deadline and world.service.poll() is None:
        with suppress(Lost):
            if (await wire.ask("GET", "/readyz", seconds=2)).status == 200:  # noqa: PLR2004
                wire.close()
                return
        await asyncio.sleep(0.05)
    raise SystemExit(f"largesse: the service did not become ready:\n{world.log_tail()}")


async def _stop(service: subprocess.Popen[bytes]) -> None:
    service.terminate()
    try:
        await asyncio.to_thread(service.wait, _STOP_S_MAX)
    except subprocess.TimeoutExpired:
        service.kill()
        await asyncio.to_thread(service.wait)


async def _people(world: World) -> None:
    """People by statements for all at once, their coins by the ledger's own verb; LIVEs and the key over HTTP."""
    db = Database(world.servers.database_url, connections_max=2)
    await db.open()
    try:
        settings = Settings(sandbox=True)
        accounts = AccountsService(db, News(world.servers.nats_url), SystemClock(), settings)
        creators = [NewPerson(username=f"creator{n}", display_name=f"Bob {n}", creator=True) for n in range(LIVES)]
        viewers = [NewPerson(username=f"viewer{n}", display_name=f"Alice {n}") for n in range(VIEWERS + POOR)]
        keys = await accounts.create_many([*creators, *viewers])
        tokens = await accounts.issue_sessions(keys)
        operator = await accounts.create_operator(_OPERATOR, secrets.token_urlsafe(24), ["admin"])
        admin = (await accounts.issue_sessions([operator.key]))[0]
        people = [
            Person(key, new.username, token)
            for key, new, token in zip(keys, [*creators, *viewers], tokens, strict=True)
        ]
        world.creators, guests = people[:LIVES], people[LIVES:]
        world.viewers, world.poor = guests[:VIEWERS], guests[VIEWERS:]
        await _fill_wallets(db, world)
        await accounts.close()
        await _open_lives(world, admin)
        async with db.read() as tx:
            world.stages = [row["key"] for row in await tx.rows("SELECT key FROM stage.stage ORDER BY key")]
    finally:
        await db.close()


async def _fill_wallets(db: Database, world: World) -> None:
    async with db.write() as tx:
        for people, coins in ((world.viewers, COINS), (world.poor, COINS_OF_THE_POOR)):
            for person in people:
                await ledger.sell_coins(
                    tx, account=person.key, gives_from=ADULT_FROM, source=f"torture:{person.key}", coins=coins,
                    gross=Money(1399, "USD"), tax=Money(233, "USD"), provider_fee=Money(71, "USD"),
                    happened_at=datetime.now(UTC),
                )  # fmt: skip


async def _open_lives(world: World, admin: str) -> None:
    wire = world.wire()
    for creator in world.creators:
        made = await _asked(wire, "/v1/lives", {"title": f"LIVE of {creator.username}"}, creator.token)
        live = str(made["id"])
        await _asked(wire, f"/v1/lives/{live}/start", None, creator.token)
        world.lives.append(live)
    key = await _asked(wire, "/v1/api-keys", {"name": "torture", "scopes": ["gifts:write"]}, admin)
    world.api_key = str(key["key"])
    wire.close()


async def _asked(wire: Wire, path: str, body: object, token: str) -> dict[str, object]:
    answer = await wire.ask("POST", path, body, token=token, seconds=_ASK_S)
    if answer.status not in {200, 201}:
        text = re.sub(r"\s+", " ", answer.body.decode("utf-8", "replace"))[:300]
        raise SystemExit(f"largesse: torture cannot begin: {path} answered {answer.status}: {text}")
    made = answer.json()
    assert isinstance(made, dict)
    return made
