"""Packets of one track of a WebRTC peer into encoded frames, in order and as soon as each is whole; nothing is decoded.

aiortc gives frames to a decoder, each when the next one begins, and sound four packets late. `tap` puts our own
assembly in the place of a receiver's, so that frames are taken as they came. aiortc asks for lost packets again (NACK);
what does not come in time costs the pictures until the next key frame, which is asked for.
"""

from collections.abc import Callable
from typing import Protocol

from aiortc import RTCRtpReceiver

from largesse.media import avc

GAP_S = 0.3  # a lost packet that was asked for comes within a round trip
_AHEAD_MAX = 2048
_HALF = 0x8000

Take = Callable[[bytes, int], None]  # an encoded frame, and its time in ticks of RTP's clock


class Packet(Protocol):
    """What is read of a packet of RTP; `_data` is its payload without what the packing added."""

    ssrc: int
    sequence_number: int
    timestamp: int
    marker: int
    _data: bytes


class Pictures:
    """Whole access units of H.264, from a key frame on."""

    def __init__(self, take: Take, now: Callable[[], float]) -> None:
        self.source = 0  # the SSRC of the pictures; what is sent again, and what a browser pads with, have others
        self._take = take
        self._now = now
        self._packets: dict[int, Packet] = {}
        self._begin = -1  # of the frame that is incomplete
        self._end = 0  # behind its last packet that is here
        self._gap_at: float | None = None
        self._broken = True

    def add(self, packet: Packet) -> tuple[bool, None]:
        """Take a packet; whether a key frame has to be asked for, as aiortc's own buffer says it."""
        number, self.source = packet.sequence_number, packet.ssrc
        if self._begin < 0:
            self._begin = self._end = number
        ahead = (number - self._begin) & 0xFFFF
        if ahead >= _HALF:
            return False, None  # too late, or again
        if ahead >= _AHEAD_MAX:
            self._skip(number)
        self._packets[number] = packet
        self._give()
        return self._is_stuck(), None

    def _give(self) -> None:
        while (packet := self._packets.get(self._end)) is not None:
            first = self._packets[self._begin]
            if packet.timestamp != first.timestamp:
                self._whole()  # its last packet was not marked
            self._end = (self._end + 1) & 0xFFFF
            if packet.marker:
                self._whole()

    def _whole(self) -> None:
        count = (self._end - self._begin) & 0xFFFF
        packets = [self._packets.pop((self._begin + n) & 0xFFFF) for n in range(count)]
        self._begin = self._end
        frame = b"".join(packet._data for packet in packets)  # noqa: SLF001 - where aiortc leaves it
        self._broken = self._broken and not avc.is_key(avc.split(frame))
        if not self._broken and frame:
            self._take(frame, packets[0].timestamp)

    def _is_stuck(self) -> bool:
        """Whether a gap lasts too long; then what is here is given up."""
        if len(self._packets) == (self._end - self._begin) & 0xFFFF:
            self._gap_at = None
            return False
        now_s = self._now()
        if self._gap_at is None:
            self._gap_at = now_s
        if now_s - self._gap_at < GAP_S:
            return False
        self._skip(max(self._packets, key=lambda number: (number - self._begin) & 0xFFFF) + 1 & 0xFFFF)
        return True

    def _skip(self, to: int) -> None:
        self._packets.clear()
        self._begin = self._end = to
        self._gap_at = None
        self._broken = True


class Sounds:
    """Packets of Opus as they come; one that is late is dropped, and a player conceals it."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._last = -1

    def add(self, packet: Packet) -> tuple[bool, None]:
        """Take a packet."""
        ahead = (packet.sequence_number - self._last) & 0xFFFF
        if self._last < 0 or 0 < ahead < _HALF:
            self._last = packet.sequence_number
            if packet._data:  # noqa: SLF001
                self._take(packet._data, packet.timestamp)  # noqa: SLF001
        return False, None


class _Nothing:
    """Stands where a receiver's thread is given frames to decode: it is told that there are none, and ends."""

    def get(self) -> None:
        """Nothing."""

    def put(self, _: object) -> None:
        """Forget it."""


def tap(receiver: RTCRtpReceiver, assembly: Pictures | Sounds) -> None:
    """Give a receiver's frames to this assembly instead of a decoder; before it begins to receive."""
    inside = vars(receiver)
    for name in ("jitter_buffer", "decoder_queue"):
        assert f"_RTCRtpReceiver__{name}" in inside, "another aiortc: see whether frames still pass by"
    inside["_RTCRtpReceiver__jitter_buffer"] = assembly
    inside["_RTCRtpReceiver__decoder_queue"] = _Nothing()
