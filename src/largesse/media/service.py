"""The verbs of media: publish for a LIVE, watch it, keep what remains of it."""

import asyncio
import os
import secrets
import shutil
import socket
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from largesse.accounts import AccountsService
from largesse.kit import outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import Listening, News
from largesse.kit.problems import Problem
from largesse.media import events, store
from largesse.media.errors import KeyReplaced, LiveOver, NotShown, Stopping, TakenOver
from largesse.media.front import KeyRefused, RtmpFront, Sink
from largesse.media.ladder import Ladders
from largesse.media.model import Stream, StreamKeys
from largesse.media.packaging import Form
from largesse.media.publisher import Folders, Note, Publisher
from largesse.media.recording import write_replay
from largesse.media.relay import Follows

log = structlog.get_logger(__name__)
_TROUBLE = (psycopg.Error, PoolTimeout, OSError)
_ANSWER_S_MAX = 4.0
_PRIVATE_S = 5.0
_PRIVATE_MAX = 10_000
_REPLAYS_AT_ONCE = 20
_DROPS_AT_ONCE = 20


class MediaService:
    """Streams of LIVEs. Build it once, in `main`; `open` it in a process that packs or shows LIVEs."""

    def __init__(
        self, db: Database, news: News, accounts: AccountsService, settings: Settings, keys: StreamKeys
    ) -> None:
        self.db = db
        self.news = news
        self.accounts = accounts
        self.settings = settings
        self.keys = keys
        self.folders = Folders(settings.data_path / "media")
        self.follows = Follows(news)
        self.ladders = Ladders(settings.live_ladder_lines, settings.live_ladders_max)
        self.front = RtmpFront(self.admit)
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._publishers: dict[Publisher, None] = {}
        self._private: OrderedDict[UUID, tuple[float, bool]] = OrderedDict()
        self._woken = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self._listening: Listening | None = None

    async def open(self) -> None:
        """Beat for what is packed here, and hear of LIVEs that are shut."""
        self._listening = await self.news.listen(events.SHUT_SUBJECT, self._hear)
        self._beating = asyncio.create_task(self._beat(), name="media beat")

    async def close(self) -> None:
        """End every publisher of this process."""
        for publisher in list(self._publishers):
            publisher.end(Stopping())
        await self.front.stop()
        if self._listening is not None:
            await self._listening.unsubscribe()
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.wait([self._beating])
        with suppress(*_TROUBLE):
            for publisher in list(self._publishers):
                await self._release(publisher.stream, publisher.said)

    @asynccontextmanager
    async def taking_peers(self) -> AsyncIterator[None]:
        """Take cameras and their viewers by WebRTC in this process, for the length of the block."""
        from largesse.media.peers import Peers  # noqa: PLC0415 - no other process loads a WebRTC stack and its codecs

        peers = Peers(self)
        await peers.open()
        try:
            yield
        finally:
            await peers.close()

    async def find(self, stream: UUID) -> Stream | None:
        """A LIVE's stream, where it was ever started, or a guest's (`guest_stream`)."""
        async with self.db.read() as tx:
            return await store.find_stream(tx, stream)

    async def takes_part(self, stream: Stream, account: int) -> bool:
        """Whether somebody publishes for the same LIVE: its creator, or a guest."""
        if account == stream.creator:
            return True
        async with self.db.read() as tx:
            guests = await store.list_guest_streams(tx, [stream.stage])
        found = guests.get((stream.stage, account))
        return found is not None and found.open

    async def shown_s(self, stream: UUID, signature: str) -> int | None:
        """For how many seconds a stream is shown to who has this signature; None for ever. Raises `NotShown`.

        Whether it is private is known for five seconds.
        """
        kept = self._private.get(stream)
        if kept is None or time.monotonic() - kept[0] > _PRIVATE_S:
            found = await self.find(stream)
            kept = self._private[stream] = (time.monotonic(), found is not None and found.private)
            if len(self._private) > _PRIVATE_MAX:
                self._private.popitem(last=False)
        if not kept[1]:
            return None
        if not (left_s := self.keys.signed_s(stream, signature, datetime.now(UTC))):
            raise NotShown
        return left_s

    async def admit(self, key: str) -> Sink:
        """A sink for an encoder's key. Raises `KeyRefused`."""
        read = self.keys.read(key)
        if read is None:
            raise KeyRefused("This stream key is not valid. Copy it again from the studio.")
        publisher = await self.publish(read[0], "flv", lambda _: None, key_number=read[1], wait=True)
        if publisher is None:
            raise KeyRefused("This stream key is not valid now: the LIVE has not begun or has ended, the key was "
                             "replaced, or another encoder publishes.")  # fmt: skip
        return publisher

    async def publish(
        self, which: UUID, form: Form, tell: Callable[[str], None], *, key_number: int | None = None, wait: bool = False
    ) -> Publisher | None:
        """Begin a run of a stream; None where it is not open to this key, or (`wait`) another process packs it."""
        async with self.db.write() as tx:
            stream = await store.claim(tx, which, key_number, self._name, wait=wait)
            if stream is None:
                return None
            await outbox.put(tx, *events.back(stream))
        for other in self._publishers:
            if other.stream.id == stream.id:
                other.end(TakenOver())
        await self.news.publish(events.SHUT_SUBJECT, stream.id.bytes)  # who packed it until now stops at once
        try:
            record = self.settings.record_lives and stream.guest is None  # a replay shows the creator
            publisher = await Publisher.begin(
                stream,
                form,
                self.news,
                self.folders,
                record=record,
                tell=tell,
                over=self._over,
                noted=self._noted,
                ladders=self.ladders,
            )
        except BaseException:
            await self._release(stream, None)
            raise
        self._publishers[publisher] = None
        await self.news.publish(outbox.NEWS_SUBJECT, b"")
        log.info("media.published", stage=stream.stage, guest=stream.guest, run=stream.run)
        return publisher

    async def lapse(self) -> None:
        """End runs whose process was killed; their rooms are told that the signal is lost."""
        async with self.db.write() as tx:
            lost = await store.lapse(tx)
            await outbox.put_all(tx, [events.lost(stream) for stream in lost])
        if lost:
            await self.news.publish(outbox.NEWS_SUBJECT, b"")

    async def make_replays(self) -> None:
        """Write the playlists of what was recorded of ended LIVEs, and delete their last seconds."""
        async with self.db.read() as tx:
            unkept = await store.list_unkept(tx, _REPLAYS_AT_ONCE)
        for stream in unkept:
            try:
                seconds = await asyncio.to_thread(write_replay, self.folders.recorded(stream))
            except OSError as error:
                log.warning("media.no_replay", stage=stream.stage, error=str(error))
                continue
            async with self.db.write() as tx:
                await store.keep(tx, stream.id, int(seconds))
            await asyncio.to_thread(shutil.rmtree, self.folders.live(stream), ignore_errors=True)

    async def drop_recordings(self) -> None:
        """Delete what is older than may be (a setting) and what erased people published, some of it at a time."""
        async with self.db.write() as tx:
            if self.settings.recording_days:
                await store.expire(tx, self.settings.recording_days, _DROPS_AT_ONCE)
            dropping = await store.list_dropping(tx, _DROPS_AT_ONCE)
        for stream in dropping:
            try:
                await asyncio.to_thread(self.folders.delete, stream)
            except OSError as error:
                log.warning("media.not_deleted", stage=stream.stage, error=str(error))
                continue
            async with self.db.write() as tx:
                await store.mark_dropped(tx, stream.id)
            log.info("media.deleted", stage=stream.stage, why=stream.drop_because)

    async def _noted(self, publisher: Publisher, what: Note) -> None:
        """A still was made, or the recording stopped, which its creator is told."""
        try:
            async with self.db.write() as tx:
                if what == "still":
                    await store.mark_still(tx, publisher.stream.id)
                elif await store.mark_unrecorded(tx, publisher.stream):
                    await outbox.put(tx, events.RECORDING_STOPPED, publisher.stream.stage, {})
        except _TROUBLE as error:
            log.warning("media.not_noted", what=what, error=type(error).__name__)
            return
        if what == "unrecorded":
            await self.news.publish(outbox.NEWS_SUBJECT, b"")

    async def _over(self, publisher: Publisher) -> None:
        self._publishers.pop(publisher, None)
        with suppress(*_TROUBLE):  # else it lapses, for nobody beats for it
            await self._release(publisher.stream, publisher.said)

    async def _release(self, stream: Stream, said: str | None) -> None:
        async with self.db.write() as tx:
            if await store.release(tx, self._name, stream, said):
                await outbox.put(tx, *events.lost(stream))
        await self.news.publish(outbox.NEWS_SUBJECT, b"")
        log.info("media.signal_lost", stage=stream.stage, guest=stream.guest, run=stream.run)

    async def _hear(self, _: str, __: bytes) -> None:
        self._woken.set()

    async def _beat(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(store.BEAT_S):
                    await self._woken.wait()
            self._woken.clear()
            held = list(self._publishers)
            if not held:
                continue
            try:
                async with asyncio.timeout(_ANSWER_S_MAX), self.db.write() as tx:
                    going = await store.beat(tx, self._name, [p.stream for p in held], [p.said for p in held])
                    over = [p.stream.id for p in held if _place(p) not in going]
                    now = {which: await store.find_stream(tx, which) for which in over}
            except _TROUBLE as error:
                log.warning("media.beat", error=type(error).__name__)
                continue
            for publisher in held:
                if _place(publisher) not in going:
                    publisher.end(_why(publisher.stream, now.get(publisher.stream.id)))


def _place(publisher: Publisher) -> tuple[UUID, int]:
    return publisher.stream.id, publisher.stream.run


def _why(held: Stream, now: Stream | None) -> Problem:
    """Why a run may not go on, from the row as it stands."""
    if now is None or not now.open:
        return LiveOver()
    return KeyReplaced() if now.key_number != held.key_number else TakenOver()
