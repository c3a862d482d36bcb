"""What people do with videos, over HTTP: comments, likes, views, shares, captions, who gave most."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.accounts import PersonBody, person_body
from largesse.kit import fields, http, ids
from largesse.kit.http import Forbidden, Invalid, NotFound, NotSignedIn, Page
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.stage.errors import (
    BannedFromRoom,
    CommentsOff,
    EmojiOnly,
    FollowersOnly,
    Muted,
    MutedWord,
    NotYourVideo,
    SlowRoom,
)
from largesse.stage.model import COMMENT_CHARS_MAX
from largesse.stage.video import VIDEO, VideoComment
from largesse.stage.videos import VideosService
from largesse.stage.wire import RankBody, ranks

TOP_GIFTERS = 10
_LATE = timedelta(minutes=10)  # of a comment's own id: its place in the list is that of its time
_DOING = (NotSignedIn, Forbidden, NotFound)
_SPEAKING = (*_DOING, BannedFromRoom, Muted, CommentsOff, FollowersOnly, EmojiOnly, MutedWord, SlowRoom, IdReused)
After = Annotated[str | None, QueryParameter(max_length=400, description="`next_cursor` of the page before")]


class SayOfVideo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of at most 300 characters."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=COMMENT_CHARS_MAX * 4)]
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class VideoCommentBody(msgspec.Struct, frozen=True):
    """Something that was said of a video."""

    id: str
    sender: PersonBody
    text: str
    at: datetime


class VideoRanks(msgspec.Struct, frozen=True):
    """The first givers of a video."""

    items: list[RankBody]


@get("/v1/videos/{video:str}/comments", summary="What was said of a video", responses=http.declares(NotFound))
async def list_video_comments(
    videos: NamedDependency[VideosService],
    caller: NamedDependency[Principal | None],
    video: FromPath[str],
    limit: http.Limit = 50,
    after: After = None,
) -> Page[VideoCommentBody]:
    """Newest first; hidden ones are left out."""
    found = await videos.get(caller, http.path_id(VIDEO, video))
    said = await videos.talk.list_comments(found, http.id_cursor("comment", after), limit + 1)
    bodies = await _bodies(videos, said[:limit])
    return Page(bodies, ids.encode("comment", said[limit - 1].id) if len(said) > limit else None)


@post("/v1/videos/{video:str}/comments", summary="Say something of a video", responses=http.declares(*_SPEAKING))
async def post_video_comment(
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    video: FromPath[str],
    data: JSONBody[SayOfVideo],
    idempotency_key: IdempotencyKey = None,
) -> Response[VideoCommentBody]:
    """Say something of a published video; the rules of its creator's rooms hold here too."""
    place = await videos.find_public(http.path_id(VIDEO, video))
    comment = chosen_id("comment", data.id, idempotency_key, principal)
    made_at = ids.made_at(comment)
    if made_at is not None and abs(made_at - datetime.now(UTC)) > _LATE:
        raise Invalid.field("id", "its time is not now")
    typed = fields.line("text", data.text, COMMENT_CHARS_MAX)
    said, replayed = await videos.talk.comment(http.person(principal), place, comment, typed)
    return created((await _bodies(videos, [said]))[0], replayed=replayed)


@delete(
    "/v1/videos/{video:str}/comments/{comment:str}",
    summary="Hide a comment of a video",
    status_code=204,
    responses=http.declares(*_DOING, NotYourVideo),
)
async def hide_video_comment(
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    video: FromPath[str],
    comment: FromPath[str],
) -> None:
    """Hide it: one's own; any, for the creator, who moderates their rooms, and the platform's moderators."""
    who = http.person(principal)
    found = await videos.get(who, http.path_id(VIDEO, video))
    await videos.talk.uncomment(who, found, http.path_id("comment", comment))


@put("/v1/videos/{video:str}/like", summary="Like a video", status_code=204, responses=http.declares(*_DOING))
async def like_video(
    videos: NamedDependency[VideosService], principal: NamedDependency[Principal], video: FromPath[str]
) -> None:
    """Once a person; a second request changes nothing."""
    place = await videos.find_public(http.path_id(VIDEO, video))
    await videos.talk.like(http.person(principal), place, liked=True)


@delete("/v1/videos/{video:str}/like", summary="Like it no longer", status_code=204, responses=http.declares(*_DOING))
async def unlike_video(
    videos: NamedDependency[VideosService], principal: NamedDependency[Principal], video: FromPath[str]
) -> None:
    """A second request changes nothing."""
    place = await videos.find_public(http.path_id(VIDEO, video))
    await videos.talk.like(http.person(principal), place, liked=False)


@post("/v1/videos/{video:str}/views", summary="Count a view", status_code=202, responses=http.declares(NotFound))
async def view_video(
    videos: NamedDependency[VideosService],
    caller: NamedDependency[Principal | None],
    request: Request[Any, Any, Any],
    video: FromPath[str],
) -> None:
    """Sent once somebody has begun to watch; each viewer counts once in six hours, the creator never."""
    place = await videos.find_public(http.path_id(VIDEO, video))
    client = request.client
    guest = f"{client.host if client else ''} {request.headers.get('user-agent', '')}"
    videos.talk.view(caller, place, guest)


@post("/v1/videos/{video:str}/shares", summary="Count a share", status_code=202, responses=http.declares(*_DOING))
async def share_video(
    videos: NamedDependency[VideosService], principal: NamedDependency[Principal], video: FromPath[str]
) -> None:
    """Sent once somebody passed its address on."""
    place = await videos.find_public(http.path_id(VIDEO, video))
    await videos.talk.share(http.person(principal), place)


@get("/v1/videos/{video:str}/top-gifters", summary="The first givers of a video", responses=http.declares(NotFound))
async def get_video_top_gifters(videos: NamedDependency[VideosService], video: FromPath[str]) -> VideoRanks:
    """The ten who gave the most coins by name."""
    place = await videos.find_public(http.path_id(VIDEO, video))
    rows = await videos.top_gifters(place, TOP_GIFTERS)
    people = await videos.accounts.people([account for account, _ in rows])
    return VideoRanks(ranks(rows, {key: person_body(person) for key, person in people.items()}))


async def _bodies(videos: VideosService, said: list[VideoComment]) -> list[VideoCommentBody]:
    people = await videos.accounts.people({comment.sender for comment in said})
    return [
        VideoCommentBody(ids.encode("comment", c.id), person_body(people[c.sender]), c.text, c.at)
        for c in said
        if c.sender in people
    ]


video_talk_routes = [
    list_video_comments, post_video_comment, hide_video_comment, like_video, unlike_video, view_video, share_video,
    get_video_top_gifters,
]  # fmt: skip
