"""A room kept in order, over HTTP: moderation, rules of talk, questions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.accounts import Person, PersonBody, person_body
from largesse.kit import http, ids
from largesse.kit.http import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, Page
from largesse.kit.principal import Principal
from largesse.stage.errors import ForFollowers, NotYourLive
from largesse.stage.rules import SLOW_S_MAX, WORD_CHARS_MAX, WORDS_MAX, Rules, Speaker
from largesse.stage.seeing import see
from largesse.stage.service import StageService

_MONTH_S = 31 * 86_400
_IN_ORDER = (NotSignedIn, Forbidden, NotFound, NotYourLive)
ChosenId = Annotated[str, msgspec.Meta(max_length=64)]
Status = Literal["open", "answered", "dismissed"]


class Moderate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do about whom or what. `account`: id or username; `seconds` ends a mute or ban, absent is for good."""

    action: Literal["mute", "unmute", "ban", "unban", "hide", "pin", "unpin", "moderator", "no_moderator"]
    account: ChosenId | None = None
    comment_id: ChosenId | None = None
    seconds: Annotated[int, msgspec.Meta(ge=1, le=_MONTH_S)] | None = None


class Moderated(msgspec.Struct, frozen=True):
    """What was done."""

    action: str
    account: PersonBody | None


class RulesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules of all rooms of a creator; `slow_s` 0 is off."""

    slow_s: Annotated[int, msgspec.Meta(ge=0, le=SLOW_S_MAX)] = 0
    emoji_only: bool = False
    followers_only: bool = False
    words: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=WORD_CHARS_MAX)]], msgspec.Meta(max_length=WORDS_MAX)
    ] = []


class PinnedBody(msgspec.Struct, frozen=True):
    """The comment that stands above the others."""

    id: str
    sender: PersonBody
    text: str
    at: datetime


class SpeakerBody(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller may do here. `waits_s`: until a slow room lets them speak; no `until` is for good."""

    moderates: bool
    banned: bool
    banned_until: datetime | None
    muted: bool
    muted_until: datetime | None
    waits_s: int


