"""What people say and do in a room: comments, questions, likes, shares, thanks; and what the creator does about it."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import structlog

from largesse import ledger
from largesse.accounts import AccountsService, Person
from largesse.kit import ids, outbox
from largesse.kit.config import Settings
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Invalid, NotFound, TooMany
from largesse.kit.idempotency import IdReused
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.stage import events, store
from largesse.stage.errors import BannedFromRoom, Muted, NotLive, NotYourLive
from largesse.stage.model import LIKES_A_REQUEST_MAX, LIVE, Pace, Stage

log = structlog.get_logger(__name__)
_FLUSH_S = 0.2
_LIKES_PER_SECOND = 5
_SHARES_PER_SECOND = 1
_KINDS = {"mute": "mute", "unmute": "mute", "ban": "ban", "unban": "ban"}


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
        }
        self._likes: dict[int, _Liked] = {}
        self._flushing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Write the likes that are still gathered."""
        if self._flushing:
            await self._flushing

    async def comment(self, who: Principal, stage: Stage, comment: UUID, text: str) -> tuple[datetime, bool]:
        """Say something in a running LIVE and return its time; a repeat with the same id returns the same (and True).

        Raises `NotLive`, `BannedFromRoom`, `Muted`, `TooMany`, `IdReused`.
        """
        self._take("comment", who.account)
        async with self.db.write() as tx:
            await self._may_speak(tx, who, stage)
            at = await store.put_comment(tx, comment, stage.key, who.account, text)
            if at is None:
                before = await store.find_comment(tx, comment)
                if before is None or (before["stage"], before["sender"], before["text"]) != (
                    stage.key,
                    who.account,
                    text,
                ):
                    raise IdReused
                return before["at"], True
            body = {"id": comment.hex, "sender": who.account, "text": text}
            await outbox.put(tx, events.CHAT_MESSAGE, stage.key, body)
        await self._wake()
        return at, False

    async def ask(self, who: Principal, stage: Stage, question: UUID, text: str) -> None:
        """Ask the creator something; kept a day. Raises as `comment`."""
        self._take("comment", who.account)
        async with self.db.write() as tx:
            await self._may_speak(tx, who, stage)
            body = {"id": question.hex, "sender": who.account, "text": text}
            await outbox.put(tx, events.QUESTION_NEW, stage.key, body)
        await self._wake()

    async def like(self, who: Principal, stage: Stage, count: int) -> None:
        """Like a running LIVE `count` times (1..50); written with everybody else's within 0.2 s."""
        assert 1 <= count <= LIKES_A_REQUEST_MAX, count
        self._take("like", who.account)
        if stage.status != LIVE:
            raise NotLive
        liked = self._likes.setdefault(stage.key, _Liked())
        liked.count += count
        liked.senders.add(who.account)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())

    async def share(self, who: Principal, stage: Stage) -> None:
        """Tell the room that somebody shared it. Raises as `comment`."""
        self._take("share", who.account)
        async with self.db.write() as tx:
            await self._may_speak(tx, who, stage)
            await outbox.put(tx, events.SHARE, stage.key, {"account": who.account})
        await self._wake()

    async def thank(self, who: Principal, stage: Stage, gifts: Sequence[UUID], top: int) -> int:
        """Note that givers were thanked: those of `gifts`, and the `top` first; return how many are meant.

        Anonymous givers stay unknown: their gifts are passed over. Raises `NotYourLive`.
        """
        if stage.creator != who.account:
            raise NotYourLive
        async with self.db.write() as tx:
            senders = {g.sender for g in await ledger.list_by_ids(tx, stage.key, gifts) if not g.anonymous}
            if top:
                named = [(t.coins - t.anonymous_coins, t.sender) for t in await ledger.tally(tx, stage.key)]
                senders |= {sender for coins, sender in sorted(named, reverse=True)[:top] if coins > 0}
            await store.add_thanks(tx, stage.key, sorted(senders))
        return len(senders)

    async def moderate(
        self, who: Principal, stage: Stage, action: str, *, person: Person | None, comment: UUID | None,
        seconds: int | None,
    ) -> None:  # fmt: skip
        """Mute, unmute, ban, unban somebody, or hide a comment. Raises `NotYourLive`, `Invalid`, `NotFound`."""
        if stage.creator != who.account:
            raise NotYourLive
        async with self.db.write() as tx:
            if action == "hide":
                if comment is None:
                    raise Invalid.field("comment_id", "is needed to hide a comment")
                account = await store.hide_comment(tx, comment, stage.key, who.account)
                if account is None:
                    raise NotFound
            else:
                if person is None:
                    raise Invalid.field("account", f"is needed to {action}")
                if person.key == stage.creator:
                    raise Invalid.field("account", "is the creator of this LIVE")
                account = person.key
                if action.startswith("un"):
                    await store.remove_ban(tx, stage.key, account, _KINDS[action])
                else:
                    await store.put_ban(tx, stage.key, account, kind=_KINDS[action], seconds=seconds, actor=who.account)
            text = ids.encode("comment", comment) if comment and action == "hide" else None
            body: dict[str, Any] = {"action": action, "account": account, "text": text}
            await outbox.put(tx, events.MODERATION_ACTION, stage.key, body)
        log.info("room.moderated", stage=stage.key, action=action, actor=who.account, account=account)
        await self._wake()

    def _take(self, what: str, account: int) -> None:
        pace = self._paces[what]
        wait_s = pace.take(account, time.monotonic())
        if wait_s:
            raise TooMany(retry_after_s=int(wait_s) + 1, limit=int(pace.rate))

    async def _may_speak(self, tx: WriteTx, who: Principal, stage: Stage) -> None:
        standing = await store.get_standing(tx, stage.key, who.account)
        if standing.banned:
            raise BannedFromRoom
        if standing.muted:
            raise Muted
        if stage.status != LIVE:
            raise NotLive

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
