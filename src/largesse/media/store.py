"""The statements of media."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from largesse.kit import ids
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.media.model import Stream, guest_stream

BEAT_S = 2.0
SILENT_S = 6.0  # a process that has not beaten for so long packs nothing any more


async def open_stream(tx: WriteTx, stage: int, live: UUID, creator: int, *, private: bool = False) -> None:
    """Let a LIVE's creator publish; again changes nothing. `private`: shown to who has a signed address alone."""
    row = {"stage": stage, "id": live, "creator": creator, "private": private}
    await tx.execute(sql("media", "stream_open"), row)


async def show_streams(tx: WriteTx, stage: int, *, private: bool) -> None:
    """Show a LIVE's streams to everybody, or to who has a signed address alone."""
    await tx.execute(sql("media", "streams_show"), {"stage": stage, "private": private})


async def shut_stream(tx: WriteTx, stage: int) -> None:
    """Let nobody publish for a LIVE any more, guests neither."""
    await tx.execute(sql("media", "stream_shut"), {"stage": stage})


async def open_guest(tx: WriteTx, stage: int, live: UUID, guest: int, guest_id: UUID) -> Stream | None:
    """Let a guest publish beside a LIVE's creator; again changes nothing. None where the LIVE is not open.

    Who comes again after `shut_guest` has another key.
    """
    row = {"stage": stage, "live": live, "guest": guest, "guest_id": guest_id, "id": guest_stream(live, guest_id)}
    return await tx.one(Stream, sql("media", "stream_open_guest"), row)


async def shut_guest(tx: WriteTx, stage: int, guest: int) -> None:
    """Let a guest publish no more; news on `events.SHUT_SUBJECT` after the transaction ends them at once."""
    await tx.execute(sql("media", "stream_shut_guest"), {"stage": stage, "guest": guest})


async def renew_key(tx: WriteTx, stage: int) -> int | None:
    """Give a LIVE's creator another key, whose number is returned; None where nobody may publish for it."""
    number: int | None = await tx.scalar(sql("media", "stream_rekey"), {"stage": stage})
    return number


async def find_stream(tx: ReadTx, stream: UUID) -> Stream | None:
    """A stream by its id: a LIVE's that was ever started, or a guest's (`guest_stream`)."""
    return await tx.one(Stream, sql("media", "stream_get"), {"id": stream})


async def list_streams(tx: ReadTx, stages: Sequence[int]) -> dict[int, Stream]:
    """Streams of LIVEs' creators by stage; LIVEs that never began are missing."""
    if not stages:
        return {}
    return {s.stage: s for s in await tx.all(Stream, sql("media", "streams_get"), {"stages": list(stages)})}


async def list_guest_streams(tx: ReadTx, stages: Sequence[int]) -> dict[tuple[int, int], Stream]:
    """Streams of guests by (stage, guest), also of those who have left (not `open`)."""
    if not stages:
        return {}
    found = await tx.all(Stream, sql("media", "streams_of_guests"), {"stages": list(stages)})
    return {(s.stage, s.publisher): s for s in found}


async def claim(tx: WriteTx, stream: UUID, key_number: int | None, holder: str, *, wait: bool) -> Stream | None:
    """Begin a run of a stream that is open to this key. None where not, or (`wait`) where another process beats."""
    return await tx.one(
        Stream,
        sql("media", "stream_claim"),
        {"id": stream, "key_number": key_number, "holder": holder, "wait": wait, "silent_s": SILENT_S},
    )


async def beat(tx: WriteTx, holder: str, held: Sequence[Stream], said: Sequence[str | None]) -> set[tuple[UUID, int]]:
    """Say that these runs go on, and what each publisher was last told; those that may, as (stream, run)."""
    rows = await tx.rows(
        sql("media", "streams_beat"),
        {
            "holder": holder,
            "ids": [s.id for s in held],
            "runs": [s.run for s in held],
            "key_numbers": [s.key_number for s in held],
            "said": list(said),
        },
    )
    return {(row["id"], row["run"]) for row in rows}


