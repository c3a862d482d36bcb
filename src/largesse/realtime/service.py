"""Realtime of one process: the rooms that it owns, and the gateway to the viewers that it has."""

import asyncio
from collections.abc import Sequence
from hashlib import blake2b

import msgspec
import structlog

from largesse import ledger
from largesse.accounts import AccountsService, person_body
from largesse.catalog import CatalogService
from largesse.kit import outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.realtime import store
from largesse.realtime.frames import Frame, GiftSent
from largesse.realtime.gate import GateRoom, Viewer
from largesse.realtime.hub import VIEWERS_SUBJECT, Hub
from largesse.realtime.owner import Owner, Report
from largesse.realtime.standings import Standings
from largesse.realtime.telling import Teller
from largesse.realtime.wire import YouBody
from largesse.stage import Stage, StageService, events

log = structlog.get_logger(__name__)
FRAMES_A_PAGE = 200
GIFTS_SUBJECT = "gifts.settled"
_READS_MAX = 5
_AGAIN_S = 1.0


class Joined(msgspec.Struct):
    """A viewer in a room: what a connection needs to be written to, and to leave."""

    room: GateRoom
    viewer: Viewer
    older: list[Frame]


class RealtimeService:
    """Build it once, in `main`, after the services it stands on; `open` it in a serving process."""

    def __init__(  # noqa: PLR0917 - the services it stands on, in the order of the rooms
        self, db: Database, news: News, accounts: AccountsService, catalog: CatalogService, stage: StageService,
        settings: Settings,
    ) -> None:  # fmt: skip
        self.db = db
        self.news = news
        self.accounts = accounts
        self.stage = stage
        self.settings = settings
        self.teller = Teller(accounts, catalog)
        self.owner = Owner(db, news, self.teller, stage.clock, self._told)
        self.standings = Standings(self.owner.rooms, self.teller.is_big)
        self.hub = Hub(
            db, news, stage, settings, standings=self.standings, teller=self.teller, tell_owner=self.owner.hear_report
        )
        self._owning: asyncio.Task[None] | None = None
        stage.use_figures(self.standings)

    async def open(self) -> None:
        """Listen to news, open the gateway, and begin to own rooms."""
        await self.news.listen(GIFTS_SUBJECT, self._hear_gifts)
        await self.news.listen(outbox.NEWS_SUBJECT, self._hear_outbox)
        await self.news.listen(events.CHANGED_SUBJECT, self._hear_change)
        await self.news.listen(events.STANDING_SUBJECT, self._hear_standing)
        await self.news.listen(VIEWERS_SUBJECT, self._hear_report)
        await self.hub.open()
        self._owning = asyncio.create_task(self.run(), name="room owner")

    async def run(self) -> None:
        """Own rooms until `close`; a bug is told loudly, and its rooms begin again from what is persisted."""
        while True:
            try:
                await self.owner.run()
            except Exception:
                log.exception("owner.bug", rooms=list(self.owner.rooms))
                self.owner.forget()
                await asyncio.sleep(_AGAIN_S)
            else:
                return

    def part(self) -> None:
        """End the streams of events before the process waits for its requests to end."""
        self.hub.part()

    async def close(self) -> None:
        """Give the rooms to others at once, and close the gateway."""
        self.owner.stop()
        if self._owning:
            await self._owning
        await self.hub.close()

    async def join(self, stage: Stage, who: Principal | None, after: int | None, guest: str) -> Joined:
        """Enter a room as a viewer; `after` is the seq that this viewer has seen, `guest` tells guests apart.

        Raises `Busy`. Undone by `leave`.
        """
        digest = int.from_bytes(blake2b(guest.encode(), digest_size=7).digest())
        room = await self.hub.enter(stage, who.account if who else None, who.account if who else -digest)
        try:
            viewer = await self._viewer(stage, who.account if who else None)
            older = await self.hub.older(room, after) if after is not None else []
        except BaseException:
            self.hub.leave(room)
            raise
        return Joined(room, viewer, older)

    def leave(self, joined: Joined) -> None:
        """Leave a room."""
        self.hub.leave(joined.room)

    async def list_frames(self, stage: Stage, after: int) -> tuple[list[Frame], int, bool]:
        """Kept frames behind `after`, the newest seq, and whether frames between are gone."""
        async with self.db.read() as tx:
            # In this order: an owner's memory may be ahead of a snapshot that is taken before it is asked.
            newest = (await self.standings.standings(tx, [stage], top=0))[stage.key].seq
            found = (await store.list_frames(tx, [(stage.key, after)], FRAMES_A_PAGE)).get(stage.key, [])
            # A lease knows the seq of a second ago.
            newest = max([newest, *(frame.seq for frame in await store.list_last_frames(tx, stage.key, 1))])
        at, gap = after, after > newest
        for frame in found:
            gap = gap or frame.prev > at
            at = frame.seq
        gap = gap or (not found and after < newest)
        return found, max(newest, at), gap

    async def list_gifts(
        self, stage: Stage, cursor: ledger.Cursor, behind: tuple[int, int], limit: int
    ) -> tuple[list[GiftSent], ledger.Cursor, tuple[int, int]]:
        """Gifts of a room behind a place, in the order of the books, and the place behind them.

        A place is a cursor, and (batch, leaf) within the batch that a page was cut in, (0, 0) for none.
        """
        async with self.db.read() as tx:
            batches = 1
            for _ in range(_READS_MAX):
                feed = await ledger.list_staged(tx, stage.key, cursor, batches)
                gifts = [gift for gift in feed.gifts if gift.batch != behind[0] or gift.leaf > behind[1]]
                if len(gifts) >= limit or not feed.more:
                    break
                batches *= 4
            gifts.sort(key=lambda gift: (gift.batch, gift.leaf))
            shown, rest = gifts[:limit], gifts[limit:]
            told = await self.teller.tell_gifts(tx, shown)
        if not rest:
            return told, feed.cursor, (0, 0)
        return told, *_place_before(cursor, shown, rest)

    @property
    def full(self) -> bool:
        """Whether this process has as many viewers as it may."""
        return self.hub.connections >= self.settings.sockets_max

    async def _viewer(self, stage: Stage, account: int | None) -> Viewer:
        if account is None:
            return Viewer(None, sees_diamonds=False, you_follow=b"null", you=b"null")
        standing = await self.stage.standing(stage.key, account)
        follows = stage.creator in await self.stage.list_followed(account, [stage.creator])
        people = await self.accounts.people([account])
        own = account == stage.creator
        you = YouBody(person_body(people[account]), standing.banned, standing.muted, own)
        return Viewer(
            account, sees_diamonds=own, you_follow=b"true" if follows else b"false", you=msgspec.json.encode(you)
        )

    def _told(self, stage: int, frame: Frame) -> None:
        self.hub.take(stage, frame)

    async def _hear_gifts(self, _: str, __: bytes) -> None:
        self.owner.hear_gifts()

    async def _hear_outbox(self, _: str, __: bytes) -> None:
        self.owner.hear_outbox()

    async def _hear_change(self, _: str, __: bytes) -> None:
        self.owner.hear_change()

    async def _hear_standing(self, _: str, body: bytes) -> None:
        stage, account = msgspec.json.decode(body, type=tuple[int, int])
        if room := self.hub.rooms.get(stage):
            room.renew(await self._viewer(room.stage, account))

    async def _hear_report(self, _: str, body: bytes) -> None:
        report = msgspec.json.decode(body, type=Report)
        if report.gateway != self.hub.name:
            self.owner.hear_report(report)


def _place_before(
    cursor: ledger.Cursor, shown: Sequence[ledger.GiftRow], rest: Sequence[ledger.GiftRow]
) -> tuple[ledger.Cursor, tuple[int, int]]:
    """The place behind the last shown gift: whole batches in the cursor, the batch that was cut beside it."""
    cut = shown[-1].batch if rest[0].batch == shown[-1].batch else 0
    after = list(cursor)
    for gift in shown:
        if gift.batch != cut:
            stripe = gift.batch & (ledger.STRIPES - 1)
            after[stripe] = max(after[stripe], gift.batch)
    return after, (cut, shown[-1].leaf) if cut else (0, 0)
