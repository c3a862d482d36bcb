"""Lower renditions of a running LIVE, where the operator turned transcoding on: one niced FFmpeg a run.

It is fed the packager's own pieces and cuts at the source's key frames, with the source's times, so that fragment N of
every rendition shows what the source's fragment N shows. What it cannot keep up with is left out up to a key frame;
where it ends or hangs, its renditions are deleted and the source goes on alone. Nobody waits for it.
Source: RFC 8216, 4.3.4.2 (EXT-X-STREAM-INF) and 6.2.4 (variant streams).
"""

import asyncio
import contextlib
import os
import shutil
import threading
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import structlog

from largesse.media import ffmpeg
from largesse.media.boxes import BadBoxes, Boxes, Piece
from largesse.media.ffmpeg import Bounds
from largesse.media.rungs import MASTER, Rung, Size, codecs_of, master, size_of, sizes_of, sweep
from largesse.media.window import Segment

log = structlog.get_logger(__name__)
WAITING_S_MAX, WAITING_BYTES_MAX = 3.0, 16 << 20  # of pieces that the transcoder did not take yet
STALL_S = 8.0
_PAUSE_S = 2.0
CLOSE_S = 2.0
NICE = 10
_READ_BYTES = 256 << 10
_NEWLY_LISTED = 10  # fragments of the source, after which the master says anew what bits a second there were
_BOUNDS = Bounds(memory_bytes=4 << 30, processor_s=14 * 24 * 3600, files=64)


class LadderFailed(OSError):  # noqa: N818
    """The transcoder ended or hangs; the text has its last words."""


class Ladders:
    """The ladders of a process: which renditions are wanted, and how many may run at once."""

    def __init__(self, lines: Sequence[int], most: int) -> None:
        self.lines = sorted(lines, reverse=True)
        self.most = most
        self.running = 0

    def begin(self, folder: Path, run: int) -> "Ladder | None":
        """A ladder beside the window in this folder; None where transcoding is off."""
        return Ladder(folder, run, self) if self.lines else None


