"""External engines: somebody else's server takes encoders and shows LIVEs; we say who may, and hear how it goes.

The holder of a run is then `<engine>:<connection>:<key number>`: which of its connections to end is read from the row.
What all engines share is here; `nginx` and `mediamtx` say how each is spoken with.
"""

import hmac
from collections.abc import Sequence
from uuid import UUID

import httpx
import msgspec
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from largesse.kit import outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import Listening, News
from largesse.kit.problems import Problem
from largesse.media import events, store
from largesse.media.errors import AlreadyPublishing, BadStreamKey, NotOpen, NotShown
from largesse.media.model import Stream, StreamKeys

log = structlog.get_logger(__name__)


class EngineService:
    """The hooks of an external engine, and its control; without one it trusts nobody.

    Build it once; `open` it where requests are answered.
    """

    def __init__(self, db: Database, news: News, settings: Settings, keys: StreamKeys) -> None:
        self.db = db
        self.news = news
        self.settings = settings
        self.keys = keys
        self._listening: Listening | None = None

    async def open(self) -> None:
        """End at once who may not publish any more, when it is heard of."""
        if self.settings.engine_control_url:
            self._listening = await self.news.listen(events.SHUT_SUBJECT, self._hear)

    async def close(self) -> None:
        """Hear no more."""
        if self._listening is not None:
            await self._listening.unsubscribe()
            self._listening = None

    def trusts(self, engine: str, secret: str) -> bool:
        """Whether who asks is the engine of these settings."""
        good = self.settings.engine_secret
        right = hmac.compare_digest(secret.encode(), good.encode())
        return self.settings.media_engine == engine and bool(good) and right

    async def admit(self, key: str, connection: str) -> str:
        """Begin the run of an encoder with this key; the name under which it is shown, which is no secret.

        Raises `BadStreamKey`, `NotOpen`, `AlreadyPublishing`, and `NotShown` for a LIVE that is not for everybody.
        """
        which, number = self._read(key)
        async with self.db.write() as tx:
            stream = await store.claim(tx, which, number, self._holder(connection, number), wait=True)
            if stream is None:
                raise _why(await store.find_stream(tx, which), number)
            if stream.private:
                raise NotShown
            await outbox.put(tx, *events.back(stream))
        await self.news.publish(outbox.NEWS_SUBJECT, b"")
        log.info("engine.published", stage=stream.stage, guest=stream.guest, run=stream.run)
        return stream.public_id

    async def beat(self, key: str, connection: str) -> None:
        """An encoder still sends. Raises as `admit` does where it may not any more."""
        which, number = self._read(key)
        async with self.db.write() as tx:
            stream = await store.find_stream(tx, which)
            if stream is None or stream.key_number != number:
                raise _why(stream, number)
            if not await store.beat(tx, self._holder(connection, number), [stream], [None]):
                raise _why(stream, number)

    async def release(self, key: str, connection: str) -> None:
        """An encoder has gone. Raises `BadStreamKey` for what is no key."""
        which, number = self._read(key)
        async with self.db.write() as tx:
            stream = await store.find_stream(tx, which)
            if stream is None:
                raise BadStreamKey
            if await store.release(tx, self._holder(connection, number), stream, None):
                await outbox.put(tx, *events.lost(stream))
        await self.news.publish(outbox.NEWS_SUBJECT, b"")
        log.info("engine.signal_lost", stage=stream.stage, guest=stream.guest, run=stream.run)

    async def follow(self) -> None:
        """Look after runs of an engine that tells no end; every two seconds, in a worker."""

    async def drop_unwelcome(self) -> int:
        """Have the engine end who may not publish any more, and how many it says that it ended.

        Without its control they go at their next beat. Raises `httpx.HTTPError`.
        """
        async with self.db.read() as tx:
            unwelcome = await store.list_unwelcome(tx, self.settings.media_engine)
        return await self._drop(unwelcome) if unwelcome else 0

    async def _drop(self, _: Sequence[tuple[Stream, str]]) -> int:
        """End these (stream, connection); how many there were. Without an engine there are none."""
        return 0

    def _read(self, key: str) -> tuple[UUID, int]:
        read = self.keys.read(key)
        if read is None:
            raise BadStreamKey
        return read

    def _holder(self, connection: str, number: int) -> str:
        return f"{self.settings.media_engine}:{connection}:{number}"

    async def _hear(self, _: str, __: bytes) -> None:
        try:
            await self.drop_unwelcome()
        except (psycopg.Error, PoolTimeout, OSError, httpx.HTTPError, msgspec.MsgspecError) as error:
            log.warning("engine.not_dropped", error=type(error).__name__)


def _why(now: Stream | None, number: int) -> Problem:
    """Why an encoder may not publish, from the row as it stands."""
    if now is None or now.key_number != number:
        return BadStreamKey()
    return AlreadyPublishing() if now.open else NotOpen()
