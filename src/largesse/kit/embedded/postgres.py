"""PostgreSQL from the wheel: initdb, our own child process, and what to do after it was killed."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import AsyncConnection, sql

from largesse.kit.embedded import child
from largesse.kit.embedded.account import give_tree
from largesse.kit.embedded.child import Child, Program
from largesse.kit.embedded.datadir import DataDir, sync_folder
from largesse.kit.embedded.errors import CannotServe
from largesse.kit.embedded.install import postgres_install

MAJOR = "18"
ROLE = "largesse"
DATABASE = "largesse"
FOLDER, UPGRADED = "postgres", "postgres.upgraded"
_PASSWORD = "postgres-password"  # noqa: S105 - a file's name
_INITDB_S_MAX = 120.0
_READY_S_MAX = 600.0  # after a crash it replays at most max_wal_size
_POLL_S = 0.03
_PATH_BYTES_MAX = 900  # MAXPGPATH is 1024, names below the folder included
# After a crash everything is synced first: by one call for the file system, not by one for each of a thousand files.
_OF_LINUX = {"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}
_STOP = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))  # fast, then immediate


class Postgres:
    """The PostgreSQL server of one data directory."""

    name = "postgres"

    def __init__(
        self, data: DataDir, port: int, settings: Mapping[str, str] | None = None, *, folder: str = FOLDER
    ) -> None:
        """`settings` are given on the server's command line, over its files: for tests and benchmarks."""
        self._data = data
        self._port = port
        self._settings = dict(settings or {})
        self._folder = data.path / folder
        self._log = data.folder("log") / "postgres.log"
        self._install = Path()
        self._socket = Path()
        self._password = ""

    @property
    def log(self) -> Path:
        """Its log file."""
        return self._log

    @property
    def url(self) -> str:
        """How to connect, over the socket; the same port is open on 127.0.0.1."""
        return self._url(DATABASE)

    async def prepare(self) -> None:
        """Everything before the first start: programs, leftovers, the database files. Raises where it may not start."""
        self._install = await asyncio.to_thread(postgres_install, self._data.path, self._data.account)
        self._socket = self._data.socket_folder()
        await self.clear()
        upgraded = self._data.path / UPGRADED
        if upgraded.exists() and not self._folder.exists():  # an upgrade was cut short after all its work
            upgraded.rename(self._folder)
            sync_folder(self._data.path)
        if (self._folder / "PG_VERSION").exists():
            self._check_version()
            self._password = kept_password(self._data.path)
            give_tree(self._folder, self._data.account)
        else:
            self._password = self._data.secret(_PASSWORD)
            await self._initdb()

    async def clear(self) -> None:
        """Stop what is left of a server whose starter was killed: the postmaster gently, or its orphans at once.

        Orphaned backends keep the shared memory that a new server refuses to start beside. The lock files are removed
        when no server of this folder runs: a server believes them where their pid is a zombie that nobody has waited
        for, or has gone to another process (every start of a container counts pids anew).
        """
        await child.stop_leftovers(self._folder, "postgres", self._postmaster(), signal.SIGINT, 10.0)
        if sys.platform == "linux" and not child.running_in(self._folder, "postgres"):
            (self._folder / "postmaster.pid").unlink(missing_ok=True)
            for lock in self._socket.glob(".s.PGSQL.*.lock"):
                lock.unlink(missing_ok=True)

    def start(self) -> Child:
        """Start the server; it is not ready yet."""
        settings = resources.files(__package__).joinpath("postgres.conf").read_text("utf-8")
        self._data.write_private(f"{self._folder.name}/postgresql.conf", settings)
        options = [f"-c{name}={value}" for name, value in (_OF_LINUX | self._settings).items()]
        arguments = ("-D", self._name_of(self._folder), "-k", str(self._socket), "-p", str(self._port), *options)
        return child.start(self._program("postgres", self._folder, arguments))

    async def ready(self, process: Child) -> None:
        """Wait until it answers and our database exists; raises `CannotServe` where it ended or is too slow."""
        while not process.ended.is_set():
            try:
                await self._ensure_database()
            except psycopg.OperationalError as error:
                if "authentication failed" in str(error):
                    raise CannotServe(f"PostgreSQL refuses the password in {self._data.path / _PASSWORD}") from error
                if process.age_s > _READY_S_MAX:
                    raise CannotServe(f"PostgreSQL does not answer after {_READY_S_MAX:.0f} s: {error}") from error
                await asyncio.sleep(_POLL_S)
            else:
                return
        raise CannotServe(f"PostgreSQL ended with status {process.exit_status}:\n{child.tail(self._log)}")

    async def stop(self, process: Child) -> None:
        """Fast shutdown: sessions end, everything is written."""
        await process.stop(*_STOP)
        await self.clear()

    def forget_socket(self) -> None:
        """Remove the socket's folder where it stands under the system's temporary one."""
        if self._socket not in (Path(), self._data.path / "socket"):
            shutil.rmtree(self._socket, ignore_errors=True)

    async def _ensure_database(self) -> None:
        async with await AsyncConnection.connect(
            self._url("postgres"), autocommit=True, connect_timeout=5
        ) as connection:
            found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
            if await found.fetchone() is None:
                await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    async def _initdb(self) -> None:
        """Make the database files aside, and give them their name when they are whole and on disk."""
        new = self._folder.with_name(self._folder.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        self._data.folder(new.name)
        arguments = (
            "-D", self._name_of(new), f"--username={ROLE}", f"--pwfile=../{_PASSWORD}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
            *(["--sync-method=syncfs"] if sys.platform == "linux" else []),
        )  # fmt: skip
        process = child.start(self._program("initdb", new, arguments))
        try:
            await process.ended_within(_INITDB_S_MAX)
        finally:
            await process.stop()
        if process.exit_status != 0:
            raise CannotServe(f"initdb ended with status {process.exit_status}:\n{child.tail(self._log)}")
        new.rename(self._folder)
        sync_folder(self._data.path)

    def _check_version(self) -> None:
        found = version_of(self._folder)
        if found != MAJOR:
            raise CannotServe(
                f"{self._data.path} holds a database of PostgreSQL {found}, and this version runs {MAJOR}:"
                " run `largesse upgrade-database` first"
            )

    def _postmaster(self) -> list[int]:
        try:
            return [int((self._folder / "postmaster.pid").read_text("ascii").split("\n", 1)[0])]
        except (FileNotFoundError, ValueError):
            return []

    def _program(self, name: str, folder: Path, arguments: tuple[str, ...]) -> Program:
        return Program(
            name=name,
            path=self._install / "bin" / name,
            arguments=arguments,
            folder=folder,
            log=self._log,
            account=self._data.account,
            end_signal=signal.SIGINT,
        )

    def _name_of(self, folder: Path) -> str:
        """The folder as the server may name it.

        Where a folder above it is closed to the server's account, or the path is too long, it is the working folder by
        its link in /proc, which leads there without the way.
        """
        within_reach = self._data.account is None or self._data.account.reaches(folder)
        short = len(os.fsencode(folder)) <= _PATH_BYTES_MAX
        return str(folder) if within_reach and short else "/proc/self/cwd"

    def _url(self, database: str) -> str:
        return url_of(self._socket, self._port, self._password, database)


def version_of(folder: Path) -> str:
    """The major version whose files a folder holds."""
    return (folder / "PG_VERSION").read_text("ascii").strip()


def kept_password(data: Path) -> str:
    """The password of the data directory's database; raises `CannotServe` where it is missing."""
    path = data / _PASSWORD
    if not path.exists():
        raise CannotServe(f"{path} is missing: put it back from a backup")
    return path.read_text("utf-8").strip()


def url_of(socket: Path, port: int, password: str, database: str = DATABASE) -> str:
    """How to connect over a socket's folder."""
    return f"postgresql://{ROLE}:{password}@/{database}?host={quote(str(socket), safe='')}&port={port}"
