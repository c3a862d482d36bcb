"""Statements of files to and from banks."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.payouts.bank_news import Change, Counts, Misfit, Transfer


class BankFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes to a bank; `findings_…` are those of the audits around its making, None: not over yet."""

    id: UUID
    rail: str
    wanted_by: int
    wanted_at: datetime
    execution_on: date
    made_at: datetime | None
    number: int | None
    originator: dict[str, str] | None
    payouts: int | None
    minor: int | None
    digest: bytes | None
    handed_at: datetime | None
    handed_by: int | None
    said: str | None
    said_at: datetime | None
    said_by: int | None
    reference: str
    findings_before: int | None
    findings_after: int | None

    @property
    def state(self) -> str:
        """`wanted`, `made` (not proved yet), `empty`, `ready`, `handed`, `settled` or `refused`."""
        if self.said is not None:
            return self.said
        if self.handed_at is not None:
            return "handed"
        if self.made_at is None:
            return "wanted"
        if not self.payouts:
            return "empty"
        return "ready" if self.findings_after == 0 else "made"


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """How a payout's transfer is named at its bank, and the file that carried it there."""

    bank_id: str
    file: UUID
    payout: UUID


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What followed from a bank's file, and what fits nothing of ours."""

    counts: Counts
    misfits: list[Misfit]


