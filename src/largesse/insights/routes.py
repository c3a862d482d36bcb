"""What earned, over HTTP: `/v1/me/insights/…`, creators only."""

from datetime import UTC, date, datetime
from typing import Annotated, NoReturn

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from largesse.accounts import PersonBody, person_body
from largesse.insights import model
from largesse.insights.model import Span
from largesse.insights.service import InsightsService
from largesse.kit import http, ids
from largesse.kit.http import KEY_MAX, Forbidden, Invalid, NotSignedIn, Page
from largesse.kit.principal import Principal
from largesse.stage import Stage

_HOURS_A_PAGE = 744  # a month of them
_MOST = 2**62
Since = Annotated[date | None, QueryParameter(name="from", description="the first UTC day; 28 days back where absent")]
Until = Annotated[date | None, QueryParameter(name="to", description="the last UTC day, included; today where absent")]
HoursLimit = Annotated[int, QueryParameter(ge=1, le=_HOURS_A_PAGE, description="hours a page")]
_REFUSALS = http.declares(NotSignedIn, Forbidden)


class DayBody(msgspec.Struct, frozen=True, kw_only=True):
    """A UTC day: diamonds_milli = new_milli + returning_milli + anonymous_milli, all net of what was reversed.

    On the first day on which somebody gives to you by name they are new, on later ones they return.
    """

    date: date
    gifts: int
    coins: int
    diamonds_milli: int
    new_gifters: int
    returning_gifters: int
    new_milli: int
    returning_milli: int
    anonymous_milli: int


class DaysBody(msgspec.Struct, frozen=True):
    """The days of a span on which something was given."""

    items: list[DayBody]


class HourBody(msgspec.Struct, frozen=True, kw_only=True):
    """The hour that begins at `hour`."""

    hour: datetime
    gifts: int
    coins: int
    diamonds_milli: int


class EarningStage(msgspec.Struct, frozen=True, kw_only=True):
    """Where it was given: `kind` is live or video."""

    id: str
    kind: str
    title: str
    started_at: datetime | None
    ended_at: datetime | None


class LiveEarned(msgspec.Struct, frozen=True, kw_only=True):
    """What a LIVE or a video brought in the span; gifts after its end count on the day they came."""

    live: EarningStage
    gifts: int
    coins: int
    diamonds_milli: int


class GiftBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a gift brought: a combo of 41 roses is one of `gifts` and 41 `pieces`."""

    gift_id: str
    name: str
    gifts: int
    pieces: int
    coins: int
    diamonds_milli: int


class GifterBody(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gave by name; `account` and `first_on` are null for all who gave anonymously, together."""

    account: PersonBody | None
    first_on: date | None
    new: bool
    gifts: int
    coins: int
    diamonds_milli: int


@get("/v1/me/insights/days", summary="What earned, by day", responses=_REFUSALS)
async def list_days(
    insights: NamedDependency[InsightsService],
    principal: NamedDependency[Principal],
    since: Since = None,
    until: Until = None,
) -> DaysBody:
    """By UTC day, oldest first, with new and returning gifters. At most 366 days; days without a gift are left out."""
    days = await insights.list_days(_creator(principal), _span(since, until))
    return DaysBody([
        DayBody(
            date=d.day, gifts=d.gifts, coins=d.coins, diamonds_milli=d.milli, new_gifters=d.new_gifters,
            returning_gifters=d.returning_gifters, new_milli=d.new_milli, returning_milli=d.returning_milli,
            anonymous_milli=d.anonymous_milli,
        )
        for d in days
    ])  # fmt: skip


@get("/v1/me/insights/hours", summary="What earned, by hour", responses=_REFUSALS)
async def list_hours(  # noqa: PLR0917 - a parameter of the query each
    insights: NamedDependency[InsightsService],
    principal: NamedDependency[Principal],
    since: Since = None,
    until: Until = None,
    limit: HoursLimit = _HOURS_A_PAGE,
    cursor: http.Cursor = None,
) -> Page[HourBody]:
    """Hours in which something was given, oldest first."""
    after = http.key_cursor(cursor)
    found = await insights.list_hours(
        _creator(principal), _span(since, until), -1 if after is None else min(after, KEY_MAX - 1), limit
    )
    shown = found[:limit]
    items = [HourBody(hour=model.began(h.hour), gifts=h.gifts, coins=h.coins, diamonds_milli=h.milli) for h in shown]
    return Page(items, str(shown[-1].hour) if len(found) > limit else None)


