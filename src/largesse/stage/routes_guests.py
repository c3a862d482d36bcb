"""Guests of a LIVE over HTTP: ask, invite, accept, decline, remove, leave, and who is there."""

from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import UnderAge, person_body
from largesse.kit import http, ids
from largesse.kit.http import Forbidden, Invalid, NotFound, NotSignedIn
from largesse.kit.principal import Principal
from largesse.stage.errors import (
    BannedFromRoom,
    GuestFrozen,
    GuestsFull,
    Muted,
    NotAsked,
    NotInvited,
    NotLive,
    NotYourLive,
    TooManyAsks,
    YourOwnLive,
)
from largesse.stage.model import Stage
from largesse.stage.seeing import see
from largesse.stage.service import StageService
from largesse.stage.store_guests import ON, Guest
from largesse.stage.wire import GuestBody, GuestsBody, guest_body

_COMING = (NotLive, UnderAge, BannedFromRoom, Muted, GuestFrozen, GuestsFull, TooManyAsks)


class GuestAct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of somebody's place. `accept` and `decline`: the creator of who asked, or the invited person."""

    action: Literal["invite", "accept", "decline", "remove"]


@post(
    "/v1/lives/{live:str}/guests",
    summary="Ask to be a guest",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, YourOwnLive, *_COMING),
)
async def ask_to_come(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> GuestBody:
    """Ask to be in a running LIVE with a camera of one's own; a second request changes nothing."""
    place = await see(stage, http.path_id("live", live), principal)
    guest = await stage.guests.ask(http.person(principal), place)
    return (await _bodies(stage, place, [guest], principal))[0]


@get("/v1/lives/{live:str}/guests", summary="Guests of a LIVE", responses=http.declares(NotFound))
async def list_guests(
    stage: NamedDependency[StageService], caller: NamedDependency[Principal | None], live: FromPath[str]
) -> GuestsBody:
    """Who is on; who asked or was invited to the creator, moderators, and oneself."""
    place = await see(stage, http.path_id("live", live), caller)
    found = await stage.guests.list_all(place)
    own = caller.account if caller else 0
    if not (own and await stage.guests.moderates(place, own)):
        found = [guest for guest in found if guest.status == ON or guest.account == own]
    return GuestsBody(await _bodies(stage, place, found, caller))


@post(
    "/v1/lives/{live:str}/guests/{account:str}",
    summary="Invite, accept, decline or remove a guest",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive, NotAsked, NotInvited, *_COMING),
)
async def act_on_guest(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    account: Annotated[FromPath[str], msgspec.Meta(max_length=64)],
    data: JSONBody[GuestAct],
) -> GuestsBody:
    """For the creator; a moderator removes; an invited person accepts or declines. Answers with their place, if any."""
    place = await see(stage, http.path_id("live", live), principal)
    value = ids.decode(account, "acct")
    person = await (stage.accounts.person_by_id(value) if value else stage.accounts.person_by_username(account))
    if person is None:
        raise Invalid.field("account", "nobody has this id or username")
    guest = await stage.guests.act(http.person(principal), place, person, data.action)
    return GuestsBody(await _bodies(stage, place, [guest] if guest else [], principal))


@delete(
    "/v1/lives/{live:str}/guests/me",
    summary="Leave a LIVE as its guest",
    status_code=204,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def leave_live(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> None:
    """Give up one's place, asked for, offered or taken; a second request changes nothing."""
    await stage.guests.leave(http.person(principal), await see(stage, http.path_id("live", live), principal))


async def _bodies(stage: StageService, place: Stage, guests: list[Guest], caller: Principal | None) -> list[GuestBody]:
    people = await stage.accounts.people([guest.account for guest in guests])
    streams, received = await stage.guest_streams(place, guests)
    return [
        guest_body(
            guest,
            person_body(people[guest.account]),
            streams.get(guest.account),
            received.get(guest.account, 0),
            ingest=stage.guest_ingest(streams.get(guest.account), caller),
        )
        for guest in guests
        if guest.account in people
    ]


guest_routes = [ask_to_come, list_guests, act_on_guest, leave_live]
