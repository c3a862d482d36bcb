"""The statements of media."""

from collections.abc import Sequence
from uuid import UUID

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.media.model import Stream

BEAT_S = 2.0
SILENT_S = 6.0  # a process that has not beaten for so long packs nothing any more


async def open_stream(tx: WriteTx, stage: int, live: UUID, creator: int) -> None:
    """Let a LIVE's creator publish; again changes nothing."""
    await tx.execute(sql("media", "stream_open"), {"stage": stage, "id": live, "creator": creator})


async def shut_stream(tx: WriteTx, stage: int) -> None:
    """Let nobody publish for a LIVE any more."""
    await tx.execute(sql("media", "stream_shut"), {"stage": stage})


async def renew_key(tx: WriteTx, stage: int) -> int | None:
    """Give a LIVE another key, whose number is returned; None where nobody may publish for it."""
    number: int | None = await tx.scalar(sql("media", "stream_rekey"), {"stage": stage})
    return number


async def find_stream(tx: ReadTx, live: UUID) -> Stream | None:
    """The stream of a LIVE that was ever started."""
    return await tx.one(Stream, sql("media", "stream_get"), {"id": live})


async def list_streams(tx: ReadTx, stages: Sequence[int]) -> dict[int, Stream]:
    """Streams by stage; LIVEs that never began are missing."""
    if not stages:
        return {}
    return {s.stage: s for s in await tx.all(Stream, sql("media", "streams_get"), {"stages": list(stages)})}


async def claim(tx: WriteTx, live: UUID, key_number: int | None, holder: str, *, wait: bool) -> Stream | None:
    """Begin a run of a LIVE that is open and has this key. None where not, or (`wait`) where another process beats."""
    return await tx.one(
        Stream,
        sql("media", "stream_claim"),
        {"id": live, "key_number": key_number, "holder": holder, "wait": wait, "silent_s": SILENT_S},
    )


async def beat(tx: WriteTx, holder: str, held: Sequence[Stream]) -> set[tuple[int, int]]:
    """Say that these runs go on; those that may, as (stage, run)."""
    rows = await tx.rows(
        sql("media", "streams_beat"),
        {
            "holder": holder,
            "stages": [s.stage for s in held],
            "runs": [s.run for s in held],
            "key_numbers": [s.key_number for s in held],
        },
    )
    return {(row["stage"], row["run"]) for row in rows}


async def release(tx: WriteTx, holder: str, stream: Stream) -> bool:
    """End a run; whether its LIVE lost its signal by that and is still open."""
    row = {"holder": holder, "stage": stream.stage, "run": stream.run}
    return bool(await tx.scalar(sql("media", "stream_release"), row))


async def lapse(tx: WriteTx) -> list[int]:
    """End runs whose process is gone; the LIVEs among them that are still open."""
    rows = await tx.rows(sql("media", "streams_lapse"), {"silent_s": SILENT_S})
    return [row["stage"] for row in rows if row["open"]]


async def list_silent(tx: ReadTx, silent_s: float, limit: int) -> list[int]:
    """LIVEs that have been without a signal for so long."""
    return [
        row["stage"] for row in await tx.rows(sql("media", "streams_silent"), {"silent_s": silent_s, "limit": limit})
    ]


async def list_unkept(tx: ReadTx, limit: int) -> list[Stream]:
    """Ended LIVEs whose replay is not made yet."""
    return await tx.all(Stream, sql("media", "streams_unkept"), {"limit": limit})


async def keep(tx: WriteTx, stage: int, replay_s: int) -> None:
    """Remember how long a LIVE's replay is."""
    await tx.execute(sql("media", "stream_kept"), {"stage": stage, "replay_s": replay_s})
