"""One publisher's media into pieces of MP4, pictures as they came and sound as AAC, by one FFmpeg process.

FFmpeg reads one pipe and writes one, and opens no address: its input may use the protocol `pipe` alone.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

import structlog

from largesse.media import ffmpeg
from largesse.media.boxes import BadBoxes, Boxes, Piece
from largesse.media.ffmpeg import Bounds

log = structlog.get_logger(__name__)

Form = Literal["flv", "mp4", "matroska"]
_FINISH_S = 5.0
_READ_BYTES = 256 << 10
# No trailer: FFmpeg would remember every fragment for it, 2.6 MB an hour.
_FRAGMENTS = "empty_moov+default_base_moof+frag_keyframe+skip_trailer"
_PIECE_US = 200_000  # of media at most: what a viewer waits for before it can be shown


class PackagingFailed(OSError):  # noqa: N818
    """FFmpeg ended or hangs; the text has its last words. An OSError, as a sink's failure is."""


@dataclass(eq=False)
class Packager:
    """Make it with `begin`; give it a publisher's bytes, and it gives pieces."""

    bounds: Bounds
    _ffmpeg: asyncio.subprocess.Process
    _give: Callable[[Piece], Awaitable[None]]
    _words: ffmpeg.Words
    _reading: asyncio.Task[None] | None = None
    _gave_at: float = 0.0
    _bad: list[str] = field(default_factory=list)

    @classmethod
    async def begin(
        cls, form: Form, give: Callable[[Piece], Awaitable[None]], bounds: Bounds | None = None
    ) -> "Packager":
        """Start FFmpeg for media of this form; `give` is called with each piece, one at a time."""
        bounds = bounds or Bounds()
        started = await ffmpeg.start(_arguments(form), bounds)
        assert started.stderr is not None
        packager = cls(bounds, started, give, ffmpeg.Words(started.stderr))
        packager._gave_at = asyncio.get_running_loop().time()
        packager._reading = asyncio.create_task(packager._read())
        return packager

    @property
    def pid(self) -> int:
        """FFmpeg's."""
        return self._ffmpeg.pid

    async def write(self, media: bytes) -> None:
        """Give FFmpeg these bytes; waits while its pipe is full. Raises PackagingFailed."""
        assert self._ffmpeg.stdin is not None
        if self._ffmpeg.returncode is not None or self._bad:
            raise PackagingFailed(self._last_words())
        self._ffmpeg.stdin.write(media)
        try:
            await self._ffmpeg.stdin.drain()
        except OSError:
            raise PackagingFailed(self._last_words()) from None
        if asyncio.get_running_loop().time() - self._gave_at > self.bounds.stall_s:
            raise PackagingFailed(f"nothing to show for {self.bounds.stall_s:.0f} s: {self._last_words()}")

    async def close(self) -> None:
        """Give the last pieces; a process that does not end in seconds is killed."""
        assert self._ffmpeg.stdin is not None
        assert self._reading is not None
        with contextlib.suppress(OSError):
            self._ffmpeg.stdin.close()
        try:
            async with asyncio.timeout(_FINISH_S):
                await asyncio.shield(self._reading)
                await self._ffmpeg.wait()
        except TimeoutError:
            log.warning("media.killed", pid=self._ffmpeg.pid)
        finally:
            with contextlib.suppress(ProcessLookupError):
                self._ffmpeg.kill()
            await self._ffmpeg.wait()
            await self._reading
            await self._words.ended()

    async def _read(self) -> None:
        assert self._ffmpeg.stdout is not None
        boxes = Boxes()
        while arrived := await self._ffmpeg.stdout.read(_READ_BYTES):
            if self._bad:
                continue  # FFmpeg is not held up by what nobody takes
            try:
                for piece in boxes.feed(arrived):
                    self._gave_at = asyncio.get_running_loop().time()
                    await self._give(piece)
            except BadBoxes as error:
                self._bad.append(str(error))
            except Exception:  # a fault of ours ends this publisher, and is told; it holds up nothing
                log.exception("media.not_taken", pid=self._ffmpeg.pid)
                self._bad.append("The service cannot take these pictures now.")

    def _last_words(self) -> str:
        return " | ".join(self._bad) or str(self._words) or f"FFmpeg ended with {self._ffmpeg.returncode}"


def _arguments(form: Form) -> list[str]:
    # RTMP brings AAC alone; a browser's recorder brings Opus, which not every player of MP4 takes.
    sound = ("-c:a", "copy") if form == "flv" else ("-c:a", "aac", "-b:a", "128k", "-ar", "48000")
    return [
        *("-loglevel", "warning", "-protocol_whitelist", "pipe"),
        *("-analyzeduration", "2000000", "-f", form, "-i", "pipe:0"),
        *("-map", "0:v:0", "-map", "0:a:0?", "-c:v", "copy", *sound, "-threads", "1"),
        *("-f", "mp4", "-movflags", _FRAGMENTS, "-frag_duration", str(_PIECE_US)),
        *("-flush_packets", "1", "pipe:1"),
    ]
