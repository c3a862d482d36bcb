"""What a LIVE brought, over HTTP: totals to anybody, money and thanks to its creator, tables for spreadsheets."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from largesse.accounts import PersonBody, person_body
from largesse.kit import http, table
from largesse.kit.http import Forbidden, NotFound, NotSignedIn
from largesse.kit.principal import Principal
from largesse.stage.errors import ForFollowers, NotYourLive
from largesse.stage.model import Stage
from largesse.stage.seeing import see
from largesse.stage.service import StageService
from largesse.stage.summary import AfterEnd, Curves, OwnSummary, Release, Summary
from largesse.stage.wire import RankBody, ranks

CSV = "text/csv"
Table = Literal["totals", "minutes", "gifters", "releases"]


class ViewersBody(msgspec.Struct, frozen=True):
    """Viewers of a LIVE: the most at once, the average while it ran, and how many different ones."""

    peak: int
    average: int
    unique: int


class MissedBody(msgspec.Struct, frozen=True):
    """A giver whom nobody thanked yet; named coins, and all gifts."""

    account: PersonBody
    coins: int
    gifts: int
    new: bool


class GuestReceivedBody(msgspec.Struct, frozen=True):
    """What a guest was given in a LIVE: the diamonds are the guest's."""

    account: PersonBody
    gifts: int
    coins: int
    diamonds_milli: int


class SummaryBody(msgspec.Struct, frozen=True, kw_only=True):
    """What remains of a LIVE; all from `diamonds_milli` (the creator's own) on only to its creator.

    `releases` sum to `diamonds_milli`, the curves and `after_end` to the totals. `new_gifters` gave to the creator by
    name for the first time ever; `missed_thanks` are all whom nobody thanked yet, `unthanked` the first hundred.
    """

    duration_s: int
    viewers: ViewersBody
    gifters: int
    gifts: int
    coins: int
    top_gifters: list[RankBody]
    diamonds_milli: int | msgspec.UnsetType = msgspec.UNSET
    guests: list[GuestReceivedBody] | msgspec.UnsetType = msgspec.UNSET
    after_end: AfterEnd | msgspec.UnsetType = msgspec.UNSET
    new_gifters: int | msgspec.UnsetType = msgspec.UNSET
    releases: list[Release] | msgspec.UnsetType = msgspec.UNSET
    curves: Curves | msgspec.UnsetType = msgspec.UNSET
    missed_thanks: int | msgspec.UnsetType = msgspec.UNSET
    unthanked: list[MissedBody] | msgspec.UnsetType = msgspec.UNSET


@get("/v1/lives/{live:str}/summary", summary="What a LIVE brought", responses=http.declares(NotFound, ForFollowers))
async def get_summary(
    stage: NamedDependency[StageService], caller: NamedDependency[Principal | None], live: FromPath[str]
) -> SummaryBody:
    """Exact totals, running or ended; diamonds, guests' apart, curves, who is not thanked yet only to the creator."""
    await see(stage, http.path_id("live", live), caller)
    _, summary, own = await stage.summary(http.path_id("live", live), caller)
    shown, guests = (own.shown_unthanked, own.guests) if own else ([], [])
    named = [account for account, _ in summary.top] + [each.account for each in shown] + [g.receiver for g in guests]
    people = await _people(stage, named)
    body = SummaryBody(
        duration_s=summary.duration_s,
        viewers=ViewersBody(summary.viewers_peak, summary.viewers_average, summary.viewers_unique),
        gifters=summary.gifters,
        gifts=summary.gifts,
        coins=summary.coins,
        top_gifters=ranks(summary.top, people),
    )
    if own is None:
        return body
    return msgspec.structs.replace(
        body,
        diamonds_milli=own.diamonds_milli,
        guests=[GuestReceivedBody(people[g.receiver], g.gifts, g.coins, g.diamonds_milli) for g in guests],
        after_end=own.after_end,
        new_gifters=sum(each.new for each in own.gifters),
        releases=own.releases,
        curves=own.curves,
        missed_thanks=len(own.unthanked),
        unthanked=[MissedBody(people[each.account], each.coins, each.gifts, each.new) for each in shown],
    )


@get(
    "/v1/lives/{live:str}/summary.csv",
    summary="The same as CSV",
    media_type=CSV,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive),
)
async def get_summary_csv(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    which: Annotated[Table, QueryParameter(name="table", description="which of its tables")] = "totals",
) -> Response[str]:
    """One table of a LIVE's summary, for its creator: text that a spreadsheet would compute is marked as text."""
    found, summary, own = await stage.summary(http.path_id("live", live), principal)
    if own is None:
        raise NotYourLive
    people = await _people(stage, [each.account for each in own.gifters]) if which == "gifters" else {}
    written = {
        "totals": lambda: table.csv(("name", "value"), _totals(found, summary, own)),
        "minutes": lambda: table.csv(_MINUTES, _minutes(found, own.curves)),
        "gifters": lambda: table.csv(_GIFTERS, _gifters(own, people)),
        "releases": lambda: table.csv(("date", "diamonds_milli"), [(day.date, day.milli) for day in own.releases]),
    }[which]()
    name = f'attachment; filename="{found.public_id}-{which}.csv"'
    return Response(written, media_type=CSV, headers={"Content-Disposition": name, "Cache-Control": "no-store"})


_MINUTES = ("at", "second", "viewers", "coins", "gifts", "comments", "likes")
_GIFTERS = ("rank", "username", "name", "coins", "new", "thanked")


def _totals(found: Stage, summary: Summary, own: OwnSummary) -> list[tuple[table.Cell, ...]]:
    return [
        ("id", found.public_id),
        ("title", found.title),
        ("started_at", found.started_at),
        ("ended_at", found.ended_at),
        ("duration_s", summary.duration_s),
        ("viewers_peak", summary.viewers_peak),
        ("viewers_average", summary.viewers_average),
        ("viewers_unique", summary.viewers_unique),
        ("gifters", summary.gifters),
        ("new_gifters", sum(each.new for each in own.gifters)),
        ("gifts", summary.gifts),
        ("coins", summary.coins),
        ("diamonds_milli", own.diamonds_milli),
        ("gifts_after_end", own.after_end.gifts),
        ("coins_after_end", own.after_end.coins),
        ("diamonds_milli_after_end", own.after_end.diamonds_milli),
        ("missed_thanks", len(own.unthanked)),
    ]


def _minutes(found: Stage, curves: Curves) -> list[tuple[table.Cell, ...]]:
    columns = zip(curves.viewers, curves.coins, curves.gifts, curves.comments, curves.likes, strict=True)
    seconds = [(n * curves.step_s, figures) for n, figures in enumerate(columns)]
    began = found.started_at
    return [(began + timedelta(seconds=at) if began else None, at, *figures) for at, figures in seconds]


def _gifters(own: OwnSummary, people: Mapping[int, PersonBody]) -> list[tuple[table.Cell, ...]]:
    named: list[tuple[table.Cell, ...]] = [
        (rank, people[each.account].username, people[each.account].display_name, each.coins, each.new, each.thanked)
        for rank, each in enumerate(own.gifters, 1)
    ]
    hidden = [(None, None, "anonymous", own.anonymous_coins, None, None)] if own.anonymous_coins else []
    return [*named, *hidden]


async def _people(stage: StageService, accounts: list[int]) -> dict[int, PersonBody]:
    people = await stage.accounts.people(list(dict.fromkeys(accounts)))
    return {key: person_body(person) for key, person in people.items()}


summary_routes = [get_summary, get_summary_csv]
