"""A TCP proxy before PostgreSQL that does harm on command: `python -m largesse.main.torture.proxy LISTEN TARGET`.

Both are ports of 127.0.0.1. Commands are lines on standard input, and the proxy ends with it:

eat N        the next N answers to a committer's COMMIT are swallowed, and each connection is cut: committed, untold
cut          every connection is reset
stall S      nothing moves for S seconds, in either direction
refuse S     every connection is reset, and new ones are, for S seconds

It writes `ate` for each answer eaten.
"""

import asyncio
import contextlib
import sys
from typing import Final

_HOST: Final = "127.0.0.1"
_COMMITTED: Final = b"C\x00\x00\x00\x0bCOMMIT\x00"  # CommandComplete of a COMMIT
_COMMITTER: Final = b"application_name=committer"  # in the start-up message's options
_CHUNK: Final = 256 * 1024
_HELLO_CHUNKS: Final = 4


class Link:
    """A client's connection and the one to the server for it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.ends = (client, server)
        self.committer = False

    def cut(self) -> None:
        """Reset both ends."""
        for end in self.ends:
            end.transport.abort()


class Proxy:
    """All connections, and the harm that is under way."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.links: set[Link] = set()
        self.moving = asyncio.Event()
        self.moving.set()
        self.to_eat = 0
        self.refusing = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end closes it."""
        if self.refusing:
            writer.transport.abort()
            return
        try:
            from_server, to_server = await asyncio.open_connection(_HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, to_server)
        self.links.add(link)
        with contextlib.suppress(asyncio.CancelledError):  # the proxy ends
            await self._carry(link, reader, from_server)
        self.links.discard(link)
        link.cut()

    async def _carry(self, link: Link, reader: asyncio.StreamReader, from_server: asyncio.StreamReader) -> None:
        to_client, to_server = link.ends
        ups = asyncio.create_task(self._up(link, reader, to_server))
        downs = asyncio.create_task(self._down(link, from_server, to_client))
        try:
            await asyncio.wait((ups, downs), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait((ups, downs), timeout=1)
        finally:
            for task in (ups, downs):
                task.cancel()

    async def _up(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen = 0
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                if seen < _HELLO_CHUNKS:
                    link.committer = link.committer or _COMMITTER in chunk
                    seen += 1
                await self.moving.wait()
                writer.write(chunk)
                await writer.drain()
            writer.write_eof()

    async def _down(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                await self.moving.wait()
                if self.to_eat and link.committer and _COMMITTED in chunk:
                    self.to_eat -= 1
                    print("ate", flush=True)
                    link.cut()
                    return
                writer.write(chunk)
                await writer.drain()
            writer.write_eof()

    def cut(self) -> None:
        """Reset every connection."""
        for link in list(self.links):
            link.cut()

    async def stall(self, seconds: float) -> None:
        """Let nothing through."""
        self.moving.clear()
        await asyncio.sleep(seconds)
        self.moving.set()

    async def refuse(self, seconds: float) -> None:
        """Reset every connection and every new one."""
        self.refusing = True
        self.cut()
        await asyncio.sleep(seconds)
        self.refusing = False


async def obey(proxy: Proxy) -> None:
    """Carry out commands until standard input ends."""
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    under_way: set[asyncio.Task[None]] = set()
    while line := await lines.readline():
        word, _, number = line.decode().strip().partition(" ")
        if word == "eat":
            proxy.to_eat = int(number)
        elif word == "cut":
            proxy.cut()
        else:
            doing = {"stall": proxy.stall, "refuse": proxy.refuse}[word]
            task = asyncio.create_task(doing(float(number)))
            under_way.add(task)
            task.add_done_callback(under_way.discard)


async def main() -> None:
    """Listen, say `ready`, obey."""
    listen, target = int(sys.argv[1]), int(sys.argv[2])
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.serve, _HOST, listen, backlog=512)
    print("ready", flush=True)
    await obey(proxy)
    server.close()
    proxy.cut()


if __name__ == "__main__":
    asyncio.run(main())
