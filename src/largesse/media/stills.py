"""A still picture of a running LIVE: one key frame every half minute, by an FFmpeg that decodes nothing else.

The last one stays, for the replay. A picture that cannot be made is left out: the one before it stands.
"""

import asyncio
import contextlib
from pathlib import Path

import structlog

from largesse.media import ffmpeg
from largesse.media.ffmpeg import Bounds

log = structlog.get_logger(__name__)
STILL = "still.jpg"
FIRST_S, EVERY_S = 4.0, 30.0  # a camera's first pictures are dark: the second still comes soon
SIDE_MAX = 640
_MADE_S_MAX = 5.0
_BOUNDS = Bounds(memory_bytes=1 << 30, processor_s=4, file_bytes=4 << 20)
_AT_ONCE = asyncio.Semaphore(2)  # of a process: stills wait for each other, pictures wait for none
_ARGUMENTS = [
    *("-loglevel", "error", "-protocol_whitelist", "pipe", "-threads", "1", "-skip_frame", "nokey"),
    *("-f", "mp4", "-i", "pipe:0", "-map", "0:v:0", "-frames:v", "1"),
    *(
        "-vf",
        f"scale=w='min({SIDE_MAX},iw)':h='min({SIDE_MAX},ih)':force_original_aspect_ratio=decrease,format=yuvj420p",
    ),
    *("-c:v", "mjpeg", "-q:v", "4", "-f", "image2pipe", "pipe:1"),
]


async def make_still(fragment: bytes, path: Path) -> bool:
    """Make a JPEG of the first picture of a fragment, with its first piece before it; whether there is one now."""
    async with _AT_ONCE:
        program = await ffmpeg.start(_ARGUMENTS, _BOUNDS)
        try:
            async with asyncio.timeout(_MADE_S_MAX):
                picture, said = await program.communicate(fragment)
        except TimeoutError:
            picture, said = b"", b"it took too long"
        finally:
            with contextlib.suppress(ProcessLookupError):
                program.kill()
            await program.wait()
    if not picture.startswith(b"\xff\xd8"):
        log.warning("media.no_still", why=said[-300:].decode("utf-8", "replace"))
        return False
    try:
        await asyncio.to_thread(_replace, path, picture)
    except OSError as error:
        log.warning("media.no_still", why=str(error))
        return False
    return True


def _replace(path: Path, picture: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(picture)
    new.replace(path)
