"""FFmpeg's fragmented MP4, cut into pieces as it comes: what a player needs first, then fragments.

A piece is whole: a player that was given the first one (`ftyp` and `moov`) plays on from any piece that begins with a
key frame. Nothing is decoded. Source: ISO/IEC 14496-12, 8.8 (movie fragments); RFC 6381 (names of codecs).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

PIECE_BYTES_MAX = 16 << 20
_HEAD = Struct(">I4s")
_WORD = Struct(">I")
_LONG = Struct(">Q")
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf"})
_NOT_A_KEY_FRAME = 0x10000
_SOUND = b"\x05\x80\x80\x80"  # the decoder's own description, as FFmpeg writes it


class BadBoxes(ValueError):  # noqa: N818 - what came, not a bug
    """These bytes are no fragmented MP4 with a picture, or one fragment is too big."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the stream that is passed on whole. Seconds are those of the publisher's run."""

    body: bytes
    first: bool = False  # ftyp and moov
    key: bool = False  # begins with a key frame
    start_s: float = 0.0
    duration_s: float = 0.0
    codecs: str = ""  # of the first piece


class Box(NamedTuple):
    """Where a box's content lies, and the containers that it is in."""

    path: bytes
    start: int
    end: int


class Boxes:
    """Takes bytes in any portions, gives pieces in order."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._head = b""
        self._video = 0
        self._scale = 0
        self._piece = Piece(b"")

    def feed(self, arrived: bytes) -> list[Piece]:
        """The pieces that these bytes complete. Raises `BadBoxes`."""
        self._rest += arrived
        pieces: list[Piece] = []
        while len(self._rest) >= _HEAD.size:
            length, kind = _HEAD.unpack_from(self._rest)
            if not _HEAD.size <= length <= PIECE_BYTES_MAX:
                raise BadBoxes(f"a box {kind!r} of {length} bytes")
            if len(self._rest) < length:
                break
            box = bytes(self._rest[:length])
            del self._rest[:length]
            if (piece := self._take(kind, box)) is not None:
                pieces.append(piece)
        return pieces

    def _take(self, kind: bytes, box: bytes) -> Piece | None:
        if kind == b"ftyp":
            self._head = box
        elif kind == b"moov":
            return self._begin(box)
        elif kind == b"moof":
            self._piece = self._fragment(box)
        elif kind == b"mdat" and self._piece.body:
            whole, self._piece = self._piece, Piece(b"")
            return Piece(whole.body + box, False, whole.key, whole.start_s, whole.duration_s)
        return None

    def _begin(self, moov: bytes) -> Piece:
        number, scale = 0, 0
        codecs: list[str] = []
        for path, start, end in _walk(moov):
            if path.endswith(b"tkhd"):
                number = _WORD.unpack_from(moov, start + (20 if moov[start] else 12))[0]
            elif path.endswith(b"mdhd"):
                scale = _WORD.unpack_from(moov, start + (20 if moov[start] else 12))[0]
            elif path.endswith(b"hdlr") and moov[start + 8 : start + 12] == b"vide":
                self._video, self._scale = number, scale
            elif path.endswith(b"stsd"):
                codecs += _codecs(moov[start:end])
        if not self._video or not self._scale or not codecs:
            raise BadBoxes("no picture")
        return Piece(self._head + moov, first=True, codecs=f'video/mp4; codecs="{",".join(codecs)}"')

    def _fragment(self, moof: bytes) -> Piece:
        """What a fragment's head says of its picture; one of sound alone has the time of the last picture."""
        key, start, ticks, track, default, flags = False, -1, 0, 0, 0, _NOT_A_KEY_FRAME
        for path, at, _ in _walk(moof):
            if path.endswith(b"tfhd"):
                track, default, flags = _track(moof, at)
            elif track == self._video and path.endswith(b"tfdt"):
                start = (_LONG if moof[at] else _WORD).unpack_from(moof, at + 4)[0]
            elif track == self._video and path.endswith(b"trun"):
                key, lasting = _samples(moof, at, default, flags)
                ticks += lasting
        scale = self._scale or 1
        return Piece(moof, False, key, max(start, 0) / scale, ticks / scale)


def _walk(whole: bytes) -> Iterator[Box]:
    """Every box, in order; containers before what they contain. Raises `BadBoxes`."""
    waiting = [Box(b"", 0, len(whole))]
    while waiting:
        path, start, end = waiting.pop()
        if start + _HEAD.size > end:
            continue
        length, kind = _HEAD.unpack_from(whole, start)
        if length < _HEAD.size or start + length > end:
            raise BadBoxes(f"a box {kind!r} of {length} bytes")
        found = Box(path + b"/" + kind, start + _HEAD.size, start + length)
        waiting.append(Box(path, start + length, end))
        yield found
        if kind in _CONTAINERS:
            waiting.append(Box(found.path, found.start, found.end))


def _track(moof: bytes, at: int) -> tuple[int, int, int]:
    """(track, duration of a sample, flags of a sample) of a `tfhd`."""
    has = int.from_bytes(moof[at + 1 : at + 4])
    track, place = _WORD.unpack_from(moof, at + 4)[0], at + 8
    place += 8 * bool(has & 0x1) + 4 * bool(has & 0x2)
    duration = _WORD.unpack_from(moof, place)[0] if has & 0x8 else 0
    place += 4 * bool(has & 0x8) + 4 * bool(has & 0x10)
    return track, duration, _WORD.unpack_from(moof, place)[0] if has & 0x20 else 0


def _samples(moof: bytes, at: int, default: int, flags: int) -> tuple[bool, int]:
    """(whether the first is a key frame, ticks of all) of a `trun`."""
    has, count = int.from_bytes(moof[at + 1 : at + 4]), _WORD.unpack_from(moof, at + 4)[0]
    place = at + 8 + 4 * bool(has & 0x1)
    first = _WORD.unpack_from(moof, place)[0] if has & 0x4 else flags
    place += 4 * bool(has & 0x4)
    width = 4 * sum(bool(has & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    if has & 0x400 and count and not has & 0x4:
        first = _WORD.unpack_from(moof, place + 4 * (bool(has & 0x100) + bool(has & 0x200)))[0]
    if not has & 0x100:
        return bool(count) and not first & _NOT_A_KEY_FRAME, default * count
    if place + width * count > len(moof):
        raise BadBoxes("samples beyond their box")
    ticks = sum(_WORD.unpack_from(moof, place + width * n)[0] for n in range(count))
    return bool(count) and not first & _NOT_A_KEY_FRAME, ticks


def _codecs(stsd: bytes) -> list[str]:
    """The codec of a track as RFC 6381 names it; none where players could not say whether they play it."""
    if (place := stsd.find(b"avcC")) > 0:
        return [f"avc1.{stsd[place + 5 : place + 8].hex()}"]
    if b"mp4a" in stsd:
        place = stsd.find(_SOUND)
        return [f"mp4a.40.{stsd[place + 5] >> 3 if place > 0 else 2}"]
    return []
