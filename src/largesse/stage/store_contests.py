"""The statements of goals and matches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from largesse.kit import outbox
from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.stage import events
from largesse.stage.contests import DECLINED_FOR_S, INVITED_S, STARTS_IN_S, Goal, Match
from largesse.stage.model import Stage


class SecondMatch(Exception):  # noqa: N818 - the database's word for a LIVE that plays already
    """`one_match_a_live` refused."""


async def list_goals(tx: ReadTx, stages: Sequence[int]) -> list[Goal]:
    """The goals that stand, one a LIVE at most."""
    return await tx.all(Goal, sql("stage", "goal_get"), {"stages": list(stages)})


async def list_goals_of(tx: ReadTx, stage: int, limit: int) -> list[Goal]:
    """Every goal of a LIVE, in the order in which they were set."""
    return await tx.all(Goal, sql("stage", "goals"), {"stage": stage, "limit": limit})


async def put_goal(tx: WriteTx, stage: int, title: str, kind: int | None, target: int) -> Goal:
    """Set the goal of a LIVE, in the place of the one that stands."""
    await tx.execute(sql("stage", "goal_drop"), {"stage": stage})
    asked = {"stage": stage, "title": title, "kind": kind, "target": target}
    made = await tx.one(Goal, sql("stage", "goal_put"), asked)
    assert made
    return made


async def drop_goal(tx: WriteTx, stage: int) -> bool:
    """Drop the goal of a LIVE; False where none stands."""
    return await tx.scalar(sql("stage", "goal_drop"), {"stage": stage}) is not None


async def put_figures(
    tx: WriteTx, goals: Sequence[tuple[int, int, bool]], sides: Sequence[tuple[int, int, int]]
) -> None:
    """Write what a room's owner counted: rows (goal, figure, whether it was reached), and (match, stage, score)."""
    if goals:
        keys, figures, reached = (list(column) for column in zip(*sorted(goals), strict=True))
        await tx.execute(sql("stage", "goal_figures"), {"goals": keys, "figures": figures, "reached": reached})
    if sides:
        matches, stages, scores = (list(column) for column in zip(*sides, strict=True))
        await tx.execute(sql("stage", "match_figures"), {"matches": matches, "stages": stages, "scores": scores})


async def find_match(tx: ReadTx, match: UUID) -> Match | None:
    """A match by its public id."""
    return await tx.one(Match, sql("stage", "match_get"), {"id": match})


async def find_match_locked(tx: WriteTx, match: UUID) -> Match | None:
    """A match by its public id, locked until the transaction ends: read after the lock was waited for."""
    await tx.execute(sql("stage", "match_lock"), {"id": match})
    return await find_match(tx, match)


async def list_matches(tx: ReadTx, keys: Sequence[int]) -> dict[int, Match]:
    """Matches by key."""
    if not keys:
        return {}
    return {m.key: m for m in await tx.all(Match, sql("stage", "matches_by_key"), {"keys": list(keys)})}


async def list_running_matches(tx: ReadTx, stages: Sequence[int]) -> list[Match]:
    """Matches that some of these LIVEs play."""
    return await tx.all(Match, sql("stage", "matches_running"), {"stages": list(stages)})


async def list_matches_of(tx: ReadTx, stage: int, before: int, limit: int) -> list[Match]:
    """Matches of a LIVE before a key, newest first: those it plays or played, and invitations that stand."""
    return await tx.all(Match, sql("stage", "matches_of"), {"stage": stage, "before": before, "limit": limit})


async def list_opponents(tx: ReadTx, creator: int, limit: int) -> list[Stage]:
    """Running LIVEs that a creator may invite; those whom they follow first."""
    return await tx.all(Stage, sql("stage", "opponents"), {"creator": creator, "limit": limit})


async def why_not(tx: ReadTx, inviting: int, invited: int) -> dict[str, Any]:
    """What stands against an invitation: the columns of `sql/match_why_not.sql`."""
    asked = {"inviting": inviting, "invited": invited, "declined_s": DECLINED_FOR_S}
    found = await tx.row(sql("stage", "match_why_not"), asked)
    assert found
    return found


async def put_match(tx: WriteTx, match: UUID, inviting: int, invited: int, seconds: int) -> bool:
    """Make an invitation; False where its id is taken."""
    key = await tx.scalar(sql("stage", "match_put"), {"id": match, "seconds": seconds, "open_s": INVITED_S})
    if key is not None:
        await tx.execute(sql("stage", "match_sides_put"), {"match": key, "inviting": inviting, "invited": invited})
    return key is not None


async def start_match(tx: WriteTx, match: int) -> bool:
    """Start an invitation that stands; False where it does not. Raises `SecondMatch`."""
    try:
        if await tx.scalar(sql("stage", "match_start"), {"match": match, "in_s": STARTS_IN_S}) is None:
            return False
        await tx.execute(sql("stage", "match_sides_run"), {"match": match})
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != "one_match_a_live":
            raise
        raise SecondMatch from error
    return True


async def close_match(tx: WriteTx, match: int, status: str) -> bool:
    """Close an invitation that stands: declined or withdrawn."""
    return await tx.scalar(sql("stage", "match_close"), {"match": match, "status": status}) is not None


async def expire_matches(tx: WriteTx, limit: int) -> list[int]:
    """Let invitations lapse that nobody answered in time."""
    return [row["key"] for row in await tx.rows(sql("stage", "matches_expire"), {"limit": limit})]


async def give_up(tx: WriteTx, stage: int) -> int | None:
    """A LIVE gives up the match that it plays; the match, or None where it plays none."""
    key: int | None = await tx.scalar(sql("stage", "match_give_up"), {"stage": stage})
    return key


async def leave_matches(tx: WriteTx, stage: int) -> None:
    """A LIVE ends: it gives up what it plays, and its invitations close."""
    await give_up(tx, stage)
    closed = [row["key"] for row in await tx.rows(sql("stage", "match_withdraw_all"), {"stage": stage})]
    await tell(tx, events.MATCH_CLOSED, list((await list_matches(tx, closed)).values()))


async def find_due(tx: WriteTx) -> tuple[int, datetime] | None:
    """A match whose time is over, locked from other workers, and its end."""
    row = await tx.row(sql("stage", "match_due"))
    return (row["key"], row["ends_at"]) if row else None


async def settle(tx: WriteTx, match: Match, scores: Sequence[int], winner: int | None) -> bool:
    """Fix the scores of a match for good; False where they are."""
    asked = {"match": match.key, "stages": match.stages, "scores": list(scores)}
    await tx.execute(sql("stage", "match_scores"), asked)
    return await tx.scalar(sql("stage", "match_settle"), {"match": match.key, "winner": winner}) is not None


async def put_multiplier(tx: WriteTx, match: int, factor: int, starts_at: datetime, ends_at: datetime) -> None:
    """Announce a multiplier; the database refuses as this commits, should it begin within three seconds."""
    asked = {"match": match, "factor": factor, "starts_at": starts_at, "ends_at": ends_at}
    await tx.execute(sql("stage", "multiplier_put"), asked)


async def tell(tx: WriteTx, topic: str, matches: Sequence[Match]) -> None:
    """Put news of matches into the outbox, for both rooms of each."""
    await outbox.put_all(tx, [(topic, stage, {"match": match.key}) for match in matches for stage in match.stages])
