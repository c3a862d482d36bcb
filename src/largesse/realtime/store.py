"""The statements of realtime: leases, folds, frames."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from largesse.kit import outbox
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.realtime.frames import Frame, unpack
from largesse.realtime.model import Giver, Lease, Room

SILENT_S = 6.0
_EPOCHS_GAP = 1 << 10  # of the 2^21 that leave `seq` exact in a page's numbers
FRESH_S = 1.0  # a server that runs for less has lost every guard


async def beat(tx: WriteTx, owner: str) -> dict[int, int]:
    """Say that an owner lives; return the rooms that it holds, and their epochs."""
    return {row["stage"]: row["epoch"] for row in await tx.rows(sql("realtime", "lease_beat"), {"owner": owner})}


async def take_rooms(tx: WriteTx, owner: str, stages: Sequence[int], rooms_max: int) -> list[int]:
    """Take at most `rooms_max` rooms that have no living owner, of each sort; return which."""
    wanted = {"owner": owner, "stages": list(stages), "rooms_max": rooms_max}
    made = await tx.rows(sql("realtime", "lease_make"), wanted)
    taken = await tx.rows(sql("realtime", "lease_take"), {**wanted, "silent_s": SILENT_S, "fresh_s": FRESH_S})
    return [row["stage"] for row in (*made, *taken)]


async def skip_epochs(tx: WriteTx) -> None:
    """After a restore: `seq` goes on beyond what viewers may have been told after the backup."""
    await tx.execute(sql("realtime", "leases_skip"), {"gap": _EPOCHS_GAP})


async def list_leases(tx: ReadTx, stages: Sequence[int]) -> dict[int, Lease]:
    """Leases by stage; rooms that never had an owner are missing."""
    found = await tx.all(Lease, sql("realtime", "lease_get"), {"stages": list(stages), "silent_s": SILENT_S})
    return {lease.stage: lease for lease in found}


async def release(tx: WriteTx, owner: str, stages: Sequence[int]) -> None:
    """Give rooms back, so that another owner need not wait."""
    await tx.execute(sql("realtime", "lease_release"), {"owner": owner, "stages": list(stages)})


async def put_folds(tx: WriteTx, owner: str, rooms: Sequence[Room]) -> set[int]:
    """Persist folds and their givers; return the rooms that are still held: nothing was written of others.

    This commit waits for no disk: where it is lost with the server, the frames after the fold before it, which are on
    disk, say the same.
    """
    await tx.execute("SET LOCAL synchronous_commit = off")
    rooms = sorted(rooms, key=lambda room: room.stage.key)
    rows = await tx.rows(
        sql("realtime", "fold_put"),
        {
            "owner": owner,
            "stages": [r.stage.key for r in rooms],
            "epochs": [r.epoch for r in rooms],
            "cursors": [_array(r.cursor) for r in rooms],
            "outbox_epochs": [r.told.epoch for r in rooms],
            "outbox_xids": [str(r.told.xid) for r in rooms],
            "outbox_ids": [r.told.id for r in rooms],
            "gifts": [r.gifts for r in rooms],
            "gifters": [len(r.givers) for r in rooms],
            "coins": [r.coins for r in rooms],
            "milli": [r.diamonds_milli for r in rooms],
            "likes": [r.likes for r in rooms],
            "viewers": [r.viewers for r in rooms],
            "seqs": [r.seq for r in rooms],
            "guests": [msgspec.json.encode({str(a): coins for a, coins in r.received.items()}).decode() for r in rooms],
        },
    )
    held = {row["stage"] for row in rows}
    changed = [
        (r.stage.key, sender, r.givers[sender]) for r in rooms if r.stage.key in held for sender in r.changed_givers
    ]
    if changed:
        await tx.execute(
            sql("realtime", "givers_put"),
            {
                "stages": [stage for stage, _, _ in changed],
                "senders": [sender for _, sender, _ in changed],
                "coins": [giver.coins for _, _, giver in changed],
                "gifts": [giver.gifts for _, _, giver in changed],
                "anonymous": [giver.anonymous_coins for _, _, giver in changed],
            },
        )
    return held


async def list_givers(tx: ReadTx, stages: Sequence[int]) -> dict[int, dict[int, Giver]]:
    """What givers gave, by stage and giver."""
    cursor = await tx.execute(sql("realtime", "givers_get"), {"stages": list(stages)})
    found: dict[int, dict[int, Giver]] = {stage: {} for stage in stages}
    async for stage, sender, coins, gifts, anonymous in cursor:
        found[stage][sender] = Giver(coins, gifts, anonymous)
    return found


async def list_top(tx: ReadTx, stage: int, count: int) -> list[tuple[int, int]]:
    """The first givers of a room as persisted: (account, named coins)."""
    rows = await tx.rows(sql("realtime", "givers_top"), {"stage": stage, "count": count})
    return [(row["sender"], row["coins"]) for row in rows]


async def put_frames(
    tx: WriteTx,
    owner: str,
    kept: Sequence[tuple[int, int, Frame, datetime, Sequence[int], outbox.Cursor]],
) -> set[tuple[int, int]]:
    """Keep the frames of one tick; return (stage, epoch) of the rooms that are held: nothing was kept of others.

    Rows: stage, epoch, frame, its time, the batches folded into it, the last outbox row told. A frame is on disk before
    anybody sees it: a server and an owner that die together leave no viewer ahead of what the next owner knows.
    """
    rows = await tx.rows(
        sql("realtime", "frames_put"),
        {
            "owner": owner,
            "stages": [k[0] for k in kept],
            "epochs": [k[1] for k in kept],
            "seqs": [k[2].seq for k in kept],
            "bodies": [k[2].pack() for k in kept],
            "ats": [k[3] for k in kept],
            "batches": [_array(k[4]) for k in kept],
            "outbox_epochs": [k[5].epoch for k in kept],
            "outbox_xids": [str(k[5].xid) for k in kept],
            "outbox_ids": [k[5].id for k in kept],
        },
    )
    return {(row["stage"], row["epoch"]) for row in rows}


async def list_frames(tx: ReadTx, after: Sequence[tuple[int, int]], limit: int) -> dict[int, list[Frame]]:
    """At most `limit` frames a room behind its (stage, seq), in order; rooms without any are missing."""
    rows = await tx.rows(
        sql("realtime", "frames_after"),
        {"stages": [a[0] for a in after], "afters": [a[1] for a in after], "limit": limit},
    )
    found: dict[int, list[Frame]] = {}
    for row in rows:
        frame = unpack(bytes(row["body"]))
        if frame:
            found.setdefault(row["stage"], []).append(frame)
    return found


async def list_last_frames(tx: ReadTx, stage: int, limit: int) -> list[Frame]:
    """The newest frames of a room, oldest first."""
    rows = await tx.rows(sql("realtime", "frames_last"), {"stage": stage, "limit": limit})
    found = [unpack(bytes(row["body"])) for row in reversed(rows)]
    return [frame for frame in found if frame]


async def list_shown(tx: ReadTx, leases: Sequence[Lease]) -> list[dict[str, Any]]:
    """What frames after the persisted folds have shown: stage, seq, batches, place in the outbox."""
    return await tx.rows(
        sql("realtime", "frames_shown"), {"stages": [x.stage for x in leases], "seqs": [x.seq for x in leases]}
    )


async def prune_frames(tx: WriteTx, keep_s: int) -> int:
    """Forget frames that are too old for catch-up; return how many."""
    return (await tx.execute(sql("realtime", "frames_prune"), {"keep_s": keep_s})).rowcount


def _array(values: Sequence[int]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
