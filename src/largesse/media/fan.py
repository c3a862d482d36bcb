"""One stream's encoded frames to the WebRTC peers that watch it, in the process that they came to.

A viewer begins with a key frame, which is asked for when it comes. One that does not keep up is left out until the next
one: what waits for it is bounded.
"""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError
from av.packet import Packet

PICTURE_HZ, SOUND_HZ = 90_000, 48_000
_WAITING_MAX = {"video": 90, "audio": 150}  # three seconds


class Lane(MediaStreamTrack):
    """One track of one viewer: encoded frames, which aiortc packs and sends as they are."""

    def __init__(self, kind: str, ask_key: Callable[[], None]) -> None:
        super().__init__()
        self.kind = kind
        self._rate = PICTURE_HZ if kind == "video" else SOUND_HZ
        self._base = Fraction(1, self._rate)
        self._frames: asyncio.Queue[Packet[Any]] = asyncio.Queue(_WAITING_MAX[kind])
        self._ask_key = ask_key
        self._begun = False
        self.behind = True  # until a key frame

    async def recv(self) -> "Packet[Any]":
        """The next frame; a key frame is asked for when there is a connection to send it by."""
        if self.readyState != "live":
            raise MediaStreamError
        if not self._begun:
            self._begun = True
            self._ask_key()
        return await self._frames.get()

    def give(self, frame: bytes, at_s: float, *, key: bool) -> None:
        """Let it be sent, if this viewer can make use of it."""
        if not self._begun or (self.behind and not key):
            return
        if self._frames.full():
            while not self._frames.empty():
                self._frames.get_nowait()
            self.behind = self.kind == "video"
            self._ask_key()
            return
        self.behind = False
        packet = Packet(frame)
        packet.pts, packet.time_base = round(at_s * self._rate), self._base
        self._frames.put_nowait(packet)


class Fan:
    """Who watches one stream. Times are seconds of the loop's clock: they go on when a publisher comes again."""

    def __init__(self) -> None:
        self.lanes: set[Lane] = set()
        self.ask_key: Callable[[], None] = lambda: None  # of who publishes now
        self.gave_at = 0.0

    def picture(self, unit: bytes, at_s: float, *, key: bool) -> None:
        """Give an access unit to everybody."""
        self.gave_at = at_s
        for lane in self.lanes:
            if lane.kind == "video":
                lane.give(unit, at_s, key=key)

    def sound(self, packet: bytes, at_s: float) -> None:
        """Give a packet of Opus to everybody."""
        for lane in self.lanes:
            if lane.kind == "audio":
                lane.give(packet, at_s, key=True)

    def want_key(self) -> None:
        """A viewer needs a key frame."""
        self.ask_key()
