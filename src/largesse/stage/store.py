"""The statements of stage. Functions that begin with `ask_` send theirs and do not wait: for pipelines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import AsyncCursor

from largesse.kit.db import ReadTx, WriteTx, int_array, sql
from largesse.stage.model import PUBLIC, Changes, Note, Seen, Stage, Standing

ENDED_LATELY_S = 600


class SecondLive(Exception):  # noqa: N818 - the database's word for a creator who is LIVE already
    """`one_live_per_creator` refused."""


async def ask_facts(tx: ReadTx, stages: list[int]) -> AsyncCursor[Any]:
    """Rows (key, creator, status, gifts_enabled, kind) of stages; not fetched."""
    return await tx.execute(sql("stage", "ask_facts"), {"stages": int_array(stages)})


async def ask_bans(tx: ReadTx, stages: list[int], accounts: list[int]) -> AsyncCursor[Any]:
    """Rows (stage, account) of bans in force among these accounts on these stages; not fetched."""
    return await tx.execute(sql("stage", "ask_bans"), {"stages": int_array(stages), "accounts": int_array(accounts)})


async def write_notes(tx: WriteTx, rows: Sequence[tuple[int, UUID, int, str | None, str | None]]) -> None:
    """Keep what was said with gifts: rows (sender, gift, stage, combo, message); a repeat changes nothing."""
    if rows:
        senders, gifts, stages, combos, messages = (list(column) for column in zip(*rows, strict=True))
        await tx.execute(
            sql("stage", "notes_put"),
            {"senders": senders, "gifts": gifts, "stages": stages, "combos": combos, "messages": messages},
        )


async def read_notes(tx: ReadTx, gifts: Sequence[tuple[int, UUID]]) -> dict[tuple[int, UUID], Note]:
    """What was said with gifts, by (sender, gift); gifts without a note are missing."""
    if not gifts:
        return {}
    rows = await tx.rows(sql("stage", "notes_get"), {"senders": [g[0] for g in gifts], "gifts": [g[1] for g in gifts]})
    return {(row["sender"], row["gift"]): Note(row["combo"], row["message"]) for row in rows}


async def put(
    tx: WriteTx, *, live: UUID, creator: int, title: str, description: str, cover: str | None, gifts_enabled: bool,
    scheduled_at: datetime | None, simulated: bool, visibility: str = PUBLIC,
) -> Stage | None:  # fmt: skip
    """Make a LIVE that has not begun; None where its id is taken."""
    return await tx.one(
        Stage,
        sql("stage", "stage_put"),
        {
            "id": live,
            "kind": "live",
            "creator": creator,
            "title": title,
            "description": description,
            "cover": cover,
            "gifts_enabled": gifts_enabled,
            "scheduled_at": scheduled_at,
            "simulated": simulated,
            "visibility": visibility,
        },
    )


async def find(tx: ReadTx, live: UUID) -> Stage | None:
    """A stage by its public id."""
    return await tx.one(Stage, sql("stage", "stage_get"), {"id": live})


async def find_locked(tx: WriteTx, live: UUID) -> Stage | None:
    """A stage by its public id, locked until the transaction ends."""
    return await tx.one(Stage, sql("stage", "stage_lock"), {"id": live})


async def list_by_id(tx: ReadTx, lives: Sequence[UUID]) -> list[Stage]:
    """Stages by public id, in no order."""
    return await tx.all(Stage, sql("stage", "stages_by_id"), {"ids": list(lives)})


async def list_by_key(tx: ReadTx, keys: Sequence[int]) -> list[Stage]:
    """Stages by key, in no order."""
    return await tx.all(Stage, sql("stage", "stages_by_key"), {"keys": list(keys)})


async def list_keys_of(tx: ReadTx, creator: int) -> list[int]:
    """The keys of every stage of a creator, ascending."""
    return [row["key"] for row in await tx.rows(sql("stage", "keys_of_creator"), {"creator": creator})]


async def list_running(tx: ReadTx) -> list[Stage]:
    """LIVEs that run or ended within the last ten minutes, in no order."""
    return await tx.all(Stage, sql("stage", "running"), {"ended_s": ENDED_LATELY_S})


async def change(tx: WriteTx, key: int, changes: Changes) -> Stage:
    """Change what is given."""
    changed = await tx.one(
        Stage,
        sql("stage", "stage_change"),
        {
            "key": key,
            "title": changes.title,
            "description": changes.description,
            "cover": changes.cover,
            "gifts_enabled": changes.gifts_enabled,
            "visibility": changes.visibility,
            "scheduled_at": changes.scheduled_at,
            "unschedule": changes.unschedule,
        },
    )
    assert changed is not None
    return changed


async def start(tx: WriteTx, key: int) -> Stage | None:
    """Start a scheduled stage; None where it is not scheduled; raises `SecondLive`."""
    try:
        return await tx.one(Stage, sql("stage", "stage_start"), {"key": key})
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != "one_live_per_creator":
            raise
        raise SecondLive from error


async def end(tx: WriteTx, key: int) -> Stage | None:
    """End a running stage; None where it does not run."""
    return await tx.one(Stage, sql("stage", "stage_end"), {"key": key})


async def find_live_of(tx: ReadTx, creator: int) -> Stage | None:
    """The running stage of a creator."""
    return await tx.one(Stage, sql("stage", "live_of_creator"), {"creator": creator})


async def list_lives(
    tx: ReadTx, status: str, creator: int, after: tuple[datetime | None, int], limit: int, *, viewer: int
) -> list[Stage]:
    """LIVEs of a status (of one creator, or 0 for all) that `viewer` (0: anybody) sees in lists.

    They begin behind the place (time, key) of the last one seen.
    """
    statement = {
        "live": sql("stage", "lives_live"),
        "scheduled": sql("stage", "lives_scheduled"),
        "ended": sql("stage", "lives_ended"),
    }[status]
    row = {"creator": creator, "viewer": viewer, "at": after[0], "key": after[1], "limit": limit}
    return await tx.all(Stage, statement, row)


async def get_standing(tx: ReadTx, stage: int, account: int) -> Standing:
    """What an account may not do in a room, now."""
    found = await tx.one(Standing, sql("stage", "standing"), {"stage": stage, "account": account})
    assert found is not None
    return found


async def put_ban(tx: WriteTx, stage: int, account: int, *, kind: str, seconds: int | None, actor: int) -> None:
    """Ban or mute; again replaces its end. `seconds` None is for good."""
    await tx.execute(
        sql("stage", "ban_put"), {"stage": stage, "account": account, "kind": kind, "seconds": seconds, "actor": actor}
    )


async def remove_ban(tx: WriteTx, stage: int, account: int, kind: str) -> None:
    """Lift a ban or a mute, if there is one."""
    await tx.execute(sql("stage", "ban_remove"), {"stage": stage, "account": account, "kind": kind})


async def put_comment(tx: WriteTx, comment: UUID, stage: int, sender: int, text: str) -> datetime | None:
    """Keep a comment and return its time; None where its id is taken."""
    at: datetime | None = await tx.scalar(
        sql("stage", "comment_put"), {"id": comment, "stage": stage, "sender": sender, "text": text}
    )
    return at


async def find_comment(tx: ReadTx, comment: UUID) -> dict[str, Any] | None:
    """A comment's row."""
    return await tx.row(sql("stage", "comment_get"), {"id": comment})


