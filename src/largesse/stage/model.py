"""A stage and its rules: pure, without a clock."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from largesse.kit import ids
from largesse.kit.db import ReadTx

SCHEDULED, LIVE, ENDED = "scheduled", "live", "ended"
TITLE_CHARS_MAX = 120
DESCRIPTION_CHARS_MAX = 2000
COVER_CHARS_MAX = 500
PUBLIC, FOLLOWERS = "public", "followers"
COMMENT_CHARS_MAX = 300
THANKS_CHARS_MAX = 120
LIKES_A_REQUEST_MAX = 50
SCHEDULE_DAYS_MAX = 365
UNTHANKED_MAX = 100


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A LIVE (or later a video) as its row stands. `viewer_seconds` is the sum of viewers over seconds while live."""

    key: int
    id: UUID
    kind: str
    creator: int
    title: str
    description: str
    cover: str | None
    status: str
    gifts_enabled: bool
    scheduled_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    likes: int
    viewers_peak: int
    viewer_seconds: int
    simulated: bool
    visibility: str

    @property
    def public_id(self) -> str:
        """`live_…`."""
        return ids.encode(self.kind, self.id)

    def duration_s(self, now: datetime) -> int:
        """Whole seconds from start to end, or to now while it runs."""
        if self.started_at is None:
            return 0
        return max(0, int(((self.ended_at or now) - self.started_at).total_seconds()))

    def viewers_average(self, now: datetime) -> int:
        """Average viewers while live, rounded to the nearest."""
        duration = self.duration_s(now)
        return (self.viewer_seconds * 2 + duration) // (duration * 2) if duration else 0


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What PATCH may change; None leaves it. `cover` '' removes it, `unschedule` removes the time."""

    title: str | None = None
    description: str | None = None
    cover: str | None = None
    gifts_enabled: bool | None = None
    visibility: str | None = None
    scheduled_at: datetime | None = None
    unschedule: bool = False


class Note(msgspec.Struct, frozen=True):
    """What was said with a gift."""

    combo: str | None
    message: str | None


class Standing(msgspec.Struct, frozen=True):
    """What an account may not do in a room."""

    banned: bool
    muted: bool


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a LIVE's time: the most viewers at once (None where nobody counted), likes and comments."""

    step: int
    viewers: int | None
    likes: int
    comments: int


class Figure(msgspec.Struct, frozen=True):
    """What a room counts. `received`: coins given to each guest, by account; they are among `coins`."""

    viewers: int = 0
    likes: int = 0
    gifts: int = 0
    gifters: int = 0
    coins: int = 0
    received: Mapping[int, int] = {}


class Figures(Protocol):
    """Who knows what rooms count; realtime does, and says so to `StageService.use_figures`."""

    async def figures(self, tx: ReadTx, stages: Sequence[Stage]) -> dict[int, Figure]:
        """By stage; a stage that is missing counts nothing yet."""
        ...

    async def top_gifters(self, tx: ReadTx, stage: Stage, count: int) -> list[tuple[int, int]]:
        """(account, coins not given anonymously), most coins first."""
        ...


class Newcomers(Protocol):
    """Who knows who gave to a creator before; insights does, and says so to `StageService.use_newcomers`."""

    async def newcomers(self, tx: ReadTx, stage: Stage) -> set[int]:
        """Accounts that gave to this creator by name for the first time ever, on this stage."""
        ...


class Pace:
    """Token buckets by key, in this process: `rate` a second, `burst` at once. Time is passed in."""

    def __init__(self, rate: float, burst: float, keys_max: int = 50_000) -> None:
        self.rate = rate
        self.burst = max(burst, 1.0)
        self.keys_max = keys_max
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()

    def take(self, key: int, now_s: float) -> float:
        """Take one token: 0.0 where there was one, else the seconds until there is."""
        tokens, since = self._buckets.pop(key, (self.burst, now_s))
        tokens = min(self.burst, tokens + (now_s - since) * self.rate)
        wait_s = 0.0 if tokens >= 1.0 else (1.0 - tokens) / self.rate
        self._buckets[key] = (tokens if wait_s else tokens - 1.0, now_s)
        if len(self._buckets) > self.keys_max:
            self._buckets.popitem(last=False)
        return wait_s