class BankReport(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came from a bank."""

    id: UUID
    rail: str
    kind: str
    bank_ref: str
    digest: bytes
    read_by: int
    read_at: datetime
    result: Report


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What goes into a file of one payout, before it is there."""

    id: UUID
    creator: int
    attempt: int
    minor: int
    currency: str
    sealed: bytes
    person_key: bytes | None


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer in its file."""

    bank_id: str
    minor: int
    currency: str
    state: str
    payout: UUID
    creator: int
    status: str
    sealed: bytes
    person_key: bytes | None


class MethodNote(msgspec.Struct, frozen=True, kw_only=True):
    """What a bank wants changed about a method; `sealed` is what it says is right."""

    code: str
    sealed: bytes | None
    at: datetime


async def want(tx: WriteTx, file: UUID, rail: str, by: int, execution_on: date) -> None:
    """Ask for a file."""
    await tx.execute(
        sql("payouts", "bankfile_want"), {"id": file, "rail": rail, "by": by, "execution_on": execution_on}
    )


async def find_file(tx: ReadTx, file: UUID) -> BankFile | None:
    """A file."""
    return await tx.one(BankFile, sql("payouts", "bankfile_find"), {"id": file})


async def list_files(tx: ReadTx, before: tuple[datetime, UUID] | None, limit: int) -> list[BankFile]:
    """Files, newest first, behind a place."""
    return await tx.all(BankFile, sql("payouts", "bankfiles_page"), _place(before, limit))


async def list_unproved(tx: ReadTx) -> list[UUID]:
    """Files that are not made, or not proved: oldest first."""
    return [row["id"] for row in await tx.rows(sql("payouts", "bankfiles_unproved"))]


async def adopt(tx: WriteTx, file: UUID, batch: int) -> None:
    """Note the batch that makes or proves a file."""
    await tx.execute(sql("payouts", "bankfile_adopt"), {"id": file, "batch": batch})


async def lock_making(tx: WriteTx) -> None:
    """One at a time makes files, until its transaction ends."""
    await tx.execute(sql("payouts", "bankfile_lock"))


async def note_made(
    tx: WriteTx, file: UUID, originator: dict[str, str], *, payouts: int, minor: int, number_max: int
) -> bool:
    """Note that a file is made; False where its rail can tell no more of this day apart."""
    named = {
        "id": file, "originator": Jsonb(originator), "payouts": payouts, "minor": minor, "number_max": number_max,
    }  # fmt: skip
    return await tx.scalar(sql("payouts", "bankfile_made"), named) is not None


async def list_ready(tx: ReadTx, rail: str, limit: int) -> list[tuple[UUID, int]]:
    """Approved payouts of a rail with their creators, oldest first."""
    rows = await tx.rows(sql("payouts", "bankfile_ready"), {"rail": rail, "limit": limit})
    return [(row["id"], row["creator"]) for row in rows]


async def list_contents(tx: ReadTx, payouts: Sequence[UUID]) -> list[Content]:
    """What goes into a file of those of these payouts that are still approved."""
    return await tx.all(Content, sql("payouts", "bankfile_take"), {"payouts": list(payouts)})


async def begin(
    tx: WriteTx, file: UUID, rail: str, actor: str, parts: Sequence[tuple[Content, str]]
) -> None:  # fmt: skip
    """Commit the attempts of a file: each content with its name at the bank, in the file's order."""
    named: dict[str, Any] = {
        "file": file, "rail": rail, "actor": actor, "payouts": [content.id for content, _ in parts],
        "keys": [f"payout:{content.id}:{content.attempt + 1}" for content, _ in parts],
        "bank_ids": [bank_id for _, bank_id in parts], "minors": [content.minor for content, _ in parts],
        "currencies": [content.currency for content, _ in parts],
    }  # fmt: skip
    await tx.execute(sql("payouts", "bankfile_begin"), named)


async def list_lines(tx: ReadTx, file: UUID) -> list[FileLine]:
    """What stands in a file, in its order."""
    return await tx.all(FileLine, sql("payouts", "bankfile_lines"), {"file": file})


async def note_handed(tx: WriteTx, file: UUID, digest: bytes, by: int, due_s: int) -> list[UUID]:
    """Note that a file is handed out, and move its payouts on; returns those that moved."""
    named = {"file": file, "digest": digest, "by": by, "actor": f"staff:{by}", "due_s": due_s}
    return [row["payout"] for row in await tx.rows(sql("payouts", "bankfile_hand"), named)]


async def note_said(tx: WriteTx, file: UUID, said: str, by: int, reference: str) -> bool:
    """Note what a person says of a whole file; False where somebody has."""
    named = {"id": file, "said": said, "by": by, "reference": reference}
    return await tx.scalar(sql("payouts", "bankfile_say"), named) is not None


async def lock_transfers(
    tx: WriteTx, rail: str, bank_ids: Sequence[str], files: Sequence[UUID]
) -> list[Transfer]:  # fmt: skip
    """Transfers that a bank names, and those of files that it names, for this transaction alone."""
    named = {"rail": rail, "bank_ids": list(bank_ids), "files": list(files)}
    return await tx.all(Transfer, sql("payouts", "banktransfers_lock"), named)


async def note_changes(tx: WriteTx, changes: Sequence[Change]) -> None:
    """Note what became of transfers; their payouts follow at once."""
    named = {
        "keys": [one.key for one in changes], "states": [one.state for one in changes],
        "reasons": [one.reason for one in changes], "backs": [one.back_minor for one in changes],
    }  # fmt: skip
    await tx.execute(sql("payouts", "banktransfers_say"), named)


async def find_report(tx: ReadTx, rail: str, kind: str, bank_ref: str) -> BankReport | None:
    """A file from a bank, by the bank's own id."""
    row = await tx.row(sql("payouts", "bankreport_find"), {"rail": rail, "kind": kind, "bank_ref": bank_ref})
    return _report(row) if row else None


async def put_report(tx: WriteTx, **columns: Any) -> None:
    """Put a file from a bank down."""
    columns["result"] = Jsonb(msgspec.to_builtins(columns["result"]))
    await tx.execute(sql("payouts", "bankreport_put"), columns)


async def list_reports(tx: ReadTx, before: tuple[datetime, UUID] | None, limit: int) -> list[BankReport]:
    """Files from banks, newest first, behind a place."""
    return [_report(row) for row in await tx.rows(sql("payouts", "bankreports_page"), _place(before, limit))]


async def put_note(tx: WriteTx, method: UUID, report: UUID, code: str, sealed: bytes | None) -> None:
    """Note what a bank wants changed about a method."""
    named = {"method": method, "report": report, "code": code, "sealed": sealed}
    await tx.execute(sql("payouts", "methodnote_put"), named)


async def list_notes(tx: ReadTx, method: UUID) -> list[MethodNote]:
    """What banks want changed about a method, newest first."""
    return await tx.all(MethodNote, sql("payouts", "methodnotes"), {"method": method})


def _report(row: dict[str, Any]) -> BankReport:
    return BankReport(**(row | {"result": msgspec.convert(row["result"], Report)}))


def _place(before: tuple[datetime, UUID] | None, limit: int) -> dict[str, Any]:
    at, last = before or (None, None)
    return {"before_at": at, "before_id": last, "limit": limit}


async def list_named(
    tx: ReadTx, rail: str, *, bank_ids: Sequence[str] = (), files: Sequence[UUID] = (), payouts: Sequence[UUID] = ()
) -> list[Named]:
    """Transfers of a rail of files, by the bank's names, by files and by payouts."""
    named = {"rail": rail, "bank_ids": list(bank_ids), "files": list(files), "payouts": list(payouts)}
    return await tx.all(Named, sql("payouts", "banktransfers_named"), named)
