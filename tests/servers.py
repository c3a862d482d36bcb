"""One real PostgreSQL and one real NATS for a run, and a database for each test that wants one."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from largesse.kit import ids, migrate

DATABASE = "LARGESSE_TEST_DATABASE_URL"
NATS = "LARGESSE_TEST_NATS_URL"
_LOCK_KEY = 7_316_599
_MEMORY_BYTES = 2 * 1024**3
_SERVERS = """
import asyncio, json, shutil, sys
from largesse.kit import config, embedded
async def main():
    async with embedded.running(config.load()) as servers:
        print(json.dumps([servers.database_url, servers.nats_url]), flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(main())
shutil.rmtree(sys.argv[1], ignore_errors=True)  # pytest may have been killed
"""


def start(config: pytest.Config) -> dict[str, str]:
    """The addresses by the names of their settings; what is not given runs until the end of pytest."""
    given = {name: os.environ[name] for name in (DATABASE, NATS) if os.environ.get(name)}
    if len(given) == 2:
        return given
    folder = tempfile.TemporaryDirectory(prefix="largesse-test-", dir=_quick_folder(), ignore_cleanup_errors=True)
    Path(folder.name).chmod(0o755)  # the servers' own account passes through
    environ = {k: v for k, v in os.environ.items() if not k.startswith("LARGESSE_")} | {
        "LARGESSE_DATA_DIR": str(Path(folder.name, "servers")),
        "LARGESSE_DATABASE_URL": given.get(DATABASE, ""),
        "LARGESSE_NATS_URL": given.get(NATS, ""),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVERS, folder.name],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise pytest.UsageError(f"the embedded servers did not start (status {process.wait()})")

    def stop() -> None:
        process.communicate()  # closes its standard input: it stops both servers and ends
        folder.cleanup()

    config.add_cleanup(stop)
    return dict(zip((DATABASE, NATS), json.loads(line), strict=True))


def _quick_folder() -> Path | None:
    """Memory where there is plenty: the servers keep their durable settings, and syncing costs nothing."""
    memory = Path("/dev/shm")
    try:
        return memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _MEMORY_BYTES else None
    except OSError:
        return None


class Clones:
    """Clones of the migrated template; the next one is made while the test before runs."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.template = _template(server)
        self._stem = f"largesse_test_{os.getpid()}_{secrets.token_hex(3)}"
        self._made = 0
        self._worker = ThreadPoolExecutor(1)
        self._next: Future[str] = self._worker.submit(self._clone)

    def take(self) -> str:
        """The address of a fresh one."""
        url = self._next.result(120)
        self._next = self._worker.submit(self._clone)
        return url

    def give_back(self, url: str) -> None:
        """Remove it, in the background."""
        self._worker.submit(self._drop, url)

    def close(self) -> None:
        """Remove what is left."""
        self.give_back(self._next.result(120))
        self._worker.shutdown()

    def _clone(self) -> str:
        self._made += 1
        name = f"{self._stem}_{self._made}"
        _command(self.server, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, self.template)
        return _url(self.server, name)

    def _drop(self, url: str) -> None:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        _command(self.server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", str(name))


def _url(server: str, name: str) -> str:
    return psycopg.conninfo.make_conninfo(server, dbname=name)


def _command(server: str, text: str, *names: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(text).format(*(sql.Identifier(n) for n in names)))


def _template(server: str) -> str:
    """The name of the migrated template, one for each state of the migrations; made by the first who asks."""
    files = sorted(migrate.folder().glob("[0-9]*.sql"))
    digest = hashlib.sha256(b"\0".join(f.name.encode() + f.read_bytes() for f in files)).hexdigest()[:12]
    name = f"largesse_template_{digest}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            building = name + "_building"
            _command(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", building)
            _command(server, "CREATE DATABASE {}", building)
            migrate.migrate(_url(server, building))
            with psycopg.connect(_url(server, building), autocommit=True) as made:
                made.execute(
                    "INSERT INTO kit.world (id, sandbox) VALUES (%s, true) ON CONFLICT DO NOTHING", [ids.new()]
                )
            _command(server, "ALTER DATABASE {} RENAME TO {}", building, name)
    return name
