"""Pieces of running streams between processes, on NATS: from who packs one to every process that has viewers of it.

A piece's number goes up by one; what is told again (to a process that has only come) is dropped by the others by its
number. Without NATS nothing is relayed, and players fall back to the playlist on disk.
"""

import asyncio
import time
from struct import Struct
from uuid import UUID

from largesse.kit.news import Listening, News
from largesse.kit.sockets import binary_frame, text_frame
from largesse.media.boxes import Piece
from largesse.media.events import pieces_subject, want_subject

_HEAD = Struct(">IIBBH")  # run, number, kind, whether more of the piece follows, bytes of the codecs' names
_REST, _FIRST, _KEY = 0, 1, 2
PART_BYTES = 512 << 10  # NATS takes a megabyte
GROUP_BYTES_MAX = 16 << 20  # kept since the last key frame
BUFFER_BYTES_MAX = 4 << 20  # a socket that did not drain more is left out until a key frame
AGAIN_S = 0.1
ASK_S = 0.3


class Teller:
    """Tells one run's pieces, and again those since the last key frame to whoever asks."""

    def __init__(self, news: News, stream: UUID, run: int) -> None:
        self._news = news
        self._subject = pieces_subject(stream)
        self._want = want_subject(stream)
        self._run = run
        self._number = 0
        self._first: list[bytes] = []
        self._group: list[bytes] = []
        self._group_bytes = 0
        self._again_at = 0.0
        self._listening: Listening | None = None

    async def open(self) -> None:
        """Hear who asks."""
        self._listening = await self._news.listen(self._want, self._hear)

    async def close(self) -> None:
        """Tell no more."""
        if self._listening is not None:
            await self._listening.unsubscribe()

    async def tell(self, piece: Piece) -> None:
        """Tell a piece."""
        parts = self._parts(piece)
        if piece.first:
            self._first = parts
        if piece.first or piece.key or self._group_bytes > GROUP_BYTES_MAX:
            self._group, self._group_bytes = [], 0
        if piece.key or self._group:
            self._group += parts
            self._group_bytes += len(piece.body)
        for part in parts:
            await self._news.publish(self._subject, part)

    def _parts(self, piece: Piece) -> list[bytes]:
        kind = _FIRST if piece.first else _KEY if piece.key else _REST
        number, self._number = self._number, self._number + 1
        names = piece.codecs.encode()
        cuts = range(0, len(piece.body), PART_BYTES)
        return [
            _HEAD.pack(self._run, number, kind, at + PART_BYTES < len(piece.body), len(names))
            + names
            + piece.body[at : at + PART_BYTES]
            for at in cuts
        ]

    async def _hear(self, _: str, __: bytes) -> None:
        now = time.monotonic()
        if now - self._again_at < AGAIN_S:
            return  # it is on its way, or will be asked for again
        self._again_at = now
        for part in [*self._first, *self._group]:
            await self._news.publish(self._subject, part)


class Watcher:
    """One viewer's socket."""

    __slots__ = ("behind", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.behind = True  # until the first key frame

    def write(self, frames: bytes, *, key: bool) -> None:
        """Write, or leave a socket out that does not drain, until a key frame."""
        if self.behind and not key:
            return
        if self.transport.get_write_buffer_size() > BUFFER_BYTES_MAX:
            self.behind = True
            return
        self.behind = False
        self.transport.write(frames)


class Follow:
    """One stream in this process: what a new viewer is given first, and the viewers."""

    def __init__(self, news: News, stream: UUID) -> None:
        self.watchers: dict[Watcher, None] = {}
        self._news = news
        self._stream = stream
        self._run = 0
        self._number = -1
        self._first = b""
        self._group: list[bytes] = []
        self._group_bytes = 0
        self._begun: list[bytes] = []  # of a piece in parts
        self._listening: Listening | None = None
        self._asking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Hear pieces, and ask for those since the last key frame until there are some."""
        self._listening = await self._news.listen(pieces_subject(self._stream), self._hear)
        self._asking = asyncio.create_task(self._ask(), name="media ask")

    async def close(self) -> None:
        """Hear no more."""
        if self._asking is not None:
            self._asking.cancel()
        if self._listening is not None:
            await self._listening.unsubscribe()

    def add(self, watcher: Watcher) -> None:
        """Give a viewer what there is since the last key frame, and all that comes."""
        self.watchers[watcher] = None
        if self._first and self._group:
            watcher.transport.write(self._first)
            watcher.write(b"".join(self._group), key=True)

    def remove(self, watcher: Watcher) -> None:
        """A viewer is gone."""
        self.watchers.pop(watcher, None)

    async def _ask(self) -> None:
        while not self._group:
            await self._news.publish(want_subject(self._stream), b"")
            await asyncio.sleep(ASK_S)

    async def _hear(self, _: str, told: bytes) -> None:
        run, number, kind, more, names = _HEAD.unpack_from(told)
        if run < self._run or (run == self._run and number <= self._number):
            return
        body = told[_HEAD.size + names :]
        self._begun.append(body)
        if more:
            return
        whole, self._begun = b"".join(self._begun), []
        if kind == _FIRST:
            self._begin(run, told[_HEAD.size : _HEAD.size + names].decode(), whole)
        elif run == self._run and self._first:
            self._pass(whole, key=kind == _KEY)
        else:
            return  # of a run whose beginning was missed: it is asked for
        self._number = number

    def _begin(self, run: int, codecs: str, body: bytes) -> None:
        head = b'{"run":%d,"type":"%b"}' % (run, codecs.replace('"', '\\"').encode())
        self._run, self._first = run, text_frame(head) + binary_frame(body)
        self._group, self._group_bytes = [], 0
        for watcher in self.watchers:
            watcher.transport.write(self._first)
            watcher.behind = True

    def _pass(self, body: bytes, *, key: bool) -> None:
        frame = binary_frame(body)
        if key or self._group_bytes > GROUP_BYTES_MAX:
            self._group, self._group_bytes = [], 0
        if key or self._group:
            self._group.append(frame)
            self._group_bytes += len(frame)
        for watcher in self.watchers:
            watcher.write(frame, key=key)


class Follows:
    """The streams that viewers of this process watch."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._follows: dict[UUID, Follow] = {}

    async def join(self, stream: UUID, transport: asyncio.Transport) -> Watcher:
        """Let a viewer's socket be written to."""
        watcher = Watcher(transport)
        follow = self._follows.get(stream)
        if follow is None:
            follow = self._follows[stream] = Follow(self._news, stream)
            follow.watchers[watcher] = None
            await follow.open()
        else:
            follow.add(watcher)
        return watcher

    async def leave(self, stream: UUID, watcher: Watcher) -> None:
        """A viewer is gone; with the last one, nothing of this stream is heard any more."""
        follow = self._follows.get(stream)
        if follow is None:
            return
        follow.remove(watcher)
        if not follow.watchers:
            del self._follows[stream]
            await follow.close()
