"""Counted attempts in a window, in the database, so that every process counts together.

The window slides: the part of the one before that still counts is taken as spread evenly over it.
"""

from largesse.kit.db import WriteTx, sql
from largesse.kit.http import TooMany


async def hit(tx: WriteTx, key: str, window_s: int, attempts_max: int) -> None:
    """Count one attempt under `key`; raises `TooMany` where it is more than `attempts_max` in `window_s` seconds.

    A refused attempt is not counted, because its transaction is rolled back: whoever waits gets in. Commit the count
    before acting on it, so that many at once cannot pass.
    """
    row = await tx.row(sql("kit", "throttle_hit"), {"key": key, "window_s": window_s})
    assert row is not None
    if row["n"] > attempts_max:
        raise TooMany(retry_after_s=max(1, row["left_s"]), limit=attempts_max)


async def forgive(tx: WriteTx, key: str) -> None:
    """Forget what was counted under `key`."""
    await tx.execute(sql("kit", "throttle_forgive"), {"key": key})


async def forget(tx: WriteTx) -> None:
    """Remove what can no longer count: windows are a day at most."""
    await tx.execute(sql("kit", "throttle_forget"))