async def hide_comment(tx: WriteTx, comment: UUID, stage: int, actor: int) -> int | None:
    """Hide a comment of this room and return who wrote it; None where there is none."""
    sender: int | None = await tx.scalar(sql("stage", "comment_hide"), {"id": comment, "stage": stage, "actor": actor})
    return sender


async def add_likes(tx: WriteTx, likes: dict[int, int]) -> None:
    """Count likes by stage; rows are locked in the order of their keys."""
    keys = sorted(likes)
    await tx.execute(sql("stage", "likes_add"), {"stages": keys, "counts": [likes[key] for key in keys]})


async def add_viewers(tx: WriteTx, rows: Sequence[tuple[int, int, int]]) -> None:
    """Count viewers of running stages: rows (stage, peak, viewer-seconds to add)."""
    if rows:
        stages, peaks, seconds = (list(column) for column in zip(*sorted(rows), strict=True))
        await tx.execute(sql("stage", "viewers_add"), {"stages": stages, "peaks": peaks, "seconds": seconds})


async def put_minutes(tx: WriteTx, rows: Sequence[tuple[int, int]]) -> None:
    """Keep the most viewers of this minute: rows (stage, viewers)."""
    if rows:
        stages, viewers = (list(column) for column in zip(*sorted(rows), strict=True))
        await tx.execute(sql("stage", "minutes_put"), {"stages": stages, "viewers": viewers})


async def list_steps(tx: ReadTx, stage: int, began: datetime, step_s: int, steps: int) -> list[Seen]:
    """What was seen and said on a LIVE by steps of its time; steps without anything are missing."""
    params = {"stage": stage, "began": began, "step_s": step_s, "steps": steps}
    return await tx.all(Seen, sql("stage", "curves"), params)


async def add_viewings(tx: WriteTx, rows: Sequence[tuple[int, int]]) -> None:
    """Remember unique viewers: rows (stage, account or minus a hash of a guest)."""
    if rows:
        stages, viewers = (list(column) for column in zip(*rows, strict=True))
        await tx.execute(sql("stage", "viewings_add"), {"stages": stages, "viewers": viewers})


async def count_viewings(tx: ReadTx, stage: int) -> int:
    """How many different viewers a stage had."""
    found: int = await tx.scalar(sql("stage", "viewings_count"), {"stage": stage})
    return found


async def add_thanks(tx: WriteTx, stage: int, accounts: Sequence[int]) -> None:
    """Remember who was thanked."""
    await tx.execute(sql("stage", "thanks_add"), {"stage": stage, "accounts": list(accounts)})


async def list_thanked(tx: ReadTx, stage: int) -> set[int]:
    """Who was thanked."""
    return {row["account"] for row in await tx.rows(sql("stage", "thanks_list"), {"stage": stage})}
