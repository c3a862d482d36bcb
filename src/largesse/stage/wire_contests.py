"""How goals and matches are shown on the wire."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec

from largesse.accounts import PersonBody
from largesse.kit import ids
from largesse.stage.contests import Goal, Match


class GoalBody(msgspec.Struct, frozen=True, kw_only=True):
    """A goal: `coins`, or `count` pieces of `gift_id`; `figure` is what there is of it. What was reached stays so."""

    title: str
    coins: int | None
    gift_id: str | None
    count: int | None
    figure: int
    reached: bool


class MultiplierBody(msgspec.Struct, frozen=True):
    """From `starts_at` until before `ends_at` a coin scores `factor` points."""

    factor: int
    starts_at: datetime
    ends_at: datetime


class SideBody(msgspec.Struct, frozen=True):
    """A LIVE in a match."""

    live: str
    creator: PersonBody
    score: int


class MatchBody(msgspec.Struct, frozen=True, kw_only=True):
    """A match. `sides`: the inviting LIVE first; `winner`, `given_up_by`: ids of LIVEs, both null where it is a tie."""

    id: str
    status: str
    seconds: int
    invited_at: datetime
    expires_at: datetime
    started_at: datetime | None
    ends_at: datetime | None
    winner: str | None
    given_up_by: str | None
    multipliers: list[MultiplierBody]
    sides: list[SideBody]


def goal_body(goal: Goal, slug_of: Callable[[int], str]) -> GoalBody:
    """A goal as it stood a moment ago."""
    reached = goal.reached_at is not None
    return goal_told(goal.title, goal.kind, goal.target, goal.figure, reached=reached, slug_of=slug_of)


def goal_told(
    title: str, kind: int | None, target: int, figure: int, *, reached: bool, slug_of: Callable[[int], str]
) -> GoalBody:
    """A goal and a figure of it. `slug_of` says a kind's id in the catalogue."""
    return GoalBody(
        title=title,
        coins=target if kind is None else None,
        gift_id=None if kind is None else slug_of(kind),
        count=None if kind is None else target,
        figure=figure,
        reached=reached,
    )


def match_body(match: Match, people: Mapping[int, PersonBody]) -> MatchBody:
    """A match as it is shown."""
    lives = dict(zip(match.stages, (ids.encode("live", live) for live in match.lives), strict=True))
    return MatchBody(
        id=match.public_id,
        status=match.status,
        seconds=match.seconds,
        invited_at=match.invited_at,
        expires_at=match.expires_at,
        started_at=match.started_at,
        ends_at=match.ends_at,
        winner=lives.get(match.winner or 0),
        given_up_by=lives.get(match.given_up_by or 0),
        multipliers=[MultiplierBody(m.factor, m.starts_at, m.ends_at) for m in match.multipliers],
        sides=[
            SideBody(lives[stage], people[creator], score)
            for stage, creator, score in zip(match.stages, match.creators, match.scores, strict=True)
        ],
    )


def creators_of(matches: Sequence[Match]) -> set[int]:
    """Everybody whom these matches name."""
    return {creator for match in matches for creator in match.creators}
