"""The gateway of one process: rooms that have viewers here, their frames, and what is told to their owners."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable

import msgspec
import nats.errors
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.http import Busy
from largesse.kit.news import Listening, News
from largesse.media import list_guest_streams, list_streams, signed
from largesse.realtime import store
from largesse.realtime.frames import Frame, unpack
from largesse.realtime.gate import Base, GateRoom
from largesse.realtime.model import MEMBERS_NAMED_MAX, TOP
from largesse.realtime.owner import Report
from largesse.realtime.standings import Standings
from largesse.realtime.telling import Teller
from largesse.stage import (
    ON,
    Figure,
    Stage,
    StageService,
    add_viewings,
    guest_body,
    list_guests,
    live_body,
    ranks,
)

log = structlog.get_logger(__name__)
VIEWERS_SUBJECT = "rooms.viewers"
REPORT_S = 1.0
POLL_S = 1.0
SWEEP_S = 0.1
LINGER_S = 10.0
BASE_S = 1.0
VIEWINGS_S = 2.0
CATCH_UP_FRAMES_MAX = 1_000
CATCH_UP_BYTES_MAX = 4 << 20
_CATCH_UPS_AT_ONCE = 16
_LOADED_FRAMES = 64
_VIEWINGS_HELD_MAX = 100_000
_OF_GUESTS = (b'"type":"guest.', b'"guest":"acct_')
_TROUBLE = (psycopg.Error, PoolTimeout, OSError, nats.errors.Error)


class Hub:
    """Every room with a viewer in this process. `tell_owner` hears its reports; NATS carries them to the others."""

    def __init__(
        self, db: Database, news: News, stages: StageService, settings: Settings, *, standings: Standings,
        teller: Teller, tell_owner: Callable[[Report], None],
    ) -> None:  # fmt: skip
        self.name = secrets.token_hex(6)
        self.rooms: dict[int, GateRoom] = {}
        self.connections = 0
        self._db = db
        self._news = news
        self._standings = standings
        self._teller = teller
        self._stages = stages
        self._settings = settings
        self._clock = stages.clock
        self._tell_owner = tell_owner
        self._tasks: list[asyncio.Task[None]] = []
        self._loading: dict[int, asyncio.Task[None]] = {}
        self._fetching: dict[int, asyncio.Task[None]] = {}
        self._listening: dict[int, Listening] = {}
        self._based_at: dict[int, float] = {}
        self._reported: set[int] = set()
        self._viewings: list[tuple[int, int]] = []
        self._catching_up = asyncio.Semaphore(_CATCH_UPS_AT_ONCE)

    async def open(self) -> None:
        """Begin to report, to poll, and to look after stalled sockets."""
        turns = ((REPORT_S, self._report), (POLL_S, self._poll), (SWEEP_S, self._sweep), (VIEWINGS_S, self._write))
        self._tasks = [asyncio.create_task(_every(seconds, turn), name=turn.__name__) for seconds, turn in turns]
        for task in self._tasks:
            task.add_done_callback(_tell_bug)

    def part(self) -> None:
        """End the streams of events, which never end by themselves; `close` follows when all that runs has ended."""
        for room in self.rooms.values():
            room.part()

    async def close(self) -> None:
        """Stop; sockets are closed by their server."""
        for task in (*self._tasks, *self._loading.values(), *self._fetching.values()):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(*_TROUBLE):
            await self._write()

    # Viewers

    async def enter(self, stage: Stage, account: int | None, viewer: int) -> GateRoom:
        """Count one more viewer and return the room, loaded; raises `Busy` over the limit, or without a database.

        `viewer` is what unique viewers are counted by: an account, or minus a hash of a guest. `leave` undoes it.
        """
        if self.connections >= self._settings.sockets_max:
            raise Busy
        room = self.rooms.get(stage.key)
        if room is None:
            room = self.rooms[stage.key] = GateRoom(stage, self._clock)
            self._loading[stage.key] = asyncio.create_task(self._load(room))
        self.connections += 1
        room.users += 1
        try:
            if loading := self._loading.get(stage.key):
                await asyncio.shield(loading)
            await self._refresh(room, stage)
        except _TROUBLE as error:
            self.leave(room)
            raise Busy from error
        except BaseException:
            self.leave(room)
            raise
        room.joined += 1
        if account is not None and len(room.members) < MEMBERS_NAMED_MAX:
            room.members.append(account)
        if len(self._viewings) < _VIEWINGS_HELD_MAX:
            self._viewings.append((stage.key, viewer))
        return room

    def leave(self, room: GateRoom) -> None:
        """Count one viewer less."""
        self.connections -= 1
        room.users -= 1
        room.left_at = time.monotonic()

    async def older(self, room: GateRoom, after: int) -> list[Frame]:
        """The kept frames behind `after` that are older than the room's recent ones; none where they do not reach."""
        if after >= room.seq or room.since(after, room.seq) is not None:
            return []
        found: list[Frame] = []
        size = 0
        async with self._catching_up, self._db.read() as tx:
            kept = await store.list_frames(tx, [(room.stage.key, after)], CATCH_UP_FRAMES_MAX)
        at = after
        for frame in kept.get(room.stage.key, []):
            size += len(frame.public)
            if frame.prev > at or size > CATCH_UP_BYTES_MAX:
                return []
            found.append(frame)
            at = frame.seq
            if room.since(at, room.seq) is not None:
                return found
        return []

    # Frames

    def take(self, stage: int, frame: Frame) -> None:
        """A frame of an owner in this process, or from NATS; what is missing before it is fetched."""
        room = self.rooms.get(stage)
        if any(mark in frame.public for mark in _OF_GUESTS):  # who comes in now is told who is on now
            self._based_at.pop(stage, None)
        if room and stage not in self._loading and not room.take(frame):
            self._fetch(room)

    async def _hear(self, subject: str, body: bytes) -> None:
        frame = unpack(body)
        if frame:
            self.take(int(subject.rpartition(".")[2]), frame)

    def _fetch(self, room: GateRoom) -> None:
        if room.stage.key not in self._fetching:
            self._fetching[room.stage.key] = asyncio.create_task(self._fetch_now(room))

    async def _fetch_now(self, room: GateRoom) -> None:
        try:
            async with self._db.read() as tx:
                kept = await store.list_frames(tx, [(room.stage.key, room.seq)], CATCH_UP_FRAMES_MAX)
            _take_all(room, kept.get(room.stage.key, []))
        except _TROUBLE as error:
            log.warning("gateway.trouble", stage=room.stage.key, error=str(error))
        finally:
            del self._fetching[room.stage.key]

    async def _poll(self) -> None:
        """Frames that NATS did not bring."""
        rooms = [room for key, room in self.rooms.items() if key not in self._loading]
        if not rooms:
            return
        async with self._db.read() as tx:
            kept = await store.list_frames(tx, [(r.stage.key, r.seq) for r in rooms], CATCH_UP_FRAMES_MAX)
        for room in rooms:
            _take_all(room, kept.get(room.stage.key, []))

    async def _load(self, room: GateRoom) -> None:
        key = room.stage.key
        try:
            if key not in self._listening:
                self._listening[key] = await self._news.listen(f"room.{key}", self._hear)
            async with self._db.read() as tx:
                # In this order: an owner's memory may be ahead of a snapshot that is taken before it is asked.
                standing = (await self._standings.standings(tx, [room.stage], top=0))[key]
                frames = await store.list_last_frames(tx, key, _LOADED_FRAMES)
            room.load(frames, standing.totals, standing.diamonds_milli, standing.seq)
        except BaseException:
            self.rooms.pop(key, None)
            raise
        finally:
            del self._loading[key]
        # Frames that came meanwhile were passed over; they are kept.
        self._fetch(room)

    async def _refresh(self, room: GateRoom, stage: Stage) -> None:
        """What snapshots say besides frames, at most a second old while people come."""
        async with room.basing:
            now = time.monotonic()
            if now - self._based_at.get(stage.key, -BASE_S) < BASE_S and room.stage == stage and room.base_stands:
                return
            room.base_stands = True
            async with self._db.read() as tx:
                standing = (await self._standings.standings(tx, [stage], top=TOP))[stage.key]
                goal, match = await self._teller.contests(tx, stage.key)
                at, keys, settings = self._clock.now(), self._stages.keys, self._stages.settings
                stream = signed(await list_streams(tx, [stage.key]), keys, at, settings).get(stage.key)
                guests = [guest for guest in await list_guests(tx, stage.key) if guest.status == ON]
                streams = signed(await list_guest_streams(tx, [stage.key]) if guests else {}, keys, at, settings)
            accounts = [stage.creator, *(a for a, _ in standing.top), *(guest.account for guest in guests)]
            people = await self._teller.people(accounts)
            totals = standing.totals
            figure = Figure(totals.viewers, totals.likes, totals.gifts, totals.gifters, totals.coins)
            live = msgspec.json.encode(live_body(stage, people[stage.creator], figure, stream, you_follow=None))
            assert live.endswith(b'"you_follow":null}'), live
            on = [
                guest_body(
                    g, people[g.account], streams.get((stage.key, g.account)), standing.received.get(g.account, 0)
                )
                for g in guests
            ]
            first = msgspec.json.encode(ranks(standing.top, people))
            room.base = Base(live.removesuffix(b"null}"), first, goal, match, on)
            room.stage = stage
            self._based_at[stage.key] = now

    # In turns

    async def _report(self) -> None:
        """Tell the owners how many watch here; a room that has none any more is told so once."""
        rows: list[tuple[int, int, int, list[int]]] = []
        for key, room in self.rooms.items():
            if room.users or key in self._reported:
                rows.append((key, room.users, room.joined, room.members))
                room.joined, room.members = 0, []
        self._reported = {key for key, users, _, _ in rows if users}
        if rows:
            report = Report(self.name, rows)
            self._tell_owner(report)
            await self._news.publish(VIEWERS_SUBJECT, msgspec.json.encode(report))
        await self._forget_empty()

    async def _forget_empty(self) -> None:
        now = time.monotonic()
        for key in [k for k, r in self.rooms.items() if not r.users and now - r.left_at > LINGER_S]:
            if key in self._loading or key in self._fetching:
                continue
            del self.rooms[key]
            self._based_at.pop(key, None)
            if listening := self._listening.pop(key, None):
                await listening.unsubscribe()

    async def _sweep(self) -> None:
        for room in tuple(self.rooms.values()):
            if room.lagging:
                room.bring_up()

    async def _write(self) -> None:
        """Remember unique viewers."""
        rows, self._viewings = self._viewings, []
        if not rows:
            return
        try:
            async with self._db.write() as tx:
                await add_viewings(tx, rows)
        except _TROUBLE:
            self._viewings = (rows + self._viewings)[:_VIEWINGS_HELD_MAX]
            raise


def _take_all(room: GateRoom, frames: list[Frame]) -> None:
    """Kept frames in order; where the ones between are gone for ever, the room jumps."""
    for frame in frames:
        if not room.take(frame):
            room.jump(frame)


def _tell_bug(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("gateway.bug", turn=task.get_name(), exc_info=error)


async def _every(seconds: float, turn: Callable[[], Awaitable[None]]) -> None:
    """Take turns for ever; trouble with the database or NATS is waited out."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await turn()
        except _TROUBLE as error:
            log.warning("gateway.trouble", turn=turn.__name__, error=str(error))
