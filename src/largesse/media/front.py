"""An RTMP front for encoders such as OBS and FFmpeg: keys are asked for before a byte of media is taken.

One task a connection. What a connection holds is bounded: what its socket's reader buffers, an unfinished message, and
one write to the sink; a sink that is slow slows its publisher down, and no other. Nothing that a peer sends raises out
of its connection. Keys are never logged.
Source: Adobe, "RTMP Specification 1.0", 7.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from largesse.media.session import Ended, Session

log = structlog.get_logger(__name__)


class Sink(Protocol):
    """Takes one publisher's media as an FLV file, as it arrives."""

    async def write(self, flv: bytes) -> None:
        """Take these bytes; wait while there is no room. OSError ends the publisher."""

    async def notice(self, text: str) -> None:
        """Tell the creator this, in English."""

    async def close(self, why: str) -> None:
        """No more comes; `why` is a sentence. Called exactly once."""


class KeyRefused(Exception):  # noqa: N818
    """This key may not publish: unknown, revoked, of an ended LIVE. The text is shown by the encoder."""


Admit = Callable[[str], Awaitable[Sink]]  # raises KeyRefused


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connection may take; seconds and bytes."""

    connections_max: int = 200
    connections_per_address_max: int = 20
    handshake_s_max: float = 10
    publish_s_max: float = 15  # from the handshake to an admitted key
    idle_s_max: float = 30  # without media
    silent_s: float = 5  # after so long without media, another with the same key takes its place
    ping_s: float = 10
    sink_s_max: float = 10  # for one write
    message_bytes_max: int = 8 << 20
    early_message_bytes_max: int = 16 << 10  # before a key is admitted


class RtmpFront:
    """Listens, and knows who publishes with which key."""

    def __init__(self, admit: Admit, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._ask = admit
        self._sessions: dict[asyncio.Task[None], Session] = {}
        self._publishing: dict[str, Session] = {}
        self._addresses: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None
        self._stopped = False

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError."""
        self._server = await asyncio.start_server(self._serve, host, port)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._sessions)

    async def stop(self) -> None:
        """Listen no more, end everybody, and wait until their sinks are closed."""
        self._stopped = True
        if self._server is not None:
            self._server.close()
        for session in list(self._sessions.values()):
            session.end("The service stops.")
        await asyncio.gather(*self._sessions, return_exceptions=True)

    def kick(self, key: str, why: str) -> bool:
        """End who publishes with this key, if anybody does; `why` is shown by the encoder."""
        session = self._publishing.get(key)
        return session is not None and session.end(why)

    async def admit(self, session: Session, key: str) -> Sink:
        """A sink for this key, after the last one with it is closed. Raises Ended: refused, in use, or no answer."""
        while (other := self._publishing.get(key, session)) is not session:
            if not other.is_ending and other.silent_s < self.limits.silent_s:
                raise Ended("Another encoder publishes with this key.", "NetStream.Publish.BadName")
            other.end("Another encoder took over.")
            _, late = await asyncio.wait({other.task}, timeout=self.limits.publish_s_max)
            if late:
                raise Ended("The last encoder with this key has not ended yet. Try again.", "NetStream.Publish.BadName")
        self._publishing[key] = session  # before the question is answered: of two at once, one is refused
        try:
            async with asyncio.timeout(self.limits.publish_s_max):
                return await self._ask(key)
        except KeyRefused as refused:
            raise Ended(str(refused), "NetStream.Publish.BadName") from None
        except Exception as error:
            log.exception("rtmp.admit", session=session.number)
            raise Ended("The key cannot be checked now. Try again.", "NetStream.Publish.Failed") from error

    def release(self, session: Session, key: str) -> None:
        """This session publishes no more, and its sink is closed."""
        if self._publishing.get(key) is session:
            del self._publishing[key]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str((writer.get_extra_info("peername") or ("",))[0])
        limits = self.limits
        if (
            self._stopped
            or len(self._sessions) >= limits.connections_max
            or (self._addresses[address] >= limits.connections_per_address_max)
        ):
            log.warning("rtmp.full", connections=len(self._sessions))
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None
        session = Session(self, reader, writer, next(self._numbers), task)
        self._sessions[task] = session
        self._addresses[address] += 1
        try:
            await session.run()
        finally:
            del self._sessions[task]
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]
