"""LIVEs over HTTP."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.accounts import PersonBody, person_body
from largesse.kit import fields, http
from largesse.kit.http import Forbidden, Invalid, NotFound, NotSignedIn, Page
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.stage.errors import AlreadyLive, CreatorsOnly, EveryoneOnly, ForFollowers, LiveEnded, NotLive, NotYourLive
from largesse.stage.model import (
    COVER_CHARS_MAX,
    DESCRIPTION_CHARS_MAX,
    FOLLOWERS,
    LIVE,
    SCHEDULE_DAYS_MAX,
    SCHEDULED,
    TITLE_CHARS_MAX,
    Changes,
    Stage,
)
from largesse.stage.routes_guests import guest_routes
from largesse.stage.routes_moderation import moderation_routes
from largesse.stage.routes_reports import report_routes
from largesse.stage.routes_room import room_routes
from largesse.stage.routes_summary import summary_routes
from largesse.stage.seeing import Visibility, see
from largesse.stage.service import StageService
from largesse.stage.wire import LiveBody, RankBody, live_body, ranks

TOP_GIFTERS = 10
Aware = Annotated[datetime, msgspec.Meta(tz=True)]
Status = Literal["live", "scheduled", "ended"]


class CreateLive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A LIVE that begins when its creator starts it; with `scheduled_at` it is announced."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    description: Annotated[str, msgspec.Meta(max_length=9000)] = ""
    gifts_enabled: bool = True
    visibility: Visibility = "public"
    scheduled_at: Aware | None = None
    cover: Annotated[str, msgspec.Meta(max_length=COVER_CHARS_MAX)] | None = None


class ChangeLive(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is absent stays; null removes the time and the cover."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=600)] | msgspec.UnsetType = msgspec.UNSET
    description: Annotated[str, msgspec.Meta(max_length=9000)] | msgspec.UnsetType = msgspec.UNSET
    gifts_enabled: bool | msgspec.UnsetType = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET
    scheduled_at: Aware | msgspec.UnsetType | None = msgspec.UNSET
    cover: Annotated[str, msgspec.Meta(max_length=COVER_CHARS_MAX)] | msgspec.UnsetType | None = msgspec.UNSET


class RankList(msgspec.Struct, frozen=True):
    """The first givers of a LIVE."""

    items: list[RankBody]


@post(
    "/v1/lives",
    summary="Make a LIVE",
    responses=http.declares(NotSignedIn, Forbidden, CreatorsOnly, IdReused, EveryoneOnly),
)
async def create_live(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    data: JSONBody[CreateLive],
    idempotency_key: IdempotencyKey = None,
) -> Response[LiveBody]:
    """Make a LIVE, or announce one. Only creators; start it with `/start`."""
    _can_show_to(stage, data.visibility)
    made, replayed = await stage.create(
        http.person(principal),
        chosen_id("live", data.id, idempotency_key, principal),
        title=fields.line("title", data.title, TITLE_CHARS_MAX),
        description=fields.paragraphs("description", data.description, DESCRIPTION_CHARS_MAX),
        cover=_cover(data.cover),
        gifts_enabled=data.gifts_enabled,
        scheduled_at=_future(stage, data.scheduled_at),
        visibility=data.visibility,
    )
    return created(await show(stage, made, principal), replayed=replayed)


@patch(
    "/v1/lives/{live:str}",
    summary="Change a LIVE",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive, LiveEnded, EveryoneOnly),
)
async def change_live(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[ChangeLive],
) -> LiveBody:
    """Change the title, the description, the cover, whether gifts are on, who sees it, or the time of one not begun."""
    _can_show_to(stage, data.visibility)
    changes = Changes(
        title=None if data.title is msgspec.UNSET else fields.line("title", data.title, TITLE_CHARS_MAX),
        description=None
        if data.description is msgspec.UNSET
        else fields.paragraphs("description", data.description, DESCRIPTION_CHARS_MAX),
        cover=None if data.cover is msgspec.UNSET else _cover(data.cover) or "",
        gifts_enabled=None if data.gifts_enabled is msgspec.UNSET else data.gifts_enabled,
        visibility=None if data.visibility is msgspec.UNSET else data.visibility,
        scheduled_at=None if data.scheduled_at is msgspec.UNSET else _future(stage, data.scheduled_at),
        unschedule=data.scheduled_at is None,
    )
    return await show(stage, await stage.change(http.person(principal), http.path_id("live", live), changes), principal)


@post(
    "/v1/lives/{live:str}/start",
    summary="Start a LIVE",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive, LiveEnded, AlreadyLive),
)
async def start_live(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> LiveBody:
    """Go LIVE; a second request changes nothing. One LIVE at a time."""
    return await show(stage, await stage.start(http.person(principal), http.path_id("live", live)), principal)


@post(
    "/v1/lives/{live:str}/end",
    summary="End a LIVE",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive, NotLive),
)
async def end_live(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> LiveBody:
    """End the LIVE; a second request changes nothing."""
    return await show(stage, await stage.end(http.person(principal), http.path_id("live", live)), principal)


@post(
    "/v1/lives/{live:str}/stream-key",
    summary="Replace a LIVE's stream key",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive, NotLive),
)
async def renew_stream_key(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> LiveBody:
    """Make a new key; who publishes with the last one is ended at once, and it never works again."""
    return await show(stage, await stage.renew_key(http.person(principal), http.path_id("live", live)), principal)


@get("/v1/lives", summary="LIVEs", responses=http.declares())
async def list_lives(  # noqa: PLR0917 - a parameter of the query each
    stage: NamedDependency[StageService],
    caller: NamedDependency[Principal | None],
    status: Annotated[Status, QueryParameter(description="which ones")] = "live",
    creator: Annotated[str | None, QueryParameter(max_length=24, description="a creator's username")] = None,
    limit: http.Limit = 30,
    cursor: http.Cursor = None,
) -> Page[LiveBody]:
    """LIVEs that run (newest first), are announced (next first), or have ended (newest first)."""
    viewer = caller.account if caller else 0
    found = await stage.list_lives(status, creator, viewer, _place(cursor), limit + 1)
    shown = found[:limit]
    bodies = await show_all(stage, shown, caller)
    return Page(bodies, _cursor(status, shown[-1]) if len(found) > limit else None)


@get("/v1/lives/{live:str}", summary="A LIVE", responses=http.declares(NotFound, ForFollowers))
async def get_live(
    stage: NamedDependency[StageService], caller: NamedDependency[Principal | None], live: FromPath[str]
) -> LiveBody:
    """A LIVE as it stands."""
    return await show(stage, await see(stage, http.path_id("live", live), caller), caller)


@get(
    "/v1/lives/{live:str}/top-gifters",
    summary="The first givers of a LIVE",
    responses=http.declares(NotFound, ForFollowers),
)
async def get_top_gifters(
    stage: NamedDependency[StageService], caller: NamedDependency[Principal | None], live: FromPath[str]
) -> RankList:
    """The ten who gave the most coins by name."""
    found = await see(stage, http.path_id("live", live), caller)
    rows = await stage.top_gifters(found, TOP_GIFTERS)
    return RankList(ranks(rows, await _bodies(stage, [account for account, _ in rows])))


def _can_show_to(stage: StageService, visibility: str | msgspec.UnsetType) -> None:
    """Raises `EveryoneOnly` where an external engine could not keep a LIVE among followers."""
    if visibility == FOLLOWERS and stage.settings.has_external_engine:
        raise EveryoneOnly


async def show(stage: StageService, live: Stage, caller: Principal | None) -> LiveBody:
    """One LIVE as its caller sees it."""
    return (await show_all(stage, [live], caller))[0]


async def show_all(stage: StageService, lives: Sequence[Stage], caller: Principal | None) -> list[LiveBody]:
    """LIVEs as their caller sees them."""
    creators = [live.creator for live in lives]
    people = await _bodies(stage, creators)
    figures = await stage.figures(lives) if lives else {}
    streams = await stage.streams(lives)
    followed = await stage.list_followed(caller.account, creators) if caller and lives else set()
    return [
        live_body(
            live,
            people[live.creator],
            figures.get(live.key),
            streams.get(live.key),
            you_follow=live.creator in followed if caller else None,
            ingest=stage.ingest(live, streams.get(live.key), caller),
        )
        for live in lives
    ]


async def _bodies(stage: StageService, accounts: Sequence[int]) -> dict[int, PersonBody]:
    people = await stage.accounts.people(list(dict.fromkeys(accounts)))
    return {key: person_body(person) for key, person in people.items()}


def _cover(url: str | None) -> str | None:
    if not url:
        return None
    if not (url.isascii() and url.isprintable() and " " not in url and url.startswith(("https://", "/static/"))):
        raise Invalid.field("cover", "not an https address, nor a path below /static/")
    return url


def _future(stage: StageService, at: datetime | None) -> datetime | None:
    now = stage.clock.now()
    if at is not None and not now - timedelta(hours=1) <= at <= now + timedelta(days=SCHEDULE_DAYS_MAX):
        raise Invalid.field("scheduled_at", f"not within the next {SCHEDULE_DAYS_MAX} days")
    return at


def _cursor(status: str, last: Stage) -> str:
    at = {LIVE: last.started_at, SCHEDULED: last.scheduled_at}.get(status)
    return urlsafe_b64encode(msgspec.json.encode((at, last.key))).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime | None, int]:
    if cursor is None:
        return None, 0
    try:
        packed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, key = msgspec.json.decode(packed, type=tuple[Aware | None, Annotated[int, msgspec.Meta(ge=0, lt=2**31)]])
    except (ValueError, msgspec.MsgspecError) as error:
        raise Invalid.field("cursor", "not a cursor of this list") from error
    return at, key


routes = [
    create_live,
    change_live,
    start_live,
    end_live,
    renew_stream_key,
    list_lives,
    get_live,
    *summary_routes,
    get_top_gifters,
    *room_routes,
    *moderation_routes,
    *guest_routes,
    *report_routes,
]
