"""Reminders, notifications and the calendar file over HTTP."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import PersonBody, person_body
from largesse.kit import http, ids
from largesse.kit.config import Settings
from largesse.kit.http import Forbidden, NotFound, NotSignedIn, Page
from largesse.kit.principal import Principal
from largesse.stage import calendar
from largesse.stage.errors import ForFollowers, LiveEnded
from largesse.stage.seeing import see
from largesse.stage.service import StageService
from largesse.stage.service_reminders import RemindersService

_OWN = (NotSignedIn, Forbidden, NotFound)


class ReminderBody(msgspec.Struct, frozen=True):
    """Whether the caller is reminded, and how many are."""

    set: bool
    count: int


class NotificationBody(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody was told of a LIVE. `number` grows; `kind`: announced, moved, cancelled, soon or started."""

    number: int
    kind: str
    at: datetime
    seen: bool
    live: str
    title: str
    creator: PersonBody
    status: str
    scheduled_at: datetime | None


class UnreadBody(msgspec.Struct, frozen=True):
    """How much was not seen yet; 100 is that many or more."""

    count: int


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Up to which `number`; absent is all."""

    until: Annotated[int, msgspec.Meta(ge=0, le=http.KEY_MAX)] | None = None


@put(
    "/v1/lives/{live:str}/reminder",
    summary="Be reminded of a LIVE",
    responses=http.declares(*_OWN, LiveEnded, ForFollowers),
)
async def put_reminder(
    stage: NamedDependency[StageService],
    reminders: NamedDependency[RemindersService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
) -> ReminderBody:
    """Be told a quarter of an hour before it begins, and when it does, in the notification centre."""
    who = http.person(principal)
    found = await see(stage, http.path_id("live", live), who)
    await reminders.remind(who, found)
    kept = await reminders.get_reminder(who, found)
    return ReminderBody(kept.set, kept.count)


@delete("/v1/lives/{live:str}/reminder", summary="Be reminded no more", responses=http.declares(*_OWN))
async def delete_reminder(
    stage: NamedDependency[StageService],
    reminders: NamedDependency[RemindersService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
) -> None:
    """Take the reminder back; who follows the creator is told like all followers."""
    await reminders.forget(http.person(principal), await stage.get(http.path_id("live", live)))


@get(
    "/v1/lives/{live:str}/reminder",
    summary="Who is reminded of a LIVE",
    responses=http.declares(NotFound, ForFollowers),
)
async def get_reminder(
    stage: NamedDependency[StageService],
    reminders: NamedDependency[RemindersService],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
) -> ReminderBody:
    """Whether the caller is, and how many are."""
    kept = await reminders.get_reminder(caller, await see(stage, http.path_id("live", live), caller))
    return ReminderBody(kept.set, kept.count)


@get(
    "/v1/lives/{live:str}/calendar.ics",
    summary="A LIVE for a calendar",
    responses=http.declares(NotFound, ForFollowers),
)
async def get_calendar(
    stage: NamedDependency[StageService],
    settings: NamedDependency[Settings],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
) -> Response[bytes]:
    """An event of RFC 5545; 404 for a LIVE without a time."""
    found = await see(stage, http.path_id("live", live), caller)
    if found.scheduled_at is None:
        raise NotFound
    creator = (await stage.accounts.people([found.creator]))[found.creator]
    body = calendar.write(found, creator.display_name, settings.origin, stage.clock.now())
    named = {"Content-Disposition": f'attachment; filename="{found.public_id}.ics"'}
    return Response(body.encode(), media_type="text/calendar", headers=named)


@get("/v1/me/notifications", summary="What one was told", responses=http.declares(NotSignedIn, Forbidden))
async def list_notifications(
    reminders: NamedDependency[RemindersService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 30,
    cursor: http.Cursor = None,
) -> Page[NotificationBody]:
    """Newest first, kept for ninety days; one for each LIVE, which says what is true of it last."""
    found = await reminders.list_notifications(http.person(principal), http.key_cursor(cursor), limit + 1)
    people = await reminders.accounts.people([one.creator for one in found])
    shown = [
        NotificationBody(
            number=one.broadcast,
            kind=one.kind,
            at=one.at,
            seen=one.seen_at is not None,
            live=ids.encode("live", one.live),
            title=one.title,
            creator=person_body(people[one.creator]),
            status=one.status,
            scheduled_at=one.scheduled_at,
        )
        for one in found[:limit]
    ]
    return Page(shown, str(shown[-1].number) if len(found) > limit else None)


@get("/v1/me/notifications/unread", summary="How much was not seen", responses=http.declares(NotSignedIn, Forbidden))
async def count_unread(
    reminders: NamedDependency[RemindersService], principal: NamedDependency[Principal]
) -> UnreadBody:
    """Counts to a hundred."""
    return UnreadBody(await reminders.count_unread(http.person(principal)))


@post(
    "/v1/me/notifications/seen",
    summary="Have seen what one was told",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden),
)
async def post_seen(
    reminders: NamedDependency[RemindersService], principal: NamedDependency[Principal], data: JSONBody[Seen]
) -> UnreadBody:
    """What came after `until` stays unseen."""
    who = http.person(principal)
    await reminders.see(who, data.until)
    return UnreadBody(await reminders.count_unread(who))


reminder_routes = [
    put_reminder,
    delete_reminder,
    get_reminder,
    get_calendar,
    list_notifications,
    count_unread,
    post_seen,
]