class Ladder:
    """One run's renditions and the master playlist, which is there even where there are none."""

    def __init__(self, folder: Path, run: int, ladders: Ladders) -> None:
        self.program: asyncio.subprocess.Process | None = None
        self.left_out = 0  # pieces
        self._folder = folder
        self._run = run
        self._ladders = ladders
        self._first = Piece(b"")
        self._size: tuple[int, int] | None = None
        self._sizes: list[Size] = []
        self.rungs: list[Rung] = []
        self._listed: tuple[Segment, ...] = ()
        self._count = 0
        self._bits = 0
        self._waiting: deque[Piece] = deque()
        self._woken = asyncio.Event()
        self._behind = False
        self._closing = False
        self._over = False
        self._gave_at = 0.0
        self._going: asyncio.Task[None] | None = None
        self._writing = threading.Lock()

    def give(self, piece: Piece) -> None:
        """Take a piece of the source; never waits."""
        if piece.first:
            if self._going is None:
                self._going = asyncio.create_task(self._go(), name="media ladder")
            return
        if self._over or self._going is None:
            return
        if self._is_full():
            self._behind = True
        elif piece.key:
            self._behind = False
        if self._behind:
            self.left_out += 1
            return
        self._waiting.append(piece)
        self._woken.set()

    def begin(self, first: Piece) -> None:
        """Hear of the source what players need first; waits for the disk. Raises OSError."""
        self._first = first
        self._size = size_of(first)
        self._sizes = sizes_of(*self._size, self._ladders.lines) if self._size else []
        sweep(self._folder, self._sizes)

    def hear(self, segment: Segment, length: int) -> None:
        """Hear that the source lists this fragment of so many bytes; waits for the disk. Raises OSError."""
        self._listed = (*self._listed[-31:], segment)
        self._bits = max(self._bits, int(length * 8 / segment.duration_s))
        if self._count % _NEWLY_LISTED == 0:
            self._write_master()
        self._count += 1

    async def close(self) -> None:
        """List what comes last; takes seconds at most."""
        self._closing = True
        self._woken.set()
        if self._going is not None:
            _, late = await asyncio.wait([self._going], timeout=CLOSE_S)
            for task in late:
                task.cancel()
            await asyncio.wait([self._going])

    def _is_full(self) -> bool:
        return (
            sum(piece.duration_s for piece in self._waiting) > WAITING_S_MAX
            or sum(len(piece.body) for piece in self._waiting) > WAITING_BYTES_MAX
        )

    async def _go(self) -> None:
        try:
            if self._sizes and self._ladders.running >= self._ladders.most:
                log.info("media.no_ladder", folder=self._folder.name, running=self._ladders.running)
            elif self._sizes:
                self._ladders.running += 1
                try:
                    await self._transcode(self._sizes)
                finally:
                    self._ladders.running -= 1
        except* (OSError, BadBoxes) as group:
            why = " | ".join(str(error) for error in group.exceptions)[:300]
            log.warning("media.ladder_over", folder=self._folder.name, run=self._run, why=why)
        finally:
            self._over = True
            self._waiting.clear()
            if not self._closing:
                with contextlib.suppress(OSError):
                    await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        """Say no more of renditions that do not go on: their addresses are gone, so players take another."""
        self.rungs = []
        if self._listed:
            self._write_master()
        for folder in [self._folder / str(size.lines) for size in self._sizes]:
            shutil.rmtree(folder, ignore_errors=True)

    async def _transcode(self, sizes: list[Size]) -> None:
        """Feed a transcoder until the source ends. Raises OSError and BadBoxes, in groups."""
        self.rungs = [Rung(self._folder / str(size.lines), self._run, size) for size in sizes]
        async with contextlib.AsyncExitStack() as stack:
            pipes = [await stack.enter_async_context(_pipe()) for _ in sizes]
            outputs = [write for _, write in pipes]
            try:
                self.program = program = await ffmpeg.start(_arguments(sizes, outputs), _BOUNDS, outputs=outputs)
            finally:
                for write in outputs:
                    os.close(write)
            assert program.stderr is not None
            words = ffmpeg.Words(program.stderr)
            try:
                os.setpriority(os.PRIO_PROCESS, program.pid, NICE)  # before its threads, which begin when bytes come
                self._gave_at = asyncio.get_running_loop().time()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._feed(program, words))
                    for (reader, _), rung in zip(pipes, self.rungs, strict=True):
                        tasks.create_task(self._read(reader, rung))
            finally:
                with contextlib.suppress(ProcessLookupError):
                    program.kill()
                await program.wait()
                await words.ended()

    async def _feed(self, program: asyncio.subprocess.Process, words: ffmpeg.Words) -> None:
        assert program.stdin is not None
        program.stdin.write(self._first.body)
        loop = asyncio.get_running_loop()
        try:
            while not self._closing or self._waiting:
                if not self._waiting:
                    self._woken.clear()
                    idle_at = loop.time()
                    await self._woken.wait()
                    if (idle_s := loop.time() - idle_at) > _PAUSE_S:
                        self._gave_at += idle_s  # the source paused
                    continue
                program.stdin.write(self._waiting.popleft().body)
                async with asyncio.timeout_at(max(loop.time(), self._gave_at + STALL_S)):
                    await program.stdin.drain()
                    await asyncio.sleep(0)  # where time is over it is noticed here
            program.stdin.close()
        except TimeoutError:
            raise LadderFailed(f"nothing came for {STALL_S:.0f} s: {words}") from None
        except OSError as error:
            raise LadderFailed(str(words) or str(error)) from None

    async def _read(self, reader: asyncio.StreamReader, rung: Rung) -> None:
        boxes = Boxes()
        while arrived := await reader.read(_READ_BYTES):
            for piece in boxes.feed(arrived):
                self._gave_at = asyncio.get_running_loop().time()
                before = rung.listed
                await asyncio.to_thread(rung.take, piece, self._listed)
                if before == 0 and rung.listed:
                    await asyncio.to_thread(self._write_master)
        if not self._closing:
            raise LadderFailed("the transcoder ended")
        await asyncio.to_thread(rung.finish, self._listed)

    def _write_master(self) -> None:
        with self._writing:
            text = master(codecs_of(self._first), self._size, self._bits, [rung for rung in self.rungs if rung.listed])
            new = self._folder / f"{MASTER}.new"
            new.write_text(text, "ascii")
            new.replace(self._folder / MASTER)


@contextlib.asynccontextmanager
async def _pipe() -> AsyncIterator[tuple[asyncio.StreamReader, int]]:
    """(what reads a pipe, the number of its other end, which is whose it was given to)."""
    read, write = os.pipe()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb", buffering=0)
    )
    try:
        yield reader, write
    finally:
        transport.close()


def _arguments(sizes: list[Size], outputs: list[int]) -> list[str]:
    split = "".join(f"[s{n}]" for n in range(len(sizes)))
    chains = [f"[0:v:0]format=yuv420p,split={len(sizes)}{split}"]
    chains += [f"[s{n}]scale={size.width}:{size.height}[v{n}]" for n, size in enumerate(sizes)]
    arguments = ["-loglevel", "error", "-protocol_whitelist", "pipe", "-threads", "1", "-analyzeduration", "500000"]
    arguments += ["-copyts", "-f", "mp4", "-i", "pipe:0", "-filter_complex_threads", "1"]
    arguments += ["-filter_complex", ";".join(chains)]
    for n, (size, output) in enumerate(zip(sizes, outputs, strict=True)):
        most = str(size.bits)
        arguments += ["-map", f"[v{n}]", "-map", "0:a:0?", "-c:a", "copy", "-fps_mode", "passthrough"]
        arguments += ["-enc_time_base", "demux", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency"]
        arguments += ["-profile:v", "main", "-crf", "23", "-maxrate", most, "-bufsize", most, "-threads", "1"]
        arguments += ["-g", "600", "-sc_threshold", "0", "-force_key_frames", "source"]
        arguments += ["-avoid_negative_ts", "disabled", "-map_metadata", "-1"]
        arguments += ["-f", "mp4", "-frag_duration", "1000000", "-flush_packets", "1"]
        arguments += ["-movflags", "empty_moov+default_base_moof+frag_keyframe+skip_trailer+frag_discont"]
        arguments += [f"pipe:{output}"]
    return arguments
