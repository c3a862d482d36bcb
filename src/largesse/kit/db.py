"""PostgreSQL: the pool, transactions, and statements loaded by name from `.sql` files.

Only a room's `service.py` opens a transaction (`db.read()`, `db.write()`); store functions take `ReadTx` or `WriteTx`.
"""

import asyncio
import os
import select
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache
from importlib import resources
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import BaseRowFactory, RowFactory, class_row, dict_row, scalar_row, tuple_row
from psycopg_pool import AsyncConnectionPool

T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any]

# How statements are planned on any server, as on the embedded one: short ones, on a solid-state disk.
PLANNING = {"random_page_cost": "1.1", "jit": "off"}
_SETTINGS = (
    "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    " -c timezone=UTC -c application_name=largesse" + "".join(f" -c {name}={value}" for name, value in PLANNING.items())
)
# A server that is gone without a word is noticed: at a connect in 5 s, while its answer is awaited in about 20 s.
_LINK = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",  # ms
}
_CHECK_S_MAX = 5.0
# So long after an answer a connection on which nothing has come since is used without a question.
_FRESH_S = 1.0
_PATIENCE_S, _AGAIN_S = 60.0, (0.05, 0.25)


def linked(url: str) -> str:
    """A database's address with limits of waiting for the network, those that it names itself excepted."""
    named = conninfo_to_dict(url)
    return make_conninfo(url, **{name: limit for name, limit in _LINK.items() if name not in named})


@cache
def sql(room: str, name: str) -> LiteralString:
    """The statement in `largesse/<room>/sql/<name>.sql`."""
    return resources.files(f"largesse.{room}").joinpath("sql", f"{name}.sql").read_text("utf-8")


def int_array(values: list[int]) -> str:
    """Integers as the text of an SQL array: a sixth of what the driver takes to dump a list of a thousand."""
    return "{" + str(values)[1:-1] + "}"


class ReadTx:
    """A transaction that only reads."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self.connection = connection

    async def execute(self, statement: LiteralString, params: Params | None = None) -> AsyncCursor[Any]:
        """Run one statement; the cursor's rows are tuples. Inside a pipeline it does not wait for the answer."""
        cursor = self.connection.cursor(binary=True, row_factory=tuple_row)
        return await cursor.execute(statement, params)

    async def scalar(self, statement: LiteralString, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        cursor = self.connection.cursor(binary=True, row_factory=scalar_row)
        await cursor.execute(statement, params)
        return await cursor.fetchone()

    async def row(self, statement: LiteralString, params: Params | None = None) -> dict[str, Any] | None:
        """The first row as a dict, or None."""
        cursor = self.connection.cursor(binary=True, row_factory=dict_row)
        await cursor.execute(statement, params)
        return await cursor.fetchone()

    async def rows(self, statement: LiteralString, params: Params | None = None) -> list[dict[str, Any]]:
        """All rows as dicts."""
        cursor = self.connection.cursor(binary=True, row_factory=dict_row)
        await cursor.execute(statement, params)
        return await cursor.fetchall()

    async def one(self, kind: type[T], statement: LiteralString, params: Params | None = None) -> T | None:
        """The first row as an object of `kind`, or None."""
        cursor = self.connection.cursor(binary=True, row_factory=class_row(kind))
        await cursor.execute(statement, params)
        return await cursor.fetchone()

    async def all(self, kind: type[T], statement: LiteralString, params: Params | None = None) -> list[T]:
        """All rows as objects of `kind`."""
        cursor = self.connection.cursor(binary=True, row_factory=class_row(kind))
        await cursor.execute(statement, params)
        return await cursor.fetchall()


class WriteTx(ReadTx):
    """A transaction that may write."""


class Patient(AsyncConnection[Any]):
    """A connection of a pool: where nothing answers it asks again soon, while a pool's own pauses grow to minutes."""

    answered_at = -_FRESH_S  # on the monotonic clock: when its last transaction ended well

    @classmethod
    async def connect(cls, conninfo: str = "", **kwargs: Any) -> "Patient":
        """Connect, trying for a minute; raises `psycopg.OperationalError`."""
        pause_s, longest_s = _AGAIN_S
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return await super().connect(conninfo, **kwargs)
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, longest_s)


