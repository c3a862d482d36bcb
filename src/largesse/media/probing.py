"""What a file is: its pictures and sound, as FFmpeg tells them, and whether a video can be made of it.

There is no `ffprobe` in the wheel that brings FFmpeg, so what FFmpeg says of an input is read; a stream's line is told
from a file's own words by its two spaces, since those stand behind four. Nothing here is believed: sizes and times are
bounded again where the film is made.
"""

import re
from pathlib import Path
from typing import NamedTuple

from largesse.media import recording
from largesse.media.apart import run
from largesse.media.ffmpeg import Bounds
from largesse.media.film import HEAD_BYTES, Unfit, container

PIXELS_MAX = 8192 * 4320
SIDE_MIN, SIDE_MAX, SHAPE_MAX = 32, 8192, 8
BOUNDS = Bounds(processor_s=60, file_bytes=1 << 20, stall_s=60)
_VIDEO = re.compile(r"^  Stream #0:\d+.*?: Video: (?!none)(?!.*\(attached pic\)).*$", re.MULTILINE)
_AUDIO = re.compile(r"^  Stream #0:\d+.*?: Audio: (?!none)", re.MULTILINE)
_SIZE = re.compile(r", (\d{1,7})x(\d{1,7})(?: \[SAR (\d{1,6}):(\d{1,6}) )?")
_FPS = re.compile(r", ([\d.]{1,8})(k?) fps")
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_TURNED = re.compile(r"^ {4,}(?:Display Matrix|displaymatrix): rotation of (-?\d+)", re.MULTILINE)
_BOMB = "exceeds specified max pixel count"
_STREAM = re.compile(r"^  Stream #0:", re.MULTILINE)


class Source(NamedTuple):
    """What a film is made of: FFmpeg's arguments of its input. `duration_s` is known of recordings."""

    arguments: list[str]
    duration_s: float | None = None


class Probe(NamedTuple):
    """Pictures as they are shown, turned and with square pixels. `fps` 0 and `duration_s` None: unsaid."""

    width: int
    height: int
    fps: float
    sound: bool
    duration_s: float | None


def of_file(path: Path) -> Source:
    """An uploaded file. Raises `Unfit`, and OSError."""
    with path.open("rb") as file:
        kind = container(file.read(HEAD_BYTES))
    return Source([*_guarded(kind), "-i", f"file:{path}"])


def of_recording(folder: Path, work: Path) -> Source:
    """All runs of a LIVE, one behind the other; the list of them is written to `work`. Raises `Unfit`, and OSError."""
    found = recording.runs(folder) if folder.is_dir() else {}
    if not found:
        raise Unfit("no-recording", "The recording of the LIVE is not there any more.")
    listed = work / "runs.txt"
    lines = [f"file '{folder / f'{run}.mp4'}'" for run in found]
    listed.write_text("\n".join(["ffconcat version 1.0", *lines]) + "\n", "utf-8")
    length_s = sum(part.duration_s for parts in found.values() for part in parts[1:])
    return Source([*_guarded("concat"), "-safe", "0", "-i", f"file:{listed}"], length_s)


def _guarded(kind: str) -> list[str]:
    return ["-protocol_whitelist", "file", "-max_pixels", str(PIXELS_MAX), "-f", kind]


async def probe(source: Source, work: Path, length_s_max: float) -> Probe:
    """Look at a source. Raises `Unfit` where no video can be made of it."""
    ended = await run([*source.arguments], BOUNDS, work)
    found = read(ended.said)
    found = found._replace(duration_s=source.duration_s or found.duration_s)
    sides = sorted((found.width, found.height))
    if found.width * found.height > PIXELS_MAX or sides[1] > SIDE_MAX or sides[0] < SIDE_MIN:
        raise Unfit("bad-size", f"Its pictures are {found.width} by {found.height}: no size that is shown here.")
    if sides[1] > sides[0] * SHAPE_MAX:
        raise Unfit("bad-size", f"Its pictures are {found.width} by {found.height}: far longer than wide.")
    if found.duration_s is not None and found.duration_s > length_s_max:
        raise Unfit("too-long", f"It is longer than {length_s_max / 60:.0f} minutes.")
    return found


def read(said: str) -> Probe:
    """What FFmpeg said of an input. Raises `Unfit` where it found no picture."""
    picture = _VIDEO.search(said)
    size = _SIZE.search(picture[0]) if picture else None
    if picture is None or size is None:
        if _BOMB in said:
            raise Unfit("bad-size", f"Its pictures have more than {PIXELS_MAX} pixels.")
        if _AUDIO.search(said):
            raise Unfit("no-picture", "There is sound in this file, but no picture that can be read.")
        raise Unfit("unreadable", "This file cannot be read: it is damaged, or not whole.")
    width, height = int(size[1]), int(size[2])
    if size[3] and int(size[3]) and int(size[4]):
        width = round(width * int(size[3]) / int(size[4]))
    following = _STREAM.split(said[picture.end() :])[0]
    turned = _TURNED.search(following)
    if turned and int(turned[1]) % 180:
        width, height = height, width
    fps = _FPS.search(picture[0])
    length = _DURATION.search(said)
    return Probe(
        width=width,
        height=height,
        fps=float(fps[1]) * (1000 if fps[2] else 1) if fps else 0.0,
        sound=_AUDIO.search(said) is not None,
        duration_s=int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3]) if length else None,
    )
