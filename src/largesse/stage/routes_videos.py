"""Videos over HTTP."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from largesse.accounts import PersonBody, person_body
from largesse.kit import fields, http, ids, places
from largesse.kit.http import Forbidden, NotFound, NotSignedIn, Page
from largesse.kit.idempotency import IdempotencyKey, IdReused, chosen_id, created
from largesse.kit.principal import Principal
from largesse.stage.errors import CreatorsOnly, NoRecording, NotReady, NotYourVideo, VideoMade
from largesse.stage.model import DESCRIPTION_CHARS_MAX, TITLE_CHARS_MAX
from largesse.stage.routes_video_files import video_file_routes
from largesse.stage.routes_video_talk import video_talk_routes
from largesse.stage.video import REASON_CHARS_MAX, VIDEO, Video, VideoChanges
from largesse.stage.videos import VideosService
from largesse.stage.wire_videos import VideoBody, bodies_of

_OWN = (NotSignedIn, Forbidden, NotFound, NotYourVideo)
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=TITLE_CHARS_MAX * 5)]
Description = Annotated[str, msgspec.Meta(max_length=DESCRIPTION_CHARS_MAX * 4 + 64)]
After = Annotated[str | None, QueryParameter(max_length=400, description="`next_cursor` of the page before")]


class CreateVideo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A video: of an upload that follows, or of the recording of an ended LIVE of one's own (`from_live`)."""

    title: Title
    id: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    description: Description = ""
    gifts_enabled: bool = True
    comments_enabled: bool = True
    from_live: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class ChangeVideo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is absent stays."""

    title: Title | msgspec.UnsetType = msgspec.UNSET
    description: Description | msgspec.UnsetType = msgspec.UNSET
    gifts_enabled: bool | msgspec.UnsetType = msgspec.UNSET
    comments_enabled: bool | msgspec.UnsetType = msgspec.UNSET


class HideVideo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why; its creator reads it."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_CHARS_MAX * 4)]


@post(
    "/v1/videos",
    summary="Make a video",
    responses=http.declares(NotSignedIn, Forbidden, NotFound, CreatorsOnly, IdReused, NoRecording, VideoMade),
)
async def create_video(
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    data: JSONBody[CreateVideo],
    idempotency_key: IdempotencyKey = None,
) -> Response[VideoBody]:
    """Make a video that nobody else sees yet; upload its film through `/v1/videos/uploads`, then publish it."""
    made, replayed = await videos.create(
        http.person(principal),
        chosen_id(VIDEO, data.id, idempotency_key, principal),
        title=fields.line("title", data.title, TITLE_CHARS_MAX),
        description=fields.paragraphs("description", data.description, DESCRIPTION_CHARS_MAX),
        gifts_enabled=data.gifts_enabled,
        comments_enabled=data.comments_enabled,
        from_live=http.body_id("live", "from_live", data.from_live) if data.from_live else None,
    )
    return created(await show(videos, made, principal), replayed=replayed)


@get("/v1/videos", summary="Videos", responses=http.declares())
async def list_videos(
    videos: NamedDependency[VideosService],
    caller: NamedDependency[Principal | None],
    creator: Annotated[str | None, QueryParameter(max_length=64, description="a creator's id or username")] = None,
    limit: http.Limit = 30,
    after: After = None,
) -> Page[VideoBody]:
    """Published videos, newest first."""
    key = 0
    if creator is not None:
        account = ids.decode(creator, "acct")
        people = videos.accounts
        person = await people.person_by_id(account) if account else await people.person_by_username(creator)
        if person is None:
            return Page([], None)
        key = person.key
    listed = await videos.list_published(key, places.place_of(after) if after else None, limit + 1)
    shown = listed[:limit]
    bodies = await show_all(videos, shown, caller)
    last = shown[-1] if len(listed) > limit else None
    return Page(bodies, places.written(last.started_at, last.id) if last and last.started_at else None)


@get("/v1/me/videos", summary="Your videos", responses=http.declares(NotSignedIn, Forbidden))
async def list_own_videos(
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    limit: http.Limit = 30,
    after: After = None,
) -> Page[VideoBody]:
    """Your videos in every state but removed, newest first."""
    who = http.person(principal)
    listed = await videos.list_own(who, http.key_cursor(after) or 0, limit + 1)
    shown = listed[:limit]
    return Page(await show_all(videos, shown, who), str(shown[-1].key) if len(listed) > limit else None)


@get("/v1/videos/{video:str}", summary="A video", responses=http.declares(NotFound))
async def get_video(
    videos: NamedDependency[VideosService], caller: NamedDependency[Principal | None], video: FromPath[str]
) -> VideoBody:
    """A published video; to its creator and to moderators in any state."""
    return await show(videos, await videos.get(caller, http.path_id(VIDEO, video)), caller)


@patch("/v1/videos/{video:str}", summary="Change a video", responses=http.declares(*_OWN))
async def change_video(
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    video: FromPath[str],
    data: JSONBody[ChangeVideo],
) -> VideoBody:
    """Change the title, the description, and whether gifts and comments are on."""
    changes = VideoChanges(
        title=None if data.title is msgspec.UNSET else fields.line("title", data.title, TITLE_CHARS_MAX),
        description=None
        if data.description is msgspec.UNSET
        else fields.paragraphs("description", data.description, DESCRIPTION_CHARS_MAX),
        gifts_enabled=None if data.gifts_enabled is msgspec.UNSET else data.gifts_enabled,
        comments_enabled=None if data.comments_enabled is msgspec.UNSET else data.comments_enabled,
    )
    changed = await videos.change(http.person(principal), http.path_id(VIDEO, video), changes)
    return await show(videos, changed, principal)


@delete("/v1/videos/{video:str}", summary="Delete a video", status_code=204, responses=http.declares(*_OWN))
async def remove_video(
    videos: NamedDependency[VideosService], principal: NamedDependency[Principal], video: FromPath[str]
) -> None:
    """Delete it and its files, for good; what was given on it stays in the books."""
    await videos.remove(http.person(principal), http.path_id(VIDEO, video))


@post(
    "/v1/videos/{video:str}/publish",
    summary="Publish a video",
    status_code=200,
    responses=http.declares(*_OWN, NotReady),
)
async def publish_video(
    videos: NamedDependency[VideosService], principal: NamedDependency[Principal], video: FromPath[str]
) -> VideoBody:
    """Let everybody see it, once its film is ready; a second request changes nothing."""
    published = await videos.publish(http.person(principal), http.path_id(VIDEO, video))
    return await show(videos, published, principal)


@post(
    "/v1/videos/{video:str}/unpublish",
    summary="Take a video back",
    status_code=200,
    responses=http.declares(*_OWN),
)
async def unpublish_video(
    videos: NamedDependency[VideosService], principal: NamedDependency[Principal], video: FromPath[str]
) -> VideoBody:
    """Let nobody else see it, nor give on it; a second request changes nothing."""
    changed = await videos.unpublish(http.person(principal), http.path_id(VIDEO, video))
    return await show(videos, changed, principal)


@post(
    "/v1/office/videos/{video:str}/hide",
    tags=["Office"],
    summary="Hide a video",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def hide_video(
    videos: NamedDependency[VideosService],
    principal: NamedDependency[Principal],
    video: FromPath[str],
    data: JSONBody[HideVideo],
) -> VideoBody:
    """Hide it from everybody but its creator, who reads the reason; again replaces the reason."""
    actor = http.staff(principal, "moderator")
    reason = fields.line("reason", data.reason, REASON_CHARS_MAX)
    return await show(videos, await videos.set_hidden(actor, http.path_id(VIDEO, video), reason), principal)


@post(
    "/v1/office/videos/{video:str}/show",
    tags=["Office"],
    summary="Show a hidden video again",
    status_code=200,
    responses=http.declares(NotSignedIn, Forbidden, NotFound),
)
async def show_video(
    videos: NamedDependency[VideosService], principal: NamedDependency[Principal], video: FromPath[str]
) -> VideoBody:
    """Hide it no longer: everybody sees it again where its creator published it."""
    actor = http.staff(principal, "moderator")
    return await show(videos, await videos.set_hidden(actor, http.path_id(VIDEO, video), None), principal)


async def show(videos: VideosService, video: Video, caller: Principal | None) -> VideoBody:
    """One video as its caller sees it."""
    return (await show_all(videos, [video], caller))[0]


async def show_all(videos: VideosService, listed: Sequence[Video], caller: Principal | None) -> list[VideoBody]:
    """Videos as their caller sees them."""
    shown = await videos.look(listed, caller)
    people = await _people(videos, [video.creator for video in listed])
    staff = caller is not None and bool(caller.roles & {"moderator", "admin"})
    return bodies_of(shown, people, caller.account if caller else None, staff=staff)


async def _people(videos: VideosService, accounts: Sequence[int]) -> dict[int, PersonBody]:
    found = await videos.accounts.people(list(dict.fromkeys(accounts)))
    return {key: person_body(person) for key, person in found.items()}


video_routes = [
    create_video, list_videos, list_own_videos, get_video, change_video, remove_video, publish_video, unpublish_video,
    hide_video, show_video, *video_talk_routes, *video_file_routes,
]  # fmt: skip
