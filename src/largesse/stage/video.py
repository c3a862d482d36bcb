"""A video and its rules: pure, without a clock."""

from datetime import datetime
from uuid import UUID

import msgspec

from largesse.kit import ids
from largesse.media import Film
from largesse.stage.model import ENDED, LIVE

VIDEO = "video"
REASON_CHARS_MAX = 500
VIEW_AGAIN_S = 6 * 3600  # somebody who looks again so much later is counted again
PUBLISHED, HIDDEN, REMOVED = "published", "hidden", "removed"


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """A video as its rows stand. `published` is what its creator wants, `status` is `live` where everybody sees it."""

    key: int
    id: UUID
    creator: int
    title: str
    description: str
    status: str
    gifts_enabled: bool
    started_at: datetime | None
    created_at: datetime
    likes: int
    simulated: bool
    comments_enabled: bool
    published: bool
    published_at: datetime | None
    hidden_at: datetime | None
    hidden_reason: str | None
    views: int
    comments: int
    shares: int
    from_live: UUID | None

    @property
    def public_id(self) -> str:
        """`video_…`."""
        return ids.encode(VIDEO, self.id)

    @property
    def is_public(self) -> bool:
        """Whether everybody sees it."""
        return self.status == LIVE

    def state(self, film: Film | None) -> str:
        """`uploading`, `processing`, `ready`, `failed`, `published`, `hidden` or `removed`."""
        if self.status == ENDED or film is None:
            return REMOVED
        if self.hidden_at is not None:
            return HIDDEN
        return PUBLISHED if self.published else film.state


class VideoChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What PATCH may change; None leaves it."""

    title: str | None = None
    description: str | None = None
    gifts_enabled: bool | None = None
    comments_enabled: bool | None = None


class VideoComment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said of a video."""

    id: UUID
    sender: int
    text: str
    at: datetime
