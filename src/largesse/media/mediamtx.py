"""MediaMTX as the engine. Not verified against a live one.

It asks by its hook when somebody comes, to publish or to watch. It renames nothing: encoders come to the path that
viewers do, and the key is their password. It has no hook that beats, so its control is asked who still sends.
Source: `api/openapi.yaml` of MediaMTX (`rtmpConnsList`, `rtmpConnectionsGet`, `rtmpConnsKick`), and
`internal/servers/rtmp/conn.go`: the `id` that its authentication hook shows is the connection's `id` here, and a
connection is listed from before it is asked about until it has closed.
"""

from collections.abc import Sequence
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import structlog

from largesse.kit import ids, outbox
from largesse.media import events, store
from largesse.media.engines import EngineService
from largesse.media.errors import BadStreamKey, NotShown
from largesse.media.model import Stream

log = structlog.get_logger(__name__)
_TIMEOUT_S = 3.0
_AT_ONCE = 1000


class Connection(msgspec.Struct, frozen=True):
    """One of RTMP: `state` is idle, read or publish; `path` is empty before it reads or publishes."""

    id: str
    state: str = "idle"
    path: str = ""


class _Listed(msgspec.Struct, frozen=True, rename="camel"):
    page_count: int
    items: list[Connection] | None = None


class Control:
    """Its control, for the length of an `async with`.

    Calls raise `httpx.HTTPError`, and `msgspec.MsgspecError` for an answer that is not of MediaMTX.
    """

    def __init__(self, url: str) -> None:
        self._client = httpx.AsyncClient(base_url=f"{url}/v3/rtmpconns/", timeout=_TIMEOUT_S, trust_env=False)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def list_connections(self) -> dict[str, Connection]:
        """Those of now, by id. One that stays may be missing, where others went between two pages: see `is_gone`."""
        found: dict[str, Connection] = {}
        page = pages = 0
        while page == 0 or page < pages:
            answer = await self._client.get("list", params={"page": page, "itemsPerPage": _AT_ONCE})
            listed = msgspec.json.decode(answer.raise_for_status().content, type=_Listed)
            found |= {each.id: each for each in listed.items or ()}
            page, pages = page + 1, listed.page_count
        return found

    async def is_gone(self, connection: str) -> bool:
        """Whether it has no such connection any more."""
        answer = await self._client.get(f"get/{connection}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return True
        answer.raise_for_status()
        return False

    async def kick(self, connection: str) -> bool:
        """End a connection; False where it had gone already."""
        answer = await self._client.post(f"kick/{connection}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return False
        answer.raise_for_status()
        return True


class MediaMtxService(EngineService):
    """Its hook, and what is asked of its control."""

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

    async def follow(self) -> None:
        """Ask which encoders still send, end who may not, and let those go that have gone; every two seconds.

        Rows are read before the list: who is admitted between the two is not taken for gone.
        """
        try:
            async with Control(self.settings.engine_control_url) as control:
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

    async def _drop(self, unwelcome: Sequence[tuple[Stream, str]]) -> int:
        """MediaMTX tells of no end: the places are free when it was asked for it."""
        kicked = {connection for _, connection in unwelcome}
        count = 0
        async with Control(self.settings.engine_control_url) as control:
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


def _connection(holder: str) -> str:
    return holder.split(":")[1]