class TalkBody(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said in a room, as everybody sees it: its muted words are not told. `you` is null for guests."""

    slow_s: int
    emoji_only: bool
    followers_only: bool
    pinned: PinnedBody | None
    you: SpeakerBody | None


class BannedBody(msgspec.Struct, frozen=True):
    """Who is banned or muted; `until` is null for good."""

    account: PersonBody
    kind: str
    until: datetime | None


class OrderBody(msgspec.Struct, frozen=True, kw_only=True):
    """What who keeps a room in order sees of it."""

    rules: RulesBody
    moderators: list[PersonBody]
    banned: list[BannedBody]


class QuestionBody(msgspec.Struct, frozen=True):
    """Something that was asked."""

    id: str
    sender: PersonBody
    text: str
    status: str
    at: datetime


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a question."""

    status: Status


@post(
    "/v1/lives/{live:str}/moderation",
    summary="Moderate the room",
    status_code=200,
    responses=http.declares(*_IN_ORDER, Conflict),
)
async def post_moderation(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[Moderate],
) -> Moderated:
    """Mute, unmute, ban or unban somebody; hide, pin or unpin a comment; name who moderates (the creator alone)."""
    place = await see(stage, http.path_id("live", live), principal)
    person = await _person(stage, data.account) if data.account else None
    comment = http.body_id("comment", "comment_id", data.comment_id) if data.comment_id else None
    await stage.moderation.moderate(
        http.person(principal), place, data.action, person=person, comment=comment, seconds=data.seconds
    )
    return Moderated(data.action, person_body(person) if person else None)


@get("/v1/lives/{live:str}/moderation", summary="How the room is kept in order", responses=http.declares(*_IN_ORDER))
async def get_moderation(
    stage: NamedDependency[StageService], principal: NamedDependency[Principal], live: FromPath[str]
) -> OrderBody:
    """Rules with their muted words, moderators, who is banned or muted; to the creator and moderators."""
    place = await see(stage, http.path_id("live", live), principal)
    rules, moderators, bans = await stage.moderation.order(http.person(principal), place)
    people = await stage.accounts.people([*moderators, *(ban.account for ban in bans)])
    return OrderBody(
        rules=_rules_body(rules),
        moderators=[person_body(people[account]) for account in moderators if account in people],
        banned=[BannedBody(person_body(people[b.account]), b.kind, b.until) for b in bans if b.account in people],
    )


@put("/v1/lives/{live:str}/rules", summary="Set the rules of talk", responses=http.declares(*_IN_ORDER))
async def put_rules(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[RulesBody],
) -> RulesBody:
    """Slow mode, emoji only, followers only, muted words: at once, and in every later LIVE of the creator."""
    place = await see(stage, http.path_id("live", live), principal)
    asked = Rules(slow_s=data.slow_s, emoji_only=data.emoji_only, followers_only=data.followers_only, words=data.words)
    return _rules_body(await stage.moderation.set_rules(http.person(principal), place, asked))


@get(
    "/v1/lives/{live:str}/talk", summary="What may be said in the room", responses=http.declares(NotFound, ForFollowers)
)
async def get_talk(
    stage: NamedDependency[StageService], caller: NamedDependency[Principal | None], live: FromPath[str]
) -> TalkBody:
    """The rules of talk and the pinned comment; ask again when the room tells of `rules`, `pin`, `unpin` or `hide`."""
    place = await see(stage, http.path_id("live", live), caller)
    person = http.as_person(caller)
    rules, pinned, speaker = await stage.moderation.talk(place, person.account if person else None)
    people = await stage.accounts.people([pinned.sender] if pinned else [])
    shown = pinned is not None and pinned.sender in people
    return TalkBody(
        slow_s=rules.slow_s,
        emoji_only=rules.emoji_only,
        followers_only=rules.followers_only,
        pinned=PinnedBody(ids.encode("comment", pinned.id), person_body(people[pinned.sender]), pinned.text, pinned.at)
        if pinned and shown
        else None,
        you=_speaker_body(speaker) if speaker else None,
    )


@get("/v1/lives/{live:str}/questions", summary="What was asked", responses=http.declares(NotFound, ForFollowers))
async def list_questions(  # noqa: PLR0917 - a parameter of the query each
    stage: NamedDependency[StageService],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
    status: Annotated[Status, QueryParameter(description="which ones")] = "open",
    limit: http.Limit = 50,
    cursor: http.Cursor = None,
) -> Page[QuestionBody]:
    """Questions to the creator, oldest first."""
    place = await see(stage, http.path_id("live", live), caller)
    after = http.id_cursor("question", cursor) or UUID(int=0)
    found = await stage.moderation.questions(place, status, after, limit + 1)
    people = await stage.accounts.people([question.sender for question in found[:limit]])
    bodies = [
        QuestionBody(ids.encode("question", q.id), person_body(people[q.sender]), q.text, q.status, q.at)
        for q in found[:limit]
        if q.sender in people
    ]
    return Page(bodies, ids.encode("question", found[limit - 1].id) if len(found) > limit else None)


@post(
    "/v1/lives/{live:str}/questions/{question:str}",
    summary="Answer or dismiss a question",
    status_code=204,
    responses=http.declares(*_IN_ORDER),
)
async def decide_question(
    stage: NamedDependency[StageService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    question: FromPath[str],
    data: JSONBody[Decide],
) -> None:
    """Note that a question was answered or dismissed, or open it again."""
    place = await see(stage, http.path_id("live", live), principal)
    await stage.moderation.decide(http.person(principal), place, http.path_id("question", question), data.status)


def _speaker_body(speaker: Speaker) -> SpeakerBody:
    return SpeakerBody(
        moderates=speaker.moderates,
        banned=speaker.banned,
        banned_until=speaker.banned_until,
        muted=speaker.muted,
        muted_until=speaker.muted_until,
        waits_s=0 if speaker.moderates else speaker.waits_s,
    )


def _rules_body(rules: Rules) -> RulesBody:
    return RulesBody(
        slow_s=rules.slow_s, emoji_only=rules.emoji_only, followers_only=rules.followers_only, words=list(rules.words)
    )


async def _person(stage: StageService, text_id: str) -> Person:
    value = ids.decode(text_id, "acct")
    found = await (stage.accounts.person_by_id(value) if value else stage.accounts.person_by_username(text_id))
    if found is None:
        raise Invalid.field("account", "nobody has this id or username")
    return found


moderation_routes = [
    post_moderation,
    get_moderation,
    put_rules,
    get_talk,
    list_questions,
    decide_question,
]
