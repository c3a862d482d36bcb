"""What people say and do in a room: comments, questions, likes, shares, thanks."""

import asyncio
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog

from largesse import ledger
from largesse.accounts import AccountsService
from largesse.kit import outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import TooMany
from largesse.kit.idempotency import IdReused
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.stage import events, store, store_rooms
from largesse.stage.errors import (
    BannedFromRoom,
    EmojiOnly,
    FollowersOnly,
    Muted,
    MutedWord,
    NotLive,
    NotYourLive,
    SlowRoom,
)
from largesse.stage.model import LIKES_A_REQUEST_MAX, LIVE, Pace, Stage
from largesse.stage.rules import is_emoji, says
from largesse.stage.summary import list_unthanked, name_givers

log = structlog.get_logger(__name__)
_FLUSH_S = 0.2
_LIKES_PER_SECOND = 5
_SHARES_PER_SECOND = 1
_THANKS_PER_SECOND = 2
THANKED_NAMED_MAX = 5


@dataclass(frozen=True, slots=True)
class Thanked:
    """Who is thanked: the givers of gifts, givers by account, the first of the ranking."""

    gifts: Sequence[UUID] = ()
    accounts: Collection[int] = ()
    top: int = 0


@dataclass(slots=True)
class _Liked:
    count: int = 0
    senders: set[int] = field(default_factory=set)


