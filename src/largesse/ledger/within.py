"""Sums of the journal over windows of time: what a goal or a match has come to."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from largesse.kit.db import ReadTx, int_array, sql
from largesse.ledger.closing import has_ended


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Gifts given while a LIVE ran, recorded from `since` until before `until` (None: without end).

    `kind` 0 is every kind; with `seen` only the batches up to this cursor count.
    """

    stage: int
    since: datetime
    until: datetime | None = None
    kind: int = 0
    seen: Sequence[int] | None = None


class Sum(msgspec.Struct, frozen=True):
    """Coins and pieces of a window, without what was reversed by now; a part that is left counts whole pieces only."""

    coins: int
    pieces: int


async def sum_within(tx: ReadTx, windows: Sequence[Window]) -> list[Sum]:
    """The sums of windows, in their order, by one statement: exact, from the journal itself."""
    if not windows:
        return []
    rows = await tx.rows(
        sql("ledger", "sum_within"),
        {
            "stages": [w.stage for w in windows],
            "sinces": [w.since for w in windows],
            "untils": [w.until for w in windows],
            "kinds": [w.kind for w in windows],
            "cursors": [int_array(list(w.seen)) if w.seen is not None else None for w in windows],
        },
    )
    return [Sum(row["coins"], row["pieces"]) for row in rows]


async def is_over(tx: ReadTx, at: datetime) -> bool:
    """Whether every committer is past a moment: all that is recorded before it can be read."""
    return await has_ended(tx, at)
