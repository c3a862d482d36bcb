"""Statements of insights: what has been folded, a page at a time."""

from collections.abc import Sequence

from largesse.insights.model import DayEarned, GiftEarned, GifterEarned, HourEarned, Span, StageEarned
from largesse.kit.db import ReadTx, int_array, sql


async def list_days(tx: ReadTx, creator: int, span: Span) -> list[DayEarned]:
    """Days on which something was given, oldest first."""
    return await tx.all(DayEarned, sql("insights", "days"), _of(creator, span))


async def list_hours(tx: ReadTx, creator: int, span: Span, after: int, n: int) -> list[HourEarned]:
    """`n` hours behind the hour `after`, oldest first."""
    since, until = span.hours
    named = {"creator": creator, "since": since, "until": until, "after": after, "n": n}
    return await tx.all(HourEarned, sql("insights", "hours"), named)


async def list_stages(tx: ReadTx, creator: int, span: Span, before: int, n: int) -> list[StageEarned]:
    """`n` LIVEs and videos with a key below `before`, newest first."""
    return await tx.all(StageEarned, sql("insights", "lives"), _of(creator, span) | {"before": before, "n": n})


async def sum_given(tx: ReadTx, stages: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(gifts, coins) of LIVEs and videos; one without gifts is missing."""
    rows = await tx.rows(sql("insights", "given"), {"stages": list(stages)})
    return {row["stage"]: (row["gifts"], row["coins"]) for row in rows}


async def list_gifts(tx: ReadTx, creator: int, span: Span, after: tuple[int, int], n: int) -> list[GiftEarned]:
    """`n` kinds of gifts behind (milli, kind), the most diamonds first."""
    place = {"milli": after[0], "kind": after[1], "n": n}
    return await tx.all(GiftEarned, sql("insights", "gifts"), _of(creator, span) | place)


async def list_gifters(tx: ReadTx, creator: int, span: Span, after: tuple[int, int], n: int) -> list[GifterEarned]:
    """`n` givers behind (coins, giver), the most coins first."""
    place = {"coins": after[0], "gifter": after[1], "n": n}
    return await tx.all(GifterEarned, sql("insights", "gifters"), _of(creator, span) | place)


async def list_newcomers(tx: ReadTx, creator: int, stage: int, others: Sequence[int]) -> set[int]:
    """Who gave to a creator by name for the first time ever on this stage; `others` are all their other stages."""
    named = {"creator": creator, "stage": stage, "others": int_array(list(others))}
    return {row["sender"] for row in await tx.rows(sql("insights", "newcomers"), named)}


def _of(creator: int, span: Span) -> dict[str, object]:
    return {"creator": creator, "since": span.since, "until": span.until}
