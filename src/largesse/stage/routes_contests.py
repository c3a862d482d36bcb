"""Goals and matches over HTTP."""

from typing import Annotated

import msgspec
from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.accounts import PersonBody
from largesse.kit import fields, http
from largesse.kit.http import Forbidden, NotFound, NotSignedIn, Page
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.stage.contests import (
    GOAL_TARGET_MAX,
    GOAL_TITLE_CHARS_MAX,
    MATCH_SECONDS_MAX,
    MATCH_SECONDS_MIN,
    MULTIPLIER_AFTER_S_MAX,
    MULTIPLIER_AFTER_S_MIN,
    MULTIPLIER_S_MAX,
    MULTIPLIER_S_MIN,
    Match,
)
from largesse.stage.errors import ForFollowers, LiveEnded, NotLive, NotYourLive
from largesse.stage.errors_contests import (
    Declined,
    InviteOpen,
    InviteOver,
    MatchOver,
    MatchRunning,
    NoRoomForIt,
    TooManyGoals,
)
from largesse.stage.seeing import see
from largesse.stage.service import StageService
from largesse.stage.service_contests import ContestsService
from largesse.stage.wire_contests import GoalBody, MatchBody, creators_of, goal_body, match_body

ChosenId = Annotated[str, msgspec.Meta(max_length=64)]
Target = Annotated[int, msgspec.Meta(ge=1, le=GOAL_TARGET_MAX)]
_OPPONENTS = 50
_OWN = (NotSignedIn, Forbidden, NotFound)


class SetGoal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `coins`, or `count` pieces of `gift_id`."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=GOAL_TITLE_CHARS_MAX * 4)]
    coins: Target | None = None
    gift_id: ChosenId | None = None
    count: Target | None = None


class Invite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to play against, and for how long."""

    opponent: ChosenId
    seconds: Annotated[int, msgspec.Meta(ge=MATCH_SECONDS_MIN, le=MATCH_SECONDS_MAX)]
    id: ChosenId | None = None


class Multiply(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many points a coin scores, after how many seconds, and for how many."""

    factor: Annotated[int, msgspec.Meta(ge=2, le=3)]
    after_s: Annotated[int, msgspec.Meta(ge=MULTIPLIER_AFTER_S_MIN, le=MULTIPLIER_AFTER_S_MAX)]
    seconds: Annotated[int, msgspec.Meta(ge=MULTIPLIER_S_MIN, le=MULTIPLIER_S_MAX)]


class OpponentBody(msgspec.Struct, frozen=True):
    """A running LIVE that may be invited."""

    live: str
    title: str
    creator: PersonBody
    viewers: int
    you_follow: bool


class OpponentList(msgspec.Struct, frozen=True):
    """Running LIVEs that may be invited; those of people whom the caller follows first."""

    items: list[OpponentBody]


