"""One LIVE's FLV into HLS: 1 s fragments of MP4, pictures and sound as they came, by one FFmpeg process.

The folder holds `live.m3u8`, which lists the last fragments, and `RUN-N.m4s` with `RUN-init.mp4`: RUN counts the times
that a publisher came, and N never goes back, so a player goes on after a gap. What the window left is deleted. FFmpeg
reads one pipe and opens no address: its input may use the protocol `pipe` alone. Time, memory and sizes have limits.
"""

import asyncio
import contextlib
import re
import resource
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg
import structlog

log = structlog.get_logger(__name__)

PLAYLIST = "live.m3u8"
_FRAGMENT = re.compile(r"(\d+)-(?:(\d+)\.m4s|init\.mp4)")
_SEQUENCE = re.compile(r"#EXT-X-MEDIA-SEQUENCE:(\d+)")
_FINISH_S = 5.0
_ERROR_LINES = 20
_ERROR_CHARS = 300


class PackagingFailed(OSError):  # noqa: N818
    """FFmpeg ended or hangs; the text has its last words. An OSError, as a sink's failure is."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one FFmpeg may take."""

    memory_bytes: int = 2 << 30  # of address space, of which it uses some 60 MB
    processor_s: int = 4 * 3600  # a day of copying takes less than one
    file_bytes: int = 256 << 20
    files: int = 64
    window: int = 6  # fragments in the playlist
    kept: int = 4  # fragments that left it and are not deleted yet
    stall_s: float = 15  # media goes in, and nothing comes out


@dataclass(eq=False)
class Packager:
    """A sink of the RTMP front; make it with `begin`."""

    folder: Path
    bounds: Bounds
    run: int
    _ffmpeg: asyncio.subprocess.Process
    _tell: Callable[[str], None]
    _said: deque[str] = field(default_factory=lambda: deque(maxlen=_ERROR_LINES))
    _listening: asyncio.Task[None] | None = None
    _idle_since: float = 0.0  # when the last playlist came
    _told_ns: int = 0  # when the playlist was written, at the last look

    @classmethod
    async def begin(cls, folder: Path, tell: Callable[[str], None], bounds: Bounds | None = None) -> "Packager":
        """Start FFmpeg in `folder`, which belongs to one LIVE. `tell` hears what its creator should know."""
        bounds = bounds or Bounds()
        run, following = await asyncio.to_thread(_before, folder)
        ffmpeg = await asyncio.create_subprocess_exec(
            imageio_ffmpeg.get_ffmpeg_exe(),
            *_arguments(bounds, run, following),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder,
            env={},
            start_new_session=True,
        )
        _limit(ffmpeg.pid, bounds)
        packager = cls(folder, bounds, run, ffmpeg, tell)
        packager._listening = asyncio.create_task(packager._listen())
        packager._idle_since = asyncio.get_running_loop().time()
        return packager

    async def write(self, flv: bytes) -> None:
        """Give FFmpeg these bytes; waits while its pipe is full. Raises PackagingFailed."""
        assert self._ffmpeg.stdin is not None
        if self._ffmpeg.returncode is not None:
            raise PackagingFailed(self._last_words())
        self._ffmpeg.stdin.write(flv)
        try:
            await self._ffmpeg.stdin.drain()
        except OSError:
            raise PackagingFailed(self._last_words()) from None
        self._look()

    async def notice(self, text: str) -> None:
        """Tell the creator."""
        self._tell(text)

    async def close(self, why: str) -> None:
        """Finish the last fragment; a process that does not end in seconds is killed."""
        self._tell(why)
        assert self._ffmpeg.stdin is not None
        with contextlib.suppress(OSError):
            self._ffmpeg.stdin.close()
        try:
            async with asyncio.timeout(_FINISH_S):
                await self._ffmpeg.wait()
        except TimeoutError:
            log.warning("media.killed", pid=self._ffmpeg.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                self._ffmpeg.kill()
            await self._ffmpeg.wait()
            if self._listening is not None:
                await self._listening

    def _look(self) -> None:
        """Has a playlist come since the last look? Where none comes, FFmpeg hangs."""
        now = asyncio.get_running_loop().time()
        playlist = self.folder / PLAYLIST
        written_ns = playlist.stat().st_mtime_ns if playlist.exists() else 0
        if written_ns != self._told_ns:
            if not self._told_ns:
                _forget(self.folder, self.run)
            self._told_ns, self._idle_since = written_ns, now
        elif now - self._idle_since > self.bounds.stall_s:
            raise PackagingFailed(f"no fragment for {self.bounds.stall_s:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        return " | ".join(self._said) or f"FFmpeg ended with {self._ffmpeg.returncode}"

    async def _listen(self) -> None:
        """Keep the last lines that FFmpeg says; read in pieces, for a line may have no end."""
        assert self._ffmpeg.stderr is not None
        while said := await self._ffmpeg.stderr.read(4096):
            self._said.extend(line[:_ERROR_CHARS] for line in said.decode("utf-8", "replace").splitlines() if line)


def _arguments(bounds: Bounds, run: int, following: int) -> list[str]:
    flags = "delete_segments+independent_segments+program_date_time+omit_endlist+temp_file"
    return [
        *("-hide_banner", "-loglevel", "warning", "-nostats"),
        *("-protocol_whitelist", "pipe", "-f", "flv", "-analyzeduration", "3000000", "-i", "pipe:0"),
        *("-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-threads", "1"),
        *("-f", "hls", "-hls_segment_type", "fmp4", "-hls_time", "1"),
        *("-hls_list_size", str(bounds.window), "-hls_delete_threshold", str(bounds.kept)),
        *("-hls_flags", flags + "+discont_start" * (run > 1), "-start_number", str(following)),
        *("-hls_fmp4_init_filename", f"{run}-init.mp4", "-hls_segment_filename", f"{run}-%d.m4s", PLAYLIST),
    ]


def _limit(pid: int, bounds: Bounds) -> None:
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


def _before(folder: Path) -> tuple[int, int]:
    """The number of this run, and of its first fragment: after all that were ever listed or lie here."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [match for path in folder.iterdir() if (match := _FRAGMENT.fullmatch(path.name))]
    run = max((int(match[1]) for match in names), default=0) + 1
    last = max((int(match[2]) for match in names if match[2]), default=-1)
    playlist = folder / PLAYLIST
    if playlist.exists():
        text = playlist.read_text()
        first = _SEQUENCE.search(text)
        last = max(last, (int(first[1]) if first else 0) + text.count("#EXTINF") - 1)
    return run, last + 1


def _forget(folder: Path, run: int) -> None:
    """Delete fragments of runs before the one before this: no player asks for them."""
    for path in folder.iterdir():
        match = _FRAGMENT.fullmatch(path.name)
        if match and int(match[1]) < run - 1:
            path.unlink(missing_ok=True)
