"""The statements of videos."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.stage.model import PUBLIC, Stage
from largesse.stage.video import VIDEO, Video, VideoChanges, VideoComment


class MadeBefore(Exception):  # noqa: N818 - the database's word for a LIVE of which there is a video
    """`video_from_live` refused."""


async def put(
    tx: WriteTx, video: UUID, creator: int, *, title: str, description: str, gifts_enabled: bool,
    comments_enabled: bool, from_live: int | None, simulated: bool,
) -> Stage | None:  # fmt: skip
    """Make a video that nobody sees yet; None where its id is taken. Raises `MadeBefore`."""
    stage = await tx.one(
        Stage,
        sql("stage", "stage_put"),
        {
            "id": video, "kind": VIDEO, "creator": creator, "title": title, "description": description, "cover": None,
            "gifts_enabled": gifts_enabled, "scheduled_at": None, "simulated": simulated,
            "visibility": PUBLIC,
        },
    )  # fmt: skip
    if stage is None:
        return None
    row = {"stage": stage.key, "from_live": from_live, "comments_enabled": comments_enabled}
    try:
        await tx.execute(sql("stage", "video_put"), row)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != "video_from_live":
            raise
        raise MadeBefore from error
    return stage


async def find(tx: ReadTx, video: UUID) -> Video | None:
    """A video by its public id, removed ones too."""
    return await tx.one(Video, sql("stage", "video_get"), {"id": video})


async def find_locked(tx: WriteTx, video: UUID) -> Video | None:
    """A video by its public id, locked until the transaction ends."""
    await tx.execute(sql("stage", "stage_lock"), {"id": video})
    return await find(tx, video)


async def list_published(tx: ReadTx, creator: int, after: tuple[datetime, UUID] | None, limit: int) -> list[Video]:
    """What everybody sees (of one creator, or 0 for all), newest first, behind a place (time, id)."""
    at, last = after or (None, None)
    row = {"creator": creator, "at": at, "id": last, "limit": limit}
    return await tx.all(Video, sql("stage", "videos_published" if not creator else "videos_published_by"), row)


async def list_own(tx: ReadTx, creator: int, before: int, limit: int) -> list[Video]:
    """A creator's videos, newest first, below a key; 0 for the first page."""
    return await tx.all(Video, sql("stage", "videos_own"), {"creator": creator, "before": before, "limit": limit})


async def change(tx: WriteTx, key: int, changes: VideoChanges) -> None:
    """Change what is given."""
    await tx.execute(sql("stage", "video_change"), {"key": key, **_plain(changes)})


async def publish(tx: WriteTx, key: int) -> None:
    """Let everybody see it, unless it is hidden."""
    await tx.execute(sql("stage", "video_publish"), {"key": key})


async def unpublish(tx: WriteTx, key: int) -> None:
    """Let nobody else see it."""
    await tx.execute(sql("stage", "video_unpublish"), {"key": key})


async def hide(tx: WriteTx, key: int, actor: int, reason: str) -> None:
    """Let nobody else see it, whatever its creator wants."""
    await tx.execute(sql("stage", "video_hide"), {"key": key, "actor": actor, "reason": reason})


async def show(tx: WriteTx, key: int) -> None:
    """Let its creator decide again who sees it."""
    await tx.execute(sql("stage", "video_show"), {"key": key})


async def remove(tx: WriteTx, keys: Sequence[int]) -> None:
    """Let nobody see them any more."""
    await tx.execute(sql("stage", "videos_remove"), {"keys": list(keys)})


async def list_liked(tx: ReadTx, account: int, keys: Sequence[int]) -> set[int]:
    """Which of these videos somebody likes."""
    rows = await tx.rows(sql("stage", "videos_liked"), {"account": account, "keys": list(keys)}) if keys else []
    return {row["stage"] for row in rows}


async def like(tx: WriteTx, key: int, account: int) -> None:
    """Like a video; again changes nothing."""
    await tx.execute(sql("stage", "video_like"), {"stage": key, "account": account})


async def unlike(tx: WriteTx, key: int, account: int) -> None:
    """Like a video no longer."""
    await tx.execute(sql("stage", "video_unlike"), {"stage": key, "account": account})


async def add_views(tx: WriteTx, views: Sequence[tuple[int, int]], again_s: int) -> None:
    """Count views: (video, viewer), each viewer once in `again_s` seconds."""
    stages, viewers = (list(column) for column in zip(*sorted(set(views)), strict=True))
    await tx.execute(sql("stage", "video_views"), {"stages": stages, "viewers": viewers, "again_s": again_s})


async def add_share(tx: WriteTx, key: int) -> None:
    """Count a share."""
    await tx.execute(sql("stage", "video_share"), {"key": key})


async def list_comments(tx: ReadTx, key: int, before: UUID | None, limit: int) -> list[VideoComment]:
    """What was said and is not hidden, newest first, before an id."""
    row = {"stage": key, "before": before, "limit": limit}
    return await tx.all(VideoComment, sql("stage", "video_comments"), row)


async def count_comments(tx: WriteTx, key: int, n: int) -> None:
    """Count comments that came, or (negative) went."""
    await tx.execute(sql("stage", "video_commented"), {"key": key, "n": n})


async def hide_comment(tx: WriteTx, comment: UUID, key: int, actor: int) -> bool:
    """Hide a comment; whether it was to be seen."""
    return bool(await tx.scalar(sql("stage", "video_comment_hide"), {"id": comment, "stage": key, "actor": actor}))


async def export(tx: ReadTx, account: int) -> dict[str, Any]:
    """What is kept of a person here."""
    row = await tx.row(sql("stage", "person_export"), {"account": account})
    assert row is not None
    return row


async def erase(tx: WriteTx, account: int) -> list[int]:
    """Forget what a person said, liked and showed; the keys of their videos."""
    rows = await tx.rows(sql("stage", "person_erase"), {"account": account})
    return [row["key"] for row in rows]


def _plain(changes: VideoChanges) -> dict[str, Any]:
    return {
        "title": changes.title, "description": changes.description, "gifts_enabled": changes.gifts_enabled,
        "comments_enabled": changes.comments_enabled,
    }  # fmt: skip