@put(
    "/v1/lives/{live:str}/goal",
    summary="Set a LIVE's goal",
    responses=http.declares(*_OWN, NotYourLive, LiveEnded, TooManyGoals),
)
async def put_goal(
    contests: NamedDependency[ContestsService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[SetGoal],
) -> GoalBody:
    """Set a goal before or during a LIVE: it counts gifts given in the LIVE from now on. Another goal goes."""
    title = fields.line("title", data.title, GOAL_TITLE_CHARS_MAX)
    goal = await contests.set_goal(
        http.person(principal), http.path_id("live", live), title, data.coins, data.gift_id, data.count
    )
    return goal_body(goal, contests.slug_of)


@get("/v1/lives/{live:str}/goal", summary="A LIVE's goal", responses=http.declares(NotFound, ForFollowers))
async def get_goal(
    stage: NamedDependency[StageService],
    contests: NamedDependency[ContestsService],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
) -> GoalBody:
    """The goal of a LIVE, and its figure of a second ago; 404 where it has none."""
    place = await see(stage, http.path_id("live", live), caller)
    return goal_body(await contests.get_goal(place), contests.slug_of)


@delete("/v1/lives/{live:str}/goal", summary="Drop a LIVE's goal", responses=http.declares(*_OWN, NotYourLive))
async def delete_goal(
    contests: NamedDependency[ContestsService], principal: NamedDependency[Principal], live: FromPath[str]
) -> None:
    """Drop the goal; where there is none nothing happens."""
    await contests.drop_goal(http.person(principal), http.path_id("live", live))


@post(
    "/v1/lives/{live:str}/matches",
    summary="Invite another LIVE to a match",
    responses=http.declares(*_OWN, NotYourLive, NotLive, MatchRunning, InviteOpen, Declined, IdReused),
)
async def post_match(
    contests: NamedDependency[ContestsService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
    data: JSONBody[Invite],
    idempotency_key: IdempotencyKey = None,
) -> Response[MatchBody]:
    """Invite a LIVE that runs, as one's own does; the invitation stands for a minute."""
    match, replayed = await contests.invite(
        http.person(principal),
        http.path_id("live", live),
        chosen_id("match", data.id, idempotency_key, principal),
        http.body_id("live", "opponent", data.opponent),
        data.seconds,
    )
    return created(await show(contests, match), replayed=replayed)


@get("/v1/lives/{live:str}/matches", summary="Matches of a LIVE", responses=http.declares(NotFound, ForFollowers))
async def list_matches(  # noqa: PLR0917 - a parameter of the query each
    stage: NamedDependency[StageService],
    contests: NamedDependency[ContestsService],
    caller: NamedDependency[Principal | None],
    live: FromPath[str],
    limit: Annotated[int, QueryParameter(ge=1, le=50, description="items a page")] = 20,
    cursor: http.Cursor = None,
) -> Page[MatchBody]:
    """Newest first; invitations that stand to the LIVE's creator alone."""
    before = http.key_cursor(cursor) or http.KEY_MAX
    place = await see(stage, http.path_id("live", live), caller)
    found = await contests.list_matches(place, caller, before, limit + 1)
    people = await contests.people(creators_of(found))
    shown = found[:limit]
    return Page([match_body(m, people) for m in shown], str(shown[-1].key) if len(found) > limit else None)


@get("/v1/lives/{live:str}/opponents", summary="LIVEs to play against", responses=http.declares(*_OWN, NotYourLive))
async def list_opponents(
    stage: NamedDependency[StageService],
    contests: NamedDependency[ContestsService],
    principal: NamedDependency[Principal],
    live: FromPath[str],
) -> OpponentList:
    """Running LIVEs that play no match, those of people whom the creator follows first; fifty at most."""
    who = http.person(principal)
    if (await stage.get(http.path_id("live", live))).creator != who.account:
        raise NotYourLive
    found = await contests.list_opponents(who, _OPPONENTS)
    people = await contests.people({one.creator for one in found})
    figures = await stage.figures(found) if found else {}
    followed = await stage.list_followed(who.account, [one.creator for one in found]) if found else set()
    return OpponentList(
        [
            OpponentBody(
                one.public_id,
                one.title,
                people[one.creator],
                figures[one.key].viewers if one.key in figures else 0,
                one.creator in followed,
            )
            for one in found
        ]
    )


@get("/v1/matches/{match:str}", summary="A match", responses=http.declares(NotFound))
async def get_match(contests: NamedDependency[ContestsService], match: FromPath[str]) -> MatchBody:
    """A match; its scores are of a second ago while it runs, and final once it has ended."""
    return await show(contests, await contests.get_match(http.path_id("match", match)))


@post(
    "/v1/matches/{match:str}/accept",
    summary="Accept a match",
    status_code=200,
    responses=http.declares(*_OWN, InviteOver, MatchRunning, NotLive),
)
async def accept_match(
    contests: NamedDependency[ContestsService], principal: NamedDependency[Principal], match: FromPath[str]
) -> MatchBody:
    """The invited creator accepts; three seconds later it begins."""
    return await show(contests, await contests.accept(http.person(principal), http.path_id("match", match)))


@post(
    "/v1/matches/{match:str}/decline",
    summary="Decline or withdraw a match",
    status_code=200,
    responses=http.declares(*_OWN, InviteOver),
)
async def decline_match(
    contests: NamedDependency[ContestsService], principal: NamedDependency[Principal], match: FromPath[str]
) -> MatchBody:
    """The invited creator declines, or the inviting one withdraws."""
    return await show(contests, await contests.decline(http.person(principal), http.path_id("match", match)))


@post(
    "/v1/matches/{match:str}/end",
    summary="Give up a match",
    status_code=200,
    responses=http.declares(*_OWN, MatchOver),
)
async def end_match(
    contests: NamedDependency[ContestsService], principal: NamedDependency[Principal], match: FromPath[str]
) -> MatchBody:
    """End a match before its time: the other LIVE has won. Ending one's LIVE does the same."""
    return await show(contests, await contests.end(http.person(principal), http.path_id("match", match)))


@post(
    "/v1/matches/{match:str}/multiplier",
    summary="Announce a multiplier",
    status_code=200,
    responses=http.declares(*_OWN, MatchOver, NoRoomForIt),
)
async def multiply_match(
    contests: NamedDependency[ContestsService],
    principal: NamedDependency[Principal],
    match: FromPath[str],
    data: JSONBody[Multiply],
) -> MatchBody:
    """Let coins score two or three points for a while, in both LIVEs: scores only, three times a match at most."""
    who, found = http.person(principal), http.path_id("match", match)
    return await show(contests, await contests.multiply(who, found, data.factor, data.after_s, data.seconds))


async def show(contests: ContestsService, match: Match) -> MatchBody:
    """A match as it is shown."""
    return match_body(match, await contests.people(creators_of([match])))


contest_routes = [
    put_goal,
    get_goal,
    delete_goal,
    post_match,
    list_matches,
    list_opponents,
    get_match,
    accept_match,
    decline_match,
    end_match,
    multiply_match,
]
