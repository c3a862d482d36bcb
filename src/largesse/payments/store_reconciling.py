"""Statements of reports of providers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from largesse.kit.db import ReadTx, WriteTx, sql
from largesse.payments.reconciling.comparing import Compared, Ours
from largesse.payments.reconciling.sums import Cause, Sum
from largesse.payments.reconciling.totals import OursTotal


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """A report that was read: its lines, those that agree, those of no sale, what does not agree, what is open."""

    id: UUID
    provider: str
    from_on: date
    to_on: date
    read_at: datetime
    lines: int
    matched: int
    other: int
    differing: int
    open: int
    sums: list[Sum]


class DifferingLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not agree, and what a person said of it."""

    n: int
    status: str
    kind: str
    ref: str
    place: int | None
    purchase: UUID | None
    theirs_minor: int | None
    theirs_currency: str | None
    ours_minor: int | None
    ours_currency: str | None
    theirs_units: int | None
    ours_units: int | None
    resolved_by: int | None
    resolved_at: datetime | None
    note: str


async def list_ours(tx: ReadTx, **named: Any) -> list[Ours]:
    """Charges, refunds and disputes of a provider in some days, or by their names."""
    return await tx.all(Ours, sql("payments", "reconcile_ours"), named)


async def list_totals(tx: ReadTx, provider: str, from_on: date, to_on: date) -> list[OursTotal]:
    """Units and money of a store's products in some days of the Pacific, both included."""
    named = {"provider": provider, "from_on": from_on, "to_on": to_on}
    return await tx.all(OursTotal, sql("payments", "reconcile_totals"), named)


async def list_causes(tx: ReadTx, provider: str, from_on: date, to_on: date) -> list[Cause]:
    """What stands in the books for a store's sales and refunds in some days of the Pacific, both included."""
    named = {"provider": provider, "from_on": from_on, "to_on": to_on}
    return await tx.all(Cause, sql("payments", "reconcile_causes"), named)


async def put(tx: WriteTx, compared: Compared, sums: list[Sum], **columns: Any) -> None:
    """Put a report and what does not agree in it down."""
    columns |= {"matched": compared.matched, "other": compared.other}
    await tx.execute(sql("payments", "reconcile_put"), columns)
    lines = [
        {
            "status": one.status, "kind": one.kind, "ref": one.ref, "place": one.place, "purchase": one.purchase,
            "theirs_minor": one.theirs and one.theirs.minor, "theirs_currency": one.theirs and one.theirs.currency,
            "ours_minor": one.ours and one.ours.minor, "ours_currency": one.ours and one.ours.currency,
            "theirs_units": one.theirs_units, "ours_units": one.ours_units,
        }
        for one in compared.lines
    ]  # fmt: skip
    body = msgspec.json.encode(lines).decode()
    await tx.execute(sql("payments", "reconcile_put_lines"), {"id": columns["id"], "body": body})
    body = msgspec.json.encode(sums).decode()
    await tx.execute(sql("payments", "reconcile_put_sums"), {"id": columns["id"], "body": body})


async def find(tx: ReadTx, reconciliation: UUID) -> Reconciliation | None:
    """A report that was read."""
    named = {"id": reconciliation, "provider": "", "from_on": None, "to_on": None, "digest": b""}
    return _whole(await tx.row(sql("payments", "reconcile_find"), named))


async def find_same(
    tx: ReadTx, provider: str, from_on: date, to_on: date, digest: bytes
) -> Reconciliation | None:  # fmt: skip
    """The same report for the same days, where it was read before."""
    named = {"id": None, "provider": provider, "from_on": from_on, "to_on": to_on, "digest": digest}
    return _whole(await tx.row(sql("payments", "reconcile_find"), named))


async def list_read(tx: ReadTx, before: tuple[datetime, UUID] | None, limit: int) -> list[Reconciliation]:
    """Reports that were read, newest first, behind a place."""
    at, last = before or (None, None)
    named = {"before_at": at, "before_id": last, "limit": limit}
    return msgspec.convert(await tx.rows(sql("payments", "reconcile_page"), named), list[Reconciliation])


async def list_lines(tx: ReadTx, reconciliation: UUID, after: int, limit: int, *, is_open: bool) -> list[DifferingLine]:
    """What does not agree in a report, behind a number."""
    named = {"id": reconciliation, "open": is_open, "after": after, "limit": limit}
    return await tx.all(DifferingLine, sql("payments", "reconcile_lines"), named)


async def resolve(tx: WriteTx, reconciliation: UUID, n: int, by: int, note: str) -> bool:
    """Note why something does not agree; False where there is no such line, or somebody has."""
    named = {"id": reconciliation, "n": n, "by": by, "note": note}
    return await tx.scalar(sql("payments", "reconcile_resolve"), named) is not None


def _whole(row: dict[str, Any] | None) -> Reconciliation | None:
    return None if row is None else msgspec.convert(row, Reconciliation)
