"""The owner of rooms: holds leases, folds what is committed, makes one frame a room and tick, publishes it.

One task does everything in turn, so a process that stalls stops beating, loses its leases, and what it would still
write is refused by their epochs. NATS only wakes it; without NATS it looks every half second.
"""

import asyncio
import contextlib
import os
import secrets
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import structlog
from psycopg_pool import PoolTimeout

from largesse import ledger
from largesse.kit import outbox
from largesse.kit.clock import Clock
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.kit.outbox import Row
from largesse.realtime import meters, store
from largesse.realtime.frames import Frame
from largesse.realtime.guard import Guard
from largesse.realtime.model import TICK_S, Draft, Room
from largesse.realtime.sampling import Sampler
from largesse.realtime.takeover import load_rooms
from largesse.realtime.telling import Teller
from largesse.stage import add_viewers, events, list_by_key, list_running, put_figures

log = structlog.get_logger(__name__)
BEAT_S = 2.0
TAKE_S = 1.0
POLL_S = 0.5
PERSIST_S = 1.0
WANTED_S = 30.0
IDLE_S = 60.0
EARLY_S = 5.0  # reports about a room that nobody owns yet are kept so long
FRAMES_KEPT_S = 600
MOMENTS_KEPT = timedelta(days=1)
_TIDY_S = 60.0
_ROOMS_A_TAKE = 64
_BATCHES_A_READ = 20
_ROWS_A_READ = 2_000
_TOPICS = (*events.STAGED, events.FOLLOW)
# A row becomes visible when every earlier transaction has ended: after its news the outbox is looked at for this long.
_OUTBOX_AWAKE_S = 1.0
# What changes which rooms there are, or what their gifts count for.
_MET_AGAIN = {events.LIVE_STARTED, events.LIVE_ENDED, events.GIFT_REVERSED, events.GOAL_SET, *events.MATCHES}
_TROUBLE = (psycopg.Error, PoolTimeout, OSError)


class Report(msgspec.Struct, array_like=True, frozen=True):
    """A gateway's viewers: by stage how many watch, how many came since the last report, and some of their accounts."""

    gateway: str
    rooms: list[tuple[int, int, int, list[int]]]


