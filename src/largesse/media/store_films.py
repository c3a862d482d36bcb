"""The statements of films and of their uploads and captions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.media.film import Caption, Film, Upload

SILENT_S = 30.0  # a process that has not beaten for so long makes nothing any more
BEAT_S = 5.0
ATTEMPTS_MAX = 3


async def open_film(tx: WriteTx, stage: int, video: UUID, creator: int, recording: UUID | None) -> None:
    """Begin a video's film: of an upload that is awaited, or of a LIVE's recording, which is made at once."""
    row = {"stage": stage, "id": video, "creator": creator, "recording": recording}
    await tx.execute(sql("media", "film_open"), row)


async def list_films(tx: ReadTx, stages: Sequence[int]) -> dict[int, Film]:
    """Films by stage."""
    if not stages:
        return {}
    return {film.stage: film for film in await tx.all(Film, sql("media", "films_get"), {"stages": list(stages)})}


async def list_uploads(tx: ReadTx, stages: Sequence[int]) -> dict[int, Upload]:
    """Uploads that are on their way, by stage."""
    if not stages:
        return {}
    return {up.film: up for up in await tx.all(Upload, sql("media", "uploads_open"), {"stages": list(stages)})}


async def list_captions(tx: ReadTx, stages: Sequence[int]) -> list[Caption]:
    """Captions of videos, by language."""
    return await tx.all(Caption, sql("media", "captions_get"), {"stages": list(stages)}) if stages else []


async def put_caption(tx: WriteTx, caption: Caption, most: int) -> bool:
    """Keep captions of a language, in place of others of it; False where there are `most` languages besides."""
    row = {"stage": caption.stage, "lang": caption.lang, "label": caption.label, "name": caption.name, "most": most}
    return bool(await tx.scalar(sql("media", "caption_put"), row))


async def drop_caption(tx: WriteTx, stage: int, lang: str) -> str | None:
    """Forget captions of a language; their file, None where there were none."""
    name: str | None = await tx.scalar(sql("media", "caption_drop"), {"stage": stage, "lang": lang})
    return name


async def remove_films(tx: WriteTx, stages: Sequence[int]) -> None:
    """Have the files of videos deleted, by whoever sweeps next."""
    await tx.execute(sql("media", "films_remove"), {"stages": list(stages)})


async def lock_film(tx: WriteTx, video: UUID) -> Film | None:
    """A film by its video's public id, locked until the transaction ends."""
    return await tx.one(Film, sql("media", "film_lock"), {"id": video})


async def lock_uploads(tx: WriteTx, creator: int) -> None:
    """Let one upload of an account begin at a time, until the transaction ends."""
    await tx.execute(sql("media", "uploads_lock"), {"creator": creator})


async def sum_uploads(tx: ReadTx, creator: int) -> tuple[int, int]:
    """How many uploads of an account are on their way, and the bytes of all that began within a day."""
    row = await tx.row(sql("media", "uploads_sum"), {"creator": creator})
    assert row is not None
    return row["on_way"], row["day_bytes"]


async def begin_upload(tx: WriteTx, upload: Upload, hours: int) -> Upload:
    """Begin an upload of a film, in place of an earlier one; as its row stands."""
    row = {
        "id": upload.id, "film": upload.film, "creator": upload.creator, "length": upload.length, "name": upload.name,
        "kind": upload.kind, "hours": hours,
    }  # fmt: skip
    begun = await tx.one(Upload, sql("media", "upload_begin"), row)
    assert begun is not None
    return begun


async def find_upload(tx: ReadTx, upload: UUID) -> Upload | None:
    """An upload."""
    return await tx.one(Upload, sql("media", "upload_get"), {"id": upload})


async def prolong(tx: WriteTx, upload: UUID, hours: int) -> datetime | None:
    """Let an upload expire later, for bytes have come; when, None where it has ended."""
    at: datetime | None = await tx.scalar(sql("media", "upload_prolong"), {"id": upload, "hours": hours})
    return at


async def complete_upload(tx: WriteTx, upload: UUID) -> bool:
    """All bytes have come: the film is made of them. Again changes nothing; whether it was the first time."""
    return bool(await tx.scalar(sql("media", "upload_complete"), {"id": upload}))


async def end_upload(tx: WriteTx, upload: UUID) -> bool:
    """End an upload that is not complete; whether it was on its way."""
    return bool(await tx.scalar(sql("media", "upload_end"), {"id": upload}))


async def fail(tx: WriteTx, stage: int, holder: str | None, code: str, detail: str) -> bool:
    """A film cannot be made, and why; whether it was not made, and (`holder` not null) still this process's to make."""
    row = {"stage": stage, "holder": holder, "failure": code, "failure_detail": detail}
    return bool(await tx.scalar(sql("media", "film_fail"), row))


async def claim(tx: WriteTx, holder: str) -> Film | None:
    """Take the film that waits longest, or whose maker was killed; None where none waits."""
    return await tx.one(Film, sql("media", "film_claim"), {"holder": holder, "silent_s": SILENT_S})


async def beat(tx: WriteTx, stage: int, holder: str, percent: int | None) -> bool:
    """Say that it is being made, and (`percent` not null) how far; whether it is still this process's."""
    return bool(await tx.scalar(sql("media", "film_beat"), {"stage": stage, "holder": holder, "progress": percent}))


async def release(tx: WriteTx, stage: int, holder: str) -> None:
    """Leave it to another process, at once and without counting the attempt."""
    await tx.execute(sql("media", "film_release"), {"stage": stage, "holder": holder})


async def finish(tx: WriteTx, row: dict[str, Any]) -> bool:
    """A film is made; whether it was still this process's to make."""
    return bool(await tx.scalar(sql("media", "film_finish"), row))


async def expire_uploads(tx: WriteTx, limit: int) -> list[int]:
    """End uploads that expired; the films that awaited them."""
    return [row["film"] for row in await tx.rows(sql("media", "uploads_expire"), {"limit": limit})]


async def list_unswept_uploads(tx: ReadTx, limit: int) -> list[UUID]:
    """Uploads that are over, whose files nobody needs."""
    return [row["id"] for row in await tx.rows(sql("media", "uploads_unswept"), {"limit": limit})]


async def list_unswept_films(tx: ReadTx, limit: int) -> list[Film]:
    """Removed films whose files are there."""
    return await tx.all(Film, sql("media", "films_unswept"), {"limit": limit})


async def note_swept(tx: WriteTx, uploads: Sequence[UUID], films: Sequence[int]) -> None:
    """The files of these are deleted."""
    await tx.execute(sql("media", "swept"), {"uploads": list(uploads), "films": list(films)})


async def forget_uploads(tx: WriteTx, limit: int) -> None:
    """Forget uploads that began over a day ago and are over and swept."""
    await tx.execute(sql("media", "uploads_forget"), {"limit": limit})
