"""Statements of reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was reported, with what it is about: `said` is a comment's text, `times` how many people reported it."""

    id: UUID
    kind: str
    about: UUID
    account: int
    stage: int | None
    status: str
    opened_at: datetime
    decided_at: datetime | None
    decided_by: int | None
    decision: str | None
    note: str | None
    stage_id: UUID | None
    stage_kind: str | None
    stage_title: str | None
    stage_status: str | None
    stage_creator: int | None
    said: str | None
    hidden: bool
    times: int


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one person said in a report."""

    report: UUID
    reporter: int
    reason: str
    text: str
    at: datetime


class Mine(msgspec.Struct, frozen=True, kw_only=True):
    """A report as who made it sees it."""

    id: UUID
    kind: str
    about: UUID
    reason: str
    text: str
    status: str
    at: datetime


async def find_open(tx: WriteTx, kind: str, about: UUID) -> UUID | None:
    """The open report about something, locked."""
    found: UUID | None = await tx.scalar(sql("stage", "report_find"), {"kind": kind, "about": about})
    return found


async def open_report(tx: WriteTx, *, report: UUID, kind: str, about: UUID, account: int, stage: int | None) -> None:
    """Open a report; nothing where one about the same is open."""
    named = {"id": report, "kind": kind, "about": about, "account": account, "stage": stage}
    await tx.execute(sql("stage", "report_open"), named)


async def join(tx: WriteTx, report: UUID, reporter: int, reason: str, text: str) -> bool:
    """Add what somebody says; False where they said something before, which stands."""
    named = {"report": report, "reporter": reporter, "reason": reason, "text": text}
    return await tx.scalar(sql("stage", "report_join"), named) is not None


async def count_made(tx: ReadTx, reporter: int) -> int:
    """How many reports somebody made in the last day."""
    found: int = await tx.scalar(sql("stage", "reports_made"), {"reporter": reporter})
    return found


async def list_mine(tx: ReadTx, reporter: int, before: UUID | None, limit: int) -> list[Mine]:
    """What somebody reported, the newest first."""
    return await tx.all(Mine, sql("stage", "reports_mine"), {"reporter": reporter, "before": before, "limit": limit})


async def list_reports(tx: ReadTx, status: str, after: UUID, limit: int) -> list[Report]:
    """Reports behind an id, oldest first."""
    return await tx.all(Report, sql("stage", "reports"), {"status": status, "after": after, "limit": limit})


async def find(tx: WriteTx, report: UUID) -> Report | None:
    """One report, locked."""
    return await tx.one(Report, sql("stage", "report_get"), {"id": report})


async def list_said(tx: ReadTx, reports: Sequence[UUID]) -> list[Said]:
    """What was said in some reports, the first twenty of each."""
    return await tx.all(Said, sql("stage", "reports_said"), {"reports": list(reports)})


async def decide(tx: WriteTx, report: UUID, *, status: str, actor: int, decision: str, note: str) -> None:
    """Close a report."""
    named = {"id": report, "status": status, "actor": actor, "decision": decision, "note": note or None}
    await tx.execute(sql("stage", "report_decide"), named)


async def export(tx: ReadTx, account: int) -> list[Any]:
    """What somebody reported."""
    found: list[Any] = msgspec.json.decode(await tx.scalar(sql("stage", "reports_export"), {"account": account}))
    return found
