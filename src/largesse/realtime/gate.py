"""One room in one gateway: its recent frames, and the sockets that they are written to.

A socket is `live` when it was given everything up to `sent`; then a frame costs it one write of bytes that all share.
A socket that does not drain is set aside as `lagging`, remembers how far it came, and is brought up to date from the
recent frames, or by a snapshot where they do not reach back: never by a backlog of its own.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec
from msgspec.structs import replace

from largesse.kit.clock import Clock
from largesse.kit.sockets import text_frame
from largesse.realtime.frames import Frame, Totals
from largesse.stage import GuestBody, Stage

RING_FRAMES_MAX = 256
RING_BYTES_MAX = 4 << 20
EVENTS_SHOWN_MAX = 50
BUFFER_BYTES_MAX = 256 << 10  # above it a socket is stalled
DRAINED_BYTES = 64 << 10  # below it a stalled socket is given more
WRITE_BYTES_MAX = 256 << 10  # given to a lagging socket at once
STALLED_S_MAX = 60.0
_RECEIVED = b'"guests":['
# Behind these a snapshot says another goal or match: who comes now is told what stands, not what stood a second ago.
_CHANGES = tuple(b'"type":"%b"' % kind for kind in (b"goal.set", b"match.started", b"match.multiplier", b"match.ended"))
_WRITES_A_SLICE = 64  # a millisecond or so; then other work of the process has its turn


class Viewer(msgspec.Struct, frozen=True):
    """Who watches by one connection. `extra` is what only this viewer's snapshots say: you_follow and you, as JSON."""

    account: int | None
    sees_diamonds: bool
    you_follow: bytes
    you: bytes


class Push:
    """A socket that is written to by its transport."""

    __slots__ = ("backlog", "sees_diamonds", "seq", "since", "transport", "viewer")

    def __init__(self, transport: asyncio.Transport, viewer: Viewer) -> None:
        self.transport = transport
        self.viewer = viewer
        self.sees_diamonds = viewer.sees_diamonds
        self.seq = 0
        self.since = 0.0
        self.backlog: deque[bytes] = deque()


class Base(msgspec.Struct, frozen=True):
    """What snapshots say besides frames: the LIVE without its last member and more as JSON, the guests."""

    live: bytes
    top_gifters: bytes
    goal: bytes = b"null"
    match: bytes = b"null"
    guests: Sequence[GuestBody] = ()


