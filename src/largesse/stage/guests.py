"""Guests: people who are in a LIVE beside its creator, with a camera of their own, and whom gifts can be for.

A place is asked for or offered, and taken by the other side: `asked` -> `on` when the creator accepts, `invited` ->
`on` when the invited person does. It ends when either wants, and with the LIVE. Every verb locks the stage's row, so a
place is given once, never above what is allowed, and never in a LIVE that has ended.
"""

import time
from typing import Literal

import msgspec
import structlog

from largesse.accounts import AccountsService, Person, UnderAge
from largesse.kit import outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotFound, TooMany
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.media import open_guest, shut_guest
from largesse.media.events import SHUT_SUBJECT
from largesse.stage import events, store, store_guests, store_rooms
from largesse.stage.errors import (
    BannedFromRoom,
    GuestFrozen,
    GuestsFull,
    Muted,
    NotAsked,
    NotInvited,
    NotLive,
    NotYourLive,
    TooManyAsks,
    YourOwnLive,
)
from largesse.stage.model import LIVE, Pace, Stage
from largesse.stage.store_guests import ASKED, INVITED, OFF, ON, Guest, Status

log = structlog.get_logger(__name__)
ASKS_MAX = 50  # who waits at once in a LIVE, asked and invited
_ASKS_A_MINUTE = 10
Action = Literal["invite", "accept", "decline", "remove"]


