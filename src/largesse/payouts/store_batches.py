"""Statements of batches, and of what people rule of payouts."""

from datetime import datetime
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """A run that hands payouts over. Findings are those of the audits before and after; None: not audited (yet)."""

    key: int
    kind: str
    began_at: datetime
    findings_before: int | None
    payouts: int
    findings_after: int | None
    finding: str
    ended_at: datetime | None


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What a person found out of a payout; `ruled_by` is an account's key."""

    ruled_by: int
    outcome: str
    reference: str
    reason: str
    at: datetime


async def begin(tx: WriteTx, kind: str, *, open_s: int, pause_s: int, stopped_s: int) -> int | None:
    """Begin a batch; None where another one is open, or ended just now. Times are seconds; `open_s` of silence."""
    await tx.execute(sql("payouts", "batch_lock"))
    named = {"kind": kind, "open_s": open_s, "pause_s": pause_s, "stopped_s": stopped_s}
    key: int | None = await tx.scalar(sql("payouts", "batch_begin"), named)
    return key


async def beat(tx: WriteTx, key: int) -> None:
    """Note that a batch still runs."""
    await tx.execute(sql("payouts", "batch_beat"), {"key": key})


async def note(
    tx: WriteTx,
    key: int,
    *,
    before: int | None = None,
    after: int | None = None,
    payouts: int | None = None,
    finding: str | None = None,
    ended: bool = False,
) -> None:
    """Note how far a batch came; what is None stays as it was."""
    named = {"key": key, "before": before, "after": after, "payouts": payouts, "finding": finding, "ended": ended}
    await tx.execute(sql("payouts", "batch_note"), named)


async def list_batches(tx: ReadTx, before: int | None, limit: int) -> list[Batch]:
    """Batches, newest first, behind a key."""
    return await tx.all(Batch, sql("payouts", "batches"), {"before": before, "limit": limit})


async def put_ruling(tx: WriteTx, payout: UUID, by: int, *, outcome: str, reference: str, reason: str) -> None:
    """Note what a person found out of a payout; their last word counts."""
    named = {"payout": payout, "by": by, "outcome": outcome, "reference": reference, "reason": reason}
    await tx.execute(sql("payouts", "ruling_put"), named)


async def list_rulings(tx: ReadTx, payout: UUID) -> list[Ruling]:
    """What people found out of a payout, oldest first."""
    return await tx.all(Ruling, sql("payouts", "rulings"), {"payout": payout})
