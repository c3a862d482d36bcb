"""The verbs of stage: LIVEs and their lists. What is said and done in a room is in `talk.py`."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from largesse.accounts import AccountsService, list_followed
from largesse.kit import outbox
from largesse.kit.clock import Clock
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import NotFound, TooMany
from largesse.kit.idempotency import IdReused
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.media import (
    IngestBody,
    Stream,
    StreamKeys,
    ingest_body,
    list_guest_streams,
    list_silent,
    list_streams,
    open_stream,
    renew_key,
    show_streams,
    shut_stream,
    signed,
)
from largesse.media import erase_person as erase_published
from largesse.media.events import SHUT_SUBJECT
from largesse.stage import events, store, store_contests
from largesse.stage.errors import AlreadyLive, CreatorsOnly, LiveEnded, NotLive, NotYourLive
from largesse.stage.figures import NoFigures, NoNewcomers
from largesse.stage.guests import Guests
from largesse.stage.model import (
    ENDED,
    FOLLOWERS,
    PUBLIC,
    SCHEDULED,
    Changes,
    Figure,
    Figures,
    Newcomers,
    Pace,
    Stage,
    Standing,
)
from largesse.stage.moderation import Moderation
from largesse.stage.reports import Reports
from largesse.stage.service_reminders import announce
from largesse.stage.store_guests import Guest, end_guests
from largesse.stage.summary import OwnSummary, Summary, summarise, summarise_own
from largesse.stage.talk import Talk

log = structlog.get_logger(__name__)
_CACHE_S = 2.0
_CACHE_MAX = 10_000
_LIVES_A_MINUTE = 10
_SILENT_AT_ONCE = 100
LIVE_KIND = "live"


class StageService:
    """LIVEs: made, announced, started, ended, listed. Build it once, in `main`; `open` it in a serving process."""

    def __init__(
        self, db: Database, news: News, accounts: AccountsService, clock: Clock, settings: Settings, *, keys: StreamKeys
    ) -> None:
        self.db = db
        self.news = news
        self.accounts = accounts
        self.clock = clock
        self.settings = settings
        self.keys = keys
        self.moderation = Moderation(db, news)
        self.guests = Guests(db, news, accounts, settings)
        self.reports = Reports(db, news, accounts)
        self.talk = Talk(db, news, accounts, settings)
        self.counted: Figures = NoFigures()
        self.known: Newcomers = NoNewcomers()
        self._making = Pace(settings.limit(_LIVES_A_MINUTE) / 60, settings.limit(_LIVES_A_MINUTE))
        self._looking: set[UUID] = set()
        self._cache: OrderedDict[UUID, tuple[float, Stage]] = OrderedDict()

    async def open(self) -> None:
        """Hear of changes that other processes make; without NATS the cache is 2 s old at most."""
        await self.news.listen(events.CHANGED_SUBJECT, self._hear)

    async def close(self) -> None:
        """Write what is still gathered."""
        await self.talk.close()

    def use_figures(self, figures: Figures) -> None:
        """Say who counts what happens in rooms."""
        self.counted = figures

    def use_newcomers(self, newcomers: Newcomers) -> None:
        """Say who knows who gave to a creator before."""
        self.known = newcomers

    async def find(self, live: UUID, kind: str = LIVE_KIND) -> Stage | None:
        """A LIVE (or video) by its public id, at most 2 s old; None where there is none. Money is not decided on it."""
        found = await self._find(live)
        return found if found is not None and found.kind == kind else None

    async def _find(self, live: UUID) -> Stage | None:
        kept = self._cache.get(live)
        if kept and (time.monotonic() - kept[0] < _CACHE_S or live in self._looking):
            return kept[1]
        self._looking.add(live)  # of many who ask at once, one looks, and the others go on with what is known
        try:
            async with self.db.read() as tx:
                found = await store.find(tx, live)
        finally:
            self._looking.discard(live)
        if found:
            self._keep(found)
        return found

    async def find_all(self, lives: Collection[UUID]) -> dict[UUID, Stage]:
        """LIVEs and videos by their public ids, as `find` finds one: by one statement those that are not known."""
        now = time.monotonic()
        found = {
            live: kept[1]
            for live in lives
            if (kept := self._cache.get(live)) and (now - kept[0] < _CACHE_S or live in self._looking)
        }
        missing = [live for live in lives if live not in found]
        if missing:
            async with self.db.read() as tx:
                for stage in await store.list_by_id(tx, missing):
                    self._keep(stage)
                    found[stage.id] = stage
        return found

    async def get(self, live: UUID) -> Stage:
        """A LIVE by its public id; raises `NotFound`."""
        found = await self.find(live)
        if found is None:
            raise NotFound
        return found

    async def create(
        self, who: Principal, live: UUID, *, title: str, description: str, cover: str | None, gifts_enabled: bool,
        scheduled_at: datetime | None, visibility: str = PUBLIC,
    ) -> tuple[Stage, bool]:  # fmt: skip
        """Make a LIVE that has not begun; a repeat with the same id and content returns the same (and True).

        Raises `CreatorsOnly`, `IdReused` where the id has other content or another creator, `TooMany`.
        """
        if not who.creator:
            raise CreatorsOnly
        if wait_s := self._making.take(who.account, time.monotonic()):
            raise TooMany(retry_after_s=int(wait_s) + 1, limit=self.settings.limit(_LIVES_A_MINUTE))
        person = (await self.accounts.people([who.account]))[who.account]
        async with self.db.write() as tx:
            made = await store.put(
                tx,
                live=live,
                creator=who.account,
                title=title,
                description=description,
                cover=cover,
                gifts_enabled=gifts_enabled,
                scheduled_at=scheduled_at,
                simulated=person.simulated,
                visibility=visibility,
            )
            before = made or await store.find(tx, live)
            await announce(tx, None, made)
        assert before is not None
        facts = (before.kind, before.title, before.description, before.cover, before.gifts_enabled)
        same = (*facts, before.scheduled_at, before.visibility)
        asked = (LIVE_KIND, title, description, cover, gifts_enabled, scheduled_at, visibility)
        if made is None and (before.creator != who.account or same != asked):
            raise IdReused
        return before, made is None

    async def change(self, who: Principal, live: UUID, changes: Changes) -> Stage:
        """Change title, description, cover, gifts or time; raises `NotFound`, `NotYourLive`, `LiveEnded`, `NotLive`.

        The time can be changed only before the LIVE has begun.
        """
        async with self.db.write() as tx:
            stage = await self._own(tx, who, live)
            if (changes.scheduled_at or changes.unschedule) and stage.status != SCHEDULED:
                raise LiveEnded
            changed = await store.change(tx, stage.key, changes)
            await announce(tx, stage, changed)
            if changes.visibility:
                await show_streams(tx, stage.key, private=changed.visibility == FOLLOWERS)
        await self._tell_changed(changed)
        return changed

    async def start(self, who: Principal, live: UUID) -> Stage:
        """Start a LIVE; a running one stays as it is. Raises `NotFound`, `NotYourLive`, `LiveEnded`, `AlreadyLive`."""
        try:
            async with self.db.write() as tx:
                stage = await self._own(tx, who, live)
                if stage.status == ENDED:
                    raise LiveEnded
                started = await store.start(tx, stage.key)
                if started is None:
                    return stage
                await announce(tx, stage, started)
                await open_stream(tx, stage.key, stage.id, stage.creator, private=started.visibility == FOLLOWERS)
                await outbox.put(tx, events.LIVE_STARTED, stage.key, {"id": stage.id.hex, "creator": stage.creator})
        except store.SecondLive:
            async with self.db.read() as tx:
                running = await store.find_live_of(tx, who.account)
            raise AlreadyLive(live_id=running.public_id if running else "") from None
        log.info("live.started", stage=started.key, creator=started.creator)
        await self._tell_changed(started)
        return started

    async def end(self, who: Principal, live: UUID) -> Stage:
        """End a LIVE; an ended one stays as it is. Raises `NotFound`, `NotYourLive`, `NotLive` before it has begun."""
        async with self.db.write() as tx:
            stage = await self._own(tx, who, live)
            if stage.status == SCHEDULED:
                raise NotLive
            ended = await _end(tx, stage.key)
        if ended is None:
            return stage
        await self._tell_ended(ended)
        return ended

    async def end_silent(self) -> None:
        """End LIVEs whose signal has been lost for too long (a setting; 0 lets them run)."""
        silent_s = self.settings.live_silent_minutes * 60
        if not silent_s:
            return
        async with self.db.read() as tx:
            silent = await list_silent(tx, silent_s, _SILENT_AT_ONCE)
        for key in silent:
            async with self.db.write() as tx:
                ended = await _end(tx, key)
            if ended is not None:
                await self._tell_ended(ended)

    async def renew_key(self, who: Principal, live: UUID) -> Stage:
        """Give a running LIVE another stream key; who publishes with the last one is ended.

        Raises `NotFound`, `NotYourLive`, `NotLive`.
        """
        async with self.db.write() as tx:
            stage = await self._own(tx, who, live)
            if await renew_key(tx, stage.key) is None:
                raise NotLive
        await self.news.publish(SHUT_SUBJECT, stage.id.bytes)
        return stage

    async def streams(self, stages: Sequence[Stage]) -> dict[int, Stream]:
        """Pictures and sound of LIVEs that have begun, by stage."""
        begun = [stage.key for stage in stages if stage.status != SCHEDULED]
        if not begun:
            return {}
        async with self.db.read() as tx:
            return signed(await list_streams(tx, begun), self.keys, self.clock.now(), self.settings)

    def ingest(self, stage: Stage, stream: Stream | None, caller: Principal | None) -> IngestBody | None:
        """Where a LIVE's creator publishes, for that creator in a session alone."""
        own = caller is not None and caller.account == stage.creator and caller.kind == "session"
        if stream is None or not stream.open or not own:
            return None
        return ingest_body(stream, self.keys, self.settings)

    async def guest_streams(self, stage: Stage, guests: Sequence[Guest]) -> tuple[dict[int, Stream], Mapping[int, int]]:
        """Streams of guests of a LIVE, and the coins given to them there, by account."""
        if not guests:
            return {}, {}
        async with self.db.read() as tx:
            streams = signed(await list_guest_streams(tx, [stage.key]), self.keys, self.clock.now(), self.settings)
            counted = (await self.counted.figures(tx, [stage])).get(stage.key, Figure())
        return {guest: stream for (_, guest), stream in streams.items()}, counted.received

    def guest_ingest(self, stream: Stream | None, caller: Principal | None) -> IngestBody | None:
        """Where a guest publishes, for that guest in a session alone."""
        own = caller is not None and caller.kind == "session" and stream is not None and stream.guest == caller.account
        if stream is None or not own or not stream.open:
            return None
        return ingest_body(stream, self.keys, self.settings)

    async def list_lives(
        self, status: str, creator: str | None, viewer: int, after: tuple[datetime | None, int], limit: int
    ) -> list[Stage]:
        """LIVEs of a status behind a place: running and ended ones newest first, scheduled ones next first.

        `creator` is a username; an unknown one has none. `viewer`: the account that asks, 0 for nobody.
        """
        key = 0
        if creator is not None:
            person = await self.accounts.person_by_username(creator)
            if person is None:
                return []
            key = person.key
        async with self.db.read() as tx:
            return await store.list_lives(tx, status, key, after, limit, viewer=viewer)

    async def list_by_key(self, keys: Sequence[int]) -> dict[int, Stage]:
        """Stages by key, fresh; unknown keys are missing."""
        async with self.db.read() as tx:
            return {stage.key: stage for stage in await store.list_by_key(tx, keys)}

    async def figures(self, stages: Sequence[Stage]) -> dict[int, Figure]:
        """What rooms count, by stage."""
        async with self.db.read() as tx:
            return await self.counted.figures(tx, stages)

    async def top_gifters(self, stage: Stage, count: int) -> list[tuple[int, int]]:
        """(account, coins not given anonymously), most coins first."""
        async with self.db.read() as tx:
            return await self.counted.top_gifters(tx, stage, count)

    async def summary(self, live: UUID, caller: Principal | None) -> tuple[Stage, Summary, OwnSummary | None]:
        """What remains of a LIVE, and what only its creator sees where the caller is that; raises `NotFound`."""
        now = self.clock.now()
        async with self.db.read() as tx:
            stage = await store.find(tx, live)
            if stage is None or stage.kind != LIVE_KIND:
                raise NotFound
            summary, tallies = await summarise(tx, stage, now)
            if caller is None or caller.account != stage.creator:
                return stage, summary, None
            new = await self.known.newcomers(tx, stage) if tallies else set()
            return stage, summary, await summarise_own(tx, stage, now, tallies, new)

    async def standing(self, stage: int, account: int) -> Standing:
        """What an account may not do in a room, now."""
        async with self.db.read() as tx:
            return await store.get_standing(tx, stage, account)

    async def list_followed(self, account: int, creators: Sequence[int]) -> set[int]:
        """Whom of these creators somebody follows."""
        async with self.db.read() as tx:
            return await list_followed(tx, account, creators)

    async def _own(self, tx: WriteTx, who: Principal, live: UUID) -> Stage:
        stage = await store.find_locked(tx, live)
        if stage is None or stage.kind != LIVE_KIND:
            raise NotFound
        if stage.creator != who.account:
            raise NotYourLive
        return stage

    async def _tell_ended(self, stage: Stage) -> None:
        log.info("live.ended", stage=stage.key, creator=stage.creator)
        await self.news.publish(SHUT_SUBJECT, stage.id.bytes)
        await self._tell_changed(stage)

    async def tell_changed(self, stage: UUID) -> None:
        """Have every process look again at a stage that has changed."""
        self._cache.pop(stage, None)
        await self.news.publish(events.CHANGED_SUBJECT, stage.bytes)

    async def _tell_changed(self, stage: Stage) -> None:
        self._keep(stage)
        await asyncio.gather(
            self.news.publish(events.CHANGED_SUBJECT, stage.id.bytes), self.news.publish(outbox.NEWS_SUBJECT, b"")
        )

    async def _hear(self, _: str, body: bytes) -> None:
        if len(body) == 16:  # noqa: PLR2004 - a UUID
            self._cache.pop(UUID(bytes=body), None)

    def _keep(self, stage: Stage) -> None:
        self._cache[stage.id] = (time.monotonic(), stage)
        self._cache.move_to_end(stage.id)
        if len(self._cache) > _CACHE_MAX:
            self._cache.popitem(last=False)


async def erase_person(tx: WriteTx, account: int) -> None:
    """End what somebody runs, and let all that they published go."""
    running = await store.find_live_of(tx, account)
    if running is not None:
        await _end(tx, running.key)
    await erase_published(tx, account)


async def _end(tx: WriteTx, key: int) -> Stage | None:
    """End a running stage, and publishing for it; None where it does not run."""
    ended = await store.end(tx, key)
    if ended is not None:
        await shut_stream(tx, key)
        await end_guests(tx, key)
        await store_contests.leave_matches(tx, key)
        await outbox.put(tx, events.LIVE_ENDED, key, {"id": ended.id.hex, "creator": ended.creator})
    return ended