class Talk:
    """The verbs of a room. Likes gather in the process and are written every 0.2 s: a crash loses that much of them."""

    def __init__(self, db: Database, news: News, accounts: AccountsService, settings: Settings) -> None:
        self.db = db
        self.news = news
        self.accounts = accounts
        comments = settings.limit(settings.comments_per_second)
        self._paces = {
            "comment": Pace(comments, comments),
            "like": Pace(settings.limit(_LIKES_PER_SECOND), settings.limit(_LIKES_PER_SECOND * 2)),
            "share": Pace(settings.limit(_SHARES_PER_SECOND), settings.limit(_SHARES_PER_SECOND)),
            "thanks": Pace(settings.limit(_THANKS_PER_SECOND), settings.limit(_THANKS_PER_SECOND * 5)),
        }
        self._likes: dict[int, _Liked] = {}
        self._flushing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Write the likes that are still gathered."""
        if self._flushing:
            await self._flushing

    async def comment(self, who: Principal, stage: Stage, comment: UUID, text: str) -> tuple[datetime, bool]:
        """Say something in a running LIVE and return its time; a repeat with the same id returns the same (and True).

        Raises `NotLive`, `BannedFromRoom`, `Muted`, `FollowersOnly`, `EmojiOnly`, `MutedWord`, `SlowRoom`, `TooMany`,
        `IdReused`.
        """
        self.take("comment", who.account)
        async with self.db.write() as tx:
            await self.may_speak(tx, who, stage, text, slowly=True)
            at = await store.put_comment(tx, comment, stage.key, who.account, text)
            if at is None:
                before = await store.find_comment(tx, comment)
                return same(before, stage, who, text), True
            body = {"id": comment.hex, "sender": who.account, "text": text}
            await outbox.put(tx, events.CHAT_MESSAGE, stage.key, body)
        await self._wake()
        return at, False

    async def ask(self, who: Principal, stage: Stage, question: UUID, text: str) -> tuple[datetime, bool]:
        """Ask the creator something, and return its time; a repeat returns the same (and True). Raises as `comment`."""
        self.take("comment", who.account)
        async with self.db.write() as tx:
            await self.may_speak(tx, who, stage, text)
            at = await store_rooms.put_question(tx, question, stage.key, who.account, text)
            if at is None:
                before = await store_rooms.find_question(tx, question)
                return same(before, stage, who, text), True
            body = {"id": question.hex, "sender": who.account, "text": text}
            await outbox.put(tx, events.QUESTION_NEW, stage.key, body)
        await self._wake()
        return at, False

    async def like(self, who: Principal, stage: Stage, count: int) -> None:
        """Like a running LIVE `count` times (1..50); written with everybody else's within 0.2 s."""
        assert 1 <= count <= LIKES_A_REQUEST_MAX, count
        self.take("like", who.account)
        if stage.status != LIVE:
            raise NotLive
        liked = self._likes.setdefault(stage.key, _Liked())
        liked.count += count
        liked.senders.add(who.account)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())

    async def share(self, who: Principal, stage: Stage) -> None:
        """Tell the room that somebody shared it. Raises as `comment`."""
        self.take("share", who.account)
        async with self.db.write() as tx:
            await self.may_speak(tx, who, stage)
            await outbox.put(tx, events.SHARE, stage.key, {"account": who.account})
        await self._wake()

    async def thank(self, who: Principal, stage: Stage, whom: Thanked, text: str | None) -> int:
        """Note that givers were thanked, and tell the room of a running LIVE in `text`; return how many are meant.

        Anonymous givers stay unknown: their gifts are passed over. Raises `NotYourLive`, `TooMany`.
        """
        if stage.creator != who.account:
            raise NotYourLive
        self.take("thanks", who.account)
        async with self.db.write() as tx:
            senders = {g.sender for g in await ledger.list_by_ids(tx, stage.key, whom.gifts) if not g.anonymous}
            if whom.top or whom.accounts:
                named = name_givers(await ledger.tally(tx, stage.key))
                senders |= {sender for sender, _, _ in named if sender in whom.accounts}
                senders |= {sender for sender, _, _ in named[: whom.top]}
            await store.add_thanks(tx, stage.key, sorted(senders))
            if senders and stage.status == LIVE:
                first = sorted(senders)[:THANKED_NAMED_MAX]
                await outbox.put(tx, events.THANKS, stage.key, {"accounts": first, "count": len(senders), "text": text})
        await self._wake()
        return len(senders)

    async def unthanked(self, who: Principal, stage: Stage) -> list[tuple[int, int, int]]:
        """Givers whom nobody thanked yet, most coins first: (account, named coins, gifts). Raises `NotYourLive`."""
        if stage.creator != who.account:
            raise NotYourLive
        async with self.db.read() as tx:
            return await list_unthanked(tx, stage.key)

    def take(self, what: str, account: int) -> None:
        """Take one of what an account may do a second. Raises `TooMany`."""
        pace = self._paces[what]
        wait_s = pace.take(account, time.monotonic())
        if wait_s:
            raise TooMany(retry_after_s=int(wait_s) + 1, limit=int(pace.rate))

    async def may_speak(
        self, tx: WriteTx, who: Principal, stage: Stage, said: str = "", *, slowly: bool = False
    ) -> None:
        """Raises why somebody may not say this here. The creator and moderators are held to no rule of talk."""
        speaker = await store_rooms.get_speaker(tx, stage.key, stage.creator, who.account)
        if speaker.banned:
            raise BannedFromRoom
        if speaker.muted:
            raise Muted
        if stage.status != LIVE:
            raise NotLive
        if speaker.moderates or not said:
            return
        if speaker.followers_only and not speaker.follows:
            raise FollowersOnly
        if speaker.emoji_only and not is_emoji(said):
            raise EmojiOnly
        if speaker.words and says(said, speaker.words):
            raise MutedWord
        if slowly and speaker.waits_s:
            raise SlowRoom(retry_after_s=speaker.waits_s)

    async def _wake(self) -> None:
        await self.news.publish(outbox.NEWS_SUBJECT, b"")

    async def _flush(self) -> None:
        while self._likes:
            await asyncio.sleep(_FLUSH_S)
            likes, self._likes = self._likes, {}
            rows = [
                (events.LIKE, key, {"count": liked.count, "senders": len(liked.senders)})
                for key, liked in likes.items()
            ]
            try:
                async with self.db.write() as tx:
                    await store.add_likes(tx, {key: liked.count for key, liked in likes.items()})
                    await outbox.put_all(tx, rows)
            except psycopg.Error as error:
                log.warning("likes.lost", count=sum(liked.count for liked in likes.values()), error=str(error))
            else:
                await self._wake()


def same(before: dict[str, Any] | None, stage: Stage, who: Principal, text: str) -> datetime:
    """When the same was said by the same person here before. Raises `IdReused`."""
    if before is None or (before["stage"], before["sender"], before["text"]) != (stage.key, who.account, text):
        raise IdReused
    at: datetime = before["at"]
    return at
