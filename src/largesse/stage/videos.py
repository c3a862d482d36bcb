"""The verbs of videos: made, changed, published, hidden, removed, listed. What people do with them: `video_talk.py`."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from largesse.kit import trail
from largesse.kit.db import ReadTx, WriteTx
from largesse.kit.http import Conflict, NotFound, TooMany
from largesse.kit.idempotency import IdReused
from largesse.kit.principal import Principal
from largesse.media import (
    Caption,
    Film,
    FilmsService,
    Upload,
    UploadsService,
    drop_caption,
    list_captions,
    list_films,
    list_streams,
    list_uploads,
    open_film,
    put_caption,
    remove_films,
)
from largesse.stage import store, store_videos
from largesse.stage.errors import CreatorsOnly, NoRecording, NotReady, NotYourVideo, VideoMade
from largesse.stage.model import ENDED, Pace, Stage
from largesse.stage.service import StageService
from largesse.stage.video import PUBLISHED, REMOVED, VIDEO, Video, VideoChanges
from largesse.stage.video_talk import VideoTalk

log = structlog.get_logger(__name__)
_VIDEOS_A_MINUTE = 10
CAPTIONS_MAX = 50
_READY = "ready"


class Shown:
    """Videos and all that is shown of them, by their keys."""

    def __init__(self, videos: Sequence[Video]) -> None:
        self.videos = videos
        self.films: Mapping[int, Film] = {}
        self.uploads: Mapping[int, tuple[Upload, int]] = {}
        self.captions: Mapping[int, list[Caption]] = {}
        self.given: Mapping[int, tuple[int, int]] = {}
        self.liked: set[int] = set()


class Given(Protocol):
    """Who knows what was given on videos; insights does, and says so to `VideosService.use_given`."""

    async def given(self, tx: ReadTx, stages: Sequence[int]) -> dict[int, tuple[int, int]]:
        """(gifts, coins) by stage; a stage that is missing got nothing yet."""
        ...


class NothingGiven:
    """Before anybody counts, everything is zero."""

    async def given(self, _: ReadTx, __: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Nothing."""
        return {}


