"""PostgreSQL: the pool, transactions, and statements loaded by name from `.sql` files.

Only a room's `service.py` opens a transaction (`db.read()`, `db.write()`); store functions take `ReadTx` or `WriteTx`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from importlib import resources
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import BaseRowFactory, RowFactory, class_row, dict_row, scalar_row, tuple_row
from psycopg_pool import AsyncConnectionPool

T = TypeVar("T")
Params = Sequence[Any] | Mapping[str, Any]

_SETTINGS = (
    "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
    " -c timezone=UTC -c application_name=largesse"
)


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


class Database:
    """The pool of one process. Build it once, in `main`."""

    def __init__(self, url: str, *, connections_max: int = 8) -> None:
        self.url = url
        self.pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=connections_max,
            open=False,
            timeout=10,
            kwargs={"autocommit": True, "options": _SETTINGS, "prepare_threshold": 2},
            check=AsyncConnectionPool.check_connection,
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
            await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield ReadTx(connection)
            finally:
                await _end(connection, "ROLLBACK")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteTx]:
        """One READ COMMITTED transaction, committed at the end of the block, rolled back where it raises."""
        async with self.pool.connection() as connection:
            await connection.execute("BEGIN")
            try:
                yield WriteTx(connection)
            except BaseException:
                await _end(connection, "ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def connect(self, **options: str) -> AsyncConnection[Any]:
        """A connection of its own, outside the pool, with extra server settings (`enable_seqscan="off"`)."""
        extra = "".join(f" -c {name}={value}" for name, value in options.items())
        return await AsyncConnection.connect(self.url, autocommit=True, options=_SETTINGS + extra, prepare_threshold=1)


async def _end(connection: AsyncConnection[Any], word: LiteralString) -> None:
    if not connection.closed:
        try:
            await connection.execute(word)
        except psycopg.Error:
            await connection.close()


__all__ = ["BaseRowFactory", "Database", "Params", "ReadTx", "RowFactory", "WriteTx", "int_array", "sql"]
