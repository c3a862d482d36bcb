"""External engines: somebody else's server takes encoders and shows LIVEs; we say who may, and hear how it goes.

nginx-rtmp asks by its hooks when an encoder comes, every two seconds while it sends, and when it has gone. The holder
of a run is then `nginx-rtmp:<connection>:<key number>`: which of its connections to end is read from the row.
Its HLS module names files before the hook may rename a stream: the answer has it pushed to a second application.
Source: `ngx_rtmp_notify_module.c` and `ngx_rtmp_control_module.c` of nginx-rtmp-module 1.2.

MediaMTX asks by its hook when somebody comes, to publish or to watch; who still sends is asked of its control
(`follow`). It renames nothing: encoders come to the path that viewers do, and the key is their password.
"""

import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from largesse.kit import ids, outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import Listening, News
from largesse.kit.problems import Problem
from largesse.media import events, store
from largesse.media.errors import AlreadyPublishing, BadStreamKey, NotOpen, NotShown
from largesse.media.mediamtx import MediaMtx
from largesse.media.model import Stream, StreamKeys

log = structlog.get_logger(__name__)
_TIMEOUT_S = 3.0


class EngineService:
    """The hooks of an external engine, and its control. Build it once; `open` it where requests are answered."""

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

    async def admit_at(self, path: str, key: str, connection: str) -> None:
        """Begin the run of an encoder that comes to its LIVE's own path. Raises as `admit` does."""
        which, _ = self._read(key)
        if path != self._path(which):
            raise BadStreamKey
        await self.admit(key, connection)

    async def show(self, path: str) -> None:
        """Raises `NotShown` where a path is not of a running LIVE for everybody."""
        which = ids.decode(path.rpartition("/")[2], "live")
        if which is not None and path == self._path(which):
            async with self.db.read() as tx:
                stream = await store.find_stream(tx, which)
            if stream is not None and stream.open and not stream.private:
                return
        raise NotShown

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
        """Ask MediaMTX which encoders still send, end who may not, and let those go that have gone; every two seconds.

        Rows are read before the list: who is admitted between the two is not taken for gone.
        """
        if self.settings.media_engine != "mediamtx":
            return
        try:
            async with MediaMtx(self.settings.engine_control_url) as control:
                engaged = await self._list_engaged()
                there = await control.list_connections()
                gone = [
                    (stream, holder)
                    for stream, holder in engaged
                    if _connection(holder) not in there and await control.is_gone(_connection(holder))
                ]
                lost = {holder for _, holder in gone}
                await self._go_on([holder for _, holder in engaged if holder not in lost], gone)
                await self.drop_unwelcome()
                below = self._path_of("")
                strays = {c.id for c in there.values() if c.state == "publish" and c.path.startswith(below)}
                strays -= {_connection(holder) for _, holder in engaged}
                if strays:  # held since the first reading, or by nobody: they lost their place while nobody asked
                    strays -= {_connection(holder) for _, holder in await self._list_engaged()}
                for connection in sorted(strays):
                    await control.kick(connection)
                    log.warning("engine.stray_dropped", connection=connection)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:  # away for six seconds, its LIVEs lose their signal
            log.warning("engine.away", error=type(error).__name__)

    async def drop_unwelcome(self) -> int:
        """Have the engine end who may not publish any more, and how many it says that it ended.

        Without its control they go at their next beat. Raises `httpx.HTTPError`.
        """
        count = 0
        async with self.db.read() as tx:
            unwelcome = await store.list_unwelcome(tx, self.settings.media_engine)
        if not unwelcome:
            return count
        if self.settings.media_engine == "mediamtx":
            return await self._kick(unwelcome)
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
            for stream, connection in unwelcome:
                asked = {"app": self._app, "clientid": connection}
                answer = await client.get(f"{self.settings.engine_control_url}/drop/publisher", params=asked)
                answer.raise_for_status()
                count += int(answer.text) if answer.text.isdecimal() else 0
                log.info("engine.dropped", stage=stream.stage, guest=stream.guest)
        return count

    async def _kick(self, unwelcome: Sequence[tuple[Stream, str]]) -> int:
        """MediaMTX tells of no end: the places are free when it was asked for it."""
        kicked = {connection for _, connection in unwelcome}
        count = 0
        async with MediaMtx(self.settings.engine_control_url) as control:
            for connection in sorted(kicked):
                count += await control.kick(connection)
        held = await self._list_engaged()
        await self._go_on([], [(stream, holder) for stream, holder in held if _connection(holder) in kicked])
        return count

    async def _list_engaged(self) -> list[tuple[Stream, str]]:
        async with self.db.read() as tx:
            return await store.list_engaged(tx, self.settings.media_engine)

    async def _go_on(self, holders: Sequence[str], gone: Sequence[tuple[Stream, str]]) -> None:
        """Say that these go on, and end the runs of those who have gone."""
        async with self.db.write() as tx:
            await store.last(tx, holders)
            lost = [stream for stream, holder in gone if await store.release(tx, holder, stream, None)]
            await outbox.put_all(tx, [events.lost(stream) for stream in lost])
        if lost:
            await self.news.publish(outbox.NEWS_SUBJECT, b"")
        for stream in lost:
            log.info("engine.signal_lost", stage=stream.stage, guest=stream.guest, run=stream.run)

    def _path(self, live: UUID) -> str:
        return self._path_of(ids.encode("live", live))

    def _path_of(self, name: str) -> str:
        return f"{urlsplit(self.settings.engine_rtmp_url).path}/{name}".lstrip("/")

    @property
    def _app(self) -> str:
        return self.settings.engine_rtmp_url.rpartition("/")[2]

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


def _connection(holder: str) -> str:
    return holder.split(":")[1]


def _why(now: Stream | None, number: int) -> Problem:
    """Why an encoder may not publish, from the row as it stands."""
    if now is None or now.key_number != number:
        return BadStreamKey()
    return AlreadyPublishing() if now.open else NotOpen()
