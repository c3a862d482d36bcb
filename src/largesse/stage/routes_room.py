"""What people say and do in a room, over HTTP."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from largesse.accounts import PersonBody, person_body
from largesse.kit import fields, http, ids
from largesse.kit.http import Forbidden, NotFound, NotSignedIn
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.stage.errors import (
    BannedFromRoom,
    EmojiOnly,
    FollowersOnly,
    Muted,
    MutedWord,
    NotLive,
    NotYourLive,
    SlowRoom,
)
from largesse.stage.model import COMMENT_CHARS_MAX, LIKES_A_REQUEST_MAX, THANKS_CHARS_MAX
from largesse.stage.seeing import see
from largesse.stage.service import StageService
from largesse.stage.talk import Thanked
from largesse.stage.wire import UnthankedBody

_SHARING = (NotSignedIn, Forbidden, NotFound, NotLive, BannedFromRoom, Muted)
_SPEAKING = (*_SHARING, FollowersOnly, EmojiOnly, MutedWord, SlowRoom)
Typed = Annotated[str, msgspec.Meta(min_length=1, max_length=COMMENT_CHARS_MAX * 4)]
ChosenId = Annotated[str, msgspec.Meta(max_length=64)]


class Say(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of at most 300 characters."""

    text: Typed
    id: ChosenId | None = None


class Said(msgspec.Struct, frozen=True):
    """A comment or a question as the room sees it."""

    id: str
    sender: PersonBody
    text: str
    at: datetime


class Like(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Taps since the last request."""

    count: Annotated[int, msgspec.Meta(ge=1, le=LIKES_A_REQUEST_MAX)] = 1


class Unthanked(msgspec.Struct, frozen=True):
    """Givers whom nobody thanked yet."""

    items: list[UnthankedBody]


class Counted(msgspec.Struct, frozen=True):
    """How many were counted."""

    count: int


class Thank(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the creator thanks, in which words: givers of gifts, accounts that gave, the first ones of the ranking."""

    gift_ids: Annotated[list[ChosenId], msgspec.Meta(max_length=200)] = []
    top: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    accounts: Annotated[list[ChosenId], msgspec.Meta(max_length=200)] = []
    text: Annotated[str, msgspec.Meta(max_length=THANKS_CHARS_MAX * 4)] | None = None


@post("/v1/lives/{live:str}/comments", summary="Say something", responses=http.declares(*_SPEAKING, IdReused))
async def post_comment(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[Say],
    idempotency_key: IdempotencyKey = None,
) -> Response[Said]:
    """Say something in a running LIVE; everybody there reads it within a moment."""
    place = await see(stage, http.path_id("live", live), principal)
    comment = chosen_id("comment", data.id, idempotency_key, principal)
    typed = fields.line("text", data.text, COMMENT_CHARS_MAX)
    at, replayed = await stage.talk.comment(http.person(principal), place, comment, typed)
    sender = person_body((await stage.accounts.people([principal.account]))[principal.account])
    return created(Said(ids.encode("comment", comment), sender, typed, at), replayed=replayed)


@post("/v1/lives/{live:str}/questions", summary="Ask the creator", responses=http.declares(*_SPEAKING, IdReused))
async def post_question(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[Say],
    idempotency_key: IdempotencyKey = None,
) -> Response[Said]:
    """Ask the creator of a running LIVE something."""
    place = await see(stage, http.path_id("live", live), principal)
    question = chosen_id("question", data.id, idempotency_key, principal)
    typed = fields.line("text", data.text, COMMENT_CHARS_MAX)
    at, replayed = await stage.talk.ask(http.person(principal), place, question, typed)
    sender = person_body((await stage.accounts.people([principal.account]))[principal.account])
    return created(Said(ids.encode("question", question), sender, typed, at), replayed=replayed)


@post(
    "/v1/lives/{live:str}/likes",
    summary="Like",
    status_code=202,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotLive),
)
async def post_likes(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[Like],
) -> Counted:
    """Like a running LIVE; taps of a moment go in one request."""
    await stage.talk.like(http.person(principal), await see(stage, http.path_id("live", live), principal), data.count)
    return Counted(data.count)


@post("/v1/lives/{live:str}/shares", summary="Share", status_code=202, responses=http.declares(*_SHARING))
async def post_share(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> Counted:
    """Tell the room that you shared it."""
    await stage.talk.share(http.person(principal), await see(stage, http.path_id("live", live), principal))
    return Counted(1)


@post(
    "/v1/lives/{live:str}/thanks",
    summary="Note who was thanked",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive),
)
async def post_thanks(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[Thank],
) -> Counted:
    """Note that the givers of `gift_ids`, or the `top` first givers, were thanked. Only the creator."""
    place = await see(stage, http.path_id("live", live), principal)
    gifts = [http.body_id("gift", f"gift_ids[{n}]", gift) for n, gift in enumerate(data.gift_ids)]
    accounts = await _accounts(stage, data.accounts)
    words = fields.line("text", data.text, THANKS_CHARS_MAX) if data.text else None
    whom = Thanked(gifts=gifts, accounts=accounts, top=data.top)
    return Counted(await stage.talk.thank(http.person(principal), place, whom, words))


@get(
    "/v1/lives/{live:str}/unthanked",
    summary="Who was not thanked yet",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, NotYourLive),
)
async def list_unthanked(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> Unthanked:
    """Givers whom nobody thanked yet, most coins first; nobody who gave anonymously. Only the creator."""
    place = await stage.get(http.path_id("live", live))
    found = await stage.talk.unthanked(http.person(principal), place)
    people = await stage.accounts.people([account for account, _, _ in found])
    return Unthanked([UnthankedBody(person_body(people[a]), coins, gifts) for a, coins, gifts in found if a in people])


async def _accounts(stage: StageService, named: list[str]) -> set[int]:
    found = set()
    for n, each in enumerate(named):
        person = await stage.accounts.person_by_id(http.body_id("acct", f"accounts[{n}]", each))
        if person is not None:
            found.add(person.key)
    return found


room_routes = [post_comment, post_question, post_likes, post_share, post_thanks, list_unthanked]