async def release(tx: WriteTx, holder: str, stream: Stream, said: str | None) -> bool:
    """End a run; whether the stream lost its signal by that and is still open."""
    row = {"holder": holder, "id": stream.id, "run": stream.run, "said": said}
    return bool(await tx.scalar(sql("media", "stream_release"), row))


async def list_unwelcome(tx: ReadTx, engine: str) -> list[tuple[Stream, str]]:
    """Streams that an engine takes from who may not publish any more, and its connection that does."""
    rows = await tx.rows(sql("media", "streams_unwelcome"), {"engine": engine})
    return [(Stream(**{name: row[name] for name in row if name != "connection"}), row["connection"]) for row in rows]


async def list_engaged(tx: ReadTx, engine: str) -> list[tuple[Stream, str]]:
    """Streams that an engine takes, and the holders of their runs."""
    rows = await tx.rows(sql("media", "streams_engaged"), {"engine": engine})
    return [(Stream(**{name: row[name] for name in row if name != "holder"}), row["holder"]) for row in rows]


async def last(tx: WriteTx, holders: Sequence[str]) -> None:
    """Say that the runs of these holders go on."""
    await tx.execute(sql("media", "streams_last"), {"holders": list(holders)})


async def lapse(tx: WriteTx) -> list[Stream]:
    """End runs whose process is gone; the streams among them that are still open."""
    ended = await tx.all(Stream, sql("media", "streams_lapse"), {"silent_s": SILENT_S})
    return [stream for stream in ended if stream.open]


async def list_silent(tx: ReadTx, silent_s: float, limit: int) -> list[int]:
    """LIVEs whose creator has been without a signal for so long."""
    return [
        row["stage"] for row in await tx.rows(sql("media", "streams_silent"), {"silent_s": silent_s, "limit": limit})
    ]


async def mark_still(tx: WriteTx, stream: UUID) -> None:
    """A still picture was taken."""
    await tx.execute(sql("media", "stream_pictured"), {"id": stream})


async def mark_unrecorded(tx: WriteTx, stream: Stream) -> bool:
    """A run is not recorded any more; whether that is news."""
    return await tx.scalar(sql("media", "stream_unrecorded"), {"id": stream.id, "run": stream.run}) is not None


async def expire(tx: WriteTx, days: int, limit: int) -> None:
    """Let recordings go that are older than so many days."""
    await tx.execute(sql("media", "streams_expire"), {"days": days, "limit": limit})


async def list_dropping(tx: ReadTx, limit: int) -> list[Stream]:
    """Streams whose files shall go."""
    return await tx.all(Stream, sql("media", "streams_dropping"), {"limit": limit})


async def mark_dropped(tx: WriteTx, stream: UUID) -> None:
    """A stream's files are gone."""
    await tx.execute(sql("media", "stream_dropped"), {"id": stream})


async def erase_person(tx: WriteTx, account: int) -> None:
    """Let all that somebody published go; a worker deletes the files."""
    await tx.execute(sql("media", "streams_erase"), {"account": account})


async def export_person(tx: ReadTx, account: int) -> dict[str, Any]:
    """Recordings that are kept of somebody's LIVEs: seconds, and until when they were made."""
    rows = await tx.rows(sql("media", "streams_recorded"), {"account": account})
    kept = [
        {"live": ids.encode("live", row["live"]), "seconds": row["replay_s"], "until": row["lost_at"]} for row in rows
    ]
    return {"recordings": kept}


async def list_unkept(tx: ReadTx, limit: int) -> list[Stream]:
    """Streams that are shut, and whose replay is not made yet."""
    return await tx.all(Stream, sql("media", "streams_unkept"), {"limit": limit})


async def keep(tx: WriteTx, stream: UUID, replay_s: int) -> None:
    """Remember how long a stream's replay is."""
    await tx.execute(sql("media", "stream_kept"), {"id": stream, "replay_s": replay_s})
