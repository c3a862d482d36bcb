"""FFmpeg as a program beside ours: started with an empty environment and bounds on memory, time, files and sizes."""

import asyncio
import contextlib
import resource
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

_ERROR_LINES = 20
_ERROR_CHARS = 300


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one FFmpeg may take."""

    memory_bytes: int = 2 << 30  # of address space, of which it uses some 60 MB
    processor_s: int = 4 * 3600  # a day of copying takes less than one
    file_bytes: int = 256 << 20
    files: int = 64
    stall_s: float = 15  # media goes in, and nothing comes out


class Words:
    """The last lines that a program said on its standard error."""

    def __init__(self, said: asyncio.StreamReader) -> None:
        self._lines: deque[str] = deque(maxlen=_ERROR_LINES)
        self._said = said
        self._listening = asyncio.create_task(self._listen())

    def __str__(self) -> str:
        return " | ".join(self._lines)

    async def ended(self) -> None:
        """Wait until it says no more."""
        await self._listening

    async def _listen(self) -> None:
        """Read in pieces, for a line may have no end."""
        while said := await self._said.read(4096):
            self._lines.extend(line[:_ERROR_CHARS] for line in said.decode("utf-8", "replace").splitlines() if line)


async def start(
    arguments: list[str], bounds: Bounds, folder: Path | None = None, outputs: Sequence[int] = ()
) -> asyncio.subprocess.Process:
    """Start it with pipes for input, output and words, and more `outputs` by number; it ends when its input does."""
    ffmpeg = await asyncio.create_subprocess_exec(
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-nostats", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={},
        start_new_session=True,
        pass_fds=outputs,
    )
    limit(ffmpeg.pid, bounds)
    return ffmpeg


def limit(pid: int, bounds: Bounds) -> None:
    """Bound a started process; the shell's way, `preexec_fn`, is unsafe beside threads."""
    for what, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_CPU, bounds.processor_s),
        (resource.RLIMIT_FSIZE, bounds.file_bytes),
        (resource.RLIMIT_NOFILE, bounds.files),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, what, (most, most))
