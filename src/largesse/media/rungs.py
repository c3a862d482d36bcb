"""One lower rendition of a LIVE as a window of its own, and the master playlist that names all of them.

A rendition's fragment has the number, length and date of the source's fragment that shows the same, so players change
between them as they please.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from largesse.media import avc
from largesse.media.boxes import Piece
from largesse.media.window import PLAYLIST, Segment, Window

MASTER = "master.m3u8"
_BITS_A_PIXEL, _PICTURES_A_SECOND = 0.1, 30
_BITS_MIN = 150_000
_EARLY_S, _LATE_S = 0.02, 0.4  # a picture is shown so much later than it is decoded: B-frames
_WHOLE = 0.9  # of a fragment's length; one with less in it is not listed


class Size(NamedTuple):
    """A rendition; `lines` are those of its shorter side."""

    lines: int
    width: int
    height: int

    @property
    def bits(self) -> int:
        """A second, of its pictures at most."""
        return max(_BITS_MIN, int(self.width * self.height * _PICTURES_A_SECOND * _BITS_A_PIXEL))


class Rung:
    """One rendition of one run; its methods wait for the disk and raise OSError."""

    def __init__(self, folder: Path, run: int, size: Size) -> None:
        self.size = size
        self.window = Window(folder)
        self.listed = 0
        self.bits = 0  # a second, of the largest fragment
        self.codecs = ""
        self._run = run
        self._pieces: list[Piece] = []

    def take(self, piece: Piece, source: Sequence[Segment]) -> None:
        """Take what the transcoder gives, and what the source has listed."""
        if piece.first:
            self.codecs = codecs_of(piece)
            self.window.begin(self._run, piece)
            return
        if piece.key:
            self._cut(piece.start_s, source)
        if self._pieces or piece.key:
            self._pieces.append(piece)

    def finish(self, source: Sequence[Segment]) -> None:
        """Nothing more comes."""
        self._cut(None, source)

    def _cut(self, end_s: float | None, source: Sequence[Segment]) -> None:
        """List what was gathered, where the source ends a fragment here too."""
        if not self._pieces:
            return
        start_s = self._pieces[0].start_s
        shown = next((s for s in reversed(source) if -_EARLY_S <= start_s - s.start_s < _LATE_S), None)
        if shown is not None and end_s is not None and end_s < shown.start_s + shown.duration_s - _EARLY_S:
            return
        pieces, self._pieces = self._pieces, []
        if shown is None or sum(piece.duration_s for piece in pieces) < shown.duration_s * _WHOLE:
            return
        body = b"".join(piece.body for piece in pieces)
        if self.window.segments and self.window.segments[-1].number + 1 != shown.number:
            self.window.segments = []  # what is missing has no place in a playlist: it begins anew
        self.window.put(shown, body)
        self.bits = max(self.bits, int(len(body) * 8 / shown.duration_s))
        self.listed += 1


def sizes_of(width: int, height: int, lines: Sequence[int]) -> list[Size]:
    """The renditions of a source that are smaller than it, the largest first, sides even."""
    shorter = min(width, height)
    return [
        Size(step, *(max(2, round(side * step / shorter / 2) * 2) for side in (width, height)))
        for step in lines
        if step < shorter
    ]


def size_of(first: Piece) -> tuple[int, int] | None:
    """Width and height of the source, as its decoder's configuration says; None where it says nothing known."""
    place = first.body.find(b"avcC")
    if place < 0:
        return None
    length = int.from_bytes(first.body[place + 10 : place + 12])
    try:
        return avc.size_of(first.body[place + 12 : place + 12 + length])
    except avc.BadPicture:
        return None


def codecs_of(first: Piece) -> str:
    """The codecs' names alone."""
    return first.codecs.partition('"')[2].rstrip('"')


def master(codecs: str, size: tuple[int, int] | None, bits: int, rungs: Sequence[Rung]) -> str:
    """The playlist of the source and of the renditions that are there; bits are those of the largest fragments yet."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    most = max([bits, *(rung.bits * 11 // 10 for rung in rungs)])  # players believe that more lines have more bits
    lines += [_variant(most, size, codecs), PLAYLIST]
    for rung in rungs:
        lines += [_variant(rung.bits, rung.size[1:], rung.codecs), f"{rung.size.lines}/{PLAYLIST}"]
    return "\n".join(lines) + "\n"


def _variant(bits: int, size: tuple[int, int] | None, codecs: str) -> str:
    shape = f",RESOLUTION={size[0]}x{size[1]}" if size else ""
    return f'#EXT-X-STREAM-INF:BANDWIDTH={max(bits, 1)}{shape},CODECS="{codecs}"'


def sweep(folder: Path, kept: Sequence[Size]) -> None:
    """Delete renditions of an earlier run that this one does not have."""
    names = {str(size.lines) for size in kept}
    for path in folder.iterdir():
        if path.is_dir() and path.name not in names:
            shutil.rmtree(path, ignore_errors=True)