class Owner:
    """The rooms that this process owns. `run` it as one task; `stop` it to give them back at once."""

    def __init__(
        self, db: Database, news: News, teller: Teller, clock: Clock, on_frame: Callable[[int, Frame], None]
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.rooms: dict[int, Room] = {}
        self._db = db
        self._news = news
        self._teller = teller
        self._clock = clock
        self._on_frame = on_frame
        self._guard = Guard(db, self.name)
        self._sampler = Sampler(db)
        self._cursor = ledger.start()
        self._outbox = outbox.Cursor()
        self._wanted: dict[int, float] = {}
        self._early: dict[int, list[tuple[float, str, int, int, list[int]]]] = {}
        self._idle: dict[int, float] = {}
        self._persisted_at: dict[int, float] = {}
        self._drafts: list[Draft] = []
        self._frames: list[Frame] | None = None
        self._woken = asyncio.Event()
        self._stopping = False
        self._gifts_came = False
        self._outbox_until = 0.0
        self._turned_at = 0.0
        self._beat_at = 0.0
        self._take_at = 0.0
        self._poll_at = 0.0
        self._count_at = 0.0
        self._tidy_at = time.monotonic() + _TIDY_S * (0.5 + secrets.randbelow(100) / 100)

    # What others tell it

    def hear_gifts(self) -> None:
        """Gifts were settled."""
        self._gifts_came = True
        self._woken.set()

    def hear_outbox(self) -> None:
        """Rows were put into the outbox."""
        self._outbox_until = time.monotonic() + _OUTBOX_AWAKE_S
        self._woken.set()

    def hear_change(self) -> None:
        """A LIVE began, ended or changed."""
        self._take_at = 0.0
        self.hear_outbox()

    def hear_report(self, report: Report) -> None:
        """A gateway told its viewers; rooms that nobody owns are wanted now."""
        now = time.monotonic()
        for stage, viewers, joined, members in report.rooms:
            room = self.rooms.get(stage)
            if room:
                room.hear_gateway(report.gateway, viewers, joined, members, now)
                room.count_viewers(now)
            else:
                self._early.setdefault(stage, []).append((now, report.gateway, viewers, joined, members))
            if viewers:
                if stage not in self._wanted and room is None:
                    self._take_at = 0.0
                self._wanted[stage] = now
        self._woken.set()

    # Its one task

    async def run(self) -> None:
        """Own rooms until `stop`; trouble with the database is waited out, and nothing is told twice after it."""
        guarding = asyncio.create_task(self._guard.hold(), name="owner's guard")
        try:
            await self._own()
        finally:
            guarding.cancel()
            await asyncio.wait([guarding])

    async def _own(self) -> None:
        while not self._stopping:
            self._turned_at = time.monotonic()
            try:
                await self._turn(self._turned_at)
            except _TROUBLE as error:
                log.warning("owner.trouble", error=str(error), rooms=len(self.rooms))
                await asyncio.sleep(0.25)
            await self._rest()
        try:
            await self._give_back()
        except _TROUBLE as error:
            log.warning("owner.not_released", error=str(error), rooms=len(self.rooms))

    def forget(self) -> None:
        """Begin again with the rooms that are held, from what is persisted."""
        self.rooms.clear()
        self._drafts, self._frames = [], None
        self._beat_at = 0.0

    def stop(self) -> None:
        """End `run` after its turn."""
        self._stopping = True
        self._woken.set()

    async def _turn(self, now: float) -> None:
        if now >= self._beat_at:
            await self._beat()
            self._beat_at = now + BEAT_S
        if now >= self._take_at and self._guard.held:
            self._take_at = now + TAKE_S
            await self._take_rooms(now)
        if self.rooms:
            if now >= self._count_at:
                self._count_at = now + 1.0
                for room in self.rooms.values():
                    room.count_viewers(now)
            await self._read(now)
            await self._tell(now)
            await self._persist(now)
            await self._sampler.keep(self.rooms.values(), now)
        if now >= self._tidy_at:
            self._tidy_at = now + _TIDY_S
            await self._tidy()

    async def _rest(self) -> None:
        """Until news, or until something is due; never two turns within a tick."""
        now = time.monotonic()
        due = [room_due for room in self.rooms.values() if (room_due := room.due_at()) is not None]
        until = min([self._beat_at, self._take_at, self._poll_at if self.rooms else now + TAKE_S, *due])
        if now < self._outbox_until and self.rooms:
            until = min(until, now + TICK_S)
        if not self._stopping and until > now and not self._woken.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(until - now):
                    await self._woken.wait()
        self._woken.clear()
        await asyncio.sleep(max(0.0, self._turned_at + TICK_S - time.monotonic()))

    # Leases

    async def _beat(self) -> None:
        async with self._db.write() as tx:
            held = await store.beat(tx, self.name)
        for stage, room in list(self.rooms.items()):
            if held.get(stage) != room.epoch:
                self._lose(stage)
        if unread := [stage for stage in held if stage not in self.rooms]:
            await self._load(unread)

    async def _take_rooms(self, now: float) -> None:
        self._wanted = {stage: at for stage, at in self._wanted.items() if now - at < WANTED_S}
        async with self._db.read() as tx:
            running = {stage.key: stage for stage in await list_running(tx)}
            others = await list_by_key(tx, [key for key in {*self._wanted, *self.rooms} if key not in running])
            await meters.refresh(tx, self.rooms)
        self._early = {stage: early for stage, early in self._early.items() if now - early[0][0] < EARLY_S}
        known = running | {stage.key: stage for stage in others}
        for key, room in self.rooms.items():
            room.stage = known.get(key, room.stage)
        wanted = {key for key in (*running, *self._wanted) if key in known}
        if missing := wanted - self.rooms.keys():
            async with self._db.write() as tx:
                taken = await store.take_rooms(tx, self.name, sorted(missing), _ROOMS_A_TAKE)
            if taken:
                await self._load(taken)
        await self._give_up_idle(wanted, now)

    async def _load(self, taken: Sequence[int]) -> None:
        async with self._db.read() as tx:
            if not self.rooms:
                # From here on nothing is missed: the rooms below read at this snapshot what is before.
                self._cursor = await ledger.heads(tx)
                self._outbox = await outbox.now(tx)
            leases = [lease for lease in (await store.list_leases(tx, taken)).values() if lease.owner == self.name]
            stages = {stage.key: stage for stage in await list_by_key(tx, taken)}
            loaded = await load_rooms(tx, leases, stages, self._teller.is_big)
        for room in loaded:
            for at, gateway, viewers, joined, members in self._early.pop(room.stage.key, []):
                room.hear_gateway(gateway, viewers, joined, members, at)
        self.rooms |= {room.stage.key: room for room in loaded}
        log.info("rooms.taken", stages=taken, owner=self.name)

    async def _give_up_idle(self, wanted: AbstractSet[int], now: float) -> None:
        idle = {stage: self._idle.get(stage, now) for stage in self.rooms if stage not in wanted}
        self._idle = idle
        leaving = [self.rooms[stage] for stage, since in idle.items() if now - since > IDLE_S]
        leaving = [room for room in leaving if room.due_at() is None]
        if leaving and not self._drafts:
            await self._release(leaving)

    async def _release(self, rooms: Sequence[Room]) -> None:
        async with self._db.write() as tx:
            await store.put_folds(tx, self.name, rooms)
            await store.release(tx, self.name, [room.stage.key for room in rooms])
        for room in rooms:
            del self.rooms[room.stage.key]
        log.info("rooms.released", stages=[room.stage.key for room in rooms])

    def _lose(self, stage: int) -> None:
        if self.rooms.pop(stage, None):
            log.warning("room.lost", stage=stage, owner=self.name)

    # Reading what is committed

    async def _read(self, now: float) -> None:
        look = now >= self._poll_at
        gifts, rows = look or self._gifts_came, look or now < self._outbox_until
        if not gifts and not rows:
            return
        if look:
            self._poll_at = now + POLL_S
        self._gifts_came = False
        try:
            async with self._db.read() as tx:
                feed = await ledger.read_feed(tx, self._cursor, list(self.rooms), _BATCHES_A_READ) if gifts else None
                place, found = (
                    await outbox.read(tx, self._outbox, _TOPICS, _ROWS_A_READ) if rows else (self._outbox, [])
                )
        except _TROUBLE:
            self._gifts_came = True
            raise
        if feed:
            self._fold(feed)
        self._outbox = place
        self._spread(found)
        if len(found) == _ROWS_A_READ:
            self.hear_outbox()

    def _fold(self, feed: ledger.Feed) -> None:
        by_stage: dict[int, list[ledger.GiftRow]] = defaultdict(list)
        for gift in feed.gifts:
            by_stage[gift.stage].append(gift)
        for stage, gifts in by_stage.items():
            self.rooms[stage].add_gifts(gifts, self._teller.is_big)
        meters.share(self.rooms)
        self._cursor = feed.cursor
        if feed.more:
            self.hear_gifts()

    def _spread(self, rows: Sequence[Row]) -> None:
        newest_last = sorted(self.rooms.values(), key=lambda room: (room.stage.status == "live", room.stage.key))
        by_creator = {room.stage.creator: room for room in newest_last}
        for row in rows:
            room = by_creator.get(row.subject) if row.topic == events.FOLLOW else self.rooms.get(row.subject)
            if room:
                room.add_rows([row])
            if row.topic in _MET_AGAIN:
                self._take_at = 0.0

    # Telling

    async def _tell(self, now: float, *, all_rooms: bool = False) -> None:
        if not self._drafts:
            at = self._clock.now().astimezone(UTC)
            self._drafts = [
                room.take(at, now)
                for room in self.rooms.values()
                if (due := room.due_at()) is not None and (due <= now or all_rooms)
            ]
        if not self._drafts:
            return
        if self._frames is None:
            async with self._db.read() as tx:
                self._frames = await self._teller.tell(tx, self._drafts)
        told = list(zip(self._drafts, self._frames, strict=True))
        async with self._db.write() as tx:
            held = await store.put_frames(
                tx, self.name, [(d.stage.key, d.epoch, f, d.at, d.batches, d.told) for d, f in told]
            )
        self._drafts, self._frames = [], None
        for draft, frame in told:
            stage = draft.stage.key
            if (stage, draft.epoch) not in held:
                self._lose(stage)
                continue
            self.rooms[stage].told_seq = draft.seq
            self._on_frame(stage, frame)
            await self._news.publish(f"room.{stage}", frame.pack())

    async def _persist(self, now: float, *, all_rooms: bool = False) -> None:
        """Persist folds with nothing left to tell: what the frames after them say is all that a new owner needs."""
        if self._drafts:
            return
        rooms = [
            room
            for stage, room in self.rooms.items()
            if not room.persisted
            and not room.waits
            and (all_rooms or now - self._persisted_at.get(stage, 0.0) >= PERSIST_S)
        ]
        if not rooms:
            return
        seconds = {room.stage.key: int(room.viewer_seconds) for room in rooms}
        async with self._db.write() as tx:
            held = await store.put_folds(tx, self.name, rooms)
            await add_viewers(tx, [(r.stage.key, r.peak, seconds[r.stage.key]) for r in rooms if r.stage.key in held])
            await put_figures(tx, *meters.figures([r for r in rooms if r.stage.key in held]))
        for room in rooms:
            stage = room.stage.key
            if stage not in held:
                self._lose(stage)
                continue
            room.viewer_seconds -= seconds[stage]
            room.changed_givers.clear()
            room.persisted = True
            self._persisted_at[stage] = now

    async def _give_back(self) -> None:
        """Tell what waits, persist, and let the next owner begin at once."""
        if self.rooms:
            now = time.monotonic()
            await self._tell(now)
            await self._tell(now, all_rooms=True)
            await self._persist(now, all_rooms=True)
            await self._sampler.keep_now(self.rooms.values())
            await self._release(list(self.rooms.values()))

    async def _tidy(self) -> None:
        async with self._db.write() as tx:
            await store.prune_frames(tx, FRAMES_KEPT_S)
            await outbox.prune(tx, events.MOMENTARY, datetime.now(UTC) - MOMENTS_KEPT, 10_000)
        self._persisted_at = {stage: at for stage, at in self._persisted_at.items() if stage in self.rooms}
