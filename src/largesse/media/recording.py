"""What is kept of a LIVE: each publisher's run as one file that grows, and after the end a playlist of all of them.

`RUN.mp4` is a first piece and fragments, as they were shown; `RUN.index` says where each fragment lies, a line each,
written after it: what a killed service wrote in part is not listed. The playlist names byte ranges, so nothing is
copied or encoded again. Source: RFC 8216, 4.3.2.2 (EXT-X-BYTERANGE).
"""

import math
import re
from pathlib import Path
from typing import NamedTuple

from largesse.media.boxes import Piece
from largesse.media.window import Segment

REPLAY = "replay.m3u8"
RUN_FILE = re.compile(r"\d{1,9}\.mp4")
_INDEX = re.compile(r"(\d+) (\d+) (\d+\.\d+)")


class Part(NamedTuple):
    """Where a fragment lies in its run's file."""

    offset: int
    length: int
    duration_s: float


class Recording:
    """One publisher's run; its methods wait for the disk and raise OSError."""

    def __init__(self, folder: Path, run: int, first: Piece) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / f"{run}.mp4").open("wb")
        self._index = (folder / f"{run}.index").open("w", encoding="ascii")
        self._write(first.body, 0.0)

    def add(self, segment: Segment, body: bytes) -> None:
        """Append a fragment."""
        self._write(body, segment.duration_s)

    def close(self) -> None:
        """Write no more."""
        self._file.close()
        self._index.close()

    def _write(self, body: bytes, duration_s: float) -> None:
        offset = self._file.tell()
        self._file.write(body)
        self._file.flush()
        self._index.write(f"{offset} {len(body)} {duration_s:.6f}\n")
        self._index.flush()


def runs(folder: Path) -> dict[int, list[Part]]:
    """What was recorded, by run in order: the first piece, then fragments; runs without any are left out."""
    found: dict[int, list[Part]] = {}
    for path in sorted(folder.glob("*.index"), key=lambda path: int(path.stem)):
        lines = path.read_text("ascii").splitlines()
        parts = [Part(int(m[1]), int(m[2]), float(m[3])) for line in lines if (m := _INDEX.fullmatch(line))]
        if len(parts) > 1:
            found[int(path.stem)] = parts
    return found


def write_replay(folder: Path) -> float:
    """Write the playlist of all that was recorded; its length in seconds, 0 where there is nothing."""
    found = runs(folder) if folder.is_dir() else {}
    if not found:
        return 0.0
    fragments = [part for parts in found.values() for part in parts[1:]]
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines.append(f"#EXT-X-TARGETDURATION:{math.ceil(max(part.duration_s for part in fragments))}")
    for n, (run, (first, *parts)) in enumerate(found.items()):
        lines += ["#EXT-X-DISCONTINUITY"] * bool(n)
        lines.append(f'#EXT-X-MAP:URI="{run}.mp4",BYTERANGE="{first.length}@{first.offset}"')
        for part in parts:
            lines += [f"#EXTINF:{part.duration_s:.3f},", f"#EXT-X-BYTERANGE:{part.length}@{part.offset}", f"{run}.mp4"]
    new = folder / f"{REPLAY}.new"
    new.write_text("\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n", "ascii")
    new.replace(folder / REPLAY)
    return sum(part.duration_s for part in fragments)