class Guests:
    """The verbs of places in a LIVE."""

    def __init__(self, db: Database, news: News, accounts: AccountsService, settings: Settings) -> None:
        self._db = db
        self._news = news
        self._accounts = accounts
        self._settings = settings
        asks = settings.limit(_ASKS_A_MINUTE)
        self._pace = Pace(asks / 60, asks)

    async def ask(self, who: Principal, stage: Stage) -> Guest:
        """Ask to come in; a repeat changes nothing, nor does asking by who was invited or is on.

        Raises `YourOwnLive`, `NotLive`, `UnderAge`, `BannedFromRoom`, `Muted`, `GuestFrozen`, `GuestsFull`,
        `TooManyAsks`, `TooMany`.
        """
        if stage.creator == who.account:
            raise YourOwnLive
        if wait_s := self._pace.take(who.account, time.monotonic()):
            raise TooMany(retry_after_s=int(wait_s) + 1, limit=self._settings.limit(_ASKS_A_MINUTE))
        person = (await self._accounts.people([who.account]))[who.account]
        async with self._db.write() as tx:
            stage = await _running(tx, stage)
            await self._may_come(tx, stage, person)
            guests = await store_guests.list_guests(tx, stage.key)
            found = next((g for g in guests if g.account == who.account), None)
            if found is not None:
                return found
            self._room_for_one(guests)
            guest = await self._place(tx, stage, person, ASKED)
            waiting = sum(g.status == ASKED for g in guests) + 1
            await outbox.put(tx, events.GUEST_ASKED, stage.key, {"waiting": waiting})
        await self._changed(stage, who, person, ASKED)
        return guest

    async def act(self, who: Principal, stage: Stage, person: Person, action: Action) -> Guest | None:
        """Invite, accept, decline or remove somebody; their place then, None where they have none.

        The creator does all of it, a moderator removes, and who was invited accepts or declines for themselves.
        Raises `NotYourLive`, `NotLive`, `NotAsked`, `NotInvited`, `GuestsFull`, `TooManyAsks`, `UnderAge`,
        `BannedFromRoom`, `Muted`, `GuestFrozen`, `Invalid`.
        """
        async with self._db.write() as tx:
            stage = await _running(tx, stage)
            before = await self._before(tx, stage, who, person, action)
            status = await self._decide(tx, stage, person, before, action, own=person.key == who.account)
            if (before.status if before else OFF) == status:
                return before
            if status == OFF:
                await dismiss(tx, stage, person.key)
                guest = None
            else:
                guest = await self._place(tx, stage, person, status)
        await self._changed(stage, who, person, status)
        return guest

    async def leave(self, who: Principal, stage: Stage) -> None:
        """Give up one's place, asked for, offered or taken; nothing where there is none."""
        person = (await self._accounts.people([who.account]))[who.account]
        async with self._db.write() as tx:
            await store.find_locked(tx, stage.id)
            if not await dismiss(tx, stage, person.key):
                return
        await self._changed(stage, who, person, OFF)

    async def put_out(self, creator: int, account: int, known: bool) -> None:  # noqa: FBT001 - a callback's
        """Have somebody whom a creator blocked leave their running LIVE, as a viewer and as a guest.

        Who blocked an unknown giver must not learn who it is: a guest stays one.
        """
        async with self._db.write() as tx:
            stage = await store.find_live_of(tx, creator)
            if stage is None or await store.find_locked(tx, stage.id) is None:
                return
            was_guest = known and await dismiss(tx, stage, account)
        log.info("room.put_out", stage=stage.key, account=account, guest=was_guest)
        await self._news.publish(events.STANDING_SUBJECT, msgspec.json.encode((stage.key, account)))
        if was_guest:
            await self._tell(stage)

    async def list_all(self, stage: Stage) -> list[Guest]:
        """All who have a place."""
        async with self._db.read() as tx:
            return await store_guests.list_guests(tx, stage.key)

    async def moderates(self, stage: Stage, account: int) -> bool:
        """Whether somebody may see who asked, and remove guests."""
        async with self._db.read() as tx:
            return await store_rooms.moderates(tx, stage.creator, account)

    async def _before(self, tx: WriteTx, stage: Stage, who: Principal, person: Person, action: Action) -> Guest | None:
        """The place of the person until now. Raises where this caller may not do this."""
        before = await store_guests.find_guest(tx, stage.key, person.key)
        if stage.creator == who.account:
            if person.key == who.account:
                raise Invalid.field("account", "is the creator of this LIVE")
            return before
        if person.key == who.account and action in {"accept", "decline"}:
            if before is None or before.status == ASKED:
                raise NotInvited
            return before
        if action != "remove" or not await store_rooms.moderates(tx, stage.creator, who.account):
            raise NotYourLive
        return before

    async def _decide(
        self, tx: WriteTx, stage: Stage, person: Person, before: Guest | None, action: Action, *, own: bool
    ) -> Status:
        """The status that an action brings. Raises where it cannot."""
        status = before.status if before else OFF
        if action in {"decline", "remove"}:
            return status if action == "decline" and status == ON else OFF
        if status == ON:
            return ON
        if action == "accept" and status != (INVITED if own else ASKED):
            raise NotAsked
        await self._may_come(tx, stage, person)
        guests = await store_guests.list_guests(tx, stage.key)
        if action == "invite" and status != ASKED:
            if status == OFF:
                self._room_for_one(guests)
            return INVITED
        if sum(g.status == ON for g in guests) >= self._settings.guests_max:
            raise GuestsFull
        return ON

    async def _may_come(self, tx: WriteTx, stage: Stage, person: Person) -> None:
        """Raises why somebody may not be a guest: they could be given what only those of age may earn (R11)."""
        if person.erased:
            raise NotFound
        if person.adult_from > self._accounts.now.date():
            raise UnderAge
        speaker = await store_rooms.get_speaker(tx, stage.key, stage.creator, person.key)
        if speaker.banned:
            raise BannedFromRoom
        if speaker.muted:
            raise Muted
        if await store_guests.is_frozen(tx, person.key):
            raise GuestFrozen

    def _room_for_one(self, guests: list[Guest]) -> None:
        if not self._settings.guests_max:
            raise GuestsFull
        if sum(g.status != ON for g in guests) >= ASKS_MAX:
            raise TooManyAsks

    @staticmethod
    async def _place(tx: WriteTx, stage: Stage, person: Person, status: Status) -> Guest:
        """Give a place, and let who comes in publish; the room is told of all but who asks."""
        await store_guests.put_guest(tx, stage.key, person.key, status)
        if status == ON:
            await open_guest(tx, stage.key, stage.id, person.key, person.id)
        if topic := {ON: events.GUEST_JOINED, INVITED: events.GUEST_INVITED}.get(status):
            await outbox.put(tx, topic, stage.key, {"account": person.key})
        guest = await store_guests.find_guest(tx, stage.key, person.key)
        assert guest is not None
        return guest

    async def _changed(self, stage: Stage, who: Principal, person: Person, status: Status) -> None:
        log.info("guest.changed", stage=stage.key, actor=who.account, account=person.key, status=status)
        await self._tell(stage)

    async def _tell(self, stage: Stage) -> None:
        await self._news.publish(SHUT_SUBJECT, stage.id.bytes)
        await self._news.publish(outbox.NEWS_SUBJECT, b"")


async def dismiss(tx: WriteTx, stage: Stage, account: int) -> bool:
    """End somebody's place and stream, and tell the room where they were on; whether they had one."""
    before = await store_guests.find_guest(tx, stage.key, account)
    if before is None:
        return False
    await store_guests.put_guest(tx, stage.key, account, OFF)
    if before.status == ON:
        await shut_guest(tx, stage.key, account)
        await outbox.put(tx, events.GUEST_LEFT, stage.key, {"account": account})
    return True


async def _running(tx: WriteTx, stage: Stage) -> Stage:
    """The stage as it stands, locked. Raises `NotLive`."""
    locked = await store.find_locked(tx, stage.id)
    if locked is None or locked.kind != "live" or locked.status != LIVE:
        raise NotLive
    return locked