class Database:
    """The pool of one process. Build it once, in `main`."""

    def __init__(self, url: str, *, connections_max: int = 8) -> None:
        self.url = linked(url)
        self.pool: AsyncConnectionPool[Patient] = AsyncConnectionPool(
            self.url,
            connection_class=Patient,
            min_size=1,
            max_size=connections_max,
            open=False,
            timeout=10,
            kwargs={"autocommit": True, "options": _SETTINGS, "prepare_threshold": 2},
            check=_check,
        )

    async def open(self) -> None:
        """Connect; raises `psycopg.OperationalError` or `PoolTimeout` where nothing answers in 10 s."""
        await self.pool.open(wait=True, timeout=10)

    async def close(self) -> None:
        """Give every connection back."""
        await self.pool.close(timeout=5)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadTx]:
        """One READ ONLY transaction at REPEATABLE READ: everything read in it is of one moment."""
        async with self.pool.connection() as connection:
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", prepare=False)
            try:
                yield ReadTx(connection)
            except BaseException:
                await _end(connection, "ROLLBACK")
                raise
            # Nothing was written, and the driver forgets every prepared statement at a rollback.
            await _end(connection, "COMMIT")
            connection.answered_at = time.monotonic()

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteTx]:
        """One READ COMMITTED transaction, committed at the end of the block, rolled back where it raises."""
        async with self.pool.connection() as connection:
            await connection.execute("BEGIN", prepare=False)
            try:
                yield WriteTx(connection)
            except BaseException:
                await _end(connection, "ROLLBACK")
                raise
            await connection.execute("COMMIT", prepare=False)
            connection.answered_at = time.monotonic()

    @asynccontextmanager
    async def write_piped(self) -> AsyncIterator[WriteTx]:
        """The same, in a pipeline: a statement waits for the server only where its answer is asked for.

        BEGIN goes out with the first statement and COMMIT with the last ones. What a statement that nobody asked raises
        comes at the next answer, or at the end of the block.
        """
        async with self.pool.connection() as connection:
            try:
                async with connection.pipeline():
                    await connection.execute("BEGIN", prepare=False)
                    yield WriteTx(connection)
                    await connection.execute("COMMIT", prepare=False)
            except BaseException:
                await _end(connection, "ROLLBACK")
                raise
            connection.answered_at = time.monotonic()

    async def connect(self, **options: str) -> AsyncConnection[Any]:
        """A connection of its own, outside the pool, with extra server settings (`enable_seqscan="off"`)."""
        extra = "".join(f" -c {name}={value}" for name, value in options.items())
        return await AsyncConnection.connect(self.url, autocommit=True, options=_SETTINGS + extra, prepare_threshold=1)


@contextmanager
def answered_within(connection: AsyncConnection[Any], seconds: float) -> Iterator[None]:
    """Lose the connection where the block takes longer: a network may swallow a question without a word.

    What waits in it raises `psycopg.OperationalError`; cancelling it instead would wait for the same answer.
    """
    cut = asyncio.get_running_loop().call_later(seconds, _cut, connection)
    try:
        yield
    finally:
        cut.cancel()


def _cut(connection: AsyncConnection[Any]) -> None:
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as copy:
        copy.shutdown(socket.SHUT_RDWR)


async def _check(connection: Patient) -> None:
    """Ask a connection of the pool whether its server is there, unless it has just answered and stayed silent since.

    A server that ends, or ends the connection, says so: then there is something to read. The question would be a round
    trip before every transaction.
    """
    if time.monotonic() - connection.answered_at < _FRESH_S and not _is_spoken_to(connection):
        return
    with answered_within(connection, _CHECK_S_MAX):
        await AsyncConnectionPool.check_connection(connection)


def _is_spoken_to(connection: Patient) -> bool:
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


async def _end(connection: AsyncConnection[Any], word: LiteralString) -> None:
    if not connection.closed:
        try:
            await connection.execute(word, prepare=False)
        except psycopg.Error:
            await connection.close()


__all__ = [
    "BaseRowFactory",
    "Database",
    "Params",
    "Patient",
    "ReadTx",
    "RowFactory",
    "WriteTx",
    "answered_within",
    "int_array",
    "linked",
    "sql",
]
