"""News of committed work: rows written with the work itself, read by cursor, each exactly once a reader.

A row is visible to a cursor only when every earlier transaction has ended, so that none is skipped by one that commits
late: rows are ordered by (epoch, xid, id), and a reader sees those with `xid` below the oldest running transaction.
`restore` and a major upgrade bump `kit.world.epoch`, because transaction numbers begin again there.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql

NEWS_SUBJECT = "outbox"  # published on NATS after a commit that put rows; it only wakes readers


class Cursor(msgspec.Struct, frozen=True, order=True):
    """A place in the outbox: everything up to and with this row has been read."""

    epoch: int = 0
    xid: int = 0
    id: int = 0


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of news. `subject` is an integer key of what it is about; `body` is JSON with integer keys inside."""

    epoch: int
    xid: int
    id: int
    topic: str
    subject: int
    body: dict[str, Any]
    at: datetime

    @property
    def place(self) -> Cursor:
        """Where it stands."""
        return Cursor(self.epoch, self.xid, self.id)


async def put(tx: WriteTx, topic: str, subject: int, body: dict[str, Any]) -> None:
    """Write one row in the transaction of the work; readers see it after the commit."""
    await put_all(tx, [(topic, subject, body)])


async def put_all(tx: WriteTx, rows: Sequence[tuple[str, int, dict[str, Any]]]) -> None:
    """Write rows (topic, subject, body), in order, by one statement."""
    if rows:
        await tx.execute(
            sql("kit", "outbox_put"),
            {
                "topics": [r[0] for r in rows],
                "subjects": [r[1] for r in rows],
                "bodies": [msgspec.json.encode(r[2]).decode() for r in rows],
            },
        )


async def read(
    tx: ReadTx, cursor: Cursor, topics: Sequence[str], limit: int, *, subjects: Sequence[int] | None = None
) -> tuple[Cursor, list[Row]]:
    """At most `limit` rows behind `cursor`, in order, and the cursor to go on from.

    Only rows of `topics`, and of `subjects` where given. Where fewer than `limit` rows came, the cursor moves to the
    end of what is visible now, so that a reader of a rare topic does not scan the others again.
    """
    head = await now(tx)
    found = await tx.all(
        Row,
        sql("kit", "outbox_read") if subjects is None else sql("kit", "outbox_read_subjects"),
        {
            "epoch": cursor.epoch,
            "xid": str(cursor.xid),
            "id": cursor.id,
            "topics": list(topics),
            "subjects": list(subjects or ()),
            "limit": limit,
        },
    )
    if len(found) == limit:
        return found[-1].place, found
    return max([cursor, head, *[row.place for row in found[-1:]]]), found


async def now(tx: ReadTx) -> Cursor:
    """The cursor behind everything that is visible to readers at this moment."""
    row = await tx.row(sql("kit", "outbox_now"))
    assert row is not None
    return Cursor(row["epoch"], row["xid"], row["id"])


async def get_cursor(tx: ReadTx, reader: str) -> Cursor:
    """The persisted cursor of a named reader; the beginning of the outbox where it has none."""
    return await tx.one(Cursor, sql("kit", "outbox_cursor_get"), {"reader": reader}) or Cursor()


async def move_cursor(tx: WriteTx, reader: str, cursor: Cursor) -> None:
    """Persist the cursor of a named reader, in the transaction of the work that its rows caused; never backwards."""
    await tx.execute(
        sql("kit", "outbox_cursor_move"),
        {"reader": reader, "epoch": cursor.epoch, "xid": str(cursor.xid), "id": cursor.id},
    )


async def begin_anew(tx: WriteTx) -> int:
    """After the database came to another server: numbers of transactions began again. Returns the new epoch."""
    epoch: int = await tx.scalar(sql("kit", "world_begin_anew"))
    return epoch


async def prune(tx: WriteTx, topics: Sequence[str], before: datetime, limit: int) -> int:
    """Remove rows of `topics` written before `before`, looking at the `limit` oldest; return how many went."""
    cursor = await tx.execute(sql("kit", "outbox_prune"), {"topics": list(topics), "before": before, "limit": limit})
    return cursor.rowcount
