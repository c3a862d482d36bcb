"""A wire to PostgreSQL that counts: what is waited for there, seen from outside of whoever asks.

It reads the messages of the protocol that the client sends. Whoever asks waits for the answers at a simple query, a
Sync or a Flush; whatever was sent before one of those travels with it.
Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from psycopg.conninfo import conninfo_to_dict, make_conninfo

_ENDS = ("COMMIT", "ROLLBACK")


@dataclass
class Transaction:
    """What was asked on a connection since the end of the transaction before, and how often it was waited for."""

    statements: list[str] = field(default_factory=list)
    round_trips: int = 0

    def writes(self, table: str) -> bool:
        return any(f"INSERT INTO {table} " in statement for statement in self.statements)


class Wire:
    """`url` leads to the same database; `transactions` are those that went over it and have ended, in their order."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.url = ""
        self.transactions: list[Transaction] = []
        self.carrying: set[asyncio.Task[None]] = set()

    def of(self, table: str) -> list[Transaction]:
        """Transactions that wrote to a table."""
        return [one for one in self.transactions if one.writes(table)]

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.carrying.add(task)
        found = conninfo_to_dict(self._url)
        host, port = str(found.get("host") or "127.0.0.1"), found.get("port") or 5432
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter]
        if host.startswith("/"):
            server = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            server = await asyncio.open_connection(host, int(port))
        ear = _Ear(self.transactions)
        both = [asyncio.create_task(_up(reader, server[1], ear)), asyncio.create_task(_down(server[0], writer, ear))]
        with suppress(asyncio.CancelledError):  # the test is over
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        for end in (writer, server[1]):
            end.transport.abort()


class _Ear:
    """Follows one connection."""

    def __init__(self, ended: list[Transaction]) -> None:
        self._ended = ended
        self._now = Transaction()
        self._named: dict[str, str] = {}
        self._waits = False

    def told(self, kind: bytes, body: bytes) -> None:
        """A message of the client's."""
        if kind == b"P":
            name, text = body.split(b"\0", 2)[:2]
            self._named[name.decode()] = text.decode()
        elif kind == b"B":
            self._now.statements.append(self._named[body.split(b"\0", 2)[1].decode()])
        elif kind == b"Q":
            self._now.statements.append(body.rstrip(b"\0").decode())
        self._waits = self._waits or kind in {b"Q", b"S", b"H"}

    def answered(self) -> None:
        """The server says something."""
        if not self._waits:
            return
        self._waits = False
        if self._now.statements == [""]:  # the pool asks whether a connection that was silent for a while still stands
            self._now = Transaction()
            return
        self._now.round_trips += 1
        if self._now.statements and self._now.statements[-1] in _ENDS:
            self._ended.append(self._now)
            self._now = Transaction()


async def _up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ear: _Ear) -> None:
    with suppress(asyncio.IncompleteReadError, OSError):
        head = await reader.readexactly(4)  # the first message has no kind
        writer.write(head + await reader.readexactly(struct.unpack("!I", head)[0] - 4))
        while True:
            head = await reader.readexactly(5)
            body = await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
            ear.told(head[:1], body)
            writer.write(head + body)


async def _down(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ear: _Ear) -> None:
    with suppress(OSError):
        while chunk := await reader.read(1 << 20):
            ear.answered()
            writer.write(chunk)


@asynccontextmanager
async def counted(url: str) -> AsyncIterator[Wire]:
    """Such a wire for the length of the block."""
    wire = Wire(url)
    server = await asyncio.start_server(wire.carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    # Nobody hides from the ear: no encryption on this machine.
    wire.url = make_conninfo(url, host="127.0.0.1", port=port, sslmode="disable", gssencmode="disable")
    try:
        yield wire
    finally:
        server.close()
        for task in wire.carrying:
            task.cancel()
        await asyncio.gather(*wire.carrying)
