"""What a creator and their moderators do about a room: mute, ban, hide, pin, rules, questions, who moderates."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import structlog

from largesse.accounts import Person
from largesse.kit import ids, outbox
from largesse.kit.db import Database, WriteTx
from largesse.kit.http import Conflict, Invalid, NotFound
from largesse.kit.news import News
from largesse.kit.principal import Principal
from largesse.media.events import SHUT_SUBJECT
from largesse.stage import events, store, store_rooms
from largesse.stage.errors import NotYourLive
from largesse.stage.guests import dismiss
from largesse.stage.model import Stage
from largesse.stage.rules import WORD_CHARS_MAX, WORDS_MAX, Rules, Speaker, fold
from largesse.stage.store_rooms import Ban, Line, Question

log = structlog.get_logger(__name__)
MODERATORS_MAX = 50
BANS_SHOWN_MAX = 200
Action = Literal["mute", "unmute", "ban", "unban", "hide", "pin", "unpin", "moderator", "no_moderator"]
_KINDS = {"mute": "mute", "unmute": "mute", "ban": "ban", "unban": "ban"}
_OF_COMMENTS = frozenset({"hide", "pin", "unpin"})
_OF_CREATOR = frozenset({"moderator", "no_moderator"})


class Moderation:
    """The verbs of whoever keeps a room in order."""

    def __init__(self, db: Database, news: News) -> None:
        self._db = db
        self._news = news

    async def moderate(
        self, who: Principal, stage: Stage, action: Action, *, person: Person | None, comment: UUID | None,
        seconds: int | None,
    ) -> None:  # fmt: skip
        """Do something about a person or a comment of a room.

        Raises `NotYourLive` (who moderates is the creator's alone), `Invalid`, `NotFound`, `Conflict`.
        """
        if action in _OF_CREATOR and stage.creator != who.account:
            raise NotYourLive
        async with self._db.write() as tx:
            if not await store_rooms.moderates(tx, stage.creator, who.account):
                raise NotYourLive
            if action in _OF_COMMENTS:
                account = await self._on_comment(tx, stage, action, comment, who.account)
            else:
                account = await self._on_person(tx, stage, action, person, seconds, who.account)
            text = ids.encode("comment", comment) if comment and action in _OF_COMMENTS else None
            pinned = await store_rooms.get_pin(tx, stage.key) if action == "pin" else None
            await self._told(tx, stage, action, account, text, said=pinned.text if pinned else None)
        log.info("room.moderated", stage=stage.key, action=action, actor=who.account, account=account)
        if action == "ban":
            await self._news.publish(SHUT_SUBJECT, stage.id.bytes)
        await self._wake()

    async def set_rules(self, who: Principal, stage: Stage, rules: Rules) -> Rules:
        """Set the rules of a creator's rooms, as they are kept. Raises `NotYourLive`, `Invalid`."""
        words = sorted({folded for word in rules.words if (folded := " ".join(fold(word).split()))})
        if len(words) > WORDS_MAX or any(len(word) > WORD_CHARS_MAX for word in words):
            raise Invalid.field("words", f"at most {WORDS_MAX} words of at most {WORD_CHARS_MAX} characters")
        kept = Rules(slow_s=rules.slow_s, emoji_only=rules.emoji_only, followers_only=rules.followers_only, words=words)
        async with self._db.write() as tx:
            if not await store_rooms.moderates(tx, stage.creator, who.account):
                raise NotYourLive
            await store_rooms.put_rules(tx, stage.creator, kept)
            await self._told(tx, stage, "rules", None, None)
        await self._wake()
        return kept

    async def decide(self, who: Principal, stage: Stage, question: UUID, status: str) -> None:
        """Answer, dismiss or open a question again. Raises `NotYourLive`, `NotFound`."""
        async with self._db.write() as tx:
            if not await store_rooms.moderates(tx, stage.creator, who.account):
                raise NotYourLive
            asked = await store_rooms.decide_question(tx, question, stage.key, status)
            if asked is None:
                raise NotFound
            sender, said = asked
            await self._told(tx, stage, f"question_{status}", sender, ids.encode("question", question), said=said)
        await self._wake()

    async def questions(self, stage: Stage, status: str, after: UUID, limit: int) -> list[Question]:
        """Questions of a room, oldest first."""
        async with self._db.read() as tx:
            return await store_rooms.list_questions(tx, stage.key, status, after, limit)

    async def talk(self, stage: Stage, account: int | None) -> tuple[Rules, Line | None, Speaker | None]:
        """A room's rules, its pinned comment, and what an account may do that wants to speak there."""
        async with self._db.read() as tx:
            speaker = await store_rooms.get_speaker(tx, stage.key, stage.creator, account) if account else None
            return await store_rooms.get_rules(tx, stage.creator), await store_rooms.get_pin(tx, stage.key), speaker

    async def order(self, who: Principal, stage: Stage) -> tuple[Rules, list[int], Sequence[Ban]]:
        """A room's rules with their words, who moderates it, and who is banned or muted. Raises `NotYourLive`."""
        async with self._db.read() as tx:
            if not await store_rooms.moderates(tx, stage.creator, who.account):
                raise NotYourLive
            return (
                await store_rooms.get_rules(tx, stage.creator),
                await store_rooms.list_moderators(tx, stage.creator),
                await store_rooms.list_bans(tx, stage.key, BANS_SHOWN_MAX),
            )

    async def _on_comment(self, tx: WriteTx, stage: Stage, action: str, comment: UUID | None, actor: int) -> int | None:
        if action == "unpin":
            await store_rooms.remove_pin(tx, stage.key, comment)
            return None
        if comment is None:
            raise Invalid.field("comment_id", f"is needed to {action} a comment")
        if action == "pin":
            account = await store_rooms.put_pin(tx, stage.key, comment)
        else:
            account = await store.hide_comment(tx, comment, stage.key, actor)
            await store_rooms.remove_pin(tx, stage.key, comment)
        if account is None:
            raise NotFound
        return account

    async def _on_person(  # noqa: PLR0917 - what a request says, each
        self, tx: WriteTx, stage: Stage, action: str, person: Person | None, seconds: int | None, actor: int
    ) -> int:
        if person is None:
            raise Invalid.field("account", f"is needed to {action.replace('_', ' ')}")
        if person.key == stage.creator:
            raise Invalid.field("account", "is the creator of this LIVE")
        if action == "moderator":
            await store_rooms.put_moderator(tx, stage.creator, person.key, MODERATORS_MAX)
            if not await store_rooms.moderates(tx, stage.creator, person.key):
                raise Conflict(detail=f"at most {MODERATORS_MAX} people moderate")
        elif action == "no_moderator":
            await store_rooms.remove_moderator(tx, stage.creator, person.key)
        elif action.startswith("un"):
            await store.remove_ban(tx, stage.key, person.key, _KINDS[action])
        else:
            if actor != stage.creator and await store_rooms.moderates(tx, stage.creator, person.key):
                raise Invalid.field("account", "moderates this room, which its creator alone ends")
            await store.put_ban(tx, stage.key, person.key, kind=_KINDS[action], seconds=seconds, actor=actor)
            if action == "ban":
                await store.find_locked(tx, stage.id)
                await dismiss(tx, stage, person.key)
        return person.key

    @staticmethod
    async def _told(
        tx: WriteTx, stage: Stage, action: str, account: int | None, text: str | None, *, said: str | None = None
    ) -> None:
        body: dict[str, Any] = {"action": action, "account": account, "text": text}
        if said is not None:
            body["said"] = said
        await outbox.put(tx, events.MODERATION_ACTION, stage.key, body)

    async def _wake(self) -> None:
        await self._news.publish(outbox.NEWS_SUBJECT, b"")