class GateRoom:
    """A room as this process sees it."""

    def __init__(self, stage: Stage, clock: Clock) -> None:
        self.stage = stage
        self._clock = clock
        self.seq = 0
        self.sent = 0
        self.totals = Totals(0, stage.likes, 0, 0, 0)
        self.diamonds_milli = 0
        self.base = Base(b"{", b"[]")
        self._received: dict[str, int] = {}
        self.ring: deque[Frame] = deque()
        self.live: dict[Push, None] = {}
        self.lagging: dict[Push, None] = {}
        self.users = 0
        self.left_at = 0.0
        self.joined = 0
        self.members: list[int] = []
        self.changed = asyncio.Event()
        self.parting = False
        self.renewed: dict[int, Viewer] = {}
        self.basing = asyncio.Lock()
        self.base_stands = False
        self._ring_bytes = 0
        self._queue: list[Frame] = []
        self._delivering: asyncio.Task[None] | None = None

    # Frames come

    def take(self, frame: Frame) -> bool:
        """Take the next frame; an older one is passed over. False where frames before it are missing."""
        if frame.seq <= self.seq:
            return True
        if frame.prev > self.seq:
            return False
        self._append(frame)
        return True

    def jump(self, frame: Frame) -> None:
        """Take a frame though those before it are lost for ever: everybody gets a snapshot."""
        self.ring.clear()
        self._ring_bytes = 0
        self._append(frame)
        for conn in tuple(self.live):
            self._begin_again(conn)

    def renew(self, viewer: Viewer) -> None:
        """Give all connections of an account a snapshot that says what holds for it now."""
        assert viewer.account is not None
        self.renewed[viewer.account] = viewer
        for conn in (*self.live, *self.lagging):
            if conn.viewer.account == viewer.account:
                conn.viewer = viewer
                conn.backlog.clear()
                self._begin_again(conn)
        self._wake()
        self.bring_up()

    def _begin_again(self, conn: Push) -> None:
        conn.seq, conn.since = -1, time.monotonic()
        self.live.pop(conn, None)
        self.lagging[conn] = None

    def load(self, frames: Iterable[Frame], totals: Totals, diamonds_milli: int, seq: int) -> None:
        """Begin with what is kept; `totals` are those where no frame is."""
        self.totals, self.diamonds_milli = totals, diamonds_milli
        for frame in frames:
            if self.ring and frame.prev > self.seq:
                self.ring.clear()
                self._ring_bytes = 0
            self._keep(frame)
        self.seq = max(self.seq, seq)
        self.sent = self.seq

    def _append(self, frame: Frame) -> None:
        self._keep(frame)
        self._queue.append(frame)
        self._wake()
        if self._delivering is None:
            self._delivering = asyncio.create_task(self._deliver())

    def _wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()

    def _keep(self, frame: Frame) -> None:
        self.seq = frame.seq
        if _RECEIVED in frame.public:
            self._received |= {guest.account: guest.coins for guest in frame.read.guests}
        self.ring.append(frame)
        if any(mark in frame.public for mark in _CHANGES):
            self.base_stands = False
        self._ring_bytes += len(frame.public)
        while len(self.ring) > RING_FRAMES_MAX or (self._ring_bytes > RING_BYTES_MAX and len(self.ring) > 1):
            self._ring_bytes -= len(self.ring.popleft().public)

    # Frames go

    async def _deliver(self) -> None:
        try:
            while self._queue:
                frames, self._queue = self._queue, []
                public = b"".join(text_frame(frame.public) for frame in frames)
                creator = b"".join(text_frame(frame.creator) for frame in frames)
                before, live = self.sent, tuple(self.live)
                for at in range(0, len(live), _WRITES_A_SLICE):
                    for conn in live[at : at + _WRITES_A_SLICE]:
                        transport = conn.transport
                        if transport.is_closing():
                            self.remove(conn)
                        elif transport.get_write_buffer_size() > BUFFER_BYTES_MAX:
                            self._set_aside(conn, before)
                        else:
                            transport.write(creator if conn.sees_diamonds else public)
                    await asyncio.sleep(0)
                self.sent = frames[-1].seq
        finally:
            self._delivering = None
        self.bring_up()

    def _set_aside(self, conn: Push, seq: int) -> None:
        if self.live.pop(conn, conn) is None:
            conn.seq, conn.since = seq, time.monotonic()
            self.lagging[conn] = None

    def bring_up(self) -> None:
        """Give lagging sockets that drain what they miss, and set free those that never drain."""
        now = time.monotonic()
        for conn in tuple(self.lagging):
            if conn.transport.is_closing():
                self.remove(conn)
                continue
            if conn.transport.get_write_buffer_size() > DRAINED_BYTES:
                if now - conn.since > STALLED_S_MAX:
                    del self.lagging[conn]
                    conn.transport.abort()
                continue
            conn.since = now
            self._write_more(conn)
            if self._delivering is None and conn.seq >= self.sent and not conn.backlog:
                del self.lagging[conn]
                self.live[conn] = None

    def _write_more(self, conn: Push) -> None:
        room = WRITE_BYTES_MAX
        while conn.backlog and room > 0:
            room -= len(conn.backlog[0])
            conn.transport.write(conn.backlog.popleft())
        if conn.backlog:
            return
        missed = self.since(conn.seq, self.sent)
        if missed is None:
            conn.transport.write(text_frame(self.snapshot(conn.viewer)))
            conn.seq = self.seq
            return
        for frame in missed:
            if room <= 0:
                return
            body = text_frame(frame.creator if conn.sees_diamonds else frame.public)
            conn.transport.write(body)
            conn.seq = frame.seq
            room -= len(body)

    # Viewers come and go

    def add(self, conn: Push, after: int | None, backlog: Iterable[Frame] = ()) -> None:
        """Begin to write to a socket: a snapshot, then every frame behind it.

        With `after` (a seq that this viewer has seen) the snapshot stands there and the frames behind it follow, from
        `backlog` (older than the recent ones) and the recent ones; without it, or where they do not reach back, it
        stands at the newest frame.
        """
        older = list(backlog)
        conn.seq = self.seq
        if after is not None and self.since(older[-1].seq if older else after, self.seq) is not None:
            conn.transport.write(text_frame(self.snapshot(conn.viewer, after)))
            bodies = (frame.creator if conn.viewer.sees_diamonds else frame.public for frame in older)
            conn.backlog.extend(text_frame(body) for body in bodies)
            conn.seq = older[-1].seq if older else after
        else:
            conn.transport.write(text_frame(self.snapshot(conn.viewer)))
        conn.since = time.monotonic()
        self.lagging[conn] = None
        self.bring_up()

    async def follow(
        self, viewer: Viewer, after: int | None, backlog: Iterable[Frame], silent_s: float
    ) -> AsyncIterator[tuple[int, bytes] | None]:
        """The same as `add` gives, as (seq, JSON), for a reader that asks for each; None after a silence."""
        older = list(backlog)
        renewed = self.renewed.get(viewer.account or 0)  # of before: what it says may hold no more
        if after is not None and self.since(older[-1].seq if older else after, self.seq) is not None:
            yield after, self.snapshot(viewer, after)
            for frame in older:
                yield frame.seq, frame.creator if viewer.sees_diamonds else frame.public
            seq = older[-1].seq if older else after
        else:
            seq = self.seq
            yield seq, self.snapshot(viewer)
        while not self.parting:
            changed = self.changed
            missed = self.since(seq, self.seq)
            if (latest := self.renewed.get(viewer.account or 0)) is not renewed and latest:
                viewer = renewed = latest
                missed = None
            if missed is None:
                seq = self.seq
                yield seq, self.snapshot(viewer)
                continue
            for frame in missed:
                seq = frame.seq
                yield seq, frame.creator if viewer.sees_diamonds else frame.public
            if not missed:
                try:
                    async with asyncio.timeout(silent_s):
                        await changed.wait()
                except TimeoutError:
                    yield None

    def part(self) -> None:
        """Let everyone who follows come to an end: this process is going, and they go on with another one."""
        self.parting = True
        self.changed.set()

    def remove(self, conn: Push) -> None:
        """Stop writing to a socket."""
        self.live.pop(conn, None)
        self.lagging.pop(conn, None)

    def since(self, seq: int, until: int) -> list[Frame] | None:
        """The recent frames behind `seq` up to `until`; None where they do not reach back to it, or it is not ours."""
        if seq == self.seq:
            return []
        if seq > self.seq or not self.ring or self.ring[0].prev > seq:
            return None
        return [frame for frame in self.ring if seq < frame.seq <= until]

    def snapshot(self, viewer: Viewer, after: int | None = None) -> bytes:
        """The room as it stands, as JSON for one viewer.

        With `after` it is for somebody who has seen that frame: the frames behind it follow, so it tells no events.
        """
        newest = self.ring[-1] if self.ring else None
        totals = msgspec.json.encode(newest.read.totals if newest else self.totals)
        if viewer.sees_diamonds:
            milli = newest.diamonds_milli if newest else self.diamonds_milli
            totals = b'%b,"diamonds_milli":%d}' % (totals[:-1], milli)
        members = (
            b'{"type":"snapshot","seq":%d' % (self.seq if after is None else after),
            b'"at":' + msgspec.json.encode(self._clock.now()),
            b'"totals":' + totals,
            b'"top_gifters":' + self.base.top_gifters,
            b'"guests":' + msgspec.json.encode(self._guests()),
            b'"goal":' + self.base.goal,
            b'"match":' + self.base.match,
            b'"events":' + (msgspec.json.encode(self._recent_events()) if after is None else b"[]"),
            b'"live":' + self.base.live + viewer.you_follow + b"}",
            b'"you":' + viewer.you + b"}",
        )
        return b",".join(members)

    def _guests(self) -> list[GuestBody]:
        """Who is on, with the coins of the newest frame that named them: what comes next says only what changes."""
        return [replace(guest, coins=self._received.get(guest.person.id, guest.coins)) for guest in self.base.guests]

    def _recent_events(self) -> list[msgspec.Raw]:
        """At most 50 events of the recent frames, oldest first."""
        newest_first: list[list[msgspec.Raw]] = []
        count = 0
        for frame in reversed(self.ring):
            if count >= EVENTS_SHOWN_MAX:
                break
            newest_first.append(frame.read.events)
            count += len(frame.read.events)
        found = [event for shown in reversed(newest_first) for event in shown]
        return found[-EVENTS_SHOWN_MAX:]
