"""A WebRTC publisher's frames on two ways: at once to the peers that watch it, and as Matroska to the packager.

A run begins with the first key frame, and another one when the picture changes (a phone that is turned, a connection
that asks for a smaller one): each run's players are told what they decode.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from largesse.kit.http import Busy
from largesse.media import avc
from largesse.media.errors import NotOpen
from largesse.media.fan import PICTURE_HZ, SOUND_HZ, Fan
from largesse.media.matroska import Film
from largesse.media.publisher import Publisher, PublishingEnded

_WAITING_MAX = 400  # frames and packets, some five seconds
_SOUND_WAIT_S = 1.0  # for the first sound, where some was announced
_RUN_S_MIN = 1.0
_JUMP_S = 3.0
_HALF = 1 << 31


class Line:
    """A track's clock on the loop's: what it says began when its first frame came."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._ticks = 0
        self._last = -1
        self._base_s = 0.0

    def at(self, ticks: int, now_s: float) -> float:
        """Seconds of the loop's clock. A clock that jumps, or goes at another speed, begins anew."""
        step = 0 if self._last < 0 else ((ticks - self._last + _HALF) % (1 << 32)) - _HALF
        self._ticks += step
        at_s = self._base_s + self._ticks / self._rate_hz
        if self._last < 0 or abs(at_s - now_s) > _JUMP_S:
            self._ticks, self._base_s, at_s = 0, now_s, now_s
        self._last = ticks
        return at_s


class _Frame(NamedTuple):
    at_s: float
    body: bytes
    head: avc.Head | None  # of a picture
    key: bool


class Camera:
    """What came of one publisher's peer; `run` packs it until it ends. `begin` is given whether a run is the first."""

    def __init__(self, begin: Callable[[bool], Awaitable[Publisher | None]], fan: Fan, *, sound: bool) -> None:
        self.ask_key: Callable[[], None] = lambda: None
        self.heard_s = asyncio.get_running_loop().time()
        self.publisher: Publisher | None = None
        self._loop = asyncio.get_running_loop()
        self._begin = begin
        self._fan = fan
        self._sound = sound
        self._sounded = False
        self._lines = {"video": Line(PICTURE_HZ), "audio": Line(SOUND_HZ)}
        self._head: avc.Head | None = None
        self._frames: asyncio.Queue[_Frame | None] = asyncio.Queue(_WAITING_MAX)
        self._film: Film | None = None
        self._packed: avc.Head | None = None
        self._began_s = self.heard_s

    def picture(self, unit: bytes, ticks: int) -> None:
        """An access unit, as it came."""
        self.heard_s = now_s = self._loop.time()
        at_s = self._lines["video"].at(ticks, now_s)
        nals = avc.split(unit)
        found, key = avc.head_of(nals), avc.is_key(nals)
        self._head = found or self._head
        if self._head is None:
            return
        if key and found is None:
            unit = avc.START + self._head.sps + avc.START + self._head.pps + unit
        self._fan.picture(unit, at_s, key=key)
        self._put(_Frame(at_s, avc.sized(nals), self._head, key))

    def sound(self, packet: bytes, ticks: int) -> None:
        """A packet of Opus, as it came."""
        at_s = self._lines["audio"].at(ticks, self._loop.time())
        self._sounded = True
        self._fan.sound(packet, at_s)
        self._put(_Frame(at_s, packet, None, key=False))

    def end(self) -> None:
        """No more comes."""
        while self._frames.full():
            self._frames.get_nowait()
        self._frames.put_nowait(None)

    async def run(self) -> str:
        """Pack until the end; why it is over, a sentence."""
        why = "The camera was stopped, or its connection lost."
        try:
            while (frame := await self._frames.get()) is not None:
                if media := await self._packing(frame):
                    assert self.publisher is not None
                    await self.publisher.write(media)
        except (OSError, avc.BadPicture) as error:
            why = str(error)
        finally:
            if self.publisher is not None:
                await asyncio.shield(self.publisher.close(why))
        return why

    async def _packing(self, frame: _Frame) -> bytes:
        if frame.head is None:
            return self._film.sound(frame.at_s, frame.body) if self._film else b""
        if frame.head != self._packed and not (frame.key and await self._turn(frame.head, frame.at_s)):
            return b""
        return self._film.picture(frame.at_s, frame.body, key=frame.key) if self._film else b""

    async def _turn(self, head: avc.Head, at_s: float) -> bool:
        """Begin a run; whether it was time for one. Raises `PublishingEnded`, `BadPicture`."""
        waits_for_sound = self._sound and not self._sounded and at_s - self._began_s < _SOUND_WAIT_S
        if waits_for_sound or (self._film is not None and at_s - self._began_s < _RUN_S_MIN):
            self.ask_key()
            return False
        size = avc.size_of(head.sps)
        last, self.publisher = self.publisher, None
        try:
            self.publisher = await self._begin(last is None)
        finally:
            if last is not None:
                await last.close("The picture has another size.")
        if self.publisher is None:
            raise PublishingEnded(NotOpen())
        self._film = Film(head, size, at_s, sound=self._sound and self._sounded)
        self._packed, self._began_s = head, at_s
        return True

    def _put(self, frame: _Frame) -> None:
        if self._frames.full():
            if self.publisher is not None:
                self.publisher.end(Busy())
            return
        self._frames.put_nowait(frame)
