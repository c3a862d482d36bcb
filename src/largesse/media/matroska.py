"""Encoded pictures and sound as a Matroska stream, which the packager reads as it reads a recorder's.

One track of H.264, and one of Opus where there is sound; a cluster a key frame, nothing has a known length but blocks.
Where sound pauses while pictures go on, silence is written: a packager waits for a track that says nothing.
Source: RFC 9559 (Matroska); RFC 7845, 5.1 (the head of Opus); RFC 6716, 3.1 (its table of contents).
"""

import math
import struct

from largesse.media.avc import Head

_UNKNOWN = b"\x01\xff\xff\xff\xff\xff\xff\xff"
_PICTURE, _SOUND = 1, 2
_CLUSTER_MS_MAX = 30_000  # a block's time is 16 bits beside its cluster's
_SILENCE = b"\xf8\xff\xfe"  # 20 ms
_SILENCE_MS = 20
_PAUSE_MS = 240
_FILL_MS_MAX = 10_000
_OPUS = b"OpusHead\x01\x02\x38\x01" + (48_000).to_bytes(4, "little") + b"\0\0\0"


class Film:
    """Times are seconds of the publisher's clock, `start_s` the first of them. Gives bytes to write, in order."""

    def __init__(self, head: Head, size: tuple[int, int], start_s: float, *, sound: bool) -> None:
        self._head = _beginning(head, size, sound=sound)
        self._start_s = start_s
        self._has_sound = sound
        self._cluster_ms = -1
        self._last_ms = {_PICTURE: -1, _SOUND: -1}

    def picture(self, at_s: float, unit: bytes, *, key: bool) -> bytes:
        """A sized access unit; the first one is a key frame."""
        ms = self._ms(_PICTURE, at_s)
        out = self._head + self._silence(ms)
        self._head = b""
        if key or ms - self._cluster_ms > _CLUSTER_MS_MAX:
            self._cluster_ms = ms
            out += b"\x1f\x43\xb6\x75" + _UNKNOWN + _element(0xE7, _number(ms))
        return out + self._block(_PICTURE, ms, unit, key=key)

    def sound(self, at_s: float, packet: bytes) -> bytes:
        """A packet of Opus; what came before the first picture is dropped."""
        if self._cluster_ms < 0 or not self._has_sound or at_s < self._start_s:
            return b""
        ms = self._ms(_SOUND, at_s)
        return b"" if ms - self._cluster_ms > _CLUSTER_MS_MAX else self._block(_SOUND, ms, packet, key=True)

    def _ms(self, track: int, at_s: float) -> int:
        """Time never stands still, nor goes back: what is written must be in order."""
        self._last_ms[track] = ms = max(round((at_s - self._start_s) * 1000), self._last_ms[track] + 1, 0)
        return ms

    def _silence(self, until_ms: int) -> bytes:
        last_ms = max(self._last_ms[_SOUND], until_ms - _FILL_MS_MAX)
        if not self._has_sound or self._cluster_ms < 0 or until_ms - last_ms < _PAUSE_MS:
            return b""
        times = range(last_ms + _SILENCE_MS, until_ms - _PAUSE_MS // 2, _SILENCE_MS)
        self._last_ms[_SOUND] = times[-1]
        return b"".join(self._block(_SOUND, ms, _SILENCE, key=True) for ms in times if ms >= self._cluster_ms)

    def _block(self, track: int, ms: int, body: bytes, *, key: bool) -> bytes:
        beside_ms = max(ms - self._cluster_ms, -_CLUSTER_MS_MAX)
        return _element(0xA3, struct.pack(">BhB", 0x80 | track, beside_ms, 0x80 if key else 0) + body)


def _beginning(head: Head, size: tuple[int, int], *, sound: bool) -> bytes:
    """Everything before the first cluster."""
    kind = _element(0x4282, b"matroska") + _element(0x4287, b"\x04") + _element(0x4285, b"\x02")
    told = _element(0x2AD7B1, _number(1_000_000)) + _element(0x4D80, b"largesse") + _element(0x5741, b"largesse")
    shape = _element(0xB0, _number(size[0])) + _element(0xBA, _number(size[1]))
    tracks = _track(_PICTURE, b"V_MPEG4/ISO/AVC", head.record, _element(0xE0, shape))
    if sound:
        form = _element(0xB5, struct.pack(">f", 48_000)) + _element(0x9F, b"\x02")
        tracks += _track(_SOUND, b"A_OPUS", _OPUS, _element(0xE1, form))
    whole = _element(0x1A45DFA3, kind) + b"\x18\x53\x80\x67" + _UNKNOWN
    return whole + _element(0x1549A966, told) + _element(0x1654AE6B, tracks)


def _track(number: int, codec: bytes, private: bytes, form: bytes) -> bytes:
    told = _element(0xD7, _number(number)) + _element(0x73C5, _number(number)) + _element(0x83, _number(number))
    return _element(0xAE, told + _element(0x9C, b"\0") + _element(0x86, codec) + _element(0x63A2, private) + form)


def _element(name: int, body: bytes) -> bytes:
    return _number(name) + (0x10000000 | len(body)).to_bytes(4) + body


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, math.ceil(value.bit_length() / 8)))
