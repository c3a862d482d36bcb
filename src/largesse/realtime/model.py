"""A room as its owner folds it: pure, no clock, no I/O. Times are monotonic seconds."""

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter

import msgspec

from largesse.kit import outbox
from largesse.kit.outbox import Row
from largesse.ledger import STRIPES, GiftRow, each_part
from largesse.realtime.frames import EPOCH_BITS, Folded, Totals
from largesse.realtime.meters import NOTHING, Meters, Told
from largesse.stage import Stage, events

GIFTS_A_FRAME_MAX = 60
CHAT_A_FRAME_MAX = 20
OTHERS_A_FRAME_MAX = 20
MEMBERS_NAMED_MAX = 5
TOP = 10
TOP_TOLD = 3
TICK_S = 0.05
TICK_BIG_S = 0.2
BIG_ROOM_VIEWERS = 2_000
RANK_EVERY_S = 1.0
GATEWAY_SILENT_S = 10.0
# A new owner believes the last one's count of viewers until every gateway has had the time to tell its own.
GATEWAYS_TELL_S = 3.0
_GIFTS_HELD_MAX = 2_000
_TOLD_ONCE = frozenset(
    {events.LIVE_STARTED, events.LIVE_ENDED, events.MODERATION_ACTION, *events.GUESTS, events.GOAL_SET, *events.MATCHES}
)

Rank = tuple[int, int]  # (account, coins not given anonymously)


class Giver(msgspec.Struct):
    """What one giver gave in a room."""

    coins: int = 0
    gifts: int = 0
    anonymous_coins: int = 0

    @property
    def named(self) -> int:
        """Coins that count in the ranking."""
        return self.coins - self.anonymous_coins


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """A lease's row: the fold as it was last persisted. `fresh`: its owner was heard of within the lease.

    `reversed_since`: parts of gifts were reversed that the fold does not count. `guests`: coins by account.
    """

    stage: int
    owner: str
    epoch: int
    cursor: list[int]
    outbox_epoch: int
    outbox_xid: int
    outbox_id: int
    gifts: int
    gifters: int
    coins: int
    diamonds_milli: int
    likes: int
    viewers: int
    seq: int
    fresh: bool
    reversed_since: bool = False
    guests: dict[str, int] = {}

    @property
    def told(self) -> outbox.Cursor:
        """The last outbox row that is told."""
        return outbox.Cursor(self.outbox_epoch, self.outbox_xid, self.outbox_id)


class Draft(msgspec.Struct, kw_only=True):
    """A frame before names and art are put to its numbers.

    `received`: guests whose coins changed, and their coins. `givers`: who of those that comment gave by name here, and
    their place among the first three, None behind them.
    """

    stage: Stage
    epoch: int
    seq: int
    prev: int
    at: datetime
    gifts: list[GiftRow]
    folded: Folded | None
    rows: list[Row]
    liked: tuple[int, int]
    joined: tuple[int, list[int]]
    top: list[Rank] | None
    givers: dict[int, int | None]
    received: list[tuple[int, int]]
    totals: Totals
    diamonds_milli: int
    batches: list[int]
    told: outbox.Cursor
    meters: Told = NOTHING