class VideosService:
    """Videos of creators. Build it once, in `main`; `open` it in a serving process."""

    def __init__(self, stage: StageService, films: FilmsService, uploads: UploadsService) -> None:
        self.stage = stage
        self.films = films
        self.uploads = uploads
        self.accounts = stage.accounts
        self.talk = VideoTalk(stage)
        self._db = stage.db
        self._given: Given = NothingGiven()
        most = stage.settings.limit(_VIDEOS_A_MINUTE)
        self._making, self._most = Pace(most / 60, most), most

    async def open(self) -> None:
        """Nothing is heard."""

    async def close(self) -> None:
        """Write the views that are still gathered."""
        await self.talk.close()

    def use_given(self, given: Given) -> None:
        """Say who counts gifts on videos."""
        self._given = given

    async def create(
        self, who: Principal, video: UUID, *, title: str, description: str, gifts_enabled: bool, comments_enabled: bool,
        from_live: UUID | None,
    ) -> tuple[Video, bool]:  # fmt: skip
        """Make a video, of an upload that is awaited or of a LIVE's recording; a repeat returns the same (and True).

        Raises `CreatorsOnly`, `IdReused`, `TooMany`, `NotFound` and `NoRecording` (of the LIVE), `VideoMade`.
        """
        if not who.creator:
            raise CreatorsOnly
        if wait_s := self._making.take(who.account, time.monotonic()):
            raise TooMany(retry_after_s=int(wait_s) + 1, limit=self._most)
        person = (await self.accounts.people([who.account]))[who.account]
        try:
            async with self._db.write() as tx:
                before = await store_videos.find(tx, video)
                live = await _recorded(tx, who, from_live) if from_live and before is None else None
                made = await store_videos.put(
                    tx, video, who.account, title=title, description=description, gifts_enabled=gifts_enabled,
                    comments_enabled=comments_enabled, from_live=live.key if live else None, simulated=person.simulated,
                )  # fmt: skip
                if made is not None:
                    await open_film(tx, made.key, video, who.account, from_live)
                found = await store_videos.find(tx, video)
        except store_videos.MadeBefore:
            raise VideoMade from None
        same = (title, description, gifts_enabled, comments_enabled, from_live)
        if found is None or found.creator != who.account or (made is None and same != _content(found)):
            raise IdReused
        log.info("video.made", stage=found.key, creator=who.account)
        return found, made is None

    async def get(self, who: Principal | None, video: UUID) -> Video:
        """A video that everybody sees, or one of the caller's own, or any to moderators. Raises `NotFound`."""
        async with self._db.read() as tx:
            found = await store_videos.find(tx, video)
        if found is None or found.status == ENDED or not may_see(who, found.creator, public=found.is_public):
            raise NotFound
        return found

    async def find_public(self, video: UUID) -> Stage:
        """A video that everybody sees, as a stage that is two seconds old at most. Raises `NotFound`."""
        found = await self.stage.find(video, VIDEO)
        if found is None or found.status != "live":
            raise NotFound
        return found

    async def find_file(self, who: Principal | None, video: UUID) -> Stage:
        """A video whose files the caller may read, as a stage that is two seconds old at most. Raises `NotFound`."""
        found = await self.stage.find(video, VIDEO)
        if found is None or found.status == ENDED or not may_see(who, found.creator, public=found.status == "live"):
            raise NotFound
        return found

    async def list_published(self, creator: int, after: tuple[datetime, UUID] | None, limit: int) -> list[Video]:
        """Videos that everybody sees (of one creator, or 0 for all), newest first."""
        async with self._db.read() as tx:
            return await store_videos.list_published(tx, creator, after, limit)

    async def list_own(self, who: Principal, before: int, limit: int) -> list[Video]:
        """The caller's videos in every state but removed, newest first."""
        async with self._db.read() as tx:
            return await store_videos.list_own(tx, who.account, before, limit)

    async def look(self, videos: Sequence[Video], who: Principal | None) -> Shown:
        """All that is shown of videos to somebody; uploads only of their own."""
        shown, keys = Shown(videos), [video.key for video in videos]
        if not keys:
            return shown
        own = [video.key for video in videos if who is not None and who.account == video.creator]
        async with self._db.read() as tx:
            shown.films = await list_films(tx, keys)
            shown.given = await self._given.given(tx, keys)
            shown.liked = await store_videos.list_liked(tx, who.account, keys) if who else set()
            uploads = await list_uploads(tx, own)
            captions: dict[int, list[Caption]] = {}
            for caption in await list_captions(tx, keys):
                captions.setdefault(caption.stage, []).append(caption)
        shown.captions = captions
        shown.uploads = {key: (up, await self.uploads.offset(up)) for key, up in uploads.items()}
        return shown

    async def change(self, who: Principal, video: UUID, changes: VideoChanges) -> Video:
        """Change title, description, and what is taken. Raises `NotFound`, `NotYourVideo`."""
        async with self._db.write() as tx:
            found = await self._own(tx, who, video)
            await store_videos.change(tx, found.key, changes)
            return await self._changed(tx, video)

    async def publish(self, who: Principal, video: UUID) -> Video:
        """Let everybody see it; again changes nothing. Raises `NotFound`, `NotYourVideo`, `NotReady`."""
        async with self._db.write() as tx:
            found = await self._own(tx, who, video)
            film = (await list_films(tx, [found.key])).get(found.key)
            if film is None or film.state != _READY:
                raise NotReady(found.state(film))
            await store_videos.publish(tx, found.key)
            published = await self._changed(tx, video)
        await self._told(published)
        return published

    async def unpublish(self, who: Principal, video: UUID) -> Video:
        """Let nobody else see it; again changes nothing. Raises `NotFound`, `NotYourVideo`."""
        async with self._db.write() as tx:
            found = await self._own(tx, who, video)
            await store_videos.unpublish(tx, found.key)
            changed = await self._changed(tx, video)
        await self._told(changed)
        return changed

    async def remove(self, who: Principal, video: UUID) -> None:
        """Delete a video and its files; gifts stay in the books. Raises `NotFound`, `NotYourVideo`."""
        async with self._db.write() as tx:
            found = await self._own(tx, who, video)
            await store_videos.remove(tx, [found.key])
            await remove_films(tx, [found.key])
        log.info("video.removed", stage=found.key, creator=who.account)
        await self._told(found)

    async def set_hidden(self, actor: Principal, video: UUID, reason: str | None) -> Video:
        """Hide a video from everybody but its creator (`reason` not null), or show it again. Raises `NotFound`."""
        async with self._db.write() as tx:
            found = await store_videos.find_locked(tx, video)
            if found is None or found.status == ENDED:
                raise NotFound
            if reason is None:
                await store_videos.show(tx, found.key)
            else:
                await store_videos.hide(tx, found.key, actor.account, reason)
            changed = await self._changed(tx, video)
            verb = "video.show" if reason is None else "video.hide"
            await trail.write(tx, actor.account, verb, found.public_id, {"reason": reason or ""})
        await self._told(changed)
        return changed

    async def put_captions(self, who: Principal, video: UUID, lang: str, label: str, text: str) -> Video:
        """Keep captions of a language, in place of others of it.

        Raises `NotFound`, `NotYourVideo`, `BadCaptions`, `Conflict` for too many languages.
        """
        async with self._db.write() as tx:
            found = await self._own(tx, who, video)
            film = (await list_films(tx, [found.key]))[found.key]
        caption = await self.films.write_caption(film, lang, label, text)
        gone: str | None = caption.name
        try:
            async with self._db.write() as tx:
                found = await self._own(tx, who, video)
                before = await drop_caption(tx, found.key, lang)
                kept = await put_caption(tx, caption, CAPTIONS_MAX)
            gone = before if kept else gone
        finally:
            if gone is not None:
                await self.films.drop_file(film, gone)
        if not kept:
            raise Conflict(detail=f"a video has captions in at most {CAPTIONS_MAX} languages")
        return found

    async def drop_captions(self, who: Principal, video: UUID, lang: str) -> None:
        """Forget captions of a language. Raises `NotFound`, `NotYourVideo`."""
        async with self._db.write() as tx:
            found = await self._own(tx, who, video)
            film = (await list_films(tx, [found.key]))[found.key]
            name = await drop_caption(tx, found.key, lang)
        if name is None:
            raise NotFound
        await self.films.drop_file(film, name)

    async def top_gifters(self, place: Stage, count: int) -> list[tuple[int, int]]:
        """(account, coins not given anonymously), most coins first."""
        return await self.stage.top_gifters(place, count)

    async def _own(self, tx: WriteTx, who: Principal, video: UUID) -> Video:
        found = await store_videos.find_locked(tx, video)
        if found is None or found.status == ENDED or not may_see(who, found.creator, public=found.is_public):
            raise NotFound
        if found.creator != who.account:
            raise NotYourVideo
        return found

    async def _changed(self, tx: WriteTx, video: UUID) -> Video:
        found = await store_videos.find(tx, video)
        assert found is not None
        return found

    async def _told(self, video: Video) -> None:
        await self.stage.tell_changed(video.id)


def may_see(who: Principal | None, creator: int, *, public: bool) -> bool:
    """Whether somebody sees a video: everybody a published one, its creator and the platform's moderators any."""
    if public:
        return True
    return who is not None and (who.account == creator or bool(who.roles & {"moderator", "admin"}))


async def _recorded(tx: ReadTx, who: Principal, live: UUID) -> Stage:
    """An ended LIVE of one's own with a recording. Raises `NotFound`, `NoRecording`."""
    found = await store.find(tx, live)
    if found is None or found.kind == VIDEO or found.creator != who.account:
        raise NotFound
    stream = (await list_streams(tx, [found.key])).get(found.key)
    if found.status != ENDED or stream is None or not stream.replay_s or stream.drop_because is not None:
        raise NoRecording
    return found


def _content(video: Video) -> tuple[object, ...]:
    return video.title, video.description, video.gifts_enabled, video.comments_enabled, video.from_live


__all__ = ["PUBLISHED", "REMOVED", "Given", "Shown", "VideosService", "may_see"]
