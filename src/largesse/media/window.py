"""The last seconds of a LIVE as HLS: 1 s fragments of MP4 beside a playlist, in a folder of its own.

`live.m3u8` lists the last fragments; `RUN-N.m4s` and `RUN-init.mp4` lie beside it: RUN counts the times that a
publisher came, and N never goes back, so a player goes on after a gap. What left the window is deleted a little later.
A fragment never changes, so it may be kept by caches for ever; the playlist may not.
Source: RFC 8216 (HTTP Live Streaming), 4.3.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from largesse.media.boxes import Piece

PLAYLIST = "live.m3u8"
FRAGMENT = re.compile(r"(\d{1,9})-(?:(\d{1,12})\.m4s|init\.mp4)")
SEGMENT_S = 0.9  # a fragment ends at the first key frame behind so much
LISTED = 6  # fragments in the playlist
KEPT = 4  # fragments that left it and are not deleted yet
_HEAD = re.compile(r"#EXT-X-(MEDIA|DISCONTINUITY)-SEQUENCE:(\d+)")
_ENTRY = re.compile(r"#EXT-X-PROGRAM-DATE-TIME:(\S+)\n#EXTINF:([\d.]+),\n(\d+)-(\d+)\.m4s")


@dataclass(frozen=True, slots=True)
class Segment:
    """One fragment of the playlist."""

    run: int
    number: int
    duration_s: float
    at: datetime
    turn: int = 0  # how often the publisher had come again before it
    start_s: float = 0.0  # of its run; not known of what was read again

    @property
    def name(self) -> str:
        """Its file."""
        return f"{self.run}-{self.number}.m4s"


class Window:
    """One LIVE's playlist; its methods wait for the disk and raise OSError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.segments: list[Segment] = []
        self.next = 0
        self._pieces: list[Piece] = []
        self._run = 0
        self._turn = 0

    def begin(self, run: int, first: Piece) -> None:
        """Go on from what lies in the folder, with a publisher who has come."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._read()
        self._run = run
        self._replace(f"{run}-init.mp4", first.body)

    def add(self, piece: Piece) -> tuple[Segment, bytes] | None:
        """Take a fragment's piece; the fragment that it completes, which is listed now, and its bytes."""
        done = None
        if piece.key and self._pieces and piece.start_s - self._pieces[0].start_s >= SEGMENT_S:
            done = self.finish(piece.start_s)
        if self._pieces or piece.key:
            self._pieces.append(piece)
        return done

    def finish(self, end_s: float | None = None) -> tuple[Segment, bytes] | None:
        """Complete the last fragment, before a piece that starts at `end_s` or at the end of the run."""
        if not self._pieces:
            return None
        pieces, self._pieces = self._pieces, []
        last = pieces[-1]
        duration_s = (end_s if end_s is not None else last.start_s + last.duration_s) - pieces[0].start_s
        turn = self.segments[-1].turn + (self.segments[-1].run != self._run) if self.segments else self._turn
        start_s = pieces[0].start_s
        done = Segment(self._run, self.next, max(duration_s, 0.001), datetime.now(UTC), turn, start_s)
        body = b"".join(piece.body for piece in pieces)
        self.put(done, body)
        return done, body

    def put(self, done: Segment, body: bytes) -> None:
        """Write a fragment, list it, and forget what is old."""
        self._replace(done.name, body)
        self.next = done.number + 1
        self.segments = [*self.segments, done][-LISTED:]
        self._replace(PLAYLIST, self._playlist().encode())
        self._forget()

    def _playlist(self) -> str:
        longest_s = max(segment.duration_s for segment in self.segments)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{max(1, math.ceil(longest_s))}",
            f"#EXT-X-MEDIA-SEQUENCE:{self.segments[0].number}",
            f"#EXT-X-DISCONTINUITY-SEQUENCE:{self.segments[0].turn}",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        ]
        return "\n".join([*lines, *_entries(self.segments)]) + "\n"

    def _read(self) -> None:
        """What an earlier publisher left; numbers go on behind all that was ever listed or lies here."""
        playlist = self.folder / PLAYLIST
        text = playlist.read_text("ascii") if playlist.exists() else ""
        heads = {name: int(number) for name, number in _HEAD.findall(text)}
        self._turn = heads.get("DISCONTINUITY", 0)
        self.segments = []
        for at, lasting, run, number in _ENTRY.findall(text):
            turn = self._turn + len({segment.run for segment in self.segments} - {int(run)})
            self.segments.append(Segment(int(run), int(number), float(lasting), datetime.fromisoformat(at), turn))
        lying = [
            int(match[2]) for path in self.folder.iterdir() if (match := FRAGMENT.fullmatch(path.name)) and match[2]
        ]
        self.next = max([heads.get("MEDIA", 0) - 1, *lying, *(segment.number for segment in self.segments)]) + 1

    def _forget(self) -> None:
        """Delete fragments that left the window some time ago, and what no fragment needs any more."""
        oldest = self.segments[0].number - KEPT
        runs = {segment.run for segment in self.segments}
        for path in self.folder.iterdir():
            match = FRAGMENT.fullmatch(path.name)
            if match and (int(match[2]) < oldest if match[2] else int(match[1]) not in runs | {self._run}):
                path.unlink(missing_ok=True)

    def _replace(self, name: str, body: bytes) -> None:
        """Write a file so that nobody reads half of it."""
        new = self.folder / f"{name}.new"
        new.write_bytes(body)
        new.replace(self.folder / name)


def _entries(segments: Iterable[Segment]) -> list[str]:
    lines: list[str] = []
    run = 0
    for segment in segments:
        if segment.run != run:
            lines += ["#EXT-X-DISCONTINUITY"] * bool(run) + [f'#EXT-X-MAP:URI="{segment.run}-init.mp4"']
            run = segment.run
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{segment.at.isoformat(timespec='milliseconds')}")
        lines += [f"#EXTINF:{segment.duration_s:.3f},", segment.name]
    return lines