class Room:
    """One room: what is counted (the fold), and what is not yet told (since the last frame)."""

    def __init__(self, lease: Lease, stage: Stage) -> None:
        self.stage = stage
        self.epoch = lease.epoch
        self.cursor: list[int] = list(lease.cursor) or [0] * STRIPES
        self.shown: list[int] = list(self.cursor)
        self.counted = self.told = lease.told
        self.seq = lease.seq
        self.told_seq = lease.seq
        self.gifts = lease.gifts
        self.coins = lease.coins
        self.diamonds_milli = lease.diamonds_milli
        self.likes = lease.likes
        self.received = {int(account): coins for account, coins in lease.guests.items()}
        self.meters = Meters(stage.key)
        self.givers: dict[int, Giver] = {}
        self.changed_givers: set[int] = set()
        self.viewers = lease.viewers
        self.peak = 0
        self.seen_most: int | None = None  # viewers at once while live, since they were last kept by the minute
        self.viewer_seconds = 0.0
        self.persisted = True
        self.framed_at = 0.0
        self._counted_at = 0.0
        self._believed_until = 0.0
        self._gateways: dict[str, tuple[float, int]] = {}
        self._top: list[Rank] = []
        self._ranked_at = -RANK_EVERY_S
        self._ranked: list[Rank] = []
        self._totals_told = Totals(lease.viewers, lease.likes, lease.gifts, lease.gifters, lease.coins)
        self._flush = False
        self._clear()

    def _clear(self) -> None:
        self._gifts: list[GiftRow] = []
        self._fold_count = 0
        self._fold_coins = 0
        self._fold_senders: set[int] = set()
        self._chat: deque[Row] = deque(maxlen=CHAT_A_FRAME_MAX)
        self._others: deque[Row] = deque(maxlen=OTHERS_A_FRAME_MAX)
        self._reversed: deque[Row] = deque(maxlen=OTHERS_A_FRAME_MAX)
        self._once: list[Row] = []
        self._liked = (0, 0)
        self._joined: tuple[int, list[int]] = (0, [])
        self._stripes: set[int] = set()
        self._receivers: set[int] = set()
        self._changed = False
        self._flush = False

    # What is counted

    @property
    def top(self) -> list[Rank]:
        """The first ten givers, most named coins first."""
        return list(self._top)

    @property
    def totals(self) -> Totals:
        """Absolute totals, exact."""
        return Totals(self.viewers, self.likes, self.gifts, len(self.givers), self.coins)

    def load_givers(self, givers: dict[int, Giver]) -> None:
        """Begin with what was persisted."""
        self.givers = givers
        self._rank_all()

    def load_shown(self, batches: Iterable[int], told: outbox.Cursor, seq: int) -> None:
        """What frames after the persisted fold have shown: it is counted again, and not told again."""
        for batch in batches:
            stripe = batch & (STRIPES - 1)
            self.shown[stripe] = max(self.shown[stripe], batch)
        self.told = max(self.told, told)
        self.seq = max(self.seq, seq)

    def begin(self) -> None:
        """Loaded: what is counted by now and does not wait was told by the owner before."""
        self._totals_told = self.totals
        self.told_seq = self.seq

    def add_gifts(self, gifts: Sequence[GiftRow], big: Callable[[int], bool]) -> None:
        """Count whole batches of gifts; those that are counted already are passed over.

        `big` says whether a kind takes the stage: it flushes the frame.
        """
        cursor, shown = self.cursor, self.shown
        before = tuple(cursor)
        for gift in gifts:
            stripe = gift.batch & (STRIPES - 1)
            if gift.batch <= before[stripe]:
                continue
            cursor[stripe] = max(cursor[stripe], gift.batch)
            self._count(gift)
            if self.meters.counts:
                self.meters.add(gift)
            if gift.batch <= shown[stripe]:
                continue
            self._stripes.add(stripe)
            self._gifts.append(gift)
            self._changed = True
            self._flush = self._flush or big(gift.kind)
            if len(self._gifts) > _GIFTS_HELD_MAX:
                self._gifts = self._choose()

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Take rows of the outbox about this room, in order; what is counted or told already is passed over."""
        undone = []
        for row in rows:
            if row.place <= self.counted:
                continue
            self.counted = row.place
            self.persisted = False
            if row.topic == events.LIKE:
                self.likes += int(row.body["count"])
            elif row.topic == events.GIFT_REVERSED:
                undone += each_part(row)
                self.meters.stale = True
            if row.place > self.told:
                self.told = row.place
                self._changed = True
                self._wait(row)
        self._take_back(undone)

    def _wait(self, row: Row) -> None:
        if row.topic == events.LIKE:
            count, senders = self._liked
            self._liked = (count + int(row.body["count"]), senders + int(row.body["senders"]))
        elif row.topic == events.CHAT_MESSAGE:
            self._chat.append(row)
        elif row.topic in _TOLD_ONCE:
            self._once.append(row)
            self._flush = True
        elif row.topic == events.GIFT_REVERSED:
            self._reversed += each_part(row)
        else:
            self._others.append(row)

    def hear_gateway(self, gateway: str, viewers: int, joined: int, members: Sequence[int], now: float) -> None:
        """Take a gateway's report: how many watch there, and who came since its last one."""
        if viewers:
            self._gateways[gateway] = (now, viewers)
        else:
            self._gateways.pop(gateway, None)
        if joined:
            count, named = self._joined
            named += [m for m in members if m not in named][: MEMBERS_NAMED_MAX - len(named)]
            self._joined = (count + joined, named)
            self._changed = True

    def count_viewers(self, now: float) -> None:
        """Sum the gateways that were heard of lately, and the seconds that their viewers watched.

        Until the gateways have told a new owner theirs, the count that was persisted stands.
        """
        if self._counted_at and self.stage.status == "live" and self.viewers:
            self.viewer_seconds += self.viewers * (now - self._counted_at)
        if not self._counted_at:
            self._believed_until = now + GATEWAYS_TELL_S
        self._counted_at = now
        self._gateways = {name: found for name, found in self._gateways.items() if now - found[0] < GATEWAY_SILENT_S}
        heard = sum(viewers for _, viewers in self._gateways.values())
        self.viewers = max(heard, self.viewers) if now < self._believed_until else heard
        if self.viewer_seconds >= 1:
            self.persisted = False
        if self.stage.status == "live":
            self.peak = max(self.peak, self.viewers)
            self.seen_most = max(self.seen_most or 0, self.viewers)

    @property
    def watched(self) -> bool:
        """Whether a gateway has viewers of it."""
        return bool(self._gateways)

    # What is told

    @property
    def waits(self) -> bool:
        """Whether something that is counted is not told yet."""
        return self._changed

    def due_at(self) -> float | None:
        """When the next frame is due; None where nothing has changed."""
        if not self._changed and self.totals == self._totals_told:
            ranked = None if self._top[:TOP_TOLD] == self._ranked else self._ranked_at + RANK_EVERY_S
            return min((due for due in (ranked, self.meters.due_at()) if due is not None), default=None)
        if self._flush:
            return 0.0
        return self.framed_at + (TICK_BIG_S if self.viewers > BIG_ROOM_VIEWERS else TICK_S)

    def take(self, at: datetime, now: float) -> Draft:
        """The next frame: everything since the last one. `seq` = epoch * 2^32 + n never goes back."""
        prev = self.seq
        self.seq = max(self.seq, self.epoch << EPOCH_BITS) + 1
        shown = self._choose()
        totals = self.totals
        draft = Draft(
            stage=self.stage,
            epoch=self.epoch,
            seq=self.seq,
            prev=prev,
            at=at,
            gifts=shown,
            folded=Folded(self._fold_count, self._fold_coins, len(self._fold_senders)) if self._fold_count else None,
            rows=sorted([*self._once, *self._others, *self._reversed, *self._chat], key=attrgetter("place")),
            liked=self._liked,
            joined=self._joined,
            top=self._take_rank(now),
            givers=self._speaking_givers(),
            received=[(account, self.received[account]) for account in sorted(self._receivers)],
            totals=totals,
            diamonds_milli=self.diamonds_milli,
            batches=[self.cursor[stripe] for stripe in sorted(self._stripes)],
            told=self.told,
            meters=self.meters.take(now),
        )
        self._clear()
        self._totals_told = totals
        self.framed_at = now
        self.persisted = False
        return draft

    def _take_rank(self, now: float) -> list[Rank] | None:
        first = self._top[:TOP_TOLD]
        if first == self._ranked or now - self._ranked_at < RANK_EVERY_S:
            return None
        self._ranked, self._ranked_at = first, now
        return first

    def _speaking_givers(self) -> dict[int, int | None]:
        first = {account: place for place, (account, _) in enumerate(self._top[:TOP_TOLD], 1)}
        speaking = {int(row.body["sender"]) for row in self._chat}
        return {one: first.get(one) for one in speaking if (giver := self.givers.get(one)) and giver.named > 0}

    def _count(self, gift: GiftRow) -> None:
        coins = gift.coins
        self.gifts += 1
        self.coins += coins
        self._receive(gift.receiver, coins, gift.diamonds_milli)
        giver = self.givers.get(gift.sender)
        if giver is None:
            giver = self.givers[gift.sender] = Giver()
        giver.coins += coins
        giver.gifts += 1
        self.changed_givers.add(gift.sender)
        self.persisted = False
        if gift.anonymous:
            giver.anonymous_coins += coins
            return
        named = giver.named
        if len(self._top) < TOP or named >= self._top[-1][1]:
            self._top = [rank for rank in self._top if rank[0] != gift.sender]
            self._top.append((gift.sender, named))
            self._top.sort(key=lambda rank: (-rank[1], rank[0]))
            del self._top[TOP:]

    def _receive(self, receiver: int, coins: int, diamonds_milli: int) -> None:
        """Count for whom something was: diamonds are shown of the creator's alone, coins of guests."""
        if receiver == self.stage.creator:
            self.diamonds_milli += diamonds_milli
        else:
            self.received[receiver] = self.received.get(receiver, 0) + coins
            self._receivers.add(receiver)

    def _take_back(self, undone: Sequence[Row]) -> None:
        """Count parts of gifts that were reversed, or came back: coins and rankings change, gifts were given."""
        for row in undone:
            coins = int(row.body["coins"])
            self.coins -= coins
            self._receive(int(row.body["receiver"]), -coins, -int(row.body["diamonds_milli"]))
            giver = self.givers.setdefault(int(row.body["sender"]), Giver())
            giver.coins -= coins
            giver.anonymous_coins -= coins if row.body["anonymous"] else 0
            self.changed_givers.add(int(row.body["sender"]))
        if undone:
            self._rank_all()

    def _rank_all(self) -> None:
        ranked = heapq.nlargest(TOP, self.givers.items(), key=lambda found: (found[1].named, -found[0]))
        self._top = [(account, giver.named) for account, giver in ranked if giver.named > 0]

    def _choose(self) -> list[GiftRow]:
        """At most 60 of the gifts that wait, highest coins first among all; the others are folded. In book order."""
        if len(self._gifts) <= GIFTS_A_FRAME_MAX:
            return self._gifts
        ranked = sorted(self._gifts, key=lambda gift: (-gift.coins, gift.batch, gift.leaf))
        for gift in ranked[GIFTS_A_FRAME_MAX:]:
            self._fold_count += 1
            self._fold_coins += gift.coins
            self._fold_senders.add(gift.sender)
        return sorted(ranked[:GIFTS_A_FRAME_MAX], key=lambda gift: (gift.batch, gift.leaf))
