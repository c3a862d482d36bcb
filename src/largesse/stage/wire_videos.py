"""How a video is shown on the wire."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from largesse.accounts import PersonBody
from largesse.kit import ids
from largesse.media import MASTER, POSTER, Film
from largesse.stage.video import HIDDEN, REMOVED, Video
from largesse.stage.videos import Shown

UPLOADS = "/v1/videos/uploads"


class FailureBody(msgspec.Struct, frozen=True):
    """Why there is no film: a stable code, and a sentence."""

    code: str
    detail: str


class CaptionBody(msgspec.Struct, frozen=True):
    """Captions in a language, as WebVTT."""

    lang: str
    label: str
    url: str


class VideoPlayback(msgspec.Struct, frozen=True):
    """Where players find pictures and sound."""

    hls: str
    captions: list[CaptionBody]


class UploadBody(msgspec.Struct, frozen=True):
    """An upload on its way: where it goes on, and at which byte of how many."""

    url: str
    offset: int
    length: int


class VideoBody(msgspec.Struct, frozen=True, kw_only=True):
    """A video. `progress` (0 to 100), `failure`, `hidden_reason` and `upload` only to its creator and moderators."""

    id: str
    creator: PersonBody
    title: str
    description: str
    status: str
    gifts_enabled: bool
    comments_enabled: bool
    duration_s: float
    width: int
    height: int
    views: int
    likes: int
    comments: int
    shares: int
    gifts: int
    coins: int
    liked: bool
    simulated: bool
    created_at: datetime
    published_at: datetime | None = None
    from_live: str | None = None
    poster: str | None = None
    playback: VideoPlayback | None = None
    failure: FailureBody | None = None
    progress: int | None = None
    hidden_reason: str | None = None
    upload: UploadBody | None = None


def video_body(video: Video, shown: Shown, creator: PersonBody, *, own: bool) -> VideoBody:
    """A video as it is shown; `own` to its creator and to moderators."""
    film = shown.films.get(video.key)
    gifts, coins = shown.given.get(video.key, (0, 0))
    made = film is not None and film.state == "ready"
    upload = shown.uploads.get(video.key)
    return VideoBody(
        id=video.public_id,
        creator=creator,
        title=video.title,
        description=video.description,
        status=video.state(film),
        gifts_enabled=video.gifts_enabled,
        comments_enabled=video.comments_enabled,
        duration_s=film.duration_ms / 1000 if film else 0.0,
        width=film.width if film else 0,
        height=film.height if film else 0,
        views=video.views,
        likes=video.likes,
        comments=video.comments,
        shares=video.shares,
        gifts=gifts,
        coins=coins,
        liked=video.key in shown.liked,
        simulated=video.simulated,
        created_at=video.created_at,
        published_at=video.published_at if video.published or own else None,
        from_live=ids.encode("live", video.from_live) if video.from_live else None,
        poster=file_url(video, POSTER) if made else None,
        playback=_playback(video, shown) if made else None,
        failure=_failure(film) if own else None,
        progress=film.progress if own and film and film.state == "processing" else None,
        hidden_reason=video.hidden_reason if own else None,
        upload=UploadBody(f"{UPLOADS}/{upload[0].public_id}", upload[1], upload[0].length) if own and upload else None,
    )


def file_url(video: Video, name: str) -> str:
    """Where a file of a video is read."""
    return f"/videos/{video.public_id}/{name}"


def _playback(video: Video, shown: Shown) -> VideoPlayback:
    captions = [CaptionBody(c.lang, c.label, file_url(video, c.name)) for c in shown.captions.get(video.key, [])]
    return VideoPlayback(file_url(video, MASTER), captions)


def _failure(film: Film | None) -> FailureBody | None:
    if film is None or film.failure is None:
        return None
    return FailureBody(film.failure, film.failure_detail or "")


def bodies_of(shown: Shown, people: Mapping[int, PersonBody], viewer: int | None, *, staff: bool) -> list[VideoBody]:
    """Videos as somebody sees them; those whose creator is gone are left out."""
    return [
        video_body(video, shown, people[video.creator], own=staff or video.creator == viewer)
        for video in shown.videos
        if video.creator in people
    ]


__all__ = ["HIDDEN", "REMOVED", "VideoBody", "bodies_of", "file_url", "video_body"]