@get("/v1/me/insights/lives", summary="What earned, by LIVE", responses=_REFUSALS)
async def list_lives(  # noqa: PLR0917 - a parameter of the query each
    insights: NamedDependency[InsightsService],
    principal: NamedDependency[Principal],
    since: Since = None,
    until: Until = None,
    limit: http.Limit = 30,
    cursor: http.Cursor = None,
) -> Page[LiveEarned]:
    """LIVEs and videos on which something was given in the span, the newest first."""
    before = http.key_cursor(cursor)
    found, stages = await insights.list_stages(
        _creator(principal), _span(since, until), KEY_MAX if before is None else before, limit
    )
    shown = found[:limit]
    items = [
        LiveEarned(live=_stage(stages[e.stage]), gifts=e.gifts, coins=e.coins, diamonds_milli=e.milli) for e in shown
    ]
    return Page(items, str(shown[-1].stage) if len(found) > limit else None)


@get("/v1/me/insights/gifts", summary="What earned, by gift", responses=_REFUSALS)
async def list_gifts(  # noqa: PLR0917 - a parameter of the query each
    insights: NamedDependency[InsightsService],
    principal: NamedDependency[Principal],
    since: Since = None,
    until: Until = None,
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[GiftBody]:
    """Each gift of the catalogue, the most diamonds first."""
    found = await insights.list_gifts(_creator(principal), _span(since, until), _place(cursor), limit)
    shown, items = found[:limit], []
    for earned in shown:
        gift = insights.gift(earned.kind)
        items.append(
            GiftBody(
                gift_id=gift.id if gift else str(earned.kind), name=gift.name if gift else "", gifts=earned.gifts,
                pieces=earned.pieces, coins=earned.coins, diamonds_milli=earned.milli,
            )
        )  # fmt: skip
    return Page(items, f"{shown[-1].milli}.{shown[-1].kind}" if len(found) > limit else None)


@get("/v1/me/insights/gifters", summary="What earned, by gifter", responses=_REFUSALS)
async def list_gifters(  # noqa: PLR0917 - a parameter of the query each
    insights: NamedDependency[InsightsService],
    principal: NamedDependency[Principal],
    since: Since = None,
    until: Until = None,
    limit: http.Limit = 30,
    cursor: http.Cursor = None,
) -> Page[GifterBody]:
    """Who gave, the most coins first; `new` where they gave to you for the first time in the span."""
    span = _span(since, until)
    found, people = await insights.list_gifters(_creator(principal), span, _place(cursor), limit)
    shown = found[:limit]
    items = [
        GifterBody(
            account=person_body(people[e.gifter]) if e.gifter else None, first_on=e.first_day,
            new=e.first_day is not None and e.first_day >= span.since, gifts=e.gifts, coins=e.coins,
            diamonds_milli=e.milli,
        )
        for e in shown
    ]  # fmt: skip
    return Page(items, f"{shown[-1].coins}.{shown[-1].gifter}" if len(found) > limit else None)


def _creator(principal: Principal) -> int:
    if not principal.creator or principal.kind != "session":
        raise Forbidden(detail="only creators have insights")
    return principal.account


def _span(since: date | None, until: date | None) -> Span:
    found = model.span(since, until, datetime.now(UTC).date())
    if found is None:
        raise Invalid.field("from", f"not 1 to {model.DAYS_MAX} days up to `to`")
    return found


def _place(cursor: http.Cursor) -> tuple[int, int]:
    """(sum, key) of a cursor; sums may be negative for a moment, between a reversal and its gift."""
    if cursor is None:
        return _MOST, 0
    first, dot, second = cursor.partition(".")
    digits = first.removeprefix("-")
    if not (dot and cursor.isascii() and digits.isdecimal() and second.isdecimal()):
        _refuse()
    place = int(first), int(second)
    if abs(place[0]) > _MOST or place[1] > KEY_MAX:
        _refuse()
    return place


def _refuse() -> NoReturn:
    raise Invalid.field("cursor", "not a cursor of this list")


def _stage(stage: Stage) -> EarningStage:
    return EarningStage(
        id=ids.encode("live", stage.id), kind=stage.kind, title=stage.title, started_at=stage.started_at,
        ended_at=stage.ended_at,
    )  # fmt: skip


routes = [list_days, list_hours, list_lives, list_gifts, list_gifters]
