"""One run of one stream: a publisher's bytes become pieces, which are relayed, listed and recorded.

Pictures go on where the disk does not: a recording that cannot be written stops, a playlist that cannot be written is
late, and both are told once.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import structlog

from largesse.kit.news import News
from largesse.kit.problems import Problem
from largesse.media.boxes import Piece
from largesse.media.ladder import Ladder, Ladders
from largesse.media.model import Stream
from largesse.media.packaging import Form, Packager
from largesse.media.recording import Recording
from largesse.media.relay import Teller
from largesse.media.stills import EVERY_S, FIRST_S, STILL, make_still
from largesse.media.window import Segment, Window

log = structlog.get_logger(__name__)
SAID_CHARS_MAX = 300
Note = Literal["still", "unrecorded"]
FREE_BYTES_MIN = 512 << 20  # less is left to the database: nothing is recorded then


class PublishingEnded(OSError):  # noqa: N818
    """The service ends this publisher; the text is a sentence for its creator, the problem says it to programs."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title())
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Folders:
    """Where LIVEs lie on disk."""

    root: Path

    def live(self, stream: Stream) -> Path:
        """The last seconds of a LIVE."""
        return self.root / "live" / stream.id.hex

    def recorded(self, stream: Stream) -> Path:
        """What is kept of it."""
        return self.root / "recorded" / stream.id.hex

    def still(self, stream: Stream) -> Path:
        """Its latest picture."""
        return self.root / "stills" / stream.id.hex / STILL

    def delete(self, stream: Stream) -> None:
        """Delete all of it; what is gone is gone. Raises OSError."""
        for folder in (self.live(stream), self.recorded(stream), self.still(stream).parent):
            with suppress(FileNotFoundError):
                shutil.rmtree(folder)


@dataclass(eq=False)
class Publisher:
    """A sink for one publisher's bytes; make it with `begin`."""

    stream: Stream
    tell: Callable[[str], None]
    over: Callable[["Publisher"], Awaitable[None]]
    noted: Callable[["Publisher", Note], Awaitable[None]]
    _window: Window
    _teller: Teller
    _recorded: Path | None
    _still: Path
    _ladder: Ladder | None
    _packager: Packager | None = None
    _recording: Recording | None = None
    _told: set[str] = field(default_factory=set)
    _unrecorded: bool = False
    _first: bytes = b""
    _still_at: float = 0.0
    _stills: int = 0
    _picturing: asyncio.Task[None] | None = None
    _end: Problem | None = None
    said: str | None = None  # the last sentence for the creator

    @classmethod
    async def begin(
        cls, stream: Stream, form: Form, news: News, folders: Folders, *, record: bool, tell: Callable[[str], None],
        over: Callable[["Publisher"], Awaitable[None]], noted: Callable[["Publisher", Note], Awaitable[None]],
        ladders: Ladders,
    ) -> "Publisher":  # fmt: skip
        """Begin to pack.

        `tell` hears sentences for the creator, `over` that this run has ended, `noted` what changed meanwhile.
        """
        teller = Teller(news, stream.id, stream.run)
        recorded = folders.recorded(stream) if record else None
        window = Window(folders.live(stream))
        ladder = ladders.begin(window.folder, stream.run) if stream.guest is None else None
        publisher = cls(stream, tell, over, noted, window, teller, recorded, folders.still(stream), ladder)
        await teller.open()
        publisher._packager = await Packager.begin(form, publisher._take)
        return publisher

    async def write(self, media: bytes) -> None:
        """Take bytes as they come. Raises OSError, whose text says why it is over."""
        assert self._packager is not None
        if self._end:
            raise PublishingEnded(self._end)
        await self._packager.write(media)

    async def notice(self, text: str) -> None:
        """Tell the creator."""
        self.said = text[:SAID_CHARS_MAX]
        self.tell(text)

    async def close(self, why: str) -> None:
        """Nothing more comes: list what came last."""
        assert self._packager is not None
        await self.notice(self._end.title() if self._end else why)
        await self._packager.close()
        await self._teller.close()
        if self._picturing is not None:
            await asyncio.wait([self._picturing])
        try:
            await asyncio.to_thread(self._finish)
        except OSError as error:
            log.warning("media.not_finished", stage=self.stream.stage, error=str(error))
        if self._ladder is not None:
            await self._ladder.close()
        await self.over(self)

    def end(self, why: Problem) -> None:
        """Take no more: the next bytes are refused with this."""
        self._end = self._end or why

    async def _take(self, piece: Piece) -> None:
        await self._teller.tell(piece)
        if piece.first or piece.key:
            await asyncio.to_thread(self._keep, piece)  # a full or slow disk holds up this publisher alone
        else:
            self._window.add(piece)
        if self._ladder is not None:
            self._ladder.give(piece)
        if piece.first:
            self._first = piece.body
        elif piece.key:
            self._picture(piece)
        if self._unrecorded:
            self._unrecorded = False
            await self.noted(self, "unrecorded")

    def _picture(self, piece: Piece) -> None:
        """Begin to make a still of this key frame, where it is time for one."""
        now = asyncio.get_running_loop().time()
        making = self._picturing is not None and not self._picturing.done()
        wait_s = 0.0 if not self._stills else FIRST_S if self._stills == 1 else EVERY_S
        if self.stream.guest is not None or making or now - self._still_at < wait_s:
            return
        self._still_at = now
        self._stills += 1
        self._picturing = asyncio.create_task(self._make_still(self._first + piece.body), name="media still")

    async def _make_still(self, fragment: bytes) -> None:
        try:
            if await make_still(fragment, self._still):
                await self.noted(self, "still")
        except OSError as error:  # no process, no database: the next one comes
            log.warning("media.no_still", why=str(error))

    def _keep(self, piece: Piece) -> None:
        try:
            if piece.first:
                self._window.begin(self.stream.run, piece)
                if self._ladder is not None:
                    self._ladder.begin(piece)
            elif (done := self._window.add(piece)) is not None:
                self._pass(*done)
                return
        except OSError as error:
            self._say_once("The disk is full or away: viewers of the playlist wait.", error)
        if piece.first and self._recorded is not None:
            try:
                self._check_room()
                self._recording = Recording(self._recorded, self.stream.run, piece)
            except OSError as error:
                self._unrecorded = True
                self._say_once("The LIVE is not recorded: the disk is full or away.", error)

    def _pass(self, segment: Segment, body: bytes) -> None:
        """Say what the window lists now."""
        if self._recording is not None:
            self._record(self._recording, segment, body)
        if self._ladder is not None:
            self._ladder.hear(segment, len(body))

    def _record(self, recording: Recording, segment: Segment, body: bytes) -> None:
        try:
            self._check_room()
            recording.add(segment, body)
        except OSError as error:
            self._recording, self._unrecorded = None, True
            with suppress(OSError):
                recording.close()
            self._say_once("The recording stopped: the disk is full or away. The LIVE goes on.", error)

    def _finish(self) -> None:
        done = self._window.finish()
        if done is not None:
            self._pass(*done)
        if self._recording is not None:
            self._recording.close()

    def _check_room(self) -> None:
        assert self._recorded is not None
        self._recorded.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._recorded).free < FREE_BYTES_MIN:
            raise OSError("too little room is left on the disk")

    def _say_once(self, text: str, error: OSError) -> None:
        if text not in self._told:
            self._told.add(text)
            log.warning("media.disk", stage=self.stream.stage, error=str(error))
            self.said = text
            self.tell(text)
