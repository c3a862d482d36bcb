"""A source made into what every browser plays: renditions in H.264 and AAC as HLS, and a poster.

Each rendition is one file of MP4, of which its playlist names byte ranges: a film is a handful of files.
Source: RFC 8216, 4.3.2.2 and 4.3.2.5 (EXT-X-BYTERANGE, EXT-X-MAP).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from largesse.media.apart import run
from largesse.media.ffmpeg import Bounds
from largesse.media.film import MASTER, POSTER, Unfit
from largesse.media.probing import Probe, Source

LADDER = (360, 720, 1080, 1440, 2160)
FILE = re.compile(r"master\.m3u8|\d{2,4}p\.(?:m3u8|mp4)|poster\.jpg")
_NEAR = 1.2  # a rendition that is only so much smaller than the largest is left out
_KEY_S, _SEGMENT_S = 2, 4
_BITS_A_PIXEL = 0.1
_POSTER_LINES_MAX = 720
_MEMORY_BYTES = 4 << 30
_PROCESSOR_S, _PROCESSOR_A_SECOND = 1800, 60  # of a core, for the whole and for each second of the film
_STALL_S = 180.0
_SHORT_S, _SHORT = 2.0, 0.9
Tell = Callable[[int], Awaitable[bool]]


class Rendition(NamedTuple):
    """One size of a film; `lines` are those of its shorter side."""

    lines: int
    width: int
    height: int


class Made(NamedTuple):
    """A film: its files in a folder, how long it is, and its largest size."""

    files: list[Path]
    duration_ms: int
    width: int
    height: int


class Given(Exception):  # noqa: N818 - who asked for a film asks no more
    """Another process makes this film, or nobody wants it any more."""


def renditions(width: int, height: int, lines_max: int) -> list[Rendition]:
    """The sizes of a film, the smallest first: none larger than its source, sides even."""
    shorter = min(width, height)
    most = min(shorter, lines_max)
    lines = [step for step in LADDER if step * _NEAR < most] + [most]
    return [
        Rendition(step, *(max(2, round(side * step / shorter / 2) * 2) for side in (width, height))) for step in lines
    ]


async def transcode(
    source: Source, found: Probe, work: Path, tell: Tell, *, lines_max: int, fps_max: int, length_s_max: float,
    file_bytes_max: int,
) -> Made:  # fmt: skip
    """Make a film of a source in an empty folder. `tell` hears percents, and ends it with False.

    Raises `Unfit` where the source turns out to be damaged or endless, `Given` where `tell` ended it, OSError.
    """
    sizes = renditions(found.width, found.height, lines_max)
    length_s = found.duration_s or length_s_max
    bounds = Bounds(
        memory_bytes=_MEMORY_BYTES,
        processor_s=_PROCESSOR_S + int(_PROCESSOR_A_SECOND * length_s),
        file_bytes=file_bytes_max,
        stall_s=_STALL_S,
    )
    out_us, wanted = 0, True

    async def hears(name: str, value: str) -> bool:
        nonlocal out_us, wanted
        if name == "out_time_us" and value.isdigit():
            out_us = int(value)
        if name == "progress":
            wanted = await tell(min(99, int(out_us / 10_000 / length_s)))
        return wanted

    ended = await run(_arguments(source, found, sizes, fps_max, length_s_max), bounds, work, hears=hears)
    if not wanted:
        raise Given
    made_s = out_us / 1e6
    if ended.status or not made_s:
        raise Unfit("unreadable", "This file cannot be read to its end: it is damaged, or made in a way unknown here.")
    if found.duration_s and made_s < found.duration_s * _SHORT and found.duration_s - made_s > _SHORT_S:
        raise Unfit("truncated", f"Only {made_s:.0f} s of {found.duration_s:.0f} s are in this file: it is not whole.")
    largest = sizes[-1]
    await _poster(work, largest, made_s)
    files = await asyncio.to_thread(_files, work)
    return Made(files, round(made_s * 1000), largest.width, largest.height)


def _files(work: Path) -> list[Path]:
    return sorted(path for path in work.iterdir() if FILE.fullmatch(path.name))


def _arguments(source: Source, found: Probe, sizes: list[Rendition], fps_max: int, length_s_max: float) -> list[str]:
    fps = min(found.fps, fps_max) if found.fps >= 1 else fps_max
    split = "".join(f"[s{n}]" for n in range(len(sizes)))
    chains = [f"[0:V:0]fps={fps:g},format=yuv420p,split={len(sizes)}{split}"]
    chains += [f"[s{n}]scale={size.width}:{size.height},setsar=1[v{n}]" for n, size in enumerate(sizes)]
    arguments = ["-v", "error", "-progress", "pipe:1", "-stats_period", "1", "-threads", "2", *source.arguments]
    arguments += ["-filter_complex_threads", "1", "-filter_complex", ";".join(chains)]
    for n, size in enumerate(sizes):
        most = max(150_000, int(size.width * size.height * fps * _BITS_A_PIXEL))
        arguments += ["-map", f"[v{n}]", *(("-map", "0:a:0") if found.sound else ())]
        arguments += [f"-maxrate:v:{n}", str(most), f"-bufsize:v:{n}", str(2 * most)]
    arguments += ["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23", "-threads", "2"]
    arguments += ["-force_key_frames", f"expr:gte(t,n_forced*{_KEY_S})", "-sc_threshold", "0"]
    arguments += ["-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]
    arguments += ["-map_metadata", "-1", "-map_chapters", "-1", "-t", f"{length_s_max:.3f}", "-max_muxing_queue_size"]
    arguments += ["4096", "-f", "hls", "-hls_time", str(_SEGMENT_S), "-hls_playlist_type", "vod"]
    arguments += ["-hls_segment_type", "fmp4", "-hls_flags", "single_file+independent_segments"]
    arguments += ["-hls_segment_filename", "%v.mp4", "-master_pl_name", MASTER, "-var_stream_map"]
    sound = ",a:{0}" if found.sound else ""
    arguments += [" ".join(f"v:{n}{sound.format(n)},name:{size.lines}p" for n, size in enumerate(sizes)), "%v.m3u8"]
    return arguments


async def _poster(work: Path, size: Rendition, length_s: float) -> None:
    """A picture of a little way in, out of what was made."""
    at_s = min(5.0, length_s / 4)
    scale = min(1.0, _POSTER_LINES_MAX / min(size.width, size.height))
    sides = ":".join(str(max(2, round(side * scale / 2) * 2)) for side in (size.width, size.height))
    arguments = ["-v", "error", "-protocol_whitelist", "file", "-ss", f"{at_s:.3f}", "-f", "mov"]
    arguments += ["-i", f"file:{work / f'{size.lines}p.mp4'}", "-frames:v", "1", "-vf", f"scale={sides}"]
    arguments += ["-q:v", "4", "-f", "image2", "-update", "1", POSTER]
    ended = await run(arguments, Bounds(processor_s=60, file_bytes=16 << 20, stall_s=60), work)
    if ended.status or not (work / POSTER).exists():
        raise Unfit("unreadable", "No picture could be taken of this film.")
