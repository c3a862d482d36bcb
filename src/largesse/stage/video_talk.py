"""What people do with a video that everybody sees: comments, likes, views, shares."""

import asyncio
from hashlib import blake2b
from uuid import UUID

import psycopg
import structlog

from largesse.kit.http import NotFound
from largesse.kit.principal import Principal
from largesse.stage import store, store_rooms, store_videos
from largesse.stage.errors import CommentsOff, NotYourVideo
from largesse.stage.model import Stage
from largesse.stage.service import StageService
from largesse.stage.talk import same
from largesse.stage.video import VIEW_AGAIN_S, Video, VideoComment

log = structlog.get_logger(__name__)
_FLUSH_S = 0.5
_VIEWS_MAX = 50_000  # gathered in a process; more of a moment are not counted


class VideoTalk:
    """The verbs of viewers of videos. Views gather in the process and are written every half second."""

    def __init__(self, stage: StageService) -> None:
        self._db = stage.db
        self._talk = stage.talk
        self._views: set[tuple[int, int]] = set()
        self._flushing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Write the views that are still gathered."""
        if self._flushing:
            await self._flushing

    async def comment(self, who: Principal, place: Stage, comment: UUID, text: str) -> tuple[VideoComment, bool]:
        """Say something of a video; a repeat with the same id returns the same (and True).

        The rules of the creator's rooms hold. Raises `CommentsOff`, and as `Talk.comment`.
        """
        self._talk.take("comment", who.account)
        async with self._db.write() as tx:
            video = await store_videos.find(tx, place.id)
            if video is None or not video.is_public:
                raise NotFound
            if not video.comments_enabled:
                raise CommentsOff
            await self._talk.may_speak(tx, who, place, text, slowly=True)
            at = await store.put_comment(tx, comment, place.key, who.account, text)
            replayed = at is None
            if at is None:
                at = same(await store.find_comment(tx, comment), place, who, text)
            else:
                await store_videos.count_comments(tx, place.key, 1)
        return VideoComment(id=comment, sender=who.account, text=text, at=at), replayed

    async def list_comments(self, video: Video, before: UUID | None, limit: int) -> list[VideoComment]:
        """What was said of a video, newest first."""
        async with self._db.read() as tx:
            return await store_videos.list_comments(tx, video.key, before, limit)

    async def uncomment(self, who: Principal, video: Video, comment: UUID) -> None:
        """Hide a comment: one's own, or any for the creator and who moderates. Raises `NotFound`, `NotYourVideo`."""
        async with self._db.write() as tx:
            said = await store.find_comment(tx, comment)
            if said is None or said["stage"] != video.key:
                raise NotFound
            staff = bool(who.roles & {"moderator", "admin"})
            allowed = staff or said["sender"] == who.account
            if not allowed and not await store_rooms.moderates(tx, video.creator, who.account):
                raise NotYourVideo
            if await store_videos.hide_comment(tx, comment, video.key, who.account):
                await store_videos.count_comments(tx, video.key, -1)
        log.info("video.comment_hidden", stage=video.key, actor=who.account)

    async def like(self, who: Principal, place: Stage, *, liked: bool) -> None:
        """Like a video, or no longer; again changes nothing."""
        self._talk.take("like", who.account)
        async with self._db.write() as tx:
            if liked:
                await store_videos.like(tx, place.key, who.account)
            else:
                await store_videos.unlike(tx, place.key, who.account)

    async def share(self, who: Principal, place: Stage) -> None:
        """Count that somebody shared a video."""
        self._talk.take("share", who.account)
        async with self._db.write() as tx:
            await store_videos.add_share(tx, place.key)

    def view(self, who: Principal | None, place: Stage, guest: str) -> None:
        """Count that somebody looked, once in six hours; `guest` tells guests apart, and only a hash of it is kept.

        The creator is not counted.
        """
        if (who is not None and who.account == place.creator) or len(self._views) >= _VIEWS_MAX:
            return
        hashed = -int.from_bytes(blake2b(guest.encode(), digest_size=7).digest())
        self._views.add((place.key, who.account if who else hashed))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        while self._views:
            await asyncio.sleep(_FLUSH_S)
            views, self._views = self._views, set()
            try:
                async with self._db.write() as tx:
                    await store_videos.add_views(tx, list(views), VIEW_AGAIN_S)
            except psycopg.Error as error:
                log.warning("views.lost", count=len(views), error=str(error))
