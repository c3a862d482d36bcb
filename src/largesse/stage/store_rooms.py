"""The statements of what may be said in a room, of who moderates it, and of its questions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.stage.rules import Rules, Speaker


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was said: a comment."""

    id: UUID
    sender: int
    text: str
    at: datetime


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was asked."""

    id: UUID
    sender: int
    text: str
    status: str
    at: datetime


class Ban(msgspec.Struct, frozen=True, kw_only=True):
    """Who is banned or muted; `until` is null for good."""

    account: int
    kind: str
    until: datetime | None


async def get_speaker(tx: ReadTx, stage: int, creator: int, account: int) -> Speaker:
    """What an account may do that wants to speak in a room."""
    found = await tx.one(Speaker, sql("stage", "speaker"), {"stage": stage, "creator": creator, "account": account})
    assert found is not None
    return found


async def moderates(tx: ReadTx, creator: int, account: int) -> bool:
    """Whether somebody is the creator, or moderates their rooms."""
    if creator == account:
        return True
    return bool(await tx.scalar(sql("stage", "moderates"), {"creator": creator, "account": account}))


async def put_moderator(tx: WriteTx, creator: int, account: int, most: int) -> None:
    """Let somebody moderate; nothing changes where there are `most` already."""
    await tx.execute(sql("stage", "moderator_put"), {"creator": creator, "account": account, "most": most})


async def remove_moderator(tx: WriteTx, creator: int, account: int) -> None:
    """Let somebody moderate no longer."""
    await tx.execute(sql("stage", "moderator_remove"), {"creator": creator, "account": account})


async def list_moderators(tx: ReadTx, creator: int) -> list[int]:
    """Who moderates a creator's rooms."""
    return [row["account"] for row in await tx.rows(sql("stage", "moderators"), {"creator": creator})]


async def get_rules(tx: ReadTx, creator: int) -> Rules:
    """A creator's rules."""
    return await tx.one(Rules, sql("stage", "rules_get"), {"creator": creator}) or Rules()


async def put_rules(tx: WriteTx, creator: int, rules: Rules) -> None:
    """Keep a creator's rules."""
    await tx.execute(sql("stage", "rules_put"), {"creator": creator, **msgspec.structs.asdict(rules)})


async def put_pin(tx: WriteTx, stage: int, comment: UUID) -> int | None:
    """Pin a comment of a room, and return who wrote it; None where there is none, or it is hidden."""
    sender: int | None = await tx.scalar(sql("stage", "pin_put"), {"stage": stage, "comment": comment})
    return sender


async def remove_pin(tx: WriteTx, stage: int, comment: UUID | None = None) -> None:
    """Take the pinned comment down: any, or this one."""
    await tx.execute(sql("stage", "pin_remove"), {"stage": stage, "comment": comment})


async def get_pin(tx: ReadTx, stage: int) -> Line | None:
    """The pinned comment."""
    return await tx.one(Line, sql("stage", "pin_get"), {"stage": stage})


async def list_bans(tx: ReadTx, stage: int, limit: int) -> Sequence[Ban]:
    """Who is banned or muted now."""
    return await tx.all(Ban, sql("stage", "bans"), {"stage": stage, "limit": limit})


async def put_question(tx: WriteTx, question: UUID, stage: int, sender: int, text: str) -> datetime | None:
    """Keep a question and return its time; None where its id is taken."""
    at: datetime | None = await tx.scalar(
        sql("stage", "question_put"), {"id": question, "stage": stage, "sender": sender, "text": text}
    )
    return at


async def find_question(tx: ReadTx, question: UUID) -> dict[str, Any] | None:
    """A question's row."""
    return await tx.row(sql("stage", "question_get"), {"id": question})


async def decide_question(tx: WriteTx, question: UUID, stage: int, status: str) -> tuple[int, str] | None:
    """Give a question of this room another status; who asked what, None where there is none."""
    row = await tx.row(sql("stage", "question_decide"), {"id": question, "stage": stage, "status": status})
    return (row["sender"], row["text"]) if row else None


async def list_questions(tx: ReadTx, stage: int, status: str, after: UUID, limit: int) -> list[Question]:
    """Questions behind an id, oldest first."""
    return await tx.all(
        Question, sql("stage", "questions"), {"stage": stage, "status": status, "after": after, "limit": limit}
    )
