"""FFmpeg on files that nobody vouches for: one run with bounds, which ends when ours is killed."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from largesse.media.ffmpeg import Bounds, limit
from largesse.media.film import Unfit

SAID_BYTES_MAX = 64 << 10
_LINE_BYTES_MAX = 4096
# Ends with its parent, by the kernel's word; is nice; becomes the program. `preexec_fn` is unsafe beside threads.
_LAUNCH = """
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
except (OSError, AttributeError):
    pass
if os.getppid() != int(sys.argv[1]):
    sys.exit(1)
os.nice(int(sys.argv[2]))
os.execv(sys.argv[3], sys.argv[3:])
"""
Hears = Callable[[str, str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: its status, and what it said last."""

    status: int
    said: str


async def run(
    arguments: list[str], bounds: Bounds, folder: Path, *, nice: int = 10, hears: Hears | None = None
) -> Ended:
    """Run FFmpeg to its end. Raises `Unfit` where it gives no sign of progress for `bounds.stall_s`.

    `hears` gets each `name=value` of `-progress pipe:1`, and ends the run with False. A sign of progress is another
    `out_time_us` or `frame`; without `hears` the whole run takes `stall_s` at most.
    """
    ffmpeg = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-ISc", _LAUNCH, str(os.getpid()), str(nice), imageio_ffmpeg.get_ffmpeg_exe()),
        *("-hide_banner", "-nostats", "-nostdin", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={},
        start_new_session=True,
        limit=_LINE_BYTES_MAX,
    )
    limit(ffmpeg.pid, bounds)
    assert ffmpeg.stdout is not None
    assert ffmpeg.stderr is not None
    listening = asyncio.create_task(_listen(ffmpeg.stderr))
    try:
        if hears is None:
            async with asyncio.timeout(bounds.stall_s):
                await ffmpeg.wait()
        elif not await _follow(ffmpeg.stdout, bounds.stall_s, hears):
            ffmpeg.kill()
        return Ended(await ffmpeg.wait(), await listening)
    except TimeoutError:
        raise Unfit("took-too-long", "The service gave up on this file: it took too long.") from None
    finally:
        with suppress(ProcessLookupError):
            ffmpeg.kill()
        await ffmpeg.wait()
        listening.cancel()


async def _follow(stdout: asyncio.StreamReader, stall_s: float, hears: Hears) -> bool:
    """Hear progress until the run ends (True), or is to end. Raises TimeoutError where there is none."""
    loop = asyncio.get_running_loop()
    signs: dict[str, str] = {}
    async with asyncio.timeout(stall_s) as patience:
        while line := await stdout.readline():
            name, _, value = line.decode("ascii", "replace").strip().partition("=")
            if name in {"out_time_us", "frame"} and signs.get(name) != value:
                signs[name] = value
                patience.reschedule(loop.time() + stall_s)
            if not await hears(name, value):
                return False
    return True


async def _listen(stderr: asyncio.StreamReader) -> str:
    """The first and the last of what it says."""
    said = b""
    while piece := await stderr.read(8192):
        said += piece
        if len(said) > SAID_BYTES_MAX:
            said = said[: SAID_BYTES_MAX // 2] + said[-SAID_BYTES_MAX // 4 :]
    return said.decode("utf-8", "replace")
