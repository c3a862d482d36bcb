"""Goals and matches as their rows stand, and the rules of matches: pure, without a clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from largesse.kit import ids
from largesse.ledger import Sum, Window

GOAL_TITLE_CHARS_MAX = 60
GOAL_TARGET_MAX = 1_000_000_000
GOALS_A_LIVE_MAX = 100
MATCH_SECONDS_MIN, MATCH_SECONDS_MAX = 60, 600
INVITED_S = 60
# Both rooms have the frame that announces a match, or a multiplier, before it begins.
STARTS_IN_S = 3
MULTIPLIER_AFTER_S_MIN, MULTIPLIER_AFTER_S_MAX = 5, 60
MULTIPLIER_S_MIN, MULTIPLIER_S_MAX = 10, 60
MULTIPLIERS_A_MATCH_MAX = 3
DECLINED_FOR_S = 120
OPEN_INVITES_MAX = 5


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """A goal of a LIVE: `target` coins where `kind` is null, else so many pieces of that kind of gift."""

    key: int
    stage: int
    title: str
    kind: int | None
    target: int
    set_at: datetime
    dropped_at: datetime | None
    reached_at: datetime | None
    figure: int

    @property
    def window(self) -> Window:
        """What it counts."""
        return Window(stage=self.stage, since=self.set_at, kind=self.kind or 0)

    def figure_of(self, counted: Sum) -> int:
        """Its figure by the sums of its window."""
        return counted.coins if self.kind is None else counted.pieces


class Multiplier(msgspec.Struct, frozen=True):
    """From `starts_at` until before `ends_at` a coin scores `factor` points."""

    factor: int
    starts_at: datetime
    ends_at: datetime


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A match; `stages`, `lives`, `creators`, `scores` are of the inviting LIVE, then of the invited one."""

    key: int
    id: UUID
    status: str
    seconds: int
    invited_at: datetime
    expires_at: datetime
    started_at: datetime | None
    ends_at: datetime | None
    settled_at: datetime | None
    given_up_by: int | None
    winner: int | None
    stages: list[int]
    lives: list[UUID]
    creators: list[int]
    scores: list[int]
    factors: list[int]
    factor_starts: list[datetime]
    factor_ends: list[datetime]

    @property
    def public_id(self) -> str:
        """`match_…`."""
        return ids.encode("match", self.id)

    @property
    def multipliers(self) -> list[Multiplier]:
        """In the order of their times."""
        return [Multiplier(*one) for one in zip(self.factors, self.factor_starts, self.factor_ends, strict=True)]

    def side(self, stage: int) -> int:
        """0 for the inviting LIVE, 1 for the invited one."""
        return self.stages.index(stage)

    def windows(self, stage: int) -> list[Window]:
        """What counts for one side: the match, and within it each multiplier once more."""
        assert self.started_at
        assert self.ends_at
        whole = [Window(stage=stage, since=self.started_at, until=self.ends_at)]
        return whole + [
            Window(stage=stage, since=one.starts_at, until=min(one.ends_at, self.ends_at)) for one in self.multipliers
        ]


def points(match: Match, counted: Sequence[Sum]) -> int:
    """The score of one side by the sums of its `windows`: each coin once, and `factor` - 1 times more within one."""
    whole, *within = counted
    return whole.coins + sum(
        one.coins * (multiplier.factor - 1) for multiplier, one in zip(match.multipliers, within, strict=True)
    )


def winner(match: Match, scores: Sequence[int]) -> int | None:
    """The stage that has won: the other one where one gave up, else the higher score; None where it is a tie."""
    first, second = match.stages
    if match.given_up_by is not None:
        return second if match.given_up_by == first else first
    if scores[0] == scores[1]:
        return None
    return first if scores[0] > scores[1] else second


def fits(match: Match, starts_at: datetime, seconds: int) -> datetime | None:
    """When a multiplier that starts so ends, at the latest with its match.

    None where it would begin with less than ten seconds left, or while another one is in force.
    """
    assert match.ends_at
    ends_at = min(starts_at + timedelta(seconds=seconds), match.ends_at)
    free = all(ends_at <= one.starts_at or one.ends_at <= starts_at for one in match.multipliers)
    return ends_at if free and ends_at - starts_at >= timedelta(seconds=MULTIPLIER_S_MIN) else None
